#include "case.h"

int main(void) {
  SHOW(mkfifo("p", 0640));
  show_file("p");
  SHOW(mkfifo("p", 0640));
  SHOW(open("p", O_WRONLY | O_NONBLOCK));
  pid_t pid = MUST(fork());
  if (pid == 0) {
    int fd = MUST(open("p", O_WRONLY));
    MUST(write(fd, "through the fifo", 16));
    _exit(0);
  }
  int fd = SHOW(open("p", O_RDONLY));
  char text[32] = {0};
  SHOW(read(fd, text, 31));
  puts(text);
  reap(pid);
  SHOW(read(fd, text, 31));
  struct stat st;
  SHOW(fstat(fd, &st));
  puts(type_name(st.st_mode));
  TRUTH(st.st_ino == stat_of("p").st_ino);
  SHOW(rename("p", "q"));
  SHOW(chmod("q", 0600));
  int both = SHOW(open("q", O_RDWR));
  SHOW(write(both, "again", 5));
  SHOW(read(fd, text, 31));
  SHOW(lseek(fd, 0, SEEK_SET));
  SHOW(link("q", "r"));
  SHOW(unlink("q"));
  show_file("r");
  show_directory(".");
  SHOW(mkfifoat(AT_FDCWD, "s", 0600));
  SHOW(close(both));
  SHOW(close(fd));
  SHOW(system("cat r > out & echo from shell > r; wait; cat out"));
  return 0;
}
