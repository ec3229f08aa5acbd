/* A number that meant one file means another afterwards, in every call. */
#include "case.h"

static void identify(int fd) {
  struct stat st;
  if (fstat(fd, &st) != 0) {
    printf("%d: %s\n", fd, errno_name(errno));
  } else if (access("f", F_OK) == 0 && st.st_ino == stat_of("f").st_ino) {
    printf("%d: f, size %lld\n", fd, (long long)st.st_size);
  } else if (st.st_ino == stat_of("g").st_ino) {
    printf("%d: g, size %lld\n", fd, (long long)st.st_size);
  } else {
    printf("%d: %s\n", fd, type_name(st.st_mode));
  }
}

int main(void) {
  put("f", "1");
  put("g", "22");
  MUST(mkdir("d", 0755));
  put("d/in-d", "x");
  int f = MUST(open("f", O_RDONLY)), g = MUST(open("g", O_RDONLY)), null = MUST(open("/dev/null", O_RDONLY));
  int d = MUST(open("d", O_RDONLY)), etc = MUST(open("/etc", O_RDONLY)), ends[2];
  MUST(pipe(ends));
  identify(f);
  SHOW(dup2(g, f));
  identify(f);
  SHOW(dup2(null, f));
  identify(f);
  SHOW(dup2(g, null));
  identify(null);
  SHOW(dup2(ends[0], g));
  identify(g);
  SHOW(dup2(d, etc));
  SHOW(openat(etc, "in-d", O_RDONLY));
  SHOW(openat(etc, "passwd", O_RDONLY));
  SHOW(dup2(MUST(open("/etc", O_RDONLY)), d));
  SHOW(openat(d, "in-d", O_RDONLY));
  SHOW(openat(d, "passwd", O_RDONLY));
  SHOW(close(f));
  SHOW(open("g", O_RDONLY));
  identify(f);
  FILE *stream = fopen("f", "r");
  int number = fileno(stream);
  fclose(stream);
  SHOW(open("g", O_RDONLY) == number);
  identify(number);
  DIR *dir = opendir("d");
  number = dirfd(dir);
  closedir(dir);
  SHOW(open("f", O_RDONLY) == number);
  identify(number);
  return 0;
}
