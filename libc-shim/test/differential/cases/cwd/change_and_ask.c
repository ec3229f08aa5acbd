#include "case.h"

int main(void) {
  char path[PATH_MAX], small[4];
  MUST(mkdir("d", 0755));
  MUST(mkdir("d/e", 0755));
  put("d/f", "in d");
  SHOW(chdir("d"));
  SHOW_POINTER(getcwd(path, sizeof path));
  puts(path);
  show_contents("f");
  SHOW(chdir("e"));
  show_contents("../f");
  SHOW(chdir("../.."));
  show_contents("d/f");
  SHOW(chdir("d/f"));
  SHOW(chdir("missing"));
  SHOW(chdir(""));
  SHOW(chdir("d/e/../."));
  puts(getcwd(path, sizeof path));
  SHOW_POINTER(getcwd(small, sizeof small));
  SHOW_POINTER(getcwd(NULL, 1));
  SHOW_POINTER(getcwd(path, 0));
  puts(getcwd(NULL, 0));
  puts(get_current_dir_name());
  int fd = MUST(open("e", O_RDONLY));
  SHOW(fchdir(fd));
  puts(getcwd(path, sizeof path));
  SHOW(fchdir(MUST(open("../f", O_RDONLY))));
  SHOW(fchdir(99));
  SHOW(fchdir(MUST(open("..", O_PATH))));
  show_contents("f");
  SHOW(syscall(SYS_chdir, ".."));
  show_contents("d/f");
  SHOW(syscall(SYS_getcwd, path, sizeof path) > 0);
  puts(path);
  SHOW(syscall(SYS_fchdir, fd));
  show_contents("../f");
  return 0;
}
