/* Programs that look functions up themselves (and plugins that are loaded from the tree). */
#include "case.h"

int main(void) {
  put("plugin.c",
      "#include <stdio.h>\n#include <fcntl.h>\n"
      "int count(const char *p) { FILE *f = fopen(p, \"r\"); int n = 0; while (f && fgetc(f) >= 0) n++; return f ? n : "
      "-1; }\n");
  SHOW(system("gcc -shared -fPIC -o plugin.so plugin.c"));
  put("data", "12345");
  void *plugin = SHOW_POINTER(dlopen("./plugin.so", RTLD_NOW));
  int (*count)(const char *) = dlsym(plugin, "count");
  SHOW(count("data"));
  SHOW(count("missing"));
  void *main_program = dlopen(NULL, RTLD_NOW);
  int (*by_main)(const char *, int, ...) = dlsym(main_program, "open");
  int fd = SHOW(by_main("made", O_CREAT | O_RDWR, 0640));
  int (*by_default)(int, struct stat *) = dlsym(RTLD_DEFAULT, "fstat");
  struct stat st;
  SHOW(by_default(fd, &st));
  TRUTH(st.st_ino == stat_of("made").st_ino);
  int (*next_rename)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
  SHOW(next_rename("made", "renamed"));
  show_file("renamed");
  SHOW(dlclose(plugin));
  SHOW_POINTER(dlopen("./missing.so", RTLD_NOW));
  SHOW_POINTER(dlopen("./data", RTLD_NOW));
  SHOW(unlink("plugin.so"));
  return 0;
}
