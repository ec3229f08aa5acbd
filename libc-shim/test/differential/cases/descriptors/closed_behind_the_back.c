/* Descriptors closed and replaced by system calls that no library sees. */
#include "case.h"

#if defined(__x86_64__)
static long unseen(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}
#else
static long unseen(long number, long a, long b, long c) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
  return x0;
}
#endif

static void work(void) {
  struct stat st, named;
  int fd = SHOW(open("f", O_RDWR | O_CREAT, 0644));
  SHOW(fstat(fd, &st));
  SHOW(stat("f", &named));
  TRUTH(st.st_ino == named.st_ino && st.st_dev == named.st_dev);
  SHOW(mkdir("d", 0755));
  SHOW(rmdir("d"));
  SHOW(close(fd));
}

/* From every processor: what a program keeps for each of them is then there to be replaced. */
static void look_from_everywhere(void) {
  cpu_set_t all;
  struct stat st;
  MUST(sched_getaffinity(0, sizeof all, &all));
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if (!CPU_ISSET(cpu, &all)) continue;
    MUST(sched_setaffinity(0, sizeof one, &one));
    MUST(stat("f", &st));
  }
  MUST(sched_setaffinity(0, sizeof all, &all));
}

int main(void) {
  struct stat st, named;
  work();
  SHOW(unseen(SYS_close_range, 3, ~0u, 0));
  work();
  for (long fd = 3; fd < 1100; fd++) unseen(SYS_close, fd, 0, 0);
  work();
  put("other", "12345");
  int fd = MUST(open("f", O_RDWR)), foreign = MUST(open("/dev/null", O_RDWR)), other = MUST(open("other", O_RDWR));
  SHOW(unseen(SYS_dup3, other, fd, 0)); /* of the tree, another file */
  SHOW(fstat(fd, &st));
  SHOW(stat("other", &named));
  TRUTH(st.st_ino == named.st_ino && st.st_size == 5 && st.st_nlink == 1);
  SHOW(ftruncate(fd, 3));
  SHOW(fchmod(fd, 0600));
  show_file("other");
  show_file("f");
  SHOW(unseen(SYS_dup3, foreign, fd, 0)); /* of the tree, now foreign */
  SHOW(fstat(fd, &st));
  printf("%s\n", type_name(st.st_mode));
  SHOW(fchmod(fd, 0666));
  SHOW(fsync(fd));
  SHOW(write(fd, "x", 1));
  look_from_everywhere();
  /* A program that puts its own file on every number there is. */
  for (long to = 100; to < 1024; to++) unseen(SYS_dup3, other, to, 0);
  work();
  int missing = 0;
  for (int number = 100; number < 1024; number++) missing += fcntl(number, F_GETFD) < 0;
  SHOW(missing);
  SHOW(fstat(1000, &st));
  TRUTH(st.st_ino == named.st_ino);
  return 0;
}
