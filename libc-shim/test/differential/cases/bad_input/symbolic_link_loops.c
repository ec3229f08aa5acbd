/* Symbolic links that lead to themselves, to each other, and one more than the kernel follows. */
#include <sys/statvfs.h>

#include "case.h"

static void every_call(const char *path) {
  struct stat st;
  struct statvfs fs;
  char buffer[PATH_MAX];
  printf("-- %s\n", path);
  SHOW(open(path, O_RDONLY));
  SHOW(open(path, O_RDONLY | O_NOFOLLOW));
  SHOW(open(path, O_PATH));
  SHOW(open(path, O_RDWR | O_CREAT, 0644));
  SHOW(open(path, O_RDWR | O_CREAT | O_EXCL, 0644));
  SHOW(stat(path, &st));
  SHOW(access(path, F_OK));
  SHOW(chmod(path, 0644));
  SHOW(chown(path, 0, 0));
  SHOW(truncate(path, 0));
  SHOW(utimensat(AT_FDCWD, path, NULL, 0));
  SHOW(chdir(path));
  SHOW(statvfs(path, &fs));
  SHOW(mkdir(path, 0755));
  SHOW(symlink("x", path));
  SHOW(link("file", path));
  SHOW(linkat(AT_FDCWD, path, AT_FDCWD, "linked", AT_SYMLINK_FOLLOW));
  SHOW(rename("file", path) == 0 ? rename(path, "file") : -1);
  SHOW(setxattr(path, "user.x", "1", 1, 0));
  SHOW(getxattr(path, "user.x", buffer, sizeof buffer));
  SHOW(execl(path, path, NULL));
  SHOW_POINTER(opendir(path));
  SHOW_POINTER(realpath(path, buffer));
  SHOW(rmdir(path));
}

int main(void) {
  char name[32], target[32];
  put("file", "text");
  MUST(symlink("self", "self"));
  MUST(symlink("there", "here"));
  MUST(symlink("here", "there"));
  MUST(mkdir("d", 0755));
  MUST(symlink("../d/below", "d/below"));
  every_call("self/x");
  every_call("here/x");
  every_call("d/below/x");
  MUST(symlink("file", "chain0"));
  for (int i = 1; i <= 41; i++) {
    snprintf(name, sizeof name, "chain%d", i);
    snprintf(target, sizeof target, "chain%d", i - 1);
    MUST(symlink(target, name));
  }
  struct stat st;
  SHOW(stat("chain39", &st));
  SHOW(stat("chain40", &st));
  SHOW(open("chain39", O_RDONLY));
  SHOW(open("chain40", O_RDONLY));
  SHOW(open("chain40", O_RDONLY | O_CREAT, 0644));
  SHOW(open("chain41", O_WRONLY | O_TRUNC));
  SHOW(chmod("chain40", 0600));
  SHOW(truncate("chain40", 0));
  struct stat self;
  SHOW(lstat("self", &self));
  SHOW(chmod("self", 0600));
  SHOW(open("self", O_RDWR | O_CREAT, 0644));
  SHOW(open("self", O_PATH | O_NOFOLLOW));
  SHOW(unlink("self"));
  SHOW(unlink("here"));
  return 0;
}
