// ftw, nftw, fts, scandir and glob against libc's, outside the tree: the same visits in the same order.
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static char *transcript;  // of the walk that runs
static size_t transcript_size;
static FILE *notes;

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...) {
  va_list list;
  va_start(list, format);
  vfprintf(notes, format, list);
  va_end(list);
}

static void begin(void) { notes = open_memstream(&transcript, &transcript_size); }

static char *end(void) {
  fclose(notes);
  return transcript;
}

static void compare(const char *name, int detail, char *ours, char *theirs) {
  if (strcmp(ours, theirs) != 0) {
    fprintf(stderr, "%s %d differs\n--- ours\n%s--- libc's\n%s", name, detail, ours, theirs);
    check_failures++;
  }
  free(ours);
  free(theirs);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int answer;            // what the visitor returns ...
static const char *answered;  // ... for entries of this name

static int visit(const char *path, const struct stat *status, int type, struct FTW *where) {
  char cwd[4096];
  note("%s type %d level %d base %d size %ld cwd %s\n", path, type, where->level, where->base,
       type == FTW_NS ? 0 : (long)status->st_size, getcwd(cwd, sizeof cwd));
  return strcmp(path + where->base, answered) == 0 ? answer : 0;
}

static int visit_plain(const char *path, const struct stat *status, int type) {
  note("%s type %d inode %lu\n", path, type, type == FTW_NS ? 0 : status->st_ino);
  return 0;
}

static char *run_nftw(__typeof__(&nftw) call, const char *root, int descriptors, int flags) {
  begin();
  errno = 0;
  int result = call(root, visit, descriptors, flags);
  note("= %d errno %d\n", result, result < 0 ? errno : 0);
  return end();
}

static char *run_ftw(__typeof__(&ftw) call, const char *root) {
  begin();
  int result = call(root, visit_plain, 4);
  note("= %d errno %d\n", result, result < 0 ? errno : 0);
  return end();
}

static void shouldVisitAsFtwAndNftwDo(void) {
  const char *const roots[] = {"t", "t/", ".", "./t//", "t/a/f", "t/link", "t/dangling", "none", "", "t/a"};
  const int answers[] = {0, 7, FTW_SKIP_SUBTREE, FTW_SKIP_SIBLINGS, FTW_STOP};
  const char *const names[] = {"b", "f", "t"};
  for (size_t r = 0; r < sizeof roots / sizeof *roots; r++) {
    compare(roots[r], -1, run_ftw(ftw, roots[r]), run_ftw(NEXT(ftw), roots[r]));
    for (int flags = 0; flags < 32; flags++) {
      if ((flags & FTW_CHDIR) != 0 && (flags & FTW_PHYS) == 0)
        continue;  // libc loses its way behind links to directories
      for (size_t a = 0; a < sizeof answers / sizeof *answers; a++) {
        for (size_t n = 0; n < (a == 0 ? 1 : 3); n++) {
          answer = answers[a];
          answered = names[n];
          compare(roots[r], flags, run_nftw(nftw, roots[r], 1 + flags % 5, flags),
                  run_nftw(NEXT(nftw), roots[r], 1 + flags % 5, flags));
        }
      }
    }
  }
  compare("flags", 0, run_nftw(nftw, "t", 4, 1 << 20), run_nftw(NEXT(nftw), "t", 4, 1 << 20));
}

struct fts_calls {
  __typeof__(&fts_open) open;
  __typeof__(&fts_read) read;
  __typeof__(&fts_children) children;
  __typeof__(&fts_set) set;
  __typeof__(&fts_close) close;
};

static int by_name(const FTSENT **left, const FTSENT **right) { return strcmp((*left)->fts_name, (*right)->fts_name); }

// PLAN: 1 lists children first, 2 only their names, 4 skips b, 8 follows links, 16 looks again at f, 32 stops at b.
static char *run_fts(const struct fts_calls *calls, char *const *roots, int options, int plan) {
  begin();
  errno = 0;
  FTS *walk = calls->open(roots, options, by_name);
  if (walk == NULL) {
    note("errno %d\n", errno);
    return end();
  }
  FTSENT *entry;
  while ((entry = calls->read(walk)) != NULL) {
    // libc leaves bytes behind the path's length when it skips a directory whose children were listed.
    bool without_stat = (options & FTS_NOSTAT) != 0 || entry->fts_info == FTS_NS || entry->fts_info == FTS_NSOK;
    note("%.*s name %s info %d level %d len %d %d errno %d size %ld parent %s cycle %s number %ld\n",
         entry->fts_pathlen, entry->fts_path, entry->fts_name, entry->fts_info, entry->fts_level, entry->fts_pathlen,
         entry->fts_namelen, entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR ? entry->fts_errno : 0,
         without_stat ? 0 : (long)entry->fts_statp->st_size, entry->fts_level > 0 ? entry->fts_parent->fts_name : "",
         entry->fts_info == FTS_DC ? "yes" : "no", entry->fts_number);
    bool first = entry->fts_number++ == 0;
    if ((plan & 3) != 0 && entry->fts_info == FTS_D) {
      for (FTSENT *child = calls->children(walk, plan & 2 ? FTS_NAMEONLY : 0); child != NULL; child = child->fts_link)
        note("  child %s\n", child->fts_name);
    }
    if ((plan & 4) != 0 && strcmp(entry->fts_name, "b") == 0 && entry->fts_info == FTS_D)
      calls->set(walk, entry, FTS_SKIP);
    if ((plan & 8) != 0 && first && (entry->fts_info == FTS_SL || entry->fts_info == FTS_SLNONE))
      calls->set(walk, entry, FTS_FOLLOW);
    if ((plan & 16) != 0 && first && strcmp(entry->fts_name, "f") == 0) calls->set(walk, entry, FTS_AGAIN);
    if ((plan & 32) != 0 && strcmp(entry->fts_name, "b") == 0) break;
  }
  note("errno %d\n", entry == NULL ? errno : 0);
  calls->close(walk);
  return end();
}

static void shouldReadAsFtsDoes(void) {
  const struct fts_calls ours = {fts_open, fts_read, fts_children, fts_set, fts_close};
  const struct fts_calls theirs = {NEXT(fts_open), NEXT(fts_read), NEXT(fts_children), NEXT(fts_set), NEXT(fts_close)};
  char *all[] = {(char *)"t", (char *)"t/a/f", (char *)"none", (char *)"t/link", (char *)".", NULL};
  char *empty[] = {(char *)"", NULL}, *slash[] = {(char *)"t/", NULL};
  char *const *const roots[] = {all, empty, slash};  // without any, libc crashes
  const int extras[] = {0, FTS_COMFOLLOW, FTS_NOSTAT, FTS_SEEDOT, FTS_XDEV};
  for (size_t r = 0; r < sizeof roots / sizeof *roots; r++) {
    for (size_t e = 0; e < sizeof extras / sizeof *extras; e++) {
      for (int plan = 0; plan < 64; plan++) {
        for (int kind = 0; kind < 2; kind++) {
          int options = (kind == 0 ? FTS_PHYSICAL : FTS_LOGICAL) | FTS_NOCHDIR | extras[e];
          compare("fts", options * 1000 + plan, run_fts(&ours, roots[r], options, plan),
                  run_fts(&theirs, roots[r], options, plan));
        }
      }
    }
  }
  compare("fts options", 0, run_fts(&ours, all, 1 << 20, 0), run_fts(&theirs, all, 1 << 20, 0));
}

static int without_dots(const struct dirent *entry) {
  errno = EBUSY;  // must not end the scan
  return entry->d_name[0] != '.';
}

static char *run_scandir(__typeof__(&scandirat) call, const char *path, bool select) {
  begin();
  struct dirent **list = NULL;
  errno = 0;
  int count = call(AT_FDCWD, path, &list, select ? without_dots : NULL, alphasort);
  note("%d errno %d\n", count, errno);
  for (int i = 0; i < count; i++) {
    note("%s %d\n", list[i]->d_name, list[i]->d_type);
    free(list[i]);
  }
  free(list);
  return end();
}

static char *run_glob(__typeof__(&glob) call, const char *pattern, int flags) {
  begin();
  glob_t found = {0};
  note("= %d\n", call(pattern, flags, NULL, &found));
  note("flags %d\n", found.gl_flags);
  for (size_t i = 0; i < found.gl_pathc; i++) note("%s\n", found.gl_pathv[i]);
  globfree(&found);
  return end();
}

static void shouldListAsScandirAndGlobDo(void) {
  const char *const paths[] = {"t", "t/a", "t/empty", "t/a/f", "none", ""};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    for (int select = 0; select < 2; select++)
      compare(paths[i], select, run_scandir(scandirat, paths[i], select),
              run_scandir(NEXT(scandirat), paths[i], select));
  }
  const char *const patterns[] = {"t/*",   "t/{a,empty}/*", "*/?",     "/tm[p]", "~",       "~root", "t/none*",
                                  "t/\\a", "t/../t/*",      "t/dang*", "/*",     ".//t/*/", "t/**"};
  const int flags[] = {0,           GLOB_MARK,    GLOB_BRACE,       GLOB_TILDE | GLOB_BRACE, GLOB_NOCHECK, GLOB_ONLYDIR,
                       GLOB_PERIOD, GLOB_NOMAGIC, GLOB_TILDE_CHECK, GLOB_NOSORT | GLOB_ERR,  GLOB_NOESCAPE};
  for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
    for (size_t f = 0; f < sizeof flags / sizeof *flags; f++)
      compare(patterns[i], flags[f], run_glob(glob, patterns[i], flags[f]),
              run_glob(NEXT(glob), patterns[i], flags[f]));
  }
}

