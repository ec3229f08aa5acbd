#include "case.h"

int main(void) {
  const mode_t masks[] = {0, 022, 027, 077, 0777};
  const mode_t modes[] = {0, 0400, 0644, 0666, 0755, 0777, 01777, 02755, 04755, 07777};
  for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
    umask(masks[i]);
    for (size_t k = 0; k < sizeof modes / sizeof *modes; k++) {
      int fd = open("f", O_RDWR | O_CREAT | O_EXCL, modes[k]);
      struct stat file, dir, fifo;
      fstat(fd, &file);
      close(fd);
      MUST(mkdir("d", modes[k]));
      MUST(mknod("p", S_IFIFO | modes[k], 0));
      dir = stat_of("d");
      fifo = stat_of("p");
      printf("umask %03o mode %04o: file %04o directory %04o fifo %04o\n", masks[i], modes[k], file.st_mode & 07777,
             dir.st_mode & 07777, fifo.st_mode & 07777);
      MUST(unlink("f"));
      MUST(rmdir("d"));
      MUST(unlink("p"));
    }
  }
  return 0;
}
