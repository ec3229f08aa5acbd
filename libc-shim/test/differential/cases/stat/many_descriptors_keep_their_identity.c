#include "case.h"

int main(void) {
  enum { FILES = 300 };
  ino_t inodes[FILES];
  int fds[FILES];
  for (int i = 0; i < FILES; i++) {
    char name[16];
    snprintf(name, sizeof name, "f%d", i);
    fds[i] = MUST(open(name, O_RDWR | O_CREAT, 0644));
    inodes[i] = stat_of(name).st_ino;
  }
  int wrong = 0, shared = 0;
  for (int i = 0; i < FILES; i++) {
    struct stat st;
    wrong += fstat(fds[i], &st) != 0 || st.st_ino != inodes[i] || st.st_nlink != 1;
    for (int k = 0; k < i; k++) shared += inodes[i] == inodes[k];
  }
  SHOW(wrong);
  SHOW(shared);
  for (int i = 0; i < FILES; i += 2) close(fds[i]);
  for (int i = 0; i < FILES; i += 2) {
    char name[16];
    snprintf(name, sizeof name, "f%d", (i + 1) % FILES);
    fds[i] = MUST(open(name, O_RDONLY));
  }
  wrong = 0;
  for (int i = 0; i < FILES; i++) {
    struct stat st;
    wrong += fstat(fds[i], &st) != 0 || st.st_ino != inodes[i % 2 ? i : (i + 1) % FILES];
  }
  SHOW(wrong);
  for (int i = 0; i < FILES; i++) {
    char name[16];
    snprintf(name, sizeof name, "f%d", i);
    unlink(name);
  }
  return 0;
}
