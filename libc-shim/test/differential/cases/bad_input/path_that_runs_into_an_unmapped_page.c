#include "case.h"

int main(void) {
  char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(mprotect(pages + 4096, 4096, PROT_NONE));
  struct stat st;
  memset(pages, 'n', 4096);
  SHOW(open(pages + 4000, O_RDONLY));
  SHOW(stat(pages + 4000, &st));
  SHOW(mkdir(pages + 4095, 0755));
  SHOW(unlink(pages + 4095));
  return 0;
}
