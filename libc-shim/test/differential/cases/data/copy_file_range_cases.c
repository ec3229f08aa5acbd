/* copy_file_range: offsets, overlaps, ends, refusals; sendfile and splice between files. */
#include <sys/sendfile.h>

#include "case.h"

int main(void) {
  put("from", "0123456789abcdefghij");
  int from = MUST(open("from", O_RDWR)), to = MUST(open("to", O_RDWR | O_CREAT, 0644));
  off64_t in = 5, out = 100;
  SHOW(copy_file_range(from, &in, to, &out, 10, 0));
  SHOW(in);
  SHOW(out);
  SHOW(lseek(from, 0, SEEK_CUR));
  SHOW(stat_of("to").st_size);
  SHOW(copy_file_range(from, NULL, to, NULL, 100, 0));
  SHOW(lseek(from, 0, SEEK_CUR));
  SHOW(lseek(to, 0, SEEK_CUR));
  SHOW(copy_file_range(from, NULL, to, NULL, 100, 0));
  in = 0, out = 5;
  SHOW(copy_file_range(from, &in, from, &out, 5, 0));
  in = 0, out = 3;
  SHOW(copy_file_range(from, &in, from, &out, 5, 0));
  show_contents("from");
  SHOW(copy_file_range(from, &in, to, &out, 5, 1));
  int read_only = MUST(open("to", O_RDONLY)), append = MUST(open("to", O_WRONLY | O_APPEND));
  in = out = 0;
  SHOW(copy_file_range(from, &in, read_only, &out, 5, 0));
  SHOW(copy_file_range(from, &in, append, &out, 5, 0));
  SHOW(copy_file_range(MUST(open("to", O_WRONLY)), &in, to, &out, 5, 0));
  SHOW(copy_file_range(MUST(open(".", O_RDONLY)), &in, to, &out, 5, 0));
  int ends[2];
  MUST(pipe(ends));
  SHOW(copy_file_range(ends[0], NULL, to, NULL, 5, 0));
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/far", outside());
  int far = MUST(open(path, O_RDWR | O_CREAT, 0644));
  in = 0, out = 0;
  TRUTH(copy_file_range(from, &in, far, &out, 5, 0) == 5 || errno == EXDEV);
  SHOW(stat_of("to").st_size);
  /* holes */
  int sparse = MUST(open("sparse", O_RDWR | O_CREAT, 0644));
  MUST(ftruncate(sparse, 1 << 20));
  MUST(pwrite(sparse, "end", 3, (1 << 20) - 3));
  int copy = MUST(open("copy", O_RDWR | O_CREAT, 0644));
  long copied = 0, more;
  while ((more = copy_file_range(sparse, NULL, copy, NULL, 1 << 20, 0)) > 0) copied += more;
  SHOW(copied);
  SHOW(system("cmp sparse copy"));
  off_t at = 0;
  MUST(lseek(to, 0, SEEK_SET));
  SHOW(sendfile(to, from, &at, 7));
  SHOW(at);
  MUST(lseek(from, 0, SEEK_SET));
  SHOW(splice(from, NULL, ends[1], NULL, 10, 0));
  out = 3;
  SHOW(splice(ends[0], NULL, to, &out, 10, 0));
  SHOW(tee(ends[0], ends[1], 5, SPLICE_F_NONBLOCK));
  struct iovec part = {"vm", 2};
  SHOW(vmsplice(ends[1], &part, 1, 0));
  SHOW(splice(ends[0], NULL, to, NULL, 10, 0));
  MUST(lseek(to, 0, SEEK_SET));
  char text[32] = {0};
  SHOW(read(to, text, 16));
  puts(text);
  struct stat before = stat_of("to");
  tick();
  in = out = 0;
  MUST(copy_file_range(from, &in, to, &out, 5, 0));
  TRUTH(compare_times(before.st_mtim, stat_of("to").st_mtim) < 0);
  return 0;
}
