#include "case.h"

static char *map;

static void touch(void) { map[0] = 'x'; }

static void beyond(void) { printf("%c\n", map[8192]); }

int main(void) {
  put("f", "contents");
  int reader = MUST(open("f", O_RDONLY)), writer = MUST(open("f", O_RDWR));
  map = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_PRIVATE, reader, 0);
  TRUTH(map != MAP_FAILED);
  memcpy(map, "PRIVATE!", 8);
  show_contents("f");
  TRUTH(mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, reader, 0) == MAP_FAILED);
  SHOW(errno);
  TRUTH(mmap(NULL, 8, PROT_READ, MAP_SHARED, MUST(open("f", O_WRONLY)), 0) == MAP_FAILED);
  SHOW(errno);
  TRUTH(mmap(NULL, 8, PROT_READ, MAP_SHARED, MUST(open(".", O_RDONLY)), 0) == MAP_FAILED);
  SHOW(errno);
  map = mmap(NULL, 16384, PROT_READ, MAP_SHARED, writer, 0);
  in_child(touch);
  in_child(beyond);
  char *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, reader, 0);
  TRUTH(code != MAP_FAILED);
  return 0;
}
