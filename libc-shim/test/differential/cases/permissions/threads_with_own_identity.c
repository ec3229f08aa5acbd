/* setfsuid is per thread: the file system sees the thread's identity. */
/* needs: root */
#include <pthread.h>
#include <sys/fsuid.h>

#include "case.h"

static void *as_nobody(void *unused) {
  setfsgid(65534);
  setfsuid(65534);
  SHOW(open("secret", O_RDONLY));
  SHOW(close(open("public/by-thread", O_CREAT | O_WRONLY, 0644)));
  show_file("public/by-thread");
  return unused;
}

int main(void) {
  put("secret", "x");
  MUST(chmod("secret", 0600));
  umask(0);
  MUST(mkdir("public", 0777));
  pthread_t thread;
  pthread_create(&thread, NULL, as_nobody, NULL);
  pthread_join(thread, NULL);
  SHOW(open("secret", O_RDONLY));
  SHOW(close(open("public/by-main", O_CREAT | O_WRONLY, 0644)));
  show_file("public/by-main");
  setfsuid(65534);
  SHOW(open("secret", O_RDONLY));
  SHOW(unlink("public/by-main"));
  setfsuid(0);
  SHOW(open("secret", O_RDONLY));
  return 0;
}
