// needs: root
// What the right to read or only to be named allows: walks with and without chdir, slashes and dots, opens for writing.
#include "case.h"

#include <fts.h>

enum { NOBODY = 65534 };

static int by_name(const FTSENT **a, const FTSENT **b) { return strcmp((*a)->fts_name, (*b)->fts_name); }

static void walk(int options, bool children) {
  char *const roots[] = {"top", NULL};
  FTS *tree = fts_open(roots, options, by_name);
  for (FTSENT *entry; (entry = fts_read(tree)) != NULL;) {
    printf("%s %d %s\n", entry->fts_path, entry->fts_info, strerrorname_np(entry->fts_errno));
    if (children && entry->fts_info == FTS_D) {
      size_t count = 0;
      for (FTSENT *child = fts_children(tree, 0); child != NULL; child = child->fts_link) count++;
      printf("  %zu children\n", count);
    }
  }
  SHOW(fts_close(tree));
}

static void ask(const char *path) {
  struct stat status;
  struct statx more;
  puts(strrchr(path, 'd'));
  SHOW(stat(path, &status));
  SHOW(lstat(path, &status));
  SHOW(statx(AT_FDCWD, path, 0, STATX_BTIME, &more));
  SHOW(access(path, F_OK));
  SHOW(rename(path, "other"));
  SHOW(rename("top/file", path));
  SHOW(rmdir(path));
}

int main(void) {
  static const char *const ends[] = {"", "/", "//", "/.", "/./", "/.."};
  MUST(mkdir("top", 0777));
  MUST(mkdir("top/readable", 0777));
  put("top/readable/file", "text");
  MUST(mkdir("top/readable/inner", 0777));
  MUST(mkdir("top/closed", 0777));
  put("top/file", "text");
  int readable = open("top/readable", O_RDONLY | O_DIRECTORY), file = open("top/file", O_RDONLY);
  MUST(chmod("top/readable", 0444));
  MUST(chmod("top/closed", 0));
  MUST(seteuid(NOBODY));
  static const int options[] = {FTS_PHYSICAL, FTS_PHYSICAL | FTS_NOCHDIR, FTS_LOGICAL, FTS_PHYSICAL | FTS_NOSTAT};
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    printf("walk %#x\n", options[i]);
    walk(options[i], false);
    walk(options[i], true);
  }
  MUST(seteuid(0));
  MUST(chmod(".", 0711));  // not to be read: there is no way back
  MUST(seteuid(NOBODY));
  walk(FTS_PHYSICAL, false);
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    char path[64];
    printf("end %s\n", ends[i]);
    snprintf(path, sizeof path, "/proc/self/fd/%d%s", readable, ends[i]);
    ask(path);
    snprintf(path, sizeof path, "/proc/thread-self/fd/%d%s", file, ends[i]);
    ask(path);
  }
  SHOW(open("top/closed", O_RDONLY | O_TRUNC));
  SHOW(open("top/closed", O_RDONLY | O_TRUNC | O_NOFOLLOW));
  SHOW(open("top/closed", O_RDWR | O_NOFOLLOW));
  SHOW(open("top/closed", O_RDONLY | O_NOFOLLOW));
  SHOW(open("top/closed", O_RDONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600));
  return 0;
}
