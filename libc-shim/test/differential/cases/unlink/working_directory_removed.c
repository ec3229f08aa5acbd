#include "case.h"

int main(void) {
  MUST(mkdir("d", 0755));
  MUST(mkdir("d/e", 0755));
  MUST(chdir("d/e"));
  SHOW(rmdir("../e"));
  char path[PATH_MAX];
  SHOW_POINTER(getcwd(path, sizeof path));
  struct stat st;
  SHOW(stat(".", &st));
  SHOW(st.st_nlink);
  SHOW(open("new", O_CREAT | O_WRONLY, 0644));
  SHOW(mkdir("new", 0755));
  SHOW(symlink("x", "new"));
  SHOW(access(".", F_OK));
  SHOW(access("..", F_OK));
  SHOW(open(".", O_RDONLY | O_DIRECTORY));
  SHOW(rename("a", "b"));
  SHOW_POINTER(realpath(".", NULL));
  DIR *dir = SHOW_POINTER(opendir("."));
  if (dir) {
    int count = 0;
    while (readdir(dir)) count++;
    SHOW(count);
  }
  SHOW(mkdir("../e", 0755));
  SHOW(open("new", O_CREAT | O_WRONLY, 0644));
  SHOW(system("true"));
  SHOW(chdir(".."));
  show_directory(".");
  SHOW(chdir("e"));
  SHOW(open("new", O_CREAT | O_WRONLY, 0644));
  return 0;
}
