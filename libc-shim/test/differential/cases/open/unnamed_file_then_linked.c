#include "case.h"

int main(void) {
  MUST(mkdir("d", 0755));
  int fd = SHOW(open("d", O_TMPFILE | O_RDWR, 0640));
  if (fd < 0) return 0;
  struct stat st;
  SHOW(fstat(fd, &st));
  printf("links %lu mode %04o\n", (unsigned long)st.st_nlink, st.st_mode & 07777);
  SHOW(write(fd, "unnamed", 7));
  show_directory("d");
  char name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  SHOW(linkat(AT_FDCWD, name, AT_FDCWD, "d/named", AT_SYMLINK_FOLLOW));
  show_directory("d");
  show_contents("d/named");
  struct stat named;
  SHOW(stat("d/named", &named));
  SHOW(fstat(fd, &st));
  TRUTH(named.st_ino == st.st_ino);
  printf("links %lu\n", (unsigned long)st.st_nlink);
  SHOW(write(fd, " more", 5));
  show_contents("d/named");
  int exclusive = SHOW(open("d", O_TMPFILE | O_RDWR | O_EXCL, 0640));
  snprintf(name, sizeof name, "/proc/self/fd/%d", exclusive);
  SHOW(linkat(AT_FDCWD, name, AT_FDCWD, "d/refused", AT_SYMLINK_FOLLOW));
  SHOW(open("d", O_TMPFILE | O_RDONLY, 0600));
  SHOW(open("d/named", O_TMPFILE | O_RDWR, 0600));
  SHOW(open("missing", O_TMPFILE | O_RDWR, 0600));
  return 0;
}
