/* Working directories, listings, walks. Orders are not compared. */
#include "ops.h"

#include <dirent.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <stdarg.h>
#include <sys/syscall.h>

#define MOST_NAMES 2000
static char *list[MOST_NAMES];
static size_t listed;

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void add(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  if (listed < MOST_NAMES && vasprintf(&list[listed], format, arguments) >= 0) listed++;
  va_end(arguments);
}

static void say_list(void) {
  qsort(list, listed, sizeof *list, by_name);
  say(" %zu", listed);
  for (size_t i = 0; i < listed; i++) {
    say(" ");
    if (i < 40) say_text(list[i]);
    free(list[i]);
  }
  listed = 0;
}

void family_cwd(void) {
  static struct place place;
  if (chance(35)) {
    say("fchdir ");
    int fd = choose_fd();
    RESULT(fchdir(fd));
  } else {
    choose_path(&place, chance(90) ? DIRECTORIES : ANYTHING);
    say("chdir ");
    say_place(&place);
    RESULT(chdir(place.path));
  }
  state_moved = true;
  observe_path(AT_FDCWD, ".", 0);
}

/* Back to a state in which things can work. */
void family_home(void) {
  bool repair = chance(30);
  say("home%s", repair ? " repair" : "");
  if (chance(60)) become_root();
  RESULT(chdir(work));
  if (repair) {
    RESULT(chmod(".", 0777));
    for (int i = 0; i < 4; i++) {
      static const char *const names[] = {"D0", "D1", "D2", "D3"};
      RESULT(fchmodat(AT_FDCWD, names[i], 0777, 0));
    }
    umask(022);
  }
}

static void by_getdents(int fd) {
  char buffer[4096];
  size_t size = chance(10) ? 20 : chance(50) ? 320 : sizeof buffer;
  say("getdents64 %zu", size);
  RESULT(lseek(fd, 0, SEEK_SET));
  long n;
  while ((n = chance(50) ? getdents64(fd, buffer, size) : syscall(SYS_getdents64, fd, buffer, size)) > 0) {
    for (long at = 0; at < n;) {
      struct dirent64 *entry = (struct dirent64 *)(buffer + at);
      add("%s %d", entry->d_name, entry->d_type);
      at += entry->d_reclen;
    }
  }
  if (n < 0) say_result(n, errno);
  say_list();
}

