/* needs: root */
#include "case.h"

static void change(void) {
  MUST(setgroups(0, NULL));
  MUST(setresgid(65534, 65534, 0));
  MUST(setresuid(0, 65534, 0));
  SHOW(access("secret", R_OK));
  SHOW(eaccess("secret", R_OK));
  SHOW(faccessat(AT_FDCWD, "secret", R_OK, AT_EACCESS));
  SHOW(open("secret", O_RDONLY));
  SHOW(close(open("public/by-nobody", O_CREAT | O_WRONLY, 0644)));
  show_file("public/by-nobody");
  SHOW(seteuid(0));
  SHOW(open("secret", O_RDONLY));
  SHOW(close(open("public/by-root", O_CREAT | O_WRONLY, 0644)));
  show_file("public/by-root");
  SHOW(setegid(0));
  SHOW(close(open("public/by-root-group", O_CREAT | O_WRONLY, 0644)));
  show_file("public/by-root-group");
  SHOW(setreuid(65534, 0));
  SHOW(access("secret", R_OK));
  SHOW(eaccess("secret", R_OK));
  SHOW(setuid(65534));
  SHOW(open("secret", O_RDONLY));
}

int main(void) {
  put("secret", "x");
  MUST(chmod("secret", 0600));
  umask(0);
  MUST(mkdir("public", 0777));
  in_child(change);
  return 0;
}
