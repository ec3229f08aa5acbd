/* Six processes append records of odd lengths by every writing call: none is torn, lost or repeated. */
#include <sys/sendfile.h>

#include "case.h"

enum { WRITERS = 6, RECORDS = 300, LONGEST = 5000 };

static size_t record(int writer, int i, char into[LONGEST + 64]) {
  int length = 20 + (writer * 7919 + i * 104729) % LONGEST;
  int head = sprintf(into, "<%d:%d:%d:", writer, i, length);
  memset(into + head, 'a' + writer, (size_t)length);
  into[head + length] = '\n';
  return (size_t)(head + length + 1);
}

static void writer(int number) {
  int fd = MUST(open("log", O_WRONLY | O_CREAT | O_APPEND, 0644));
  char text[LONGEST + 64];
  for (int i = 0; i < RECORDS; i++) {
    size_t length = record(number, i, text);
    ssize_t wrote;
    struct iovec parts[3] = {{text, 5}, {text + 5, 7}, {text + 12, length - 12}};
    switch (number % 3) {
      case 0:
        wrote = write(fd, text, length);
        break;
      case 1:
        wrote = writev(fd, parts, 3);
        break;
      default:
        wrote = pwrite(fd, text, length, 0); /* Linux appends all the same */
        break;
    }
    if (wrote != (ssize_t)length) _exit(2);
    if (i % 50 == 49) {
      close(fd);
      fd = open("log", O_WRONLY | O_APPEND);
    }
  }
  _exit(0);
}

int main(void) {
  for (int i = 0; i < WRITERS; i++) {
    if (MUST(fork()) == 0) writer(i);
  }
  for (int i = 0; i < WRITERS; i++) {
    int status;
    wait(&status);
    SHOW(status);
  }
  FILE *log = fopen("log", "r");
  static char line[LONGEST + 64], expected[LONGEST + 64];
  int next[WRITERS] = {0}, wrong = 0, lines = 0;
  while (fgets(line, sizeof line, log)) {
    int who = -1, number = -1;
    lines++;
    if (sscanf(line, "<%d:%d:", &who, &number) != 2 || who < 0 || who >= WRITERS || number != next[who]++) {
      wrong++;
      continue;
    }
    expected[record(who, number, expected)] = '\0';
    wrong += strcmp(line, expected) != 0;
  }
  fclose(log);
  SHOW(lines);
  SHOW(wrong);
  SHOW(stat_of("log").st_size);
  MUST(unlink("log"));
  return 0;
}
