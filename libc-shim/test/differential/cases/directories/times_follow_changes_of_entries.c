#include "case.h"

static struct stat last;

static void after(const char *what, int result) {
  struct stat st = stat_of("d");
  printf("%s = %d: mtime %s, ctime %s\n", what, result, compare_times(st.st_mtim, last.st_mtim) > 0 ? "later" : "same",
         compare_times(st.st_ctim, last.st_ctim) > 0 ? "later" : "same");
  last = st;
  tick();
}

int main(void) {
  MUST(mkdir("d", 0755));
  last = stat_of("d");
  tick();
  after("create", close(open("d/f", O_CREAT | O_WRONLY, 0644)));
  after("open again", close(open("d/f", O_CREAT | O_WRONLY, 0644)));
  after("write", truncate("d/f", 10));
  after("chmod of entry", chmod("d/f", 0600));
  after("link", link("d/f", "d/g"));
  after("rename inside", rename("d/g", "d/h"));
  after("rename to itself", rename("d/h", "d/h"));
  after("rename to another link", rename("d/h", "d/f"));
  after("rename out", rename("d/h", "out"));
  after("rename in", rename("out", "d/in"));
  after("mkdir", mkdir("d/sub", 0755));
  after("rmdir", rmdir("d/sub"));
  after("symlink", symlink("x", "d/l"));
  after("mkfifo", mkfifo("d/p", 0600));
  after("unlink", unlink("d/p"));
  after("failed unlink", unlink("d/p"));
  after("chmod", chmod("d", 0700));
  after("rename of itself", rename("d", "e") | rename("e", "d"));
  after("list", system("ls d >/dev/null"));
  return 0;
}
