/* The mask that statx answers, and the attributes that it knows, by path and by descriptor. */
#include "case.h"

static void ask(int dir, const char *path, int flags, unsigned mask) {
  struct statx x;
  memset(&x, 0x55, sizeof x);
  if (statx(dir, path, flags, mask, &x) != 0) {
    printf("%s: %s\n", path, errno_name(errno));
    return;
  }
  printf("\"%s\" %#x: mask %#x attributes %#llx/%#llx blksize %u mtime %s ctime %s btime %s\n", path, mask, x.stx_mask,
         (unsigned long long)x.stx_attributes, (unsigned long long)x.stx_attributes_mask, x.stx_blksize,
         x.stx_mtime.tv_sec ? "set" : "0", x.stx_ctime.tv_sec ? "set" : "0", x.stx_btime.tv_sec ? "set" : "0");
}

int main(void) {
  static const unsigned masks[] = {0, STATX_BASIC_STATS, STATX_ALL, STATX_BTIME, STATX_SIZE, STATX_MTIME, 0x2fff};
  put("file", "text");
  MUST(mkdir("directory", 0755));
  MUST(symlink("file", "link"));
  int file = MUST(open("file", O_RDONLY)), directory = MUST(open("directory", O_RDONLY));
  for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
    ask(AT_FDCWD, "file", 0, masks[i]);
    ask(AT_FDCWD, "directory", 0, masks[i]);
    ask(AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW, masks[i]);
    ask(file, "", AT_EMPTY_PATH, masks[i]);
    ask(directory, "", AT_EMPTY_PATH, masks[i]);
  }
  return 0;
}
