#include "case.h"

static void attempt(const char *mode, bool exists) {
  unlink("f");
  if (exists) put("f", "0123456789");
  errno = 0;
  FILE *file = fopen("f", mode);
  printf("%s on %s file: ", mode, exists ? "a" : "no");
  if (file == NULL) {
    printf("%s\n", errno_name(errno));
    return;
  }
  int flags = fcntl(fileno(file), F_GETFL);
  printf("flags %#o, ", flags);
  printf("tell %ld, ", ftell(file));
  int put_result = fputs("AB", file);
  printf("fputs %d, ", put_result);
  fseek(file, 1, SEEK_SET);
  int c = fgetc(file);
  printf("fgetc %d, ", c);
  clearerr(file);
  printf("fclose %d, ", fclose(file));
  printf("holds \"%s\"\n", get("f"));
}

int main(void) {
  const char *modes[] = {"r",   "r+", "w",   "w+", "a",  "a+", "rb", "r+b", "rb+",        "wb",
                         "ab+", "wx", "w+x", "ax", "re", "we", "rm", "wc",  "r,ccs=UTF-8"};
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    attempt(modes[i], true);
    attempt(modes[i], false);
  }
  SHOW_POINTER(fopen("f", "q"));
  SHOW_POINTER(fopen("f", ""));
  SHOW_POINTER(fopen("missing/f", "w"));
  SHOW_POINTER(fopen("", "r"));
  show_file("f");
  return 0;
}
