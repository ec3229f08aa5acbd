#include "case.h"

static void other(void) {
  int fd = MUST(open("f", O_RDONLY));
  SHOW(flock(fd, LOCK_EX | LOCK_NB));
  SHOW(flock(fd, LOCK_SH | LOCK_NB));
}

static int inherited;

static void child_unlocks(void) { SHOW(flock(inherited, LOCK_UN)); }

int main(void) {
  int a = MUST(open("f", O_RDWR | O_CREAT, 0644));
  SHOW(flock(a, LOCK_EX));
  in_child(other);
  SHOW(flock(a, LOCK_SH));
  in_child(other);
  int b = MUST(open("f", O_RDWR));
  SHOW(flock(b, LOCK_EX | LOCK_NB));
  inherited = a;
  in_child(child_unlocks);
  SHOW(flock(b, LOCK_EX | LOCK_NB));
  SHOW(close(b));
  in_child(other);
  SHOW(flock(MUST(open(".", O_RDONLY)), LOCK_EX | LOCK_NB));
  SHOW(flock(a, 99));
  SHOW(flock(99, LOCK_EX));
  MUST(unlink("f"));
  SHOW(flock(a, LOCK_EX));
  SHOW(system("flock -n . -c 'echo free'; touch lock; flock lock -c 'flock -n lock -c true || echo held'"));
  return 0;
}
