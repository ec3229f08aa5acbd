/* What a watch tells of a directory of which nothing was on this machine: what programs do there, no more. */
/* parts: cold start between */
#include <signal.h>
#include <sys/inotify.h>

#include "case.h"

static int watcher;

static void drain(const char *when) {
  char buffer[8192] __attribute__((aligned(8)));
  ssize_t length = read(watcher, buffer, sizeof buffer);
  printf("%s:", when);
  for (char *at = buffer; at < buffer + length;) {
    struct inotify_event *event = (struct inotify_event *)at;
    printf(" %d:%#x(%s)", event->wd, event->mask, event->len ? event->name : "");
    at += sizeof *event + event->len;
  }
  puts("");
}

static void prepare(void) {
  MUST(mkdir("d", 0755));
  MUST(mkdir("d/sub", 0755));
  MUST(mkdir("d/sub/deep", 0755));
  put("d/sub/deep/f", "deep");
  put("d/sub/g", "g");
  put("d/a", "a file");
  put("d/b", "another file");
  put("alone", "watched itself");
  MUST(link("alone", "d/linked"));
  MUST(symlink("a", "d/link"));
  MUST(mkdir("n", 0755));
  put("n/there", "x");
}

static volatile sig_atomic_t told;

static void count(int signal) {
  (void)signal;
  told++;
}

static void look_everywhere(void) {
  struct stat st;
  SHOW(stat("d/a", &st));
  SHOW(stat("d/missing", &st));
  SHOW(lstat("d/link", &st));
  SHOW(stat("d/sub/g", &st));
  SHOW(stat("d/sub/deep/f", &st));
  SHOW(access("d/b", R_OK));
  SHOW(stat("d/linked", &st));
  printf("%d names\n", (int)st.st_nlink);
}

static void use(void) {
  watcher = MUST(inotify_init1(IN_NONBLOCK));
  SHOW(inotify_add_watch(watcher, "d", IN_ALL_EVENTS & ~(IN_ATTRIB | IN_ACCESS)));
  SHOW(inotify_add_watch(watcher, "alone", IN_ALL_EVENTS & ~IN_ACCESS));
  SHOW(inotify_add_watch(watcher, "d/missing", IN_ALL_EVENTS));
  drain("at first");
  look_everywhere();
  drain("looked at");
  int fd = MUST(open("d/a", O_RDONLY));
  drain("opened");
  close(fd);
  drain("closed");
  fd = MUST(open("alone", O_RDWR));
  drain("opened for writing");
  MUST(write(fd, "W", 1));
  close(fd);
  drain("written");
  MUST(rename("d/b", "d/c"));
  MUST(link("d/a", "d/new"));
  MUST(unlink("d/linked"));
  drain("names changed");
  put("d/sub/more", "below");
  drain("below");

  signal(SIGUSR1, count);
  fd = MUST(open("n", O_RDONLY | O_DIRECTORY));
  SHOW(fcntl(fd, F_SETSIG, SIGUSR1));
  SHOW(fcntl(fd, F_NOTIFY, DN_CREATE | DN_DELETE | DN_MULTISHOT));
  struct stat st;
  SHOW(stat("n/there", &st));
  printf("told %d times\n", (int)told);
  put("n/new", "x");
  printf("told %s\n", told > 0 ? "of the new file" : "nothing");
  SHOW(fcntl(fd, F_NOTIFY, 0));
  int file = MUST(open("n/there", O_RDONLY));
  SHOW(fcntl(file, F_NOTIFY, DN_CREATE));
  SHOW(fcntl(-1, F_NOTIFY, DN_CREATE));
}

PARTS(prepare, use)
