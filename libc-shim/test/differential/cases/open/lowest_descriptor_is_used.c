#include "case.h"

int main(void) {
  put("f", "x");
  for (int i = 0; i < 5; i++) SHOW(open("f", O_RDONLY));
  SHOW(close(4));
  SHOW(close(6));
  SHOW(open("f", O_RDONLY));
  SHOW(open("/dev/null", O_RDONLY));
  SHOW(open("f", O_RDONLY));
  SHOW(close(0));
  SHOW(open("f", O_RDONLY));
  SHOW(dirfd(opendir(".")));
  SHOW(fileno(fopen("f", "r")));
  SHOW(open("new", O_CREAT | O_WRONLY, 0644));
  SHOW(dup(0));
  return 0;
}
