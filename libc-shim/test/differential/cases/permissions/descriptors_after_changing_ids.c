/* needs: root */
/* A process that has changed its ids without exec still reaches what its descriptors and /proc/self/fd name. */
#include "case.h"

static int directory, file;

static void look_around(void) {
  struct stat st;
  char link[64];
  SHOW(fstatat(directory, "inside", &st, 0));
  SHOW(fstatat(directory, "", &st, AT_EMPTY_PATH));
  TRUTH(fstat(directory, &st) == 0 && st.st_ino == stat_of("shared").st_ino);
  TRUTH(st.st_dev == stat_of("shared").st_dev);
  int made = SHOW(openat(directory, "made", O_RDWR | O_CREAT | O_EXCL, 0644));
  TRUTH(fstat(made, &st) == 0 && st.st_ino == stat_of("shared/made").st_ino);
  SHOW(close(made));
  SHOW(mkdirat(directory, "new", 0755));
  SHOW(renameat(directory, "made", directory, "new/made"));
  SHOW(unlinkat(directory, "new/made", 0));
  SHOW(unlinkat(directory, "new", AT_REMOVEDIR));
  SHOW(faccessat(directory, "inside", R_OK, 0));
  SHOW(openat(file, "below", O_RDONLY));
  SHOW(mkdirat(-1, "x", 0755));
  SHOW(mkdirat(999, "x", 0755));
  snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
  SHOW(stat(link, &st));
  strcat(link, "/inside");
  int inside = SHOW(open(link, O_RDONLY));
  SHOW(close(inside));
  SHOW(lseek(directory, 0, SEEK_SET));
  DIR *stream = fdopendir(dup(directory));
  int entries = 0;
  while (stream != NULL && readdir(stream) != NULL) entries++;
  printf("%d entries\n", entries);
  if (stream != NULL) closedir(stream);
  SHOW(openat(directory, "secret", O_RDONLY));
}

static void effective_only(void) {
  MUST(setegid(1001));
  MUST(seteuid(1001));
  look_around();
  MUST(seteuid(0));
  SHOW(openat(directory, "secret", O_RDONLY));
}

static void for_good(void) {
  MUST(setgroups(0, NULL));
  MUST(setresgid(1001, 1001, 1001));
  MUST(setresuid(1001, 1001, 1001));
  look_around();
}

int main(void) {
  MUST(mkdir("shared", 0777));
  MUST(chmod("shared", 0777));
  put("shared/inside", "text");
  put("shared/secret", "secret");
  MUST(chmod("shared/secret", 0600));
  directory = MUST(open("shared", O_RDONLY | O_DIRECTORY));
  file = MUST(open("shared/inside", O_RDONLY));
  in_child(effective_only);
  in_child(for_good);
  return 0;
}
