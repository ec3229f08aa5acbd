#include "case.h"

int main(int argc, char **argv) {
  if (argc > 1) {
    for (int fd = 3; fd < 8; fd++) SHOW(fcntl(fd, F_GETFD));
    return 0;
  }
  put("f", "x");
  int kept = SHOW(open("f", O_RDONLY));
  int closed = SHOW(open("f", O_RDONLY | O_CLOEXEC));
  SHOW(fcntl(kept, F_GETFD));
  SHOW(fcntl(closed, F_GETFD));
  FILE *stream = fopen("f", "re");
  SHOW(fcntl(fileno(stream), F_GETFD));
  stream = fopen("f", "r");
  SHOW(fcntl(fileno(stream), F_GETFD));
  SHOW(fcntl(dirfd(opendir(".")), F_GETFD));
  execl(argv[0], argv[0], "again", NULL);
  return 1;
}
