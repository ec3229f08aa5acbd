#include "case.h"

int main(void) {
  put("f", "x");
  MUST(mkdir("d", 0755));
  MUST(symlink("f", "l"));
  MUST(symlink("missing", "dangling"));
  const mode_t modes[] = {0, 0644, 0777, 01644, 02755, 04755, 06755, 07777, 0100644, 0177777};
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    printf("%o: chmod %d", modes[i], chmod("f", modes[i]));
    printf(" file %04o", stat_of("f").st_mode & 07777);
    printf(" chmod %d", chmod("d", modes[i]));
    printf(" directory %04o\n", stat_of("d").st_mode & 07777);
  }
  int fd = MUST(open("f", O_RDONLY));
  SHOW(fchmod(fd, 0604));
  show_file("f");
  SHOW(chmod("l", 0611));
  show_file("f");
  show_file("l");
  SHOW(fchmodat(AT_FDCWD, "f", 0622, 0));
  SHOW(fchmodat(AT_FDCWD, "f", 0633, AT_SYMLINK_NOFOLLOW));
  SHOW(fchmodat(AT_FDCWD, "l", 0600, AT_SYMLINK_NOFOLLOW));
  show_file("f");
  int dir = MUST(open("d", O_RDONLY));
  SHOW(fchmodat(dir, "../f", 0640, 0));
  SHOW(fchmod(dir, 0700));
  show_file("d");
  SHOW(chmod("dangling", 0600));
  SHOW(chmod("missing", 0600));
  SHOW(chmod("f/x", 0600));
  SHOW(chmod("", 0600));
  SHOW(fchmod(99, 0600));
  SHOW(fchmodat(99, "f", 0600, 0));
  SHOW(fchmodat(AT_FDCWD, "f", 0600, 0x1));
  SHOW(lchmod("l", 0600));
  SHOW(syscall(SYS_fchmodat, AT_FDCWD, "f", 0666));
  SHOW(syscall(SYS_chmod, "f", 0606));
  show_file("f");
  return 0;
}
