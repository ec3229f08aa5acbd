/* Questions: attributes, access, links, file systems, resolved names. */
#include "ops.h"

#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#ifndef AT_STATX_DONT_SYNC
#define AT_STATX_DONT_SYNC 0x4000
#endif

static void ask_statx(const struct place *place) {
  static const unsigned masks[] = {0,           STATX_BASIC_STATS,        STATX_ALL, STATX_BTIME, STATX_INO, STATX_SIZE,
                                   0x80000000u, STATX_MODE | STATX_MTIME, 0x2fff};
  static const int flags[] = {0,
                              AT_SYMLINK_NOFOLLOW,
                              AT_EMPTY_PATH,
                              AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT,
                              AT_STATX_DONT_SYNC,
                              AT_STATX_DONT_SYNC | 0x2000,
                              0x20000};
  struct statx x;
  unsigned mask = PICK(masks);
  int flag = PICK(flags);
  memset(&x, 0, sizeof x);
  say("statx ");
  say_place(place);
  say(" %#x mask %#x", flag, mask);
  if (RESULT(statx(place->dir, place->path, flag, mask, chance(1) ? no_memory : (void *)&x)) != 0) return;
  say(" got %#x mode %o uid %u links %u attributes %#llx/%#llx blksize %u", x.stx_mask, x.stx_mode, x.stx_uid,
      x.stx_nlink, (unsigned long long)x.stx_attributes, (unsigned long long)x.stx_attributes_mask, x.stx_blksize);
  if (!S_ISDIR(x.stx_mode)) say(" size %llu", (unsigned long long)x.stx_size);
}

void family_stat(void) {
  static struct place place;
  if (chance(25)) {
    say("fstat ");
    observe_fd(choose_fd());
    return;
  }
  choose_at(&place, chance(30) ? ANYTHING : (enum want)roll(3));
  if (chance(30)) {
    ask_statx(&place);
    return;
  }
  struct stat st;
  static const int flags[] = {
      0, 0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, AT_NO_AUTOMOUNT, 0x10};
  int flag = PICK(flags);
  unsigned form = roll(3);
  static const char *const names[] = {"fstatat", "stat", "lstat"};
  if (form != 0) place.dir = AT_FDCWD;
  say("%s ", names[form]);
  say_place(&place);
  say(" %#x", form == 0 ? flag : 0);
  long result = form == 0   ? RESULT(fstatat(place.dir, place.path, &st, flag))
                : form == 1 ? RESULT(stat(place.path, &st))
                            : RESULT(lstat(place.path, &st));
  if (result == 0) {
    say(" blksize %ld", (long)st.st_blksize);
    observe_path(place.dir, place.path, form == 0 ? flag : form == 1 ? 0 : AT_SYMLINK_NOFOLLOW);
  }
  if (result == 0 && S_ISREG(st.st_mode) && chance(30)) observe_contents(place.dir, place.path);
}

void family_access(void) {
  static struct place place;
  static const int modes[] = {F_OK, R_OK, W_OK, X_OK, R_OK | W_OK, R_OK | X_OK, 7, 8, -1};
  static const int flags[] = {0,   AT_EACCESS, AT_SYMLINK_NOFOLLOW, AT_EACCESS | AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH,
                              0x10};
  int mode = PICK(modes), flag = PICK(flags);
  choose_at(&place, ANYTHING);
  unsigned form = roll(4);
  static const char *const names[] = {"access", "faccessat", "faccessat2", "eaccess"};
  if (form == 0 || form == 3) place.dir = AT_FDCWD;
  say("%s ", names[form]);
  say_place(&place);
  say(" %d", mode);
  if (form == 1 || form == 2) say(" %#x", flag);
  if (form == 0) {
    RESULT(access(place.path, mode));
  } else if (form == 1) {
    RESULT(faccessat(place.dir, place.path, mode, flag));
  } else if (form == 2) {
    RESULT(syscall(SYS_faccessat2, place.dir, place.path, mode, flag));
  } else {
    RESULT(eaccess(place.path, mode));
  }
}

void family_readlink(void) {
  static struct place place;
  char text[PATH_MAX];
  size_t size = chance(15) ? roll(8) : sizeof text;
  bool at = chance(50);
  if (at) {
    choose_at(&place, chance(80) ? LINKS : ANYTHING);
  } else {
    choose_path(&place, chance(80) ? LINKS : ANYTHING);
  }
  if (chance(2)) strcpy(place.text, "/proc/self/cwd");
  say("%s ", at ? "readlinkat" : "readlink");
  say_place(&place);
  say(" %zu", size);
  void *into = chance(1) ? no_memory : text;
  long n = at ? readlinkat(place.dir, place.path, into, size) : readlink(place.path, into, size);
  if (n < 0) {
    say_result(n, errno);
  } else if (memmem(text, (size_t)n, "temporary-", 10) != NULL) {
    say(" = a name that libc made");
  } else if (memmem(text, (size_t)n, "/#", 2) != NULL) {
    say(" = an unnamed file"); /* the kernel calls it by its inode's number */
  } else if (size < sizeof text && text[0] == '/') {
    say(" = %ld of an absolute path", n);
  } else {
    say(" = ");
    say_bytes(text, (size_t)n);
  }
}

void family_realpath(void) {
  static struct place place;
  char text[PATH_MAX];
  choose_path(&place, ANYTHING);
  if (place.path == no_memory) place.path = "";
  unsigned form = roll(3);
  if (form == 0) {
    say("getcwd");
    size_t size = chance(10) ? roll(40) : sizeof text;
    char *answer = getcwd(text, size);
    if (answer == NULL) {
      say(" = %s", size < 40 && errno == ERANGE ? "ERANGE" : error_name(errno));
    } else {
      say(" = ");
      say_text(answer);
    }
    return;
  }
  say("realpath ");
  say_place(&place);
  char *answer = form == 1 ? realpath(place.path, text) : canonicalize_file_name(place.path);
  say(" = ");
  if (answer == NULL) {
    say("%s", error_name(errno));
  } else {
    say_text(answer);
    if (form == 2) free(answer);
  }
}

void family_statfs(void) {
  static struct place place;
  struct statfs fs;
  struct statvfs vfs;
  choose_path(&place, ANYTHING);
  unsigned form = roll(5);
  if (form == 0) {
    say("fstatfs ");
    if (RESULT(fstatfs(choose_fd(), &fs)) == 0) say(" bsize %ld namelen %ld", (long)fs.f_bsize, (long)fs.f_namelen);
  } else if (form == 1) {
    say("statfs ");
    say_place(&place);
    if (RESULT(statfs(place.path, &fs)) == 0) say(" bsize %ld namelen %ld", (long)fs.f_bsize, (long)fs.f_namelen);
  } else if (form == 2) {
    say("statvfs ");
    say_place(&place);
    if (RESULT(statvfs(place.path, &vfs)) == 0) say(" namemax %lu", vfs.f_namemax);
  } else {
    static const int names[] = {_PC_LINK_MAX,         _PC_NAME_MAX,     _PC_PATH_MAX,    _PC_PIPE_BUF,   _PC_NO_TRUNC,
                                _PC_CHOWN_RESTRICTED, _PC_FILESIZEBITS, _PC_SYMLINK_MAX, _PC_2_SYMLINKS, 999};
    int name = PICK(names);
    say("%s %d ", form == 3 ? "pathconf" : "fpathconf", name);
    if (form == 3) {
      if (place.path == no_memory) place.path = ""; /* libc looks at it itself */
      say_place(&place);
      RESULT(pathconf(place.path, name));
    } else {
      RESULT(fpathconf(choose_fd(), name));
    }
  }
}
