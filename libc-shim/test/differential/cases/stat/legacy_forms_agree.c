/* Programs built before glibc 2.33 (and make) call these. */
#include "case.h"

int main(void) {
  put("f", "12345");
  MUST(symlink("f", "link"));
  int (*xstat)(int, const char *, struct stat *) = dlsym(RTLD_DEFAULT, "__xstat");
  int (*lxstat)(int, const char *, struct stat *) = dlsym(RTLD_DEFAULT, "__lxstat");
  int (*fxstat)(int, int, struct stat *) = dlsym(RTLD_DEFAULT, "__fxstat");
  int (*fxstatat)(int, int, const char *, struct stat *, int) = dlsym(RTLD_DEFAULT, "__fxstatat");
  int (*xstat64)(int, const char *, struct stat *) = dlsym(RTLD_DEFAULT, "__xstat64");
  int (*lxstat64)(int, const char *, struct stat *) = dlsym(RTLD_DEFAULT, "__lxstat64");
  int (*fxstat64)(int, int, struct stat *) = dlsym(RTLD_DEFAULT, "__fxstat64");
  int (*fxstatat64)(int, int, const char *, struct stat *, int) = dlsym(RTLD_DEFAULT, "__fxstatat64");
  int (*xmknod)(int, const char *, mode_t, dev_t *) = dlsym(RTLD_DEFAULT, "__xmknod");
  int fd = MUST(open("f", O_RDONLY));
  struct stat now = stat_of("f"), link = stat_of("link"), st;
#define SAME(call, expected)                                                                                \
  do {                                                                                                      \
    memset(&st, 0, sizeof st);                                                                              \
    SHOW(call);                                                                                             \
    TRUTH(st.st_ino == expected.st_ino && st.st_dev == expected.st_dev && st.st_size == expected.st_size && \
          st.st_mode == expected.st_mode && compare_times(st.st_ctim, expected.st_ctim) == 0);              \
  } while (0)
  SAME(xstat(1, "link", &st), now);
  SAME(lxstat(1, "link", &st), link);
  SAME(fxstat(1, fd, &st), now);
  SAME(fxstatat(1, AT_FDCWD, "link", &st, 0), now);
  SAME(fxstatat(1, AT_FDCWD, "link", &st, AT_SYMLINK_NOFOLLOW), link);
  SAME(xstat64(1, "f", &st), now);
  SAME(lxstat64(1, "link", &st), link);
  SAME(fxstat64(1, fd, &st), now);
  SAME(fxstatat64(1, AT_FDCWD, "f", &st, 0), now);
  SHOW(xstat(1, "missing", &st));
  SHOW(fxstat(1, 99, &st));
  SHOW(xstat(7, "f", &st));
  dev_t none = 0;
  SHOW(xmknod(0, "fifo", S_IFIFO | 0600, &none));
  show_file("fifo");
  return 0;
}
