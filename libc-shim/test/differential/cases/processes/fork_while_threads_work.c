#include <pthread.h>

#include "case.h"

static volatile int stop;

static void *churn(void *argument) {
  char name[16];
  snprintf(name, sizeof name, "churn%ld", (long)argument);
  while (!stop) {
    close(open(name, O_CREAT | O_WRONLY, 0644));
    struct stat st;
    stat(name, &st);
    unlink(name);
  }
  return NULL;
}

int main(void) {
  put("f", "x");
  pthread_t threads[2];
  for (long i = 0; i < 2; i++) pthread_create(&threads[i], NULL, churn, (void *)i);
  int wrong = 0;
  for (int i = 0; i < 60; i++) {
    pid_t pid = fork();
    if (pid == 0) {
      alarm(30);
      struct stat st;
      int bad = stat("f", &st) != 0;
      int fd = open("from-child", O_CREAT | O_WRONLY | O_EXCL, 0644);
      bad |= fd < 0;
      close(fd);
      bad |= unlink("from-child") != 0;
      _exit(bad);
    }
    int status;
    waitpid(pid, &status, 0);
    wrong += status != 0;
  }
  stop = 1;
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  SHOW(wrong);
  show_directory(".");
  return 0;
}
