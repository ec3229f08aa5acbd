/* needs: root */
#include <sys/sysmacros.h>

#include "case.h"

int main(void) {
  umask(0);
  put("file", "x");
  MUST(mkdir("directory", 01777));
  MUST(symlink("file", "symlink"));
  MUST(mkfifo("fifo", 0622));
  SHOW(mknod("null", S_IFCHR | 0666, makedev(1, 3)));
  SHOW(mknod("block", S_IFBLK | 0600, makedev(7, 99)));
  SHOW(mknod("regular", S_IFREG | 0604, 0));
  SHOW(mknod("plain", 0604, 0));
  SHOW(mknod("socket", S_IFSOCK | 0600, 0));
  SHOW(mknod("bad", S_IFDIR | 0755, 0));
  const char *names[] = {"file", "directory", "symlink", "fifo", "null", "block", "regular", "plain", "socket", "bad"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) show_file(names[i]);
  struct stat st = stat_of("null");
  printf("device %u:%u\n", major(st.st_rdev), minor(st.st_rdev));
  int fd = SHOW(open("null", O_RDWR));
  SHOW(write(fd, "gone", 4));
  char byte;
  SHOW(read(fd, &byte, 1));
  struct stat by_descriptor;
  SHOW(fstat(fd, &by_descriptor));
  TRUTH(by_descriptor.st_ino == st.st_ino && by_descriptor.st_rdev == st.st_rdev);
  show_directory(".");
  return 0;
}
