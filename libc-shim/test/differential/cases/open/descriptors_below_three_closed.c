/* A program that is started without stdin gets descriptor 0 for its first file. */
#include "case.h"

int main(int argc, char **argv) {
  if (argc > 1) {
    int fd = open("f", O_RDWR | O_CREAT, 0644);
    int second = open("g", O_RDWR | O_CREAT, 0644);
    struct stat st;
    fprintf(stderr, "%d %d fstat %d\n", fd, second, fstat(0, &st));
    if (write(fd, "zero", 4) != 4) return 1;
    return 0;
  }
  pid_t pid = fork();
  if (pid == 0) {
    close(0);
    close(1);
    execl(argv[0], argv[0], "again", NULL);
    _exit(1);
  }
  reap(pid);
  show_contents("f");
  show_contents("g");
  return 0;
}
