#include "case.h"

int main(int argc, char **argv) {
  if (argc > 1) {
    struct stat path, open_file;
    MUST(stat("f", &path));
    MUST(fstat(5, &open_file));
    printf("%s\n", path.st_ino == strtoul(argv[1], NULL, 10) ? "same by path" : "other by path");
    printf("%s\n", open_file.st_ino == path.st_ino ? "same by descriptor" : "other by descriptor");
    return 0;
  }
  put("f", "x");
  MUST(dup2(MUST(open("f", O_RDONLY)), 5));
  char number[32];
  snprintf(number, sizeof number, "%lu", (unsigned long)stat_of("f").st_ino);
  pid_t pid = fork();
  if (pid == 0) {
    struct stat st;
    MUST(stat("f", &st));
    TRUTH(st.st_ino == strtoul(number, NULL, 10));
    MUST(fstat(5, &st));
    TRUTH(st.st_ino == strtoul(number, NULL, 10));
    execl(argv[0], argv[0], number, NULL);
  }
  reap(pid);
  return 0;
}
