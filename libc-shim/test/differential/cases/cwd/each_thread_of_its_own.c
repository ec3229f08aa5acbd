/* unshare(CLONE_FS): a thread with a working directory and umask of its own. */
#include <pthread.h>

#include "case.h"

static void *apart(void *unused) {
  MUST(unshare(CLONE_FS));
  MUST(chdir("d"));
  umask(0);
  SHOW(close(open("by-thread", O_CREAT | O_WRONLY, 0666)));
  show_directory(".");
  return unused;
}

int main(void) {
  MUST(mkdir("d", 0755));
  pthread_t thread;
  pthread_create(&thread, NULL, apart, NULL);
  pthread_join(thread, NULL);
  SHOW(close(open("by-main", O_CREAT | O_WRONLY, 0666)));
  show_directory(".");
  show_file("d/by-thread");
  show_file("by-main");
  return 0;
}
