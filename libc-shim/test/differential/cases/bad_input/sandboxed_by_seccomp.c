/* A program that forbids itself new sockets or all but a few calls goes on using the tree, on any CPU. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "case.h"

enum way { BY_PRCTL, BY_SECCOMP, BY_LIBC_ALONE };

static void forbid(const int *numbers, size_t count, unsigned answer, enum way way) {
  struct sock_filter code[16] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
  size_t at = 1;
  for (size_t i = 0; i < count; i++) {
    code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)numbers[i], 0, 1);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer);
  }
  code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {(unsigned short)at, code};
  MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  if (way == BY_PRCTL) {
    MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
  } else if (way == BY_SECCOMP) {
    MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
  } else { /* no library in between sees it */
    int (*libc_prctl)(int, ...) = dlsym(dlopen("libc.so.6", RTLD_NOW), "prctl");
    MUST(libc_prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
  }
}

/* Goes on on another CPU, if there is one. */
static void move(void) {
  static int cpu = -1;
  int count = (int)sysconf(_SC_NPROCESSORS_CONF);
  for (int i = 0; i < count; i++) {
    cpu = (cpu + 1) % count;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if (sched_setaffinity(0, sizeof one, &one) == 0) return;
  }
}

static void work(void) {
  struct stat st;
  for (int i = 0; i < 3; i++) {
    move();
    int fd = SHOW(open("f", O_RDWR | O_CREAT | O_TRUNC, 0644) >= 0);
    move();
    SHOW(stat("f", &st));
    SHOW(fstat(fd, &st));
    SHOW(rename("f", "g"));
    move();
    SHOW(mkdir("d", 0755));
    SHOW(rmdir("d"));
    SHOW(unlink("g"));
    show_directory(".");
  }
}

static void without_sockets(void) {
  const int numbers[] = {SYS_socket, SYS_connect, SYS_socketpair, SYS_bind};
  MUST(mkdir("first", 0755));
  MUST(rmdir("first"));
  forbid(numbers, 4, SECCOMP_RET_ERRNO | EACCES, BY_LIBC_ALONE);
  SHOW(socket(AF_UNIX, SOCK_STREAM, 0));
  work();
}

static void killed_by_sockets(enum way way) {
  const int numbers[] = {SYS_socket, SYS_connect, SYS_execve, SYS_ptrace};
  forbid(numbers, 4, SECCOMP_RET_KILL_PROCESS, way);
  work();
  socket(AF_UNIX, SOCK_STREAM, 0);
}

static void killed_by_prctl(void) { killed_by_sockets(BY_PRCTL); }

static void killed_by_seccomp(void) { killed_by_sockets(BY_SECCOMP); }

static void strict(void) {
  int fd = MUST(open("f", O_RDWR | O_CREAT, 0644));
  MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
  if (write(fd, "text", 4) == 4) (void)!write(1, "written\n", 8);
  syscall(SYS_exit, 0);
}

int main(void) {
  in_child(without_sockets);
  in_child(killed_by_prctl);
  in_child(killed_by_seccomp);
  in_child(strict);
  show_contents("f");
  return 0;
}