/* Reads some, remembers the place, reads the rest twice. */
static void by_stream(DIR *stream) {
  unsigned before = roll(6);
  size_t rest[2] = {0, 0};
  uint64_t sum[2] = {0, 0};
  struct dirent *entry;
  while (before > 0 && readdir(stream) != NULL) before--;
  long cookie = telldir(stream);
  for (int pass = 0; pass < 2; pass++) {
    while ((entry = readdir(stream)) != NULL) {
      uint64_t hash = 5381;
      for (const char *c = entry->d_name; *c; c++) hash = hash * 33 + (unsigned char)*c;
      rest[pass]++;
      sum[pass] += hash;
    }
    seekdir(stream, cookie);
  }
  say(" rest %zu %s", rest[0], rest[0] == rest[1] && sum[0] == sum[1] ? "again" : "DIFFERS");
  rewinddir(stream);
  errno = 0;
  while ((entry = readdir(stream)) != NULL) {
    struct stat st;
    bool same = fstatat(dirfd(stream), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || st.st_ino == entry->d_ino ||
                strcmp(entry->d_name, "..") == 0;
    add("%s %d%s", entry->d_name, entry->d_type, same ? "" : " OTHER-INODE");
  }
  if (errno != 0) say(" %s", error_name(errno));
  say_list();
}

static int keep_some(const struct dirent *entry) { return entry->d_name[0] == 'F' || entry->d_name[0] == 'D'; }

void family_listing(void) {
  static struct place place;
  unsigned form = roll(4);
  if (form == 0) {
    by_getdents(choose_fd());
    return;
  }
  choose_readable(&place, DIRECTORIES);
  if (chance(40)) strcpy(place.text, ".");
  if (form == 1) {
    struct dirent **names = NULL;
    say("scandirat ");
    say_place(&place);
    int n = (int)RESULT(scandirat(place.dir, place.path, &names, keep_some, alphasort));
    for (int i = 0; i < n; i++) {
      say(" ");
      say_text(names[i]->d_name);
      free(names[i]);
    }
    free(names);
    return;
  }
  say(form == 2 ? "opendir " : "fdopendir ");
  if (form == 2) place.dir = AT_FDCWD;
  say_place(&place);
  DIR *stream;
  if (form == 2) {
    stream = opendir(place.path);
  } else {
    int fd =
        openat(place.dir, place.path, (chance(80) ? O_DIRECTORY : O_NONBLOCK) | O_CLOEXEC | (chance(5) ? O_PATH : 0));
    stream = fd < 0 ? NULL : fdopendir(fd);
    if (fd >= 0 && stream == NULL) {
      int error = errno;
      close(fd);
      errno = error;
    }
  }
  if (stream == NULL) {
    say(" = %s", error_name(errno));
    return;
  }
  by_stream(stream);
  closedir(stream);
}

/* A stream that stays open while entries come and go: what was there all the time must be seen once. */
static DIR *open_stream;
static struct {
  char *name;
  struct stat at_first;
  unsigned seen;
} there[256];
static size_t there_count;
static unsigned rewound_at_first;

static void note_seen(const char *name) {
  for (size_t i = 0; i < there_count; i++)
    if (strcmp(there[i].name, name) == 0) there[i].seen++;
}

/* A rename, also away and back, moves ctime. */
static bool was_there_all_the_time(size_t i) {
  struct stat now, *first = &there[i].at_first;
  return fstatat(dirfd(open_stream), there[i].name, &now, AT_SYMLINK_NOFOLLOW) == 0 && now.st_ino == first->st_ino &&
         now.st_ctim.tv_sec == first->st_ctim.tv_sec && now.st_ctim.tv_nsec == first->st_ctim.tv_nsec;
}

static void begin_stream(void) {
  static struct place place;
  choose_readable(&place, DIRECTORIES);
  place.dir = AT_FDCWD;
  if (chance(60)) strcpy(place.text, ".");
  say("begin ");
  say_place(&place);
  open_stream = opendir(place.path);
  if (open_stream == NULL) {
    say(" = %s", error_name(errno));
    return;
  }
  struct dirent *entry;
  there_count = 0;
  rewound_at_first = *rewound;
  while ((entry = readdir(open_stream)) != NULL) {
    if (there_count == COUNT_OF(there)) continue;
    there[there_count].seen = 0;
    if (fstatat(dirfd(open_stream), entry->d_name, &there[there_count].at_first, AT_SYMLINK_NOFOLLOW) == 0)
      there[there_count++].name = strdup(entry->d_name);
  }
  rewinddir(open_stream);
  for (unsigned i = roll(4); i > 0 && (entry = readdir(open_stream)) != NULL; i--) note_seen(entry->d_name);
  say(" of %zu", there_count);
}

void family_stream_of_directory(void) {
  if (open_stream == NULL) {
    begin_stream();
    return;
  }
  struct dirent *entry;
  if (chance(30)) { /* whether there is one depends on the order, if names came or went */
    if ((entry = readdir(open_stream)) != NULL) note_seen(entry->d_name);
    say("one more");
    return;
  }
  say("the rest");
  while ((entry = readdir(open_stream)) != NULL) note_seen(entry->d_name);
  for (size_t i = 0; i < there_count; i++) {
    if (there[i].seen != 1 && *rewound == rewound_at_first && was_there_all_the_time(i)) {
      say(" SEEN %u TIMES ", there[i].seen);
      say_text(there[i].name);
    }
    free(there[i].name);
  }
  there_count = 0;
  rewinddir(open_stream);
  while ((entry = readdir(open_stream)) != NULL) add("%s", entry->d_name);
  say_list();
  closedir(open_stream);
  open_stream = NULL;
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *at) {
  add("%s t%d l%d %o", path, type, at->level, type == FTW_NS ? 0 : st->st_mode);
  return 0;
}

/* Removes what is below D3, as rm -r does. */
static void remove_tree(const char *top) {
  char *const paths[] = {(char *)top, NULL};
  FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
  unsigned removed = 0, refused = 0;
  for (FTSENT *entry; walk != NULL && (entry = fts_read(walk)) != NULL;) {
    if (entry->fts_info == FTS_D || entry->fts_info == FTS_DC) continue;
    int result = entry->fts_info == FTS_DP ? rmdir(entry->fts_accpath) : unlink(entry->fts_accpath);
    *(result == 0 ? &removed : &refused) += 1;
  }
  if (walk != NULL) fts_close(walk);
  say(" removed %u refused %u", removed, refused);
}

void family_walk(void) {
  static struct place place;
  unsigned form = roll(3);
  choose_readable(&place, DIRECTORIES);
  place.dir = AT_FDCWD;
  if (place.text[0] == '\0' || strstr(place.text, "..") != NULL || place.text[0] == '/' || strlen(place.text) > 1000)
    strcpy(place.text, "D1");
  place.path = place.text;
  say("%s ", form == 0 ? "nftw" : form == 1 ? "fts" : "remove-tree");
  say_place(&place);
  if (form == 2) {
    remove_tree(place.text);
  } else if (form == 0) {
    static const int some_flags[] = {FTW_PHYS, FTW_PHYS | FTW_DEPTH, FTW_PHYS | FTW_MOUNT};
    RESULT(nftw(place.text, visit, 8, PICK(some_flags)));
    say_list();
  } else {
    char *const paths[] = {place.text, NULL};
    FTS *walk = fts_open(paths, FTS_PHYSICAL | (chance(50) ? FTS_NOCHDIR : 0), NULL);
    for (FTSENT *entry; walk != NULL && (entry = fts_read(walk)) != NULL;)
      add("%s i%d %s", entry->fts_path, entry->fts_info, entry->fts_errno ? error_name(entry->fts_errno) : "");
    if (walk != NULL) fts_close(walk);
    say_list();
  }
}

void family_glob(void) {
  static const char *const patterns[] = {"*",         "F*",       "D?/F*",   "*/*", "{D0,D1}/*",
                                         "[DL][0-2]", "nothing*", "D0/../*", "*/"};
  static const int some_flags[] = {0, GLOB_MARK, GLOB_ONLYDIR, GLOB_NOCHECK, GLOB_BRACE, GLOB_PERIOD};
  const char *pattern = PICK(patterns);
  int flags = PICK(some_flags);
  glob_t found;
  say("glob ");
  say_text(pattern);
  say(" %#x", flags);
  int result = (int)RESULT(glob(pattern, flags, NULL, &found));
  if (result != 0) return;
  for (size_t i = 0; i < found.gl_pathc && i < 60; i++) {
    say(" ");
    say_text(found.gl_pathv[i]);
  }
  globfree(&found);
}
