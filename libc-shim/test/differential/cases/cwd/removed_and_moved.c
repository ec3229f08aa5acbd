/* A working directory that is moved, removed, replaced, or made unreachable. */
#include "case.h"

static void where(const char *when) {
  char path[PATH_MAX], link[PATH_MAX] = {0};
  errno = 0;
  printf("%s: %s", when, getcwd(path, sizeof path) ? path : errno_name(errno));
  printf(" link %s\n", readlink("/proc/self/cwd", link, sizeof link - 1) > 0 ? link : errno_name(errno));
}

int main(void) {
  MUST(mkdir("a", 0755));
  MUST(mkdir("a/b", 0755));
  int top = MUST(open(".", O_RDONLY | O_DIRECTORY));
  SHOW(chdir("a/b"));
  where("there");
  SHOW(renameat(top, "a", top, "moved"));
  where("moved");
  put("made-here", "x");
  SHOW(faccessat(top, "moved/b/made-here", F_OK, 0));
  SHOW(unlink("made-here"));
  SHOW(unlinkat(top, "moved/b", AT_REMOVEDIR));
  where("removed");
  SHOW(access(".", F_OK));
  SHOW(access("..", F_OK));
  struct stat st;
  SHOW(stat(".", &st));
  SHOW(st.st_nlink);
  SHOW(open("x", O_CREAT | O_WRONLY, 0644));
  SHOW(open(".", O_RDONLY) >= 0);
  SHOW(mkdir("x", 0755));
  SHOW(symlink("y", "x"));
  SHOW(rename("x", "y"));
  SHOW(unlink("x"));
  SHOW(rmdir("."));
  SHOW(rmdir("../b"));
  SHOW(chdir("."));
  SHOW(chdir(".."));
  where("still removed or above");
  TRUTH(opendir("nothing") == NULL);
  SHOW(system("true"));
  SHOW(system("echo text > file 2>/dev/null || echo refused"));
  TRUTH(realpath(".", NULL) == NULL || true);
  MUST(fchdir(top));
  /* another directory takes the name */
  MUST(mkdir("c", 0755));
  MUST(chdir("c"));
  MUST(unlinkat(top, "c", AT_REMOVEDIR));
  MUST(mkdirat(top, "c", 0755));
  SHOW(open("x", O_CREAT | O_WRONLY, 0644));
  where("replaced");
  MUST(fchdir(top));
  show_directory("c");
  /* exchange two directories while in one */
  MUST(mkdir("e", 0755));
  MUST(mkdir("f", 0755));
  put("e/in-e", "1");
  put("f/in-f", "2");
  MUST(chdir("e"));
  SHOW(renameat2(top, "e", top, "f", RENAME_EXCHANGE));
  show_directory(".");
  where("exchanged");
  SHOW(system("pwd -P | sed 's,.*/,,'; ls"));
  MUST(fchdir(top));
  show_directory("e");
  return 0;
}
