#include "case.h"

static char stack[65536] __attribute__((aligned(16)));

static int separate(void *unused) {
  put("by-clone", "x");
  if (chdir("d") != 0) return 1;
  put("in-d", "x");
  return 3;
}

static int shared(void *fd) {
  if (chdir("d") != 0) return 1;
  umask(077);
  *(int *)fd = open("by-shared", O_CREAT | O_WRONLY, 0666);
  return 4;
}

int main(void) {
  MUST(mkdir("d", 0755));
  reap(clone(separate, stack + sizeof stack, SIGCHLD, NULL));
  show_directory(".");
  int fd = -1;
  reap(clone(shared, stack + sizeof stack, CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, &fd));
  SHOW(fd);
  SHOW(fcntl(fd, F_GETFD));
  struct stat st;
  SHOW(fstat(fd, &st));
  TRUTH(st.st_ino != 0 && st.st_nlink == 1);
  show_directory(".");
  show_file("by-shared");
  SHOW(open("made-after", O_CREAT | O_WRONLY, 0666));
  show_file("made-after");
  pid_t pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) {
    put("by-raw-clone", "x");
    _exit(5);
  }
  reap(pid);
  show_file("by-raw-clone");
  return 0;
}
