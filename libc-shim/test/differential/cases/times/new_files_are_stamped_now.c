#include "case.h"

static struct timespec start;

static void check(const char *path) {
  struct stat st = stat_of(path);
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  bool good = true;
  const struct timespec *times[] = {&st.st_atim, &st.st_mtim, &st.st_ctim};
  for (int i = 0; i < 3; i++) {
    long ns = (times[i]->tv_sec - start.tv_sec) * 1000000000L + times[i]->tv_nsec - start.tv_nsec;
    good = good && ns > -20000000L && compare_times(*times[i], now) <= 0;
  }
  printf("%s: %s\n", path, good ? "stamped between start and now" : "WRONG");
  TRUTH(st.st_mtim.tv_sec == st.st_ctim.tv_sec && labs(st.st_mtim.tv_nsec - st.st_ctim.tv_nsec) < 100000000L);
}

int main(void) {
  clock_gettime(CLOCK_REALTIME, &start);
  MUST(close(MUST(open("file", O_CREAT | O_WRONLY, 0644))));
  MUST(mkdir("directory", 0755));
  MUST(symlink("x", "symlink"));
  MUST(mkfifo("fifo", 0600));
  check("file");
  check("directory");
  check("symlink");
  check("fifo");
  return 0;
}
