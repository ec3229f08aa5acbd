/* needs: root
   Symbolic links that lead through the links of /proc, which mean something else in each process: the program's own
   descriptors and directories are found behind them, nobody else's. */
#include "case.h"

enum { ASKED = 400 };

static int f, d;
static char text[PATH_MAX];

static const char *of(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return text;
}

static void lead(const char *target) {
  unlink("l");
  MUST(symlink(target, "l"));
}

static bool is_inner(const struct stat *st) { return st->st_ino == stat_of("d/inner").st_ino; }

/* What every call finds behind the link l, which leads to the file d/inner. */
static void use_file(const char *what) {
  struct stat st;
  char bytes[32];
  printf("-- %s\n", what);
  if (SHOW(stat("l", &st)) == 0) TRUTH(is_inner(&st));
  SHOW(lstat("l", &st));
  TRUTH(S_ISLNK(st.st_mode));
  SHOW(readlink("l", bytes, sizeof bytes) > 0);
  SHOW(access("l", R_OK));
  show_contents("l");
  int fd = open("l", O_RDWR | O_CREAT, 0600);
  TRUTH(fd >= 0 && fstat(fd, &st) == 0 && is_inner(&st));
  SHOW(pwrite(fd, "i", 1, 0));
  SHOW(close(fd));
  SHOW(open("l", O_RDWR | O_CREAT | O_EXCL, 0600));
  SHOW(open("l", O_RDONLY | O_NOFOLLOW));
  SHOW(open("l", O_RDONLY | O_DIRECTORY));
  SHOW((fd = open("l", O_PATH)) >= 0);
  TRUTH(fstat(fd, &st) == 0 && is_inner(&st));
  SHOW(close(fd));
  SHOW(chmod("l", 0640));
  SHOW(stat("l", &st));
  printf("mode %04o\n", st.st_mode & 07777);
  SHOW(truncate("l", 3));
  show_contents("d/inner");
  SHOW(setxattr("l", "user.a", "b", 1, 0));
  SHOW(removexattr("l", "user.a"));
  SHOW(utimensat(AT_FDCWD, "l", NULL, 0));
  SHOW(chown("l", -1, -1));
  SHOW(linkat(AT_FDCWD, "l", AT_FDCWD, "d/second", AT_SYMLINK_FOLLOW));
  SHOW(unlink("d/second"));
  SHOW(stat("l/", &st));
  SHOW(stat("l/x", &st));
  SHOW(mkdir("l", 0755));
  SHOW(open("l/", O_RDWR | O_CREAT, 0600));
  put("d/inner", "inner");
}

/* The same behind l, which leads to the directory d. */
static void use_directory(const char *what) {
  struct stat st;
  printf("-- %s\n", what);
  SHOW(stat("l", &st));
  SHOW(stat("l/", &st));
  SHOW(stat("l/inner", &st));
  TRUTH(is_inner(&st));
  show_contents("l/inner");
  show_contents("l/./../d/inner");
  SHOW(stat("l/missing", &st));
  SHOW(open("l/missing", O_RDONLY));
  SHOW(close(open("l/made", O_RDWR | O_CREAT | O_EXCL, 0600)));
  SHOW(rename("l/made", "l/moved"));
  SHOW(rename("l/moved", "d/again"));
  SHOW(link("l/again", "l/other"));
  SHOW(unlink("l/again"));
  SHOW(mkdir("l/sub", 0755));
  SHOW(mkdir("l/sub", 0755));
  SHOW(symlink("inner", "l/sub/../link"));
  show_contents("l/link");
  SHOW(mkfifo("l/fifo", 0600));
  show_directory("l");
  show_directory("d");
  SHOW(rmdir("l/sub"));
  SHOW(unlink("l/link"));
  SHOW(unlink("l/fifo"));
  SHOW(unlink("l/other"));
  int fd = open("l", O_TMPFILE | O_RDWR, 0600);
  SHOW(fd >= 0);
  SHOW(close(fd));
  fd = open("l", O_RDONLY | O_DIRECTORY);
  TRUTH(fd >= 0);
  SHOW(faccessat(fd, "inner", R_OK, 0));
  SHOW(close(fd));
  SHOW(rename("l", "moved"));
  SHOW(rename("moved", "l"));
  SHOW(rmdir("l"));
  SHOW(chmod("l/inner", 0644));
}

