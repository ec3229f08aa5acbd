/* Watching a directory of the tree with inotify. */
#include <sys/inotify.h>

#include "case.h"

static int watcher;

static void drain(const char *when) {
  char buffer[8192] __attribute__((aligned(8)));
  ssize_t length = read(watcher, buffer, sizeof buffer);
  printf("%s:", when);
  for (char *at = buffer; at < buffer + length;) {
    struct inotify_event *event = (struct inotify_event *)at;
    printf(" %#x(%s)", event->mask, event->len ? event->name : "");
    at += sizeof *event + event->len;
  }
  puts("");
}

int main(void) {
  MUST(mkdir("d", 0755));
  watcher = MUST(inotify_init1(IN_NONBLOCK));
  SHOW(inotify_add_watch(watcher, "d", IN_CREATE | IN_DELETE | IN_MOVE | IN_MODIFY | IN_CLOSE_WRITE));
  SHOW(inotify_add_watch(watcher, "missing", IN_CREATE));
  put("d/f", "x");
  drain("put");
  MUST(rename("d/f", "d/g"));
  drain("rename");
  MUST(mkdir("d/sub", 0755));
  drain("mkdir");
  MUST(unlink("d/g"));
  drain("unlink");
  SHOW(inotify_rm_watch(watcher, 1));
  return 0;
}
