/* needs: root
   A vfork child that changes its root directory uses the tree from there before its exec; its parent stays where it is. */
#include "case.h"

static struct {
  long made, stat, ino, absolute, open, by_descriptor, missing, outside, moved, above;
} child;

static struct stat st;

static void work(const char *root, int d) {
  child.made = chroot(root);
  child.stat = fstatat(d, "f", &st, 0);
  child.ino = (long)st.st_ino;
  chdir("/");
  child.absolute = stat("/f", &st) == 0 && (long)st.st_ino == child.ino;
  int fd = open("f", O_RDONLY);
  child.open = fd >= 0 && fstat(fd, &st) == 0 && (long)st.st_ino == child.ino;
  close(fd);
  fd = openat(d, "new", O_CREAT | O_EXCL | O_WRONLY, 0644);
  child.by_descriptor = fd >= 0;
  close(fd);
  child.missing = stat("/missing", &st) == 0 ? 0 : errno;
  child.outside = stat("/etc/passwd", &st) == 0 ? 0 : errno;
  child.moved = rename("/new", "/moved");
  child.above = stat("../../f", &st) == 0 && (long)st.st_ino == child.ino;
}

static void show(const char *path) {
  TRUTH(child.made == 0);
  TRUTH(child.stat == 0);
  TRUTH(child.ino == (long)stat_of(path).st_ino);
  TRUTH(child.absolute);
  TRUTH(child.open);
  TRUTH(child.by_descriptor);
  printf("missing: %s, outside: %s\n", errno_name((int)child.missing), errno_name((int)child.outside));
  TRUTH(child.moved == 0);
  TRUTH(child.above);
}

int main(void) {
  MUST(mkdir("root", 0755));
  put("root/f", "contents");
  for (int i = 0; i < 3; i++) {
    int d = MUST(open("root", O_RDONLY | O_DIRECTORY));
    pid_t pid = vfork();
    if (pid == 0) {
      work("root", d);
      _exit(7);
    }
    reap(pid);
    show("root/f");
    show_directory("root");
    SHOW(unlink("root/moved"));
    SHOW(access("/etc/passwd", R_OK));
    SHOW(close(d));
  }
  MUST(mkdir("root/proc", 0755));
  pid_t pid = vfork();
  if (pid == 0) {
    chroot("root");
    chroot("proc");
    _exit(stat("/f", &st) == 0 ? 0 : errno);
  }
  reap(pid);
  SHOW(stat("root/f", &st));
  SHOW(chroot("root"));
  SHOW(chdir("/"));
  pid = vfork();
  if (pid == 0) {
    chroot("/proc");
    _exit(stat("/f", &st) == 0 ? 0 : errno);
  }
  reap(pid);
  SHOW(stat("/f", &st));
  return 0;
}
