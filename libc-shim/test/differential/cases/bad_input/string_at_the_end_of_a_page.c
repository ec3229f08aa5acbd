/* A path that ends right before an unmapped page is read no further than its NUL. */
#include "case.h"

int main(void) {
  char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(mprotect(pages + 4096, 4096, PROT_NONE));
  put("name", "x");
  char *path = pages + 4096 - 5;
  memcpy(path, "name", 5);
  SHOW(open(path, O_RDONLY));
  struct stat st;
  SHOW(stat(path, &st));
  SHOW(access(path, F_OK));
  SHOW(rename(path, "other"));
  SHOW(rename("other", path));
  SHOW(unlink(path));
  struct stat *at_end = (struct stat *)(pages + 4096 - sizeof st);
  SHOW(stat(".", at_end));
  TRUTH(S_ISDIR(at_end->st_mode));
  char *single = pages + 4095;
  *single = '\0';
  SHOW(open(single, O_RDONLY));
  return 0;
}
