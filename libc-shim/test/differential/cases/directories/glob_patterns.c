#include <glob.h>
#include <libgen.h>

#include "case.h"

static void match(const char *pattern, int flags) {
  glob_t found;
  int result = glob(pattern, flags, NULL, &found);
  printf("%s (%#x) = %d:", pattern, flags, result);
  if (result == 0) {
    for (size_t i = 0; i < found.gl_pathc; i++) printf(" %s", found.gl_pathv[i]);
    globfree(&found);
  }
  puts("");
}

int main(void) {
  MUST(mkdir("d", 0755));
  MUST(mkdir("d/e", 0755));
  put("a.c", "");
  put("b.c", "");
  put("d/x.h", "");
  put("d/e/y.h", "");
  put(".hidden", "");
  put("we[ird", "");
  MUST(symlink("d", "l"));
  MUST(symlink("missing", "dangling"));
  match("*", 0);
  match("*.c", 0);
  match("?.c", 0);
  match("[ab].c", 0);
  match("[!a].c", 0);
  match("*/*.h", 0);
  match("*/", 0);
  match("*", GLOB_MARK);
  match("d/*/*", 0);
  match("{a,b,z}.c", GLOB_BRACE);
  match("{d,l}/{x,y}.h", GLOB_BRACE);
  match("{zz,yy}", GLOB_BRACE | GLOB_NOMAGIC);
  match(".*", 0);
  match("*", GLOB_PERIOD);
  match("nothing*", 0);
  match("nothing*", GLOB_NOCHECK);
  match("plain", GLOB_NOMAGIC);
  match("a.c", 0);
  match("we\\[ird", 0);
  match("we[[]ird", 0);
  match("*", GLOB_ONLYDIR);
  match("dang*", 0);
  match("./*.c", 0);
  match("../*/a.c", GLOB_NOSORT);
  char here[PATH_MAX + 8];
  MUST(getcwd(here, PATH_MAX) ? 0 : -1);
  strcat(here, "/*.c");
  match(here, 0);
  setenv("HOME", dirname(here), 1);
  match("~/*.c", GLOB_TILDE);
  match("~no-such-user/*", GLOB_TILDE);
  match("~no-such-user/*", GLOB_TILDE_CHECK);
  glob_t found;
  SHOW(glob("a.c", 0, NULL, &found));
  SHOW(glob("b.c", GLOB_APPEND, NULL, &found));
  SHOW(found.gl_pathc);
  SHOW(glob64("*.c", 0, NULL, (glob64_t *)&found));
  SHOW(found.gl_pathc);
  return 0;
}
