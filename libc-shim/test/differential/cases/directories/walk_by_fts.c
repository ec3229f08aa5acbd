#include <fts.h>

#include "case.h"

static int by_name(const FTSENT **a, const FTSENT **b) { return strcmp((*a)->fts_name, (*b)->fts_name); }

static void walk(int options) {
  char *roots[] = {"t", "single", "full/", "empty/", "void//", NULL};
  FTS *fts = fts_open(roots, options, by_name);
  FTSENT *entry;
  printf("options %d\n", options);
  while ((entry = fts_read(fts)) != NULL) {
    printf("  %s %s level %d info %d", entry->fts_path, entry->fts_name, entry->fts_level, entry->fts_info);
    if (entry->fts_info == FTS_F && !(options & FTS_NOSTAT)) printf(" size %lld", (long long)entry->fts_statp->st_size);
    if (entry->fts_info == FTS_D && strcmp(entry->fts_name, "skipped") == 0) fts_set(fts, entry, FTS_SKIP);
    puts("");
  }
  SHOW(errno);
  SHOW(fts_close(fts));
}

int main(void) {
  MUST(mkdir("t", 0755));
  MUST(mkdir("t/a", 0755));
  MUST(mkdir("t/a/b", 0755));
  MUST(mkdir("t/skipped", 0755));
  put("t/skipped/x", "");
  put("t/a/b/f", "12345");
  put("t/g", "1");
  put("single", "12");
  MUST(symlink("a", "t/link"));
  MUST(symlink("..", "t/a/cycle"));
  MUST(mkdir("empty", 0755));
  MUST(mkdir("void", 0755));
  MUST(mkdir("full", 0755));
  MUST(mkdir("full/empty", 0755));
  walk(FTS_PHYSICAL);
  walk(FTS_PHYSICAL | FTS_NOCHDIR);
  walk(FTS_LOGICAL);
  walk(FTS_PHYSICAL | FTS_NOSTAT | FTS_SEEDOT);
  walk(FTS_PHYSICAL | FTS_XDEV);
  char here[PATH_MAX];
  TRUTH(getcwd(here, sizeof here) != NULL && access("t", F_OK) == 0);
  return 0;
}
