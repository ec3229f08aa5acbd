#include <ftw.h>

#include "case.h"

static char lines[64][300];
static int count;

static int note(const char *path, const struct stat *st, int type, struct FTW *place) {
  const char *types[] = {"F", "D", "DNR", "NS", "SL", "DP", "SLN"};
  snprintf(lines[count++], 300, "%s %s level %d base %s %lld", path, types[type], place->level, path + place->base,
           S_ISDIR(st->st_mode) ? -1LL : (long long)st->st_size);
  return 0;
}

static int stop(const char *path, const struct stat *st, int type, struct FTW *place) {
  return strstr(path, "/b") ? 7 : 0;
}

static int old_note(const char *path, const struct stat *st, int type) {
  snprintf(lines[count++], 300, "%s %d", path, type);
  return 0;
}

static int compare(const void *a, const void *b) { return strcmp(a, b); }

static void show(const char *what, int result) {
  printf("%s = %d\n", what, result);
  qsort(lines, count, sizeof lines[0], compare);
  for (int i = 0; i < count; i++) puts(lines[i]);
  count = 0;
}

static int remove_it(const char *path, const struct stat *st, int type, struct FTW *place) { return remove(path); }

int main(void) {
  MUST(mkdir("t", 0755));
  MUST(mkdir("t/a", 0755));
  MUST(mkdir("t/a/deep", 0755));
  MUST(mkdir("t/b", 0755));
  put("t/f", "123");
  put("t/a/deep/g", "12");
  MUST(mkdir("elsewhere", 0755));
  put("elsewhere/h", "1");
  MUST(symlink("../elsewhere", "t/link"));
  MUST(symlink("missing", "t/dangling"));
  show("nftw", nftw("t", note, 8, 0));
  show("nftw physical", nftw("t", note, 1, FTW_PHYS));
  show("nftw depth", nftw("t", note, 8, FTW_PHYS | FTW_DEPTH));
  show("nftw chdir", nftw("t", note, 8, FTW_PHYS | FTW_CHDIR));
  show("nftw mount", nftw("t", note, 8, FTW_PHYS | FTW_MOUNT));
  show("stopped", nftw("t", stop, 8, FTW_PHYS));
  show("ftw", ftw("t", old_note, 8));
  show("missing", nftw("missing", note, 8, 0));
  show("file", nftw("t/f", note, 8, 0));
  show("remove", nftw("t", remove_it, 8, FTW_PHYS | FTW_DEPTH));
  show_file("t");
  return 0;
}
