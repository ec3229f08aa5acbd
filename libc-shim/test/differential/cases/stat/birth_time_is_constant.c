#include "case.h"

static struct statx look(const char *path) {
  struct statx sx;
  memset(&sx, 0, sizeof sx);
  MUST(statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &sx));
  return sx;
}

static bool same(struct statx a, struct statx b) {
  return a.stx_btime.tv_sec == b.stx_btime.tv_sec && a.stx_btime.tv_nsec == b.stx_btime.tv_nsec;
}

int main(void) {
  struct timespec before, after;
  clock_gettime(CLOCK_REALTIME, &before);
  put("f", "x");
  MUST(mkdir("d", 0755));
  MUST(symlink("f", "l"));
  clock_gettime(CLOCK_REALTIME, &after);
  struct statx f = look("f"), d = look("d"), l = look("l");
  TRUTH((f.stx_mask & STATX_BTIME) != 0);
  TRUTH(f.stx_btime.tv_sec >= before.tv_sec - 1 && f.stx_btime.tv_sec <= after.tv_sec + 1);
  TRUTH(d.stx_btime.tv_sec >= before.tv_sec - 1);
  tick();
  put("f", "rewritten");
  MUST(chmod("f", 0600));
  MUST(link("f", "g"));
  MUST(rename("f", "d/f"));
  put("d/other", "x");
  MUST(rename("d", "e"));
  MUST(rename("l", "m"));
  TRUTH(same(f, look("e/f")));
  TRUTH(same(f, look("g")));
  TRUTH(same(d, look("e")));
  TRUTH(same(l, look("m")));
  int fd = MUST(open("g", O_RDONLY));
  struct statx by_descriptor;
  SHOW(statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &by_descriptor));
  TRUTH(same(f, by_descriptor));
  tick();
  put("new", "x");
  struct statx young = look("new");
  TRUTH(young.stx_btime.tv_sec > f.stx_btime.tv_sec ||
        (young.stx_btime.tv_sec == f.stx_btime.tv_sec && young.stx_btime.tv_nsec > f.stx_btime.tv_nsec));
  return 0;
}
