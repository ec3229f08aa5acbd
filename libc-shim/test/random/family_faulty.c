/* Arguments that no careful program passes: the kernel's own answer is wanted, and the program lives. */
#include "ops.h"

#include <dirent.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

static const char *choose_bad_path(char *text) {
  switch (roll(5)) {
    case 0:
      return no_memory;
    case 1:
      text[0] = '\0';
      return text;
    case 2:
      memset(text, 'x', 300);
      text[300] = '\0';
      return text;
    case 3:
      memset(text, 'y', PATH_MAX + 10);
      text[PATH_MAX + 10] = '\0';
      return text;
    default:
      strcpy(text, "D0");
      return text;
  }
}

void family_faulty(void) {
  static char text[PATH_MAX + 20], text2[PATH_MAX + 20];
  static const long dirs[] = {AT_FDCWD, -1, 9999, AT_FDCWD, AT_FDCWD};
  int dir = (int)PICK(dirs);
  const char *path = choose_bad_path(text), *path2 = choose_bad_path(text2);
  int flags = (int)dice_bits() & 0x7f00000;
  say("%d ", dir);
  say_text(path);
  say(" ");
  unsigned form = roll(22);
  say("%u", form);
  switch (form) {
    case 0:
      slot_put(0, (int)RESULT(openat(dir, path, O_RDONLY | O_DIRECTORY)));
      return;
    case 1:
      RESULT(mkdirat(dir, path, 0755));
      return;
    case 2:
      RESULT(unlinkat(dir, path, flags));
      return;
    case 3:
      RESULT(renameat2(dir, path, AT_FDCWD, path2, (unsigned)flags >> 20));
      return;
    case 4:
      RESULT(linkat(dir, path, AT_FDCWD, path2, flags));
      return;
    case 5:
      RESULT(symlinkat(path, dir, path2));
      return;
    case 6:
      RESULT(fchownat(dir, path, 0, 0, flags));
      return;
    case 7:
      RESULT(utimensat(dir, path, no_memory, 0));
      return;
    case 8:
      RESULT(fstatat(dir, path, no_memory, 0));
      return;
    case 9:
      RESULT(syscall(SYS_statx, dir, path, 0, 0x7ff, no_memory));
      return;
    case 10:
      RESULT(readlinkat(dir, path, text2, 0));
      return;
    case 11:
      RESULT(getxattr(path, no_memory, text2, 10));
      return;
    case 12:
      RESULT(setxattr(path, "user.x", no_memory, 10, 0));
      return;
    case 13:
      RESULT(listxattr(path, no_memory, 100));
      return;
    case 14:
      RESULT(chdir(path));
      return;
    case 15:
      RESULT(truncate(path, -5));
      return;
    case 16:
      RESULT(syscall(SYS_openat2, dir, path, no_memory, sizeof(struct open_how)));
      return;
    case 17:
      RESULT(syscall(SYS_getdents64, slots[choose_slot()], no_memory, 4096));
      return;
    case 18:
      RESULT(mknodat(dir, path, S_IFMT, 0));
      return;
    case 19:
      RESULT(fchmodat(dir, path, 0777, flags));
      return;
    case 20:
      RESULT(access(path, 077));
      return;
    default: {
      DIR *stream = opendir(path == no_memory ? "" : path); /* libc looks at it itself */
      say(" = %s", stream == NULL ? error_name(errno) : "stream");
      if (stream != NULL) closedir(stream);
    }
  }
}
