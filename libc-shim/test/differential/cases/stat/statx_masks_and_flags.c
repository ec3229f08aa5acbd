#include "case.h"

int main(void) {
  put("f", "12345");
  MUST(symlink("f", "l"));
  struct statx sx;
  const unsigned masks[] = {0, STATX_TYPE, STATX_SIZE, STATX_INO, STATX_BASIC_STATS, STATX_ALL};
  for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
    memset(&sx, 0, sizeof sx);
    SHOW(statx(AT_FDCWD, "f", 0, masks[i], &sx));
    TRUTH((sx.stx_mask & masks[i]) == masks[i]);
    SHOW(sx.stx_size);
    SHOW(sx.stx_nlink);
    TRUTH(sx.stx_ino == stat_of("f").st_ino);
  }
  SHOW(statx(AT_FDCWD, "l", AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &sx));
  puts(type_name(sx.stx_mode));
  SHOW(statx(AT_FDCWD, "l", AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, &sx));
  SHOW(statx(AT_FDCWD, "l", AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &sx));
  SHOW(statx(AT_FDCWD, "l", AT_STATX_DONT_SYNC | AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, &sx));
  SHOW(statx(AT_FDCWD, "missing", 0, STATX_BASIC_STATS, &sx));
  SHOW(statx(AT_FDCWD, "", 0, STATX_BASIC_STATS, &sx));
  SHOW(statx(AT_FDCWD, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &sx));
  puts(type_name(sx.stx_mode));
  TRUTH(sx.stx_ino == stat_of(".").st_ino);
  SHOW(statx(99, "f", 0, STATX_BASIC_STATS, &sx));
  SHOW(statx(AT_FDCWD, "f", 0x80000, STATX_BASIC_STATS, &sx));
  SHOW(statx(AT_FDCWD, "f", 0, 0x80000000u, &sx));
  return 0;
}
