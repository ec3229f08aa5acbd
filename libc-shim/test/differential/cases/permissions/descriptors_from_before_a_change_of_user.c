// needs: root
// A process that changes its user keeps the descriptors it has opened, and goes by them as that user.
#include "case.h"

enum { NOBODY = 65534 };

static void list(int dirfd_) {
  int again = openat(dirfd_, ".", O_RDONLY | O_DIRECTORY);
  char names[64][64];
  int count = 0;
  DIR *dir = again < 0 ? NULL : fdopendir(again);
  struct dirent *entry;
  while (dir != NULL && (entry = readdir(dir)) != NULL && count < 64) strcpy(names[count++], entry->d_name);
  printf("%d entries\n", count);
  if (dir != NULL) closedir(dir);
}

static void list_by(int fd) {
  char entries[4096];
  SHOW(getdents64(fd, entries, sizeof entries) > 0);
}

int main(void) {
  MUST(mkdir("d", 0777));
  MUST(chmod("d", 0777));
  MUST(mkdir("d/closed", 0700));
  put("d/f", "text");
  put("d/secret", "text");
  MUST(chmod("d/secret", 0600));
  MUST(symlink("loop", "d/loop"));
  int d = open("d", O_RDONLY | O_DIRECTORY), f = open("d/f", O_RDONLY), secret = open("d/secret", O_RDWR);
  int unnamed = open("d", O_TMPFILE | O_RDWR, 0644);
  TRUTH(unnamed >= 0);
  MUST(seteuid(NOBODY));

  struct stat status;
  SHOW(fstatat(d, "f", &status, 0));
  SHOW(fstatat(d, "missing", &status, 0));
  SHOW(fstatat(d, "loop", &status, 0));
  SHOW(fstatat(d, "closed/x", &status, 0));
  SHOW(fstatat(f, "x", &status, 0));
  SHOW(fstatat(77, "x", &status, 0));
  SHOW(fstatat(f, "", &status, AT_EMPTY_PATH));
  SHOW(fstat(secret, &status));
  SHOW(openat(d, "f", O_RDONLY) >= 0);
  SHOW(openat(d, "secret", O_RDONLY));
  SHOW(openat(d, "mine", O_CREAT | O_RDWR, 0644) >= 0);
  SHOW(mkdirat(d, "own", 0755));
  SHOW(symlinkat("f", d, "link"));
  SHOW(linkat(d, "mine", d, "second", 0));
  SHOW(renameat(d, "second", d, "third"));
  SHOW(unlinkat(d, "third", 0));
  SHOW(unlinkat(d, "own", AT_REMOVEDIR));
  SHOW(fchmodat(d, "mine", 0600, 0));
  SHOW(fchmodat(d, "secret", 0644, 0));
  SHOW(fchownat(d, "f", NOBODY, -1, 0));
  SHOW(fchownat(f, "f", NOBODY, -1, 0));
  SHOW(fchownat(d, "loop", NOBODY, -1, 0));
  SHOW(fchmod(secret, 0644));
  SHOW(ftruncate(secret, 1));
  SHOW(fsetxattr(f, "user.a", "v", 1, 0));
  SHOW(utimensat(d, "f", NULL, 0));

  char path[64], target[64];
  sprintf(path, "/proc/self/fd/%d", unnamed);
  SHOW(linkat(AT_FDCWD, path, d, "named", AT_SYMLINK_FOLLOW));
  sprintf(path, "/proc/self/fd/%d", f);
  SHOW(open(path, O_RDONLY) >= 0);
  SHOW(stat(path, &status));
  SHOW(readlink(path, target, sizeof target) > 0);
  sprintf(path, "/proc/self/fd/%d", secret);
  SHOW(open(path, O_RDONLY));
  sprintf(path, "/proc/self/fd/%d/f", d);
  SHOW(access(path, F_OK));
  SHOW(stat(path, &status));
  sprintf(path, "/proc/self/fd/%d/also", d);
  SHOW(mkdir(path, 0755));
  list(d);
  list_by(d);

  MUST(seteuid(0));
  SHOW(fstatat(d, "named", &status, 0));
  printf("named: uid %d\n", (int)status.st_uid);
  return 0;
}
