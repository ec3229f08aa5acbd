/* Once the writer has closed a program, nobody else holds it open for writing: no ETXTBSY. */
#include "case.h"

static char program[1 << 20];

int main(void) {
  int source = MUST(open("/bin/true", O_RDONLY));
  size_t size = MUST(read(source, program, sizeof program));
  int busy = 0, other = 0;
  for (int i = 0; i < 100; i++) {
    int fd = MUST(open("program", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755));
    if (write(fd, program, size) != (ssize_t)size) return 1;
    MUST(close(fd));
    pid_t pid = vfork();
    if (pid == 0) {
      execl("./program", "program", NULL);
      _exit(errno == ETXTBSY ? 1 : 2);
    }
    int status;
    MUST(waitpid(pid, &status, 0));
    busy += WEXITSTATUS(status) == 1;
    other += WEXITSTATUS(status) == 2;
    MUST(unlink("program"));
  }
  SHOW(busy);
  SHOW(other);
  return 0;
}
