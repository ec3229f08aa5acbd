/* A file that is gone leaves its number to the next one, within one step of the clock: they are not the same file. */
#include "case.h"

int main(void) {
  int wrong = 0;
  for (int i = 0; i < 300; i++) {
    struct stat st;
    int unnamed = MUST(open(".", O_RDWR | O_TMPFILE, 0600));
    MUST(fchmod(unnamed, 0604));
    MUST(close(unnamed));
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
  printf("%d wrong\n", wrong);
  return 0;
}
