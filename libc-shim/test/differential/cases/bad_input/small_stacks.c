/* Handlers on the smallest alternate stack that sigaltstack takes for real work, and threads with the smallest stack. */
#include <pthread.h>

#include "case.h"

enum { HANDLER_BYTES = 8192 }; /* SIGSTKSZ, as long as it was a constant */

static int wrong;

static void every_call(void) {
  struct stat st;
  char buffer[16];
  int fd = open("f", O_RDWR | O_CREAT, 0644);
  wrong += fd < 0;
  wrong += write(fd, "text", 4) != 4;
  wrong += fstat(fd, &st) != 0;
  wrong += fchmod(fd, 0600) != 0;
  wrong += ftruncate(fd, 1) != 0;
  wrong += close(fd) != 0;
  wrong += stat("f", &st) != 0;
  wrong += access("f", R_OK) != 0;
  wrong += rename("f", "g") != 0;
  wrong += link("g", "h") != 0;
  wrong += symlink("h", "s") != 0;
  wrong += readlink("s", buffer, sizeof buffer) != 1;
  wrong += chmod("g", 0644) != 0;
  wrong += truncate("g", 0) != 0;
  wrong += utimensat(AT_FDCWD, "g", NULL, 0) != 0;
  wrong += mkdir("d", 0755) != 0;
  wrong += chdir("d") != 0;
  wrong += chdir("..") != 0;
  wrong += rmdir("d") != 0;
  wrong += unlink("g") != 0;
  wrong += unlink("h") != 0;
  wrong += unlink("s") != 0;
  wrong += stat("missing", &st) != -1 || errno != ENOENT;
}

static void on_signal(int number) {
  (void)number;
  every_call();
  pid_t pid = fork();
  if (pid == 0) {
    execl("/bin/true", "true", NULL);
    _exit(1);
  }
  int status = -1;
  waitpid(pid, &status, 0);
  wrong += status != 0;
}

/* A stack with a page below it that must not be touched. */
static void *guarded(size_t size) {
  char *memory = mmap(NULL, size + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(mprotect(memory, 4096, PROT_NONE));
  return memory + 4096;
}

static void *in_thread(void *nothing) {
  every_call();
  return nothing;
}

static void handlers(void) {
  /* What the kernel itself saves there depends on the processor. */
  size_t size = HANDLER_BYTES + (size_t)sysconf(_SC_MINSIGSTKSZ);
  size = (size + 4095) / 4096 * 4096;
  stack_t stack = {.ss_sp = guarded(size), .ss_size = size};
  MUST(sigaltstack(&stack, NULL));
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
  MUST(sigaction(SIGUSR1, &action, NULL));
  raise(SIGUSR1);
  every_call();
  raise(SIGUSR1);
  SHOW(wrong);
}

static void threads(void) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  SHOW(pthread_attr_setstack(&attributes, guarded(PTHREAD_STACK_MIN), PTHREAD_STACK_MIN));
  pthread_t thread;
  SHOW(pthread_create(&thread, &attributes, in_thread, NULL));
  SHOW(pthread_join(thread, NULL));
  SHOW(wrong);
}

int main(void) {
  in_child(handlers);
  in_child(threads);
  return 0;
}
