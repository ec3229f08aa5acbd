#include "case.h"

int main(void) {
  put("f", "x");
  int fd = MUST(open("f", O_RDONLY));
  SHOW(pathconf("f", _PC_NAME_MAX));
  SHOW(pathconf(".", _PC_PATH_MAX));
  SHOW(pathconf("f", _PC_LINK_MAX) > 1);
  SHOW(pathconf("f", _PC_PIPE_BUF));
  SHOW(pathconf("f", _PC_FILESIZEBITS));
  SHOW(pathconf("f", _PC_NO_TRUNC));
  SHOW(pathconf("f", _PC_CHOWN_RESTRICTED));
  SHOW(pathconf("f", _PC_2_SYMLINKS));
  SHOW(pathconf("f", 9999));
  SHOW(pathconf("missing", _PC_LINK_MAX));
  SHOW(fpathconf(fd, _PC_NAME_MAX));
  SHOW(fpathconf(99, _PC_NAME_MAX));
  return 0;
}
