// Files and directories of DCP_HOME.
#include "../../../src/spawner/statedir.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../src/run/reason.h"

static int failures;

static void check(bool right, const char *what) {
  if (right) return;
  printf("not ok - %s (%s; %s)\n", what, strerror(errno), dcp_reason_text());
  failures++;
}

static mode_t mode_of(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 ? status.st_mode & 07777 : 0;
}

static void should_make_directories(void) {
  check(dcp_make_directories("a/b/c", 0711) == 0 && mode_of("a/b/c") == 0711 && mode_of("a/b") == 0755, "all parts");
  check(dcp_make_directories("a/b/c", 0700) == 0 && mode_of("a/b/c") == 0711, "what is there stays");
  check(dcp_file_replace("a/file", 0600, "x", 1) == 0, "a file");
  check(dcp_make_directories("a/file", 0755) < 0 && errno == EEXIST, "a file in its place");
  check(dcp_make_directories("a/file/d", 0755) < 0 && errno == ENOTDIR, "a file on the way");
}

static void should_replace_files(void) {
  char content[8];
  check(dcp_file_replace("f", 0640, "one", 3) == 0 && mode_of("f") == 0640, "made");
  check(dcp_file_replace("f", 0600, "three", 5) == 0 && mode_of("f") == 0600, "replaced");
  check(dcp_file_read("f", content, sizeof content) == 5 && strcmp(content, "three") == 0, "read back");
  check(dcp_file_read("f", content, 5) < 0 && errno == EFBIG, "does not fit with its NUL");
  check(dcp_file_replace("no/f", 0600, "", 0) < 0 && errno == ENOENT, "no directory");
  check(access("f.new", F_OK) < 0, "leaves nothing behind");
}

// The lock belongs to the open file: a child holds it on after its parent closed it.
static void should_lock_once(struct dcp_home *home) {
  check(dcp_statedir_make(home) == 0 && mode_of(home->directory) == 0711 && mode_of(home->run) == 0755, "made");
  check(!dcp_home_is_held(home), "free at first");
  int lock = dcp_statedir_lock(home);
  check(lock >= 0 && dcp_home_is_held(home), "taken");
  check(dcp_statedir_lock(home) < 0 && errno == EAGAIN, "not twice");
  int hold[2];
  check(pipe(hold) == 0, "pipe");
  pid_t child = fork();
  if (child == 0) {
    close(hold[1]);
    _exit(read(hold[0], &(char){0}, 1) != 0);
  }
  close(lock);
  check(dcp_home_is_held(home), "held by the child");
  close(hold[0]);
  close(hold[1]);
  waitpid(child, NULL, 0);
  check(!dcp_home_is_held(home), "free again");
}

static void should_refuse_bad_homes(struct dcp_home *home) {
  chmod(home->directory, 0777);
  check(dcp_statedir_make(home) < 0 && strstr(dcp_reason_text(), "writable by everybody"), "writable by everybody");
  chmod(home->directory, 0711);
  snprintf(home->directory, sizeof home->directory, "f/home");
  check(dcp_statedir_make(home) < 0 && strstr(dcp_reason_text(), "cannot be made"), "below a file");
}

int main(void) {
  char directory[] = "/tmp/dcp-statedir-test.XXXXXX", command[64];
  static struct dcp_home home;
  umask(022);
  if (!mkdtemp(directory) || chdir(directory) < 0) return 1;
  snprintf(home.directory, sizeof home.directory, "%s/home", directory);
  snprintf(home.run, sizeof home.run, "%s/home/run", directory);
  should_make_directories();
  should_replace_files();
  should_lock_once(&home);
  should_refuse_bad_homes(&home);
  snprintf(command, sizeof command, "rm -rf %s", directory);
  if (!failures) printf("ok - files and directories of DCP_HOME\n");
  return system(command) != 0 || failures != 0;
}
