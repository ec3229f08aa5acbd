/* needs: root
   Paths through /proc/PID: of another user's process they lead nowhere, of one's own they lead where they should, also
   after the user was changed. */
#include "case.h"

static char own[64], file[96], directory[96], cwd[96], root[96];

static void look(const char *who) {
  struct stat st;
  printf("-- %s\n", who);
  SHOW(stat(file, &st));
  SHOW(open(file, O_RDONLY) >= 0);
  SHOW(open(file, O_WRONLY) >= 0);
  SHOW(stat(directory, &st));
  SHOW(open(directory, O_RDONLY) >= 0);
  SHOW(open(cwd, O_RDONLY) >= 0);
  SHOW(open(root, O_RDONLY) >= 0);
  SHOW(mkdir(cwd, 0755));
  SHOW(chmod(file, 0600));
  SHOW(truncate(file, 2));
  char link[PATH_MAX];
  SHOW(readlink(file, link, sizeof link) > 0);
  SHOW(access(directory, R_OK));
}

static void of(pid_t pid, int f, int d) {
  char here[PATH_MAX];
  snprintf(own, sizeof own, "/proc/%d", pid);
  snprintf(file, sizeof file, "%s/fd/%d", own, f);
  snprintf(directory, sizeof directory, "%s/fd/%d/inner", own, d);
  snprintf(cwd, sizeof cwd, "%s/cwd/d/inner", own);
  MUST(getcwd(here, sizeof here) == NULL ? -1 : 0);
  snprintf(root, sizeof root, "%s/cwd/../%s/d/inner", own, strrchr(here, '/') + 1);
}

static int f, d;

static void as_user(void) {
  of(getppid(), f, d);
  look("another user's process");
  snprintf(file, sizeof file, "link");
  SHOW(open(file, O_RDONLY));
  f = MUST(open("mine", O_RDWR));
  d = MUST(open("d", O_RDONLY));
  of(getpid(), f, d);
  look("one's own after the user was changed");
  struct stat st;
  SHOW(fstatat(d, "inner", &st, 0));
  SHOW(openat(d, "inner", O_RDONLY) >= 0);
  SHOW(openat(d, "new", O_RDWR | O_CREAT, 0600) >= 0);
  SHOW(unlinkat(d, "new", 0));
  SHOW(fchmod(f, 0640));
  SHOW(fchownat(f, "", -1, -1, AT_EMPTY_PATH));
  SHOW(open("/proc/self/fd/0", O_RDONLY) >= 0);
  snprintf(file, sizeof file, "/proc/self/fd/%d/inner", d);
  SHOW(open(file, O_RDONLY) >= 0);
  SHOW(open("/proc/self/cwd/d/inner", O_RDONLY) >= 0);
  SHOW(stat("/dev/fd/9/inner", &st));
  SHOW(fchdir(d));
  SHOW(open("inner", O_RDONLY) >= 0);
  DIR *dir = opendir(".");
  SHOW(readdir(dir) != NULL);
  SHOW(renameat(d, "inner", d, "moved"));
  SHOW(linkat(d, "moved", d, "inner", 0));
  SHOW(symlinkat("inner", d, "symbolic"));
  SHOW(faccessat(d, "symbolic", R_OK, 0));
}

int main(void) {
  put("secret", "secret");
  MUST(chmod("secret", 0600));
  put("mine", "mine");
  MUST(chown("mine", 65534, 65534));
  MUST(mkdir("d", 0777));
  MUST(chmod("d", 0777));
  put("d/inner", "inner");
  MUST(chown("d/inner", 65534, 65534));
  f = MUST(open("secret", O_RDWR));
  d = MUST(open("d", O_RDONLY));
  char link[64];
  snprintf(link, sizeof link, "/proc/%d/fd/%d", getpid(), f);
  MUST(symlink(link, "link"));
  as_other(as_user);
  of(getpid(), f, d);
  look("one's own");
  MUST(unlink("link"));
  return 0;
}