static void make(const char *path, const char *text) {
  int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) abort();
  close(fd);
}

static int discard(const char *path, const struct stat *status, int type, struct FTW *where) {
  (void)status, (void)type, (void)where;
  return remove(path);
}

int main(void) {
  char directory[] = "/tmp/walk.XXXXXX";
  if (mkdtemp(directory) == NULL || chdir(directory) < 0) abort();
  mkdir("t", 0755);
  mkdir("t/a", 0755);
  mkdir("t/a/b", 0755);
  mkdir("t/a/b/c", 0755);
  mkdir("t/a/b/c/d", 0755);
  mkdir("t/empty", 0755);
  mkdir("t/z", 0755);
  make("t/a/f", "four");
  make("t/a/b/f", "file");
  make("t/a/b/c/d/deep", "deepest");
  make("t/z/f", "zz");
  make("t/.hidden", "");
  if (symlink("a", "t/link") < 0 || symlink("nowhere", "t/dangling") < 0 || symlink("../..", "t/a/up") < 0 ||
      symlink("f", "t/a/g") < 0 || mkfifo("t/z/fifo", 0600) < 0)
    abort();
  RUN(shouldVisitAsFtwAndNftwDo);
  RUN(shouldReadAsFtsDoes);
  RUN(shouldListAsScandirAndGlobDo);
  nftw(directory, discard, 8, FTW_DEPTH | FTW_PHYS);
  return check_result();
}
