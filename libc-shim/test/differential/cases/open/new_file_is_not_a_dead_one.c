/* A file that is gone leaves its number to the next one, within one step of the clock: they are not the same file. */
#include "case.h"

static void leave_a_number(void) {
  int unnamed = MUST(open(".", O_RDWR | O_TMPFILE, 0600));
  MUST(fchmod(unnamed, 0604));
  MUST(close(unnamed));
}

static int type_in_directory(const char *name) {
  DIR *dir = opendir(".");
  struct dirent *entry;
  int type = -1;
  while ((entry = readdir(dir)) != NULL) {
    if (strcmp(entry->d_name, name) == 0) type = entry->d_type;
  }
  closedir(dir);
  return type;
}

/* Names that the kernel makes by itself. */
static int made_on_the_side(void) {
  int wrong = 0, whiteouts = 0;
  struct stat st;
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
  for (int i = 0; i < 300; i++) {
    int fd = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    leave_a_number();
    MUST(bind(fd, (struct sockaddr *)&address, sizeof address));
    wrong += type_in_directory("socket") != DT_SOCK || stat("socket", &st) != 0 || !S_ISSOCK(st.st_mode);
    MUST(unlink("socket"));
    MUST(close(fd));

    MUST(close(open("old", O_RDWR | O_CREAT | O_EXCL, 0600)));
    leave_a_number();
    if (renameat2(AT_FDCWD, "old", AT_FDCWD, "new", RENAME_WHITEOUT) == 0) {
      whiteouts++;
      wrong += type_in_directory("old") != DT_CHR || lstat("old", &st) != 0 || !S_ISCHR(st.st_mode);
      MUST(unlink("new"));
    }
    MUST(unlink("old"));
  }
  printf("%d whiteouts\n", whiteouts);
  return wrong;
}

int main(void) {
  int wrong = 0;
  for (int i = 0; i < 300; i++) {
    struct stat st;
    leave_a_number();
    MUST(mkdir("directory", 0755));
    wrong += lstat("directory", &st) != 0 || !S_ISDIR(st.st_mode) || st.st_nlink != 2;
    wrong += stat(".", &st) != 0 || st.st_nlink != 3;
    MUST(rmdir("directory"));

    int removed = MUST(open("removed", O_RDWR | O_CREAT | O_EXCL, 0600));
    MUST(unlink("removed"));
    MUST(close(removed));
    MUST(symlink("target", "link"));
    wrong += lstat("link", &st) != 0 || !S_ISLNK(st.st_mode) || st.st_size != 6;
    MUST(unlink("link"));
  }
  wrong += made_on_the_side();
  printf("%d wrong\n", wrong);
  return 0;
}
