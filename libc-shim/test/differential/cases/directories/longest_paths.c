/* PATH_MAX counts the bytes with the final NUL; deeper directories are reached step by step. */
/* leftovers: ignore */
#include "case.h"

int main(void) {
  char path[PATH_MAX + 10];
  struct stat st;
  for (int length = PATH_MAX - 3; length <= PATH_MAX + 2; length++) {
    memset(path, '/', sizeof path);
    path[0] = '.';
    path[length - 1] = 'f';
    path[length] = '\0';
    errno = 0;
    int fd = open(path, O_CREAT | O_WRONLY, 0644);
    printf("PATH_MAX%+d: open %s", length - PATH_MAX, fd >= 0 ? "ok" : errno_name(errno));
    errno = 0;
    printf(", stat %d %s", stat(path, &st), errno_name(errno));
    errno = 0;
    printf(", mkdir %d %s", mkdir(path, 0755), errno_name(errno));
    errno = 0;
    printf(", rename %d %s", rename(path, "f"), errno_name(errno));
    errno = 0;
    printf(", symlink %d %s\n", symlink(path, "f"), errno_name(errno));
    if (fd >= 0) close(fd);
  }
  path[PATH_MAX - 1] = '\0';
  memset(path, 't', PATH_MAX - 1);
  SHOW(symlink(path, "long-target"));
  path[PATH_MAX - 1] = 't';
  path[PATH_MAX] = '\0';
  SHOW(symlink(path, "too-long-target"));
  char name[201];
  memset(name, 'd', 200);
  name[200] = '\0';
  int steps = 0;
  for (; steps < 30; steps++) {
    if (mkdir(name, 0755) != 0 || chdir(name) != 0) break;
  }
  SHOW(steps);
  put("bottom", "reached");
  show_contents("bottom");
  show_directory(".");
  char here[PATH_MAX];
  SHOW_POINTER(getcwd(here, sizeof here));
  char *any = SHOW_POINTER(getcwd(NULL, 0));
  TRUTH(any && strlen(any) > 6000);
  SHOW(stat(".", &st));
  SHOW_POINTER(realpath(".", NULL));
  SHOW(system("cat bottom"));
  MUST(unlink("bottom"));
  int removed = 0;
  for (; removed < 30; removed++) {
    if (chdir("..") != 0 || rmdir(name) != 0) break;
  }
  SHOW(removed);
  return 0;
}
