#include "case.h"

int main(void) {
  put("f", "x");
  MUST(mkdir("d", 0755));
  MUST(symlink("f", "l"));
  MUST(mkfifo("p", 0600));
  MUST(link("f", "hard"));
  DIR *dir = opendir(".");
  struct dirent *entry;
  int count = 0, wrong_inode = 0, wrong_type = 0, dots = 0;
  while ((entry = readdir(dir)) != NULL) {
    struct stat st;
    MUST(lstat(entry->d_name, &st));
    count++;
    dots += strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    wrong_inode += entry->d_ino != st.st_ino;
    wrong_type += DTTOIF(entry->d_type) != (st.st_mode & S_IFMT);
  }
  SHOW(count);
  SHOW(dots);
  SHOW(wrong_inode);
  SHOW(wrong_type);
  SHOW(errno);
  closedir(dir);
  return 0;
}
