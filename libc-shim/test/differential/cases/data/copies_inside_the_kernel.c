#include <sys/sendfile.h>

#include "case.h"

int main(void) {
  static char text[100000];
  for (size_t i = 0; i < sizeof text; i++) text[i] = 'a' + i % 23;
  int in = MUST(open("in", O_RDWR | O_CREAT, 0644));
  MUST(write(in, text, sizeof text));
  MUST(lseek(in, 0, SEEK_SET));
  int out = MUST(open("out", O_RDWR | O_CREAT, 0644));
  SHOW(sendfile(out, in, NULL, 30000));
  SHOW(lseek(in, 0, SEEK_CUR));
  off_t offset = 30000;
  SHOW(sendfile(out, in, &offset, 20000));
  SHOW(offset);
  loff_t from = 50000, to = 50000;
  SHOW(copy_file_range(in, &from, out, &to, 50000, 0));
  SHOW(from);
  static char copy[100001];
  SHOW(pread(out, copy, sizeof copy, 0));
  TRUTH(memcmp(copy, text, sizeof text) == 0);
  int ends[2];
  MUST(pipe(ends));
  from = 10;
  SHOW(splice(in, &from, ends[1], NULL, 1000, 0));
  int spliced = MUST(open("spliced", O_RDWR | O_CREAT, 0644));
  SHOW(splice(ends[0], NULL, spliced, NULL, 1000, 0));
  SHOW(pread(spliced, copy, 1000, 0));
  TRUTH(memcmp(copy, text + 10, 1000) == 0);
  SHOW(copy_file_range(in, NULL, MUST(open("out", O_RDONLY)), NULL, 10, 0));
  SHOW(copy_file_range(in, NULL, out, NULL, 10, 1));
  int append = MUST(open("out", O_WRONLY | O_APPEND));
  SHOW(copy_file_range(in, NULL, append, NULL, 10, 0));
  SHOW(sendfile(append, in, NULL, 10));
  int foreign = MUST(open("/etc/passwd", O_RDONLY));
  SHOW(sendfile(spliced, foreign, NULL, 100));
  offset = 0;
  MUST(pipe(ends));
  SHOW(sendfile(ends[1], in, &offset, 500));
  SHOW(read(ends[0], copy, 1000));
  from = 0;
  SHOW(syscall(SYS_copy_file_range, in, &from, spliced, NULL, 100, 0));
  show_file("out");
  show_file("spliced");
  return 0;
}
