#include <pthread.h>

#include "case.h"

enum { THREADS = 8, ROUNDS = 60 };
static int wrong[THREADS];

static void *work(void *argument) {
  int id = (int)(long)argument;
  char dir[16], a[32], b[32];
  snprintf(dir, sizeof dir, "t%d", id);
  snprintf(a, sizeof a, "t%d/a", id);
  snprintf(b, sizeof b, "t%d/b", id);
  wrong[id] += mkdir(dir, 0755) != 0;
  for (int i = 0; i < ROUNDS; i++) {
    int fd = open(a, O_RDWR | O_CREAT | O_EXCL, 0644);
    struct stat by_fd, by_path;
    wrong[id] += fd < 0 || write(fd, dir, 2) != 2;
    wrong[id] += fstat(fd, &by_fd) != 0 || stat(a, &by_path) != 0 || by_fd.st_ino != by_path.st_ino;
    wrong[id] += close(fd) != 0 || rename(a, b) != 0;
    FILE *file = fopen(b, "a+");
    wrong[id] += file == NULL || fputs("more", file) < 0 || fclose(file) != 0;
    wrong[id] += stat(b, &by_path) != 0 || by_path.st_size != 6 || by_path.st_ino != by_fd.st_ino;
    wrong[id] += stat(a, &by_path) != -1 || errno != ENOENT;
    DIR *stream = opendir(dir);
    int entries = 0;
    while (stream && readdir(stream)) entries++;
    wrong[id] += entries != 3;
    if (stream) closedir(stream);
    wrong[id] += unlink(b) != 0;
    if (i % 20 == 0) wrong[id] += system("true") != 0;
  }
  wrong[id] += rmdir(dir) != 0;
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, (void *)i);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < THREADS; i++) SHOW(wrong[i]);
  show_directory(".");
  return 0;
}
