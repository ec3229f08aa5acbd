#include <pthread.h>

#include "case.h"

enum { THREADS = 6, ROUNDS = 50 };
static pthread_barrier_t barrier;
static int winners[ROUNDS];
static char name[32];

static void *race(void *argument) {
  for (int i = 0; i < ROUNDS; i++) {
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) snprintf(name, sizeof name, "n%d", i);
    pthread_barrier_wait(&barrier);
    int won;
    switch (i % 4) {
      case 0: {
        int fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0644);
        won = fd >= 0;
        if (won) close(fd);
        break;
      }
      case 1:
        won = mkdir(name, 0755) == 0;
        break;
      case 2:
        won = symlink("x", name) == 0;
        break;
      default:
        won = link("source", name) == 0;
    }
    __atomic_add_fetch(&winners[i], won, __ATOMIC_SEQ_CST);
    pthread_barrier_wait(&barrier);
    if (remove(name) == 0) __atomic_add_fetch(&winners[i], 100, __ATOMIC_SEQ_CST);
  }
  return argument;
}

int main(void) {
  put("source", "x");
  pthread_barrier_init(&barrier, NULL, THREADS);
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, race, NULL);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  int wrong = 0;
  for (int i = 0; i < ROUNDS; i++) wrong += winners[i] != 101;
  SHOW(wrong);
  show_directory(".");
  return 0;
}
