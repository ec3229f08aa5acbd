/* needs: root
   O_TMPFILE: what it is, and the ways to a name. */
#include "case.h"

static void by_descriptor_path(int fd, const char *to) {
  char own[64];
  snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
  SHOW(linkat(AT_FDCWD, own, AT_FDCWD, to, AT_SYMLINK_FOLLOW));
}

static void another(void) {
  int fd = SHOW(open("open", O_TMPFILE | O_RDWR, 0600) >= 0) ? open("open", O_TMPFILE | O_RDWR, 0600) : -1;
  MUST(write(fd, "other", 5));
  SHOW(linkat(fd, "", AT_FDCWD, "open/by-empty-path", AT_EMPTY_PATH) == 0 || errno == ENOENT);
  by_descriptor_path(fd, "open/by-other");
  show_file("open/by-other");
  SHOW(open("closed", O_TMPFILE | O_RDWR, 0600));
}

int main(void) {
  MUST(mkdir("d", 0755));
  MUST(mkdir("open", 0777));
  MUST(chmod("open", 0777));
  MUST(mkdir("closed", 0700));
  MUST(mkdir("group", 0755));
  MUST(chown("group", -1, 1234));
  MUST(chmod("group", 02775));
  put("f", "x");
  SHOW(open("d", O_TMPFILE | O_RDONLY, 0600));
  SHOW(open("f", O_TMPFILE | O_RDWR, 0600));
  SHOW(open("missing", O_TMPFILE | O_RDWR, 0600));
  SHOW(open("d", (O_TMPFILE & ~O_DIRECTORY) | O_RDWR, 0600));
  SHOW(open("d", O_TMPFILE | O_RDWR | O_CREAT, 0600));
  umask(027);
  int fd = MUST(open("d", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666));
  SHOW(fcntl(fd, F_GETFD));
  struct stat st;
  MUST(fstat(fd, &st));
  printf("%s mode %04o links %lu size %ld\n", type_name(st.st_mode), st.st_mode & 07777, (unsigned long)st.st_nlink,
         (long)st.st_size);
  show_directory("d");
  SHOW(write(fd, "unnamed", 7));
  SHOW(fchmod(fd, 0604));
  SHOW(fchown(fd, 7, 8));
  SHOW(fsetxattr(fd, "user.k", "v", 1, 0));
  struct timespec times[2] = {{111, 222}, {333, 444}};
  SHOW(futimens(fd, times));
  SHOW(ftruncate(fd, 100));
  by_descriptor_path(fd, "d/named");
  show_file("d/named");
  char value[8] = {0};
  SHOW(getxattr("d/named", "user.k", value, 8));
  MUST(fstat(fd, &st));
  SHOW(st.st_nlink);
  TRUTH(st.st_ino == stat_of("d/named").st_ino);
  by_descriptor_path(fd, "d/named");
  by_descriptor_path(fd, "d/second");
  SHOW(linkat(fd, "", AT_FDCWD, "d/third", AT_EMPTY_PATH));
  MUST(fstat(fd, &st));
  SHOW(st.st_nlink);
  MUST(unlink("d/named"));
  MUST(unlink("d/second"));
  MUST(unlink("d/third"));
  SHOW(linkat(fd, "", AT_FDCWD, "d/fourth", AT_EMPTY_PATH));
  by_descriptor_path(fd, "d/fourth");
  close(fd);
  /* O_EXCL: never a name */
  fd = MUST(open("d", O_TMPFILE | O_RDWR | O_EXCL, 0600));
  SHOW(linkat(fd, "", AT_FDCWD, "d/exclusive", AT_EMPTY_PATH));
  by_descriptor_path(fd, "d/exclusive");
  close(fd);
  /* the link of a descriptor itself is not followed */
  fd = MUST(open("d", O_TMPFILE | O_WRONLY, 0600));
  char own[64];
  snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
  SHOW(linkat(AT_FDCWD, own, AT_FDCWD, "d/not-followed", 0));
  int again = SHOW(open(own, O_RDWR)) >= 0;
  (void)again;
  /* from another directory, by way of /proc/self/fd of a directory */
  int d = MUST(open("open", O_PATH | O_DIRECTORY));
  char target[80];
  snprintf(target, sizeof target, "/proc/self/fd/%d/carried", d);
  by_descriptor_path(fd, target);
  show_file("open/carried");
  SHOW(linkat(fd, "", d, "carried-too", AT_EMPTY_PATH));
  SHOW(linkat(fd, "", d, "", AT_EMPTY_PATH));
  SHOW(linkat(fd, "", d, "missing/x", AT_EMPTY_PATH));
  SHOW(linkat(fd, "", d, "x/", AT_EMPTY_PATH));
  fd = MUST(open("group", O_TMPFILE | O_RDWR, 02666));
  by_descriptor_path(fd, "group/inherits");
  show_file("group/inherits");
  /* a symlink by O_PATH, a directory by its descriptor */
  MUST(symlink("f", "l"));
  int l = MUST(open("l", O_PATH | O_NOFOLLOW));
  SHOW(linkat(l, "", AT_FDCWD, "l2", AT_EMPTY_PATH));
  show_file("l2");
  SHOW(linkat(d, "", AT_FDCWD, "d2", AT_EMPTY_PATH));
  SHOW(linkat(AT_FDCWD, "", AT_FDCWD, "d3", AT_EMPTY_PATH));
  fd = MUST(open("f", O_RDONLY));
  SHOW(linkat(fd, "", AT_FDCWD, "f2", AT_EMPTY_PATH));
  SHOW(linkat(fd, "", AT_FDCWD, "f3", 0));
  SHOW(stat_of("f").st_nlink);
  as_other(another);
  show_directory("d");
  show_directory("open");
  return 0;
}
