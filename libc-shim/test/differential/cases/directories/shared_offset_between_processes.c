/* A child reads on where its parent stopped: the offset of a directory belongs to the descriptor. */
#include "case.h"

static int fd;

static int entries(void) {
  char buffer[128];
  int count = 0;
  long length = getdents64(fd, buffer, sizeof buffer);
  for (long at = 0; at < length; at += ((struct dirent64 *)(buffer + at))->d_reclen) count++;
  return count;
}

static void child(void) {
  int total = 0, now;
  while ((now = entries()) > 0) total += now;
  _exit(total);
}

int main(void) {
  for (int i = 0; i < 30; i++) {
    char name[16];
    snprintf(name, sizeof name, "n%d", i);
    put(name, "");
  }
  fd = MUST(open(".", O_RDONLY));
  int mine = entries();
  TRUTH(mine > 0 && mine < 10);
  pid_t pid = fork();
  if (pid == 0) child();
  int status;
  waitpid(pid, &status, 0);
  SHOW(mine + WEXITSTATUS(status));
  SHOW(entries());
  return 0;
}
