#include "case.h"

int main(void) {
  put("f", "x");
  struct rlimit limit;
  MUST(getrlimit(RLIMIT_NOFILE, &limit));
  rlim_t hard = limit.rlim_max;
  limit.rlim_cur = 64;
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  SHOW(open("f", O_RDONLY));
  SHOW(mkdir("d", 0755));
  SHOW(dup2(3, 70));
  limit.rlim_cur = hard < 4096 ? hard : 4096;
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  SHOW(dup2(3, 70));
  int opened = 0;
  for (int i = 0; i < 1500; i++) opened += open("f", O_RDONLY) >= 0;
  SHOW(opened);
  struct stat st;
  SHOW(fstat(1000, &st));
  TRUTH(st.st_ino == stat_of("f").st_ino);
  limit.rlim_cur = 5;
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  SHOW(open("f", O_RDONLY));
  SHOW(stat("f", &st));
  SHOW(rename("d", "e"));
  limit.rlim_cur = 3;
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  SHOW(unlink("f"));
  SHOW(access("g", F_OK));
  return 0;
}
