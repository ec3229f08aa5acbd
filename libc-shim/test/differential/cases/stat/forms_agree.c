#include <sys/sysmacros.h>

#include "case.h"

static struct stat first;

static void compare(const char *form, int result, const struct stat *st) {
  printf("%s = %d", form, result);
  if (result != 0) {
    printf(" %s\n", errno_name(errno));
    return;
  }
  bool same = st->st_ino == first.st_ino && st->st_dev == first.st_dev && st->st_mode == first.st_mode &&
              st->st_nlink == first.st_nlink && st->st_uid == first.st_uid && st->st_gid == first.st_gid &&
              st->st_size == first.st_size && st->st_rdev == first.st_rdev &&
              compare_times(st->st_mtim, first.st_mtim) == 0 && compare_times(st->st_ctim, first.st_ctim) == 0 &&
              st->st_blksize == first.st_blksize && st->st_blocks == first.st_blocks;
  printf(" %s\n", same ? "agrees" : "DIFFERS");
}

static void all_forms(const char *path) {
  printf("-- %s\n", path);
  struct stat st;
  struct stat64 st64;
  MUST(lstat(path, &first));
  compare("stat", stat(path, &st), &st);
  compare("lstat", lstat(path, &st), &st);
  compare("fstatat", fstatat(AT_FDCWD, path, &st, 0), &st);
  compare("fstatat nofollow", fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW), &st);
  compare("stat64", stat64(path, &st64), (struct stat *)&st64);
  compare("lstat64", lstat64(path, &st64), (struct stat *)&st64);
  compare("fstatat64", fstatat64(AT_FDCWD, path, &st64, 0), (struct stat *)&st64);
  compare("syscall newfstatat", syscall(SYS_newfstatat, AT_FDCWD, path, &st, 0), &st);
  compare("syscall stat", syscall(SYS_stat, path, &st), &st);
  compare("syscall lstat", syscall(SYS_lstat, path, &st), &st);
  int fd = open(path, O_RDONLY | O_NONBLOCK);
  if (fd < 0) return;
  compare("fstat", fstat(fd, &st), &st);
  compare("fstat64", fstat64(fd, &st64), (struct stat *)&st64);
  compare("fstatat empty", fstatat(fd, "", &st, AT_EMPTY_PATH), &st);
  compare("syscall fstat", syscall(SYS_fstat, fd, &st), &st);
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  compare("stat /proc/self/fd", stat(link, &st), &st);
  int path_fd = open(path, O_PATH);
  compare("fstat O_PATH", fstat(path_fd, &st), &st);
  struct statx sx;
  int results[] = {statx(AT_FDCWD, path, 0, STATX_ALL, &sx), statx(fd, "", AT_EMPTY_PATH, STATX_ALL, &sx),
                   (int)syscall(SYS_statx, AT_FDCWD, path, 0, STATX_ALL, &sx)};
  for (int i = 0; i < 3; i++) {
    bool same = sx.stx_ino == first.st_ino && sx.stx_mode == first.st_mode && sx.stx_nlink == first.st_nlink &&
                sx.stx_size == (uint64_t)first.st_size && sx.stx_uid == first.st_uid &&
                sx.stx_ctime.tv_sec == first.st_ctim.tv_sec && sx.stx_ctime.tv_nsec == first.st_ctim.tv_nsec &&
                sx.stx_mtime.tv_nsec == first.st_mtim.tv_nsec &&
                makedev(sx.stx_dev_major, sx.stx_dev_minor) == first.st_dev;
    printf("statx %d = %d %s\n", i, results[i], same ? "agrees" : "DIFFERS");
  }
  close(fd);
  close(path_fd);
}

int main(void) {
  put("f", "12345");
  MUST(link("f", "hard"));
  MUST(mkdir("d", 0750));
  MUST(mkdir("d/sub", 0750));
  MUST(mkfifo("p", 0600));
  put("empty", "");
  all_forms("f");
  all_forms("hard");
  all_forms("d");
  all_forms("empty");
  all_forms("p");
  all_forms(".");
  all_forms("/usr");
  all_forms("/etc/passwd");
  return 0;
}
