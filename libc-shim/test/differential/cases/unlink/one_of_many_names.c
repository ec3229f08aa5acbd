// A file that loses one of its names, removed or taken by another file, tells by the others one link less and a later
// change; whichever name it is.
#include "case.h"

enum { NAMES = 120 };

static struct stat last;

static char *name_of(int number) {
  static char name[32];
  sprintf(name, "d/l%d", number);
  return name;
}

static void report(const char *what, int result) {
  struct stat st = stat_of("kept");
  int order = compare_times(st.st_ctim, last.st_ctim);
  printf("%s = %d: %d links, %s, ctime %s\n", what, result, (int)(st.st_nlink - last.st_nlink),
         st.st_ino == last.st_ino ? "the same file" : "ANOTHER FILE", order > 0 ? "later" : order < 0 ? "EARLIER" : "same");
  last = st;
}

static void report_unlink(const char *what, int number) {
  if (number % 40 == 0) tick();
  int result = unlink(name_of(number));
  if (number % 40 == 0) report(what, result);
}

int main(void) {
  MUST(mkdir("d", 0777));
  put("kept", "text");
  last = stat_of("kept");
  for (int i = 0; i < NAMES; i++) MUST(link("kept", name_of(i)));
  tick();
  report("nothing", 0);
  for (int i = 0; i < NAMES / 3; i++) report_unlink("unlink", i);
  for (int i = NAMES; --i >= 2 * NAMES / 3;) report_unlink("unlink backwards", i);
  tick();
  report("some", 0);

  put("other", "other");
  tick();
  report("rename another over", rename("other", name_of(50)));
  tick();
  report("rename one over the other", rename(name_of(51), name_of(52)));
  tick();
  report("rename one", rename(name_of(53), "d/moved"));
  put("third", "third");
  tick();
  report("exchange", renameat2(AT_FDCWD, "third", AT_FDCWD, "d/moved", RENAME_EXCHANGE));
  tick();
  int fd = MUST(open(name_of(54), O_RDONLY));
  report("unlink an open one", unlink(name_of(54)));
  struct stat st;
  MUST(fstat(fd, &st));
  printf("by the descriptor the same: %d links, ctime %d\n", st.st_nlink == last.st_nlink,
         compare_times(st.st_ctim, last.st_ctim));
  return 0;
}
