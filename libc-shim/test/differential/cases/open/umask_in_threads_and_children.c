#include <pthread.h>

#include "case.h"

static void *change(void *unused) {
  printf("thread saw %03o\n", umask(077));
  return unused;
}

static void child(void) {
  printf("child saw %03o\n", umask(0));
  close(open("by-child", O_CREAT | O_WRONLY, 0666));
}

int main(void) {
  printf("at first %03o\n", umask(027));
  close(open("before", O_CREAT | O_WRONLY, 0666));
  pthread_t thread;
  pthread_create(&thread, NULL, change, NULL);
  pthread_join(thread, NULL);
  close(open("after-thread", O_CREAT | O_WRONLY, 0666));
  in_child(child);
  close(open("after-child", O_CREAT | O_WRONLY, 0666));
  SHOW(system("umask; : > by-shell; umask 002; : > by-shell-002"));
  mkdir("directory", 0777);
  show_file("before");
  show_file("after-thread");
  show_file("by-child");
  show_file("after-child");
  show_file("by-shell");
  show_file("by-shell-002");
  show_file("directory");
  return 0;
}
