// All numbers below the limit are the program's, and the tree can be changed while none is free.
#include "case.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

enum { LIMIT = 300 };

static int open_again(void) { return open("f", O_RDONLY); }
static int create_file(void) { return open("g", O_CREAT | O_RDWR, 0644); }
static int duplicate(void) { return dup(0); }
static int duplicate_from(void) { return fcntl(0, F_DUPFD, 3); }
static int make_socket(void) { return socket(AF_UNIX, SOCK_STREAM, 0); }
static int make_epoll(void) { return epoll_create1(0); }
static int make_eventfd(void) { return eventfd(0, 0); }
static int make_pipe(void) {
  int ends[2];
  return pipe(ends) == 0 ? ends[1] : -1;
}

static void fill(const char *what, int (*make)(void)) {
  int made = 0;
  while (make() >= 0) made++;
  printf("%s: %d made, then %s\n", what, made, errno_name(errno));
}

// With no number free.
static void change_the_tree(void) {
  struct stat status;
  SHOW(stat("f", &status));
  SHOW(mkdir("d", 0755));
  SHOW(rename("d", "e"));
  SHOW(chmod("f", 0600));
  SHOW(link("f", "h"));
  SHOW(unlink("h"));
  SHOW(rmdir("e"));
  SHOW(truncate("f", 1));
  TRUTH(open("new", O_CREAT | O_WRONLY, 0644) >= 0);
  SHOW(access("new", F_OK));
}

static void child_fills(const char *what, int (*make)(void)) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    struct stat status;
    SHOW(stat("f", &status));  // the child has a connection of its own
    fill(what, make);
    change_the_tree();
    fflush(stdout);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  printf("%s: status %d\n", what, status);
}

int main(void) {
  put("f", "x");
  const struct rlimit below = {LIMIT, LIMIT + 100}, at = {LIMIT, LIMIT};
  MUST(setrlimit(RLIMIT_NOFILE, &below));
  child_fills("open", open_again);
  child_fills("create", create_file);
  child_fills("dup", duplicate);
  child_fills("pipe", make_pipe);
  child_fills("socket", make_socket);
  struct rlimit now;
  MUST(getrlimit(RLIMIT_NOFILE, &now));
  printf("limits %ld %ld\n", (long)now.rlim_cur, (long)now.rlim_max);

  MUST(setrlimit(RLIMIT_NOFILE, &at));
  child_fills("open", open_again);
  child_fills("create", create_file);
  child_fills("dup", duplicate);
  child_fills("F_DUPFD", duplicate_from);
  child_fills("socket", make_socket);
  child_fills("epoll", make_epoll);
  child_fills("eventfd", make_eventfd);
  fill("here", duplicate);
  change_the_tree();
  MUST(getrlimit(RLIMIT_NOFILE, &now));
  printf("limits %ld %ld\n", (long)now.rlim_cur, (long)now.rlim_max);
  return 0;
}
