/* needs: root
   renameat2 with every flag, between every pair of types. */
#include "case.h"

#ifndef RENAME_WHITEOUT
#define RENAME_WHITEOUT 4
#endif

static void make(const char *path, char type) {
  switch (type) {
    case 'f':
      put(path, path);
      break;
    case 'd':
      MUST(mkdir(path, 0755));
      break;
    case 'n': {
      MUST(mkdir(path, 0755));
      char inner[64];
      snprintf(inner, sizeof inner, "%s/in", path);
      put(inner, path);
      break;
    }
    case 'l':
      MUST(symlink(path, path));
      break;
    case 'p':
      MUST(mkfifo(path, 0600));
      break;
    default:
      break;
  }
}

static void clear(void) { MUST(system("rm -rf a b")); }

int main(void) {
  const char types[] = "fdnlp-";
  const unsigned flags[] = {0, RENAME_NOREPLACE, RENAME_EXCHANGE, RENAME_WHITEOUT, RENAME_WHITEOUT | RENAME_NOREPLACE,
                            RENAME_NOREPLACE | RENAME_EXCHANGE, RENAME_WHITEOUT | RENAME_EXCHANGE, 1 << 5};
  for (const char *from = types; *from; from++) {
    for (const char *to = types; *to; to++) {
      for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        make("a", *from);
        make("b", *to);
        int result = renameat2(AT_FDCWD, "a", AT_FDCWD, "b", flags[i]);
        printf("%c onto %c, %u: %s;", *from, *to, flags[i], result == 0 ? "ok" : errno_name(errno));
        struct stat st;
        printf(" a %s", lstat("a", &st) == 0 ? type_name(st.st_mode) : "-");
        if (lstat("a", &st) == 0 && S_ISCHR(st.st_mode)) printf(" %lu links %lu", st.st_rdev, (unsigned long)st.st_nlink);
        printf(" b %s\n", lstat("b", &st) == 0 ? type_name(st.st_mode) : "-");
        clear();
      }
    }
  }
  /* counts and parents after exchanges */
  MUST(mkdir("one", 0755));
  MUST(mkdir("two", 0755));
  MUST(mkdir("one/d", 0755));
  put("one/d/inner", "i");
  put("two/f", "f");
  SHOW(renameat2(AT_FDCWD, "one/d", AT_FDCWD, "two/f", RENAME_EXCHANGE));
  SHOW(stat_of("one").st_nlink);
  SHOW(stat_of("two").st_nlink);
  TRUTH(stat_of("two/f/..").st_ino == stat_of("two").st_ino);
  show_contents("two/f/inner");
  show_contents("one/d");
  SHOW(renameat2(AT_FDCWD, "one", AT_FDCWD, "two/f/inside", 0));
  SHOW(renameat2(AT_FDCWD, "two", AT_FDCWD, "two/f/inside", 0));
  SHOW(renameat2(AT_FDCWD, "two", AT_FDCWD, "two/f", RENAME_EXCHANGE));
  SHOW(renameat2(AT_FDCWD, "two/f", AT_FDCWD, "two", RENAME_EXCHANGE));
  SHOW(renameat2(AT_FDCWD, ".", AT_FDCWD, "x", 0));
  SHOW(renameat2(AT_FDCWD, "two/..", AT_FDCWD, "x", 0));
  SHOW(renameat2(AT_FDCWD, "two/f/inside/d", AT_FDCWD, "two/f/inside/d", RENAME_EXCHANGE));
  put("h", "h");
  MUST(link("h", "h2"));
  SHOW(renameat2(AT_FDCWD, "h", AT_FDCWD, "h2", 0));
  SHOW(stat_of("h").st_nlink);
  SHOW(renameat2(AT_FDCWD, "h", AT_FDCWD, "h2", RENAME_NOREPLACE));
  SHOW(renameat2(AT_FDCWD, "h", AT_FDCWD, "h2", RENAME_EXCHANGE));
  show_directory(".");
  show_directory("two");
  return 0;
}
