/* Which of two mistakes in one call is reported: flags before names, names before what is done with the file. */
#include "case.h"

#include <linux/fs.h>

static char longer[PATH_MAX + 1];
static char *volatile nowhere = (char *)8;

int main(void) {
  struct timespec odd[2] = {{0, 0}, {0, 1000000000}};
  static char large[65537];
  char name[300];
  memset(longer, 'x', PATH_MAX);
  memset(name, 'n', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  put("file", "text");
  int directory = MUST(open(".", O_RDONLY));

  SHOW(renameat2(AT_FDCWD, "missing", -1, "x", RENAME_EXCHANGE | RENAME_NOREPLACE));
  SHOW(renameat2(AT_FDCWD, "missing", -1, "x", 0x100));
  SHOW(renameat2(AT_FDCWD, "missing", -1, "x", RENAME_EXCHANGE));
  SHOW(renameat2(AT_FDCWD, longer, AT_FDCWD, "x", 0x100));
  SHOW(renameat2(AT_FDCWD, "missing/x", AT_FDCWD, longer, 0));
  SHOW(linkat(AT_FDCWD, "missing", AT_FDCWD, longer, 0));
  SHOW(linkat(AT_FDCWD, "missing", -1, "x", 0));
  SHOW(linkat(AT_FDCWD, "missing", AT_FDCWD, nowhere, 0));
  SHOW(setxattr("missing", "", "v", 1, 0));
  SHOW(setxattr("missing", name, "v", 1, 0));
  SHOW(setxattr("missing", "user.a", "v", 1, 8));
  SHOW(setxattr("missing", "user.a", large, sizeof large, 0));
  SHOW(setxattr("missing", "user.a", nowhere, 1, 0));
  SHOW(removexattr("missing", name));
  SHOW(open("missing/x", O_RDWR | O_TMPFILE | O_CREAT, 0600));
  SHOW(open("missing/x", O_RDONLY | O_TMPFILE, 0600));
  SHOW(open("missing/x", O_RDONLY | O_CREAT | O_DIRECTORY, 0600));
  SHOW(mknod("missing/x", S_IFLNK | 0600, 0));
  SHOW(mknod("missing/x", S_IFDIR | 0600, 0));
  SHOW(mknod("missing/x", S_IFMT, 0));
  SHOW(mknod("missing/x", S_IFIFO | 0600, 0));
  SHOW(utimensat(AT_FDCWD, "missing", odd, 0));
  SHOW(utimensat(AT_FDCWD, "file", odd, 0));
  SHOW(utimensat(AT_FDCWD, "file/x", odd, AT_SYMLINK_NOFOLLOW));
  SHOW(fchmodat(AT_FDCWD, "missing", 0600, AT_EMPTY_PATH));
  SHOW(fchmodat(directory, "", 0755, AT_EMPTY_PATH));

  char buffer[512];
  int for_writing = MUST(open("file", O_WRONLY)), path_only = MUST(open(".", O_PATH));
  SHOW(getdents64(for_writing, buffer, sizeof buffer));
  SHOW(getdents64(path_only, buffer, sizeof buffer));
  SHOW(getdents64(MUST(open("file", O_ACCMODE)), buffer, sizeof buffer));
  SHOW(getdents64(MUST(open("file", O_PATH)), buffer, sizeof buffer));
  return 0;
}