/* Numbers that are not open in this process are open in others. */
static void find_nothing(const char *format) {
  int found = 0, other = 0;
  for (int n = 0; n < ASKED; n++) {
    struct stat st;
    if (fcntl(n, F_GETFD) >= 0) continue;
    lead(of(format, n));
    bool is_there = stat("l", &st) == 0 || open("l", O_RDONLY) >= 0 || open("l", O_PATH) >= 0 || stat("l/", &st) == 0 ||
                    stat("l/x", &st) == 0 || chmod("l", 0644) == 0 || truncate("l", 0) == 0 || mkdir("l/x", 0755) == 0;
    found += is_there;
    other += !is_there && errno != ENOENT;
    is_there = open("l", O_RDWR | O_CREAT, 0600) >= 0;
    found += is_there;
  }
  printf("%s: found %d, other errors %d\n", format, found, other);
}

static void use(void) {
  f = MUST(open("d/inner", O_RDWR));
  d = MUST(open("d", O_RDONLY));
  lead(of("/proc/self/fd/%d", f));
  use_file("/proc/self/fd/N");
  lead(of("/dev/fd/%d", f));
  use_file("/dev/fd/N");
  lead(of("/proc/thread-self/fd/%d", f));
  use_file("/proc/thread-self/fd/N");
  lead(of("/proc/%d/fd/%d", getpid(), f));
  use_file("/proc/PID/fd/N");
  lead(of("/proc/self/task/%d/fd/%d", getpid(), f));
  use_file("/proc/self/task/TID/fd/N");
  int saved = MUST(dup(0));
  MUST(dup2(f, 0));
  lead("/dev/stdin");
  use_file("/dev/stdin");
  MUST(dup2(saved, 0));
  MUST(close(saved));
  unlink("second"), unlink("third");
  MUST(symlink(of("/proc/self/fd/%d", f), "third"));
  MUST(symlink("third", "second"));
  lead("./second");
  use_file("three links");
  lead(of("../../../../../../../../../../../proc/self/fd/%d", f));
  use_file("a relative link");
  lead(of("/proc/self/fd/%d", d));
  use_directory("/proc/self/fd/N");
  lead("/proc/self/cwd/d");
  use_directory("/proc/self/cwd");
  char here[PATH_MAX / 2];
  MUST(getcwd(here, sizeof here) == NULL ? -1 : 0);
  lead(of("/proc/self/root%s/d", here));
  use_directory("/proc/self/root");
  lead(of("/proc/self/task/../cwd/d"));
  use_directory("with dots");
  lead("/proc/self");
  printf("-- a link to /proc/self\n");
  show_contents("l/cwd/d/inner");
  show_contents(of("l/fd/%d", f));
  struct stat st;
  SHOW(lstat("l/cwd", &st));
  TRUTH(S_ISLNK(st.st_mode));
  SHOW(open("l/cwd/d/new", O_RDWR | O_CREAT | O_EXCL, 0600) >= 0);
  SHOW(unlink("l/cwd/d/new"));
  SHOW(access("l/status", R_OK));
  SHOW(open("l/nothing", O_RDWR | O_CREAT, 0600));
  SHOW(mkdir("l/nothing", 0755));
  SHOW(rename("l/cwd", "x"));
  SHOW(rename("d/inner", "l/x"));
  find_nothing("/proc/self/fd/%d");
  find_nothing("/dev/fd/%d");
  find_nothing("/proc/thread-self/fd/%d");
  MUST(unlink("l"));
  MUST(close(f));
  MUST(close(d));
}

static void use_as_other(void) {
  struct stat st;
  f = MUST(open("d/inner", O_RDWR));
  lead(of("/proc/%d/fd/0", getppid()));
  SHOW(stat("l", &st));
  SHOW(open("l", O_RDONLY));
  lead(of("/proc/%d/cwd/x", getppid()));
  SHOW(mkdir("l/y", 0755));
  lead("/proc/1/root");
  SHOW(stat("l", &st));
  SHOW(stat("l/etc", &st));
  MUST(close(f));
  use();
}

int main(void) {
  MUST(chmod(".", 0777));
  MUST(mkdir("d", 0755));
  put("d/inner", "inner");
  use();
  printf("== another user\n");
  MUST(chown("d", 65534, 65534));
  MUST(chown("d/inner", 65534, 65534));
  MUST(unlink("second"));
  MUST(unlink("third"));
  as_other(use_as_other);
  return 0;
}
