/* Threads use the tree in every way while others fork; each child uses it at once, and forks again. */
#include <pthread.h>

#include "case.h"

enum { WORKERS = 3, FORKERS = 2, FORKS = 25 };

static volatile int stop;

static int all_kinds(const char *name) {
  char other[64], line[16] = "";
  struct stat st;
  snprintf(other, sizeof other, "%s.other", name);
  int wrong = 0;
  FILE *file = fopen(name, "w");
  wrong += file == NULL || fputs("text", file) < 0 || fclose(file) != 0;
  wrong += stat(name, &st) != 0 || st.st_size != 4;
  wrong += rename(name, other) != 0;
  DIR *dir = opendir(".");
  wrong += dir == NULL || readdir(dir) == NULL;
  if (dir != NULL) closedir(dir);
  file = fopen(other, "r");
  wrong += file == NULL || fgets(line, sizeof line, file) == NULL || strcmp(line, "text") != 0;
  if (file != NULL) fclose(file);
  char *real = realpath(other, NULL);
  wrong += real == NULL;
  free(real);
  wrong += unlink(other) != 0;
  return wrong;
}

static void *work(void *number) {
  char name[32];
  snprintf(name, sizeof name, "w%ld", (long)number);
  long wrong = 0;
  while (!stop) wrong += all_kinds(name);
  return (void *)wrong;
}

static int child(const char *name) {
  alarm(40);
  int wrong = all_kinds(name);
  pid_t pid = fork();
  if (pid == 0) _exit(all_kinds(name));
  int status = -1;
  waitpid(pid, &status, 0);
  wrong += status != 0;
  FILE *pipe = popen("echo said", "r");
  char line[16] = "";
  wrong += pipe == NULL || fgets(line, sizeof line, pipe) == NULL || pclose(pipe) != 0;
  return wrong;
}

static void *forker(void *number) {
  char name[32];
  long wrong = 0;
  for (int i = 0; i < FORKS; i++) {
    snprintf(name, sizeof name, "c%ld.%d", (long)number, i);
    pid_t pid = fork();
    if (pid == 0) _exit(child(name));
    int status = -1;
    waitpid(pid, &status, 0);
    wrong += status != 0;
  }
  return (void *)wrong;
}

int main(void) {
  pthread_t workers[WORKERS], forkers[FORKERS];
  for (long i = 0; i < WORKERS; i++) pthread_create(&workers[i], NULL, work, (void *)i);
  for (long i = 0; i < FORKERS; i++) pthread_create(&forkers[i], NULL, forker, (void *)i);
  void *wrong;
  for (int i = 0; i < FORKERS; i++) {
    pthread_join(forkers[i], &wrong);
    SHOW((long)wrong);
  }
  stop = 1;
  for (int i = 0; i < WORKERS; i++) {
    pthread_join(workers[i], &wrong);
    SHOW((long)wrong);
  }
  show_directory(".");
  return 0;
}
