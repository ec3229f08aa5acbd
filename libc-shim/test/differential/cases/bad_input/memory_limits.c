/* A program that may have no more memory: calls on the tree need none of their own. */
#include "case.h"

static void every_call(void) {
  struct stat st;
  char buffer[64];
  int fd = SHOW(open("f", O_RDWR | O_CREAT | O_TRUNC, 0644));
  SHOW(write(fd, "text", 4));
  SHOW(fstat(fd, &st));
  SHOW(ftruncate(fd, 2));
  SHOW(fchmod(fd, 0600));
  SHOW(fsync(fd));
  SHOW(close(fd));
  SHOW(stat("f", &st));
  SHOW(access("f", R_OK));
  SHOW(chmod("f", 0644));
  SHOW(utimensat(AT_FDCWD, "f", NULL, 0));
  SHOW(mkdir("d", 0755));
  SHOW(rename("f", "d/g"));
  SHOW(link("d/g", "h"));
  SHOW(symlink("h", "s"));
  SHOW(readlink("s", buffer, sizeof buffer));
  SHOW(setxattr("h", "user.x", "1", 1, 0));
  SHOW(getxattr("h", "user.x", buffer, sizeof buffer));
  int dir = SHOW(open("d", O_RDONLY | O_DIRECTORY));
  SHOW(unlinkat(dir, "g", 0));
  SHOW(fchdir(dir));
  SHOW(chdir(".."));
  SHOW(close(dir));
  SHOW(unlink("s"));
  SHOW(unlink("h"));
  SHOW(rmdir("d"));
  SHOW(open("missing", O_RDONLY));
}

static void with(int resource, rlim_t value) {
  pid_t pid = MUST(fork());
  if (pid == 0) {
    struct rlimit limit = {value, value};
    MUST(setrlimit(resource, &limit));
    every_call();
    _exit(0);
  }
  reap(pid);
}

static void exhausted(void) {
  struct rlimit limit = {64 << 20, 64 << 20};
  MUST(setrlimit(RLIMIT_AS, &limit));
  for (size_t size = 16 << 20; size >= 4096; size /= 2) {
    while (mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) {
    }
  }
  every_call();
  put("left", "x");
  show_contents("left");
}

int main(void) {
  with(RLIMIT_AS, 0);
  with(RLIMIT_DATA, 0);
  with(RLIMIT_MEMLOCK, 0);
  with(RLIMIT_STACK, 4096);
  with(RLIMIT_CORE, 0);
  with(RLIMIT_MSGQUEUE, 0);
  with(RLIMIT_SIGPENDING, 0);
  in_child(exhausted);
  MUST(setpriority(PRIO_PROCESS, 0, 19));
  every_call();
  return 0;
}
