/* The names that fortified, large-file and older programs call. */
#include "case.h"

int main(void) {
  put("f", "x");
  int (*open64_)(const char *, int, ...) = dlsym(RTLD_DEFAULT, "open64");
  int (*openat64_)(int, const char *, int, ...) = dlsym(RTLD_DEFAULT, "openat64");
  int (*open_2)(const char *, int) = dlsym(RTLD_DEFAULT, "__open_2");
  int (*open64_2)(const char *, int) = dlsym(RTLD_DEFAULT, "__open64_2");
  int (*openat_2)(int, const char *, int) = dlsym(RTLD_DEFAULT, "__openat_2");
  int (*openat64_2)(int, const char *, int) = dlsym(RTLD_DEFAULT, "__openat64_2");
  int (*under_open)(const char *, int, ...) = dlsym(RTLD_DEFAULT, "__open");
  int (*under_open64)(const char *, int, ...) = dlsym(RTLD_DEFAULT, "__open64");
  SHOW(open64_("f", O_RDONLY));
  SHOW(open64_("new", O_RDWR | O_CREAT, 0600));
  SHOW(openat64_(AT_FDCWD, "new2", O_RDWR | O_CREAT, 0600));
  SHOW(open_2("f", O_RDONLY));
  SHOW(open64_2("missing", O_RDONLY));
  SHOW(openat_2(AT_FDCWD, "f", O_RDONLY));
  SHOW(openat64_2(AT_FDCWD, "f", O_RDONLY));
  SHOW(under_open("f", O_RDONLY));
  SHOW(under_open64("new3", O_RDWR | O_CREAT, 0600));
  FILE *(*fopen64_)(const char *, const char *) = dlsym(RTLD_DEFAULT, "fopen64");
  FILE *file = SHOW_POINTER(fopen64_("new4", "w"));
  SHOW(fputs("text", file) >= 0);
  fclose(file);
  show_contents("new4");
  SHOW(syscall(SYS_open, "f", O_RDONLY));
  SHOW(syscall(SYS_openat, AT_FDCWD, "new5", O_RDWR | O_CREAT, 0600));
  SHOW(syscall(SYS_creat, "new6", 0600));
  show_directory(".");
  return 0;
}
