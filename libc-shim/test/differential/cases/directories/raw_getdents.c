#include "case.h"

static int read_all(int fd, size_t size, int (*get)(int, void *, size_t)) {
  char buffer[4096];
  int names = 0, calls = 0;
  long length;
  while ((length = get(fd, buffer, size)) > 0) {
    calls++;
    for (long at = 0; at < length;) {
      struct dirent64 *entry = (struct dirent64 *)(buffer + at);
      struct stat st;
      names += lstat(entry->d_name, &st) == 0 && st.st_ino == entry->d_ino && entry->d_reclen % 8 == 0;
      at += entry->d_reclen;
    }
  }
  if (length < 0) printf("getdents64: %s\n", errno_name(errno));
  TRUTH(calls > 0);
  return names;
}

static int by_syscall(int fd, void *buffer, size_t size) { return syscall(SYS_getdents64, fd, buffer, size); }
static int by_wrapper(int fd, void *buffer, size_t size) { return getdents64(fd, buffer, size); }

int main(void) {
  for (int i = 0; i < 100; i++) {
    char name[32];
    snprintf(name, sizeof name, "entry-%d", i);
    put(name, "");
  }
  int fd = MUST(open(".", O_RDONLY | O_DIRECTORY));
  SHOW(read_all(fd, 4096, by_syscall));
  SHOW(by_syscall(fd, (char[64]){0}, 64));
  SHOW(lseek(fd, 0, SEEK_SET));
  SHOW(read_all(fd, 300, by_wrapper));
  SHOW(lseek(fd, 0, SEEK_SET));
  SHOW(read_all(fd, 4096, by_wrapper));
  SHOW(lseek(fd, 0, SEEK_SET));
  SHOW(by_wrapper(fd, (char[8]){0}, 8));
  SHOW(by_syscall(MUST(open("entry-1", O_RDONLY)), (char[64]){0}, 64));
  SHOW(by_syscall(99, (char[64]){0}, 64));
  SHOW(lseek(fd, 0, SEEK_SET));
  struct dirent64 *first = (struct dirent64 *)(char[64]){0}, *again = (struct dirent64 *)(char[64]){0};
  TRUTH(by_syscall(fd, first, 48) > 0);
  TRUTH(lseek(fd, 0, SEEK_CUR) != 0);
  SHOW(lseek(fd, 0, SEEK_SET));
  TRUTH(by_syscall(fd, again, 48) > 0);
  TRUTH(strcmp(first->d_name, again->d_name) == 0);
  SHOW(system("rm entry-*"));
  return 0;
}
