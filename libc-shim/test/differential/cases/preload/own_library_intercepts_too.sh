# needs: command gcc
# A user's own preload that wraps the same calls is asked first and reaches the tree through its next one.
cat > own.c <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>
int open(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, int) : 0;
  va_end(list);
  int (*next)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
  if (write(1, "own open\n", 9) != 9) return -1;
  return next(path, flags, mode);
}
int unlinkat(int dir, const char *path, int flags) {
  int (*next)(int, const char *, int) = dlsym(RTLD_NEXT, "unlinkat");
  if (write(1, "own unlinkat\n", 13) != 13) return -1;
  return next(dir, path, flags);
}
C
gcc -shared -fPIC -o own.so own.c
echo text > f
LD_PRELOAD=$PWD/own.so cat f
LD_PRELOAD=./own.so rm f
ls
rm own.so
