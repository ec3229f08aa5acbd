/* Mappings: shared and private, msync, mremap, protection, and SIGBUS beyond the end. */
#include <setjmp.h>

#include "case.h"

static sigjmp_buf back;
static void caught(int number) { siglongjmp(back, number); }

static const char *touch(volatile char *at, bool writing) {
  int number = sigsetjmp(back, 1);
  if (number != 0) return number == SIGBUS ? "SIGBUS" : "SIGSEGV";
  if (writing) *at = 'w';
  static char seen[2];
  seen[0] = *at ? *at : '0';
  return seen;
}

int main(void) {
  signal(SIGBUS, caught);
  signal(SIGSEGV, caught);
  int fd = MUST(open("f", O_RDWR | O_CREAT, 0644));
  MUST(ftruncate(fd, 4 * 4096));
  char *shared = mmap(NULL, 8 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  char *private = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  MUST(close(fd));
  puts(touch(shared, true));
  puts(touch(shared + 3 * 4096, true));
  puts(touch(shared + 4 * 4096, false));
  puts(touch(private, false));
  puts(touch(private + 4096, true));
  SHOW(truncate("f", 4096 + 10));
  puts(touch(shared + 4096, true));
  puts(touch(shared + 4096 + 11, true));
  puts(touch(shared + 2 * 4096, false));
  puts(touch(private + 4096, false));
  puts(touch(private + 3 * 4096, false));
  SHOW(truncate("f", 3 * 4096));
  puts(touch(shared + 2 * 4096, true));
  puts(touch(shared + 4096 + 11, false));
  fd = MUST(open("f", O_RDWR));
  SHOW(pwrite(fd, "written", 7, 100));
  TRUTH(memcmp(shared + 100, "written", 7) == 0);
  memcpy(shared + 200, "mapped", 6);
  char text[8] = {0};
  SHOW(pread(fd, text, 6, 200));
  puts(text);
  TRUTH(private[200] == 'm' || private[200] == 0);
  SHOW(msync(shared, 4096, MS_SYNC));
  SHOW(msync(shared, 4096, MS_ASYNC));
  SHOW(msync(shared, 4096, MS_INVALIDATE));
  SHOW(msync(shared, 4096, MS_SYNC | MS_ASYNC));
  SHOW(msync(shared + 1, 4096, MS_SYNC));
  char *moved = mremap(shared, 8 * 4096, 16 * 4096, MREMAP_MAYMOVE);
  TRUTH(moved != MAP_FAILED && memcmp(moved + 200, "mapped", 6) == 0);
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
  puts(touch(moved + 200, false));
  int read_only = MUST(open("f", O_RDONLY));
  TRUTH(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, read_only, 0) == MAP_FAILED && errno == EACCES);
  char *seen = mmap(NULL, 4096, PROT_READ, MAP_SHARED, read_only, 0);
  SHOW(mprotect(seen, 4096, PROT_READ | PROT_WRITE));
  puts(touch(seen, true));
  int write_only = MUST(open("f", O_WRONLY));
  TRUTH(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, write_only, 0) == MAP_FAILED && errno == EACCES);
  TRUTH(mmap(NULL, 0, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == EINVAL);
  TRUTH(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 100) == MAP_FAILED && errno == EINVAL);
  TRUTH(mmap(NULL, 4096, PROT_READ, MAP_SHARED, MUST(open(".", O_RDONLY)), 0) == MAP_FAILED && errno == ENODEV);
  /* a mapping outlives the name and the descriptor; a child shares it */
  MUST(unlink("f"));
  pid_t pid = MUST(fork());
  if (pid == 0) {
    memcpy(moved + 5000, "child", 5);
    _exit(0);
  }
  reap(pid);
  SHOW(pread(fd, text, 5, 5000));
  puts(text);
  SHOW(ftruncate(fd, 0));
  puts(touch(moved, false));
  /* mtime moves when a mapping is written */
  put("g", "0123456789");
  fd = MUST(open("g", O_RDWR));
  char *g = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  struct stat before = stat_of("g");
  tick();
  g[0] = 'm';
  MUST(msync(g, 4096, MS_SYNC));
  TRUTH(compare_times(before.st_mtim, stat_of("g").st_mtim) < 0);
  MUST(munmap(g, 4096));
  show_contents("g");
  return 0;
}
