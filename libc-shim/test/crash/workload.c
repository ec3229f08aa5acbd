/*
 * The program of the crash harness: carries out scripts of file operations, one actor a script, an actor a thread.
 *
 *   workload SEED FIRST BASE SCRIPTS THREADS[,THREADS...]
 *
 * Every number of THREADS is a process with so many actors. Actor N reads SCRIPTS/N.ops, works below the directory BASE
 * and reports in SCRIPTS/N.log, which lies outside of the tree and is mapped, so that a kill loses nothing of it: first
 * the intent of an operation, and after it its result. What an operation must give stands in the script; an actor that
 * gets something else stops, and the log says so.
 *
 *   operation:  LETTER RESULT ARGUMENT...        RESULT: an errno, 0, or ? for either
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

enum { SLOTS = 16, MAX_WORDS = 8, UNIT = 512 };

struct actor {
  uint32_t number;
  char *script;
  struct report *report;
  int slots[SLOTS];
};

static uint32_t seed;
static uint32_t first_operation; /* operations of an earlier run of this seed were numbered below */
static const char *base;
static const char *scripts;

static void die(const char *what) {
  fprintf(stderr, "workload: %s: %s\n", what, strerror(errno));
  exit(3);
}

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

/* Contents name their origin: units of 512 bytes, 16 times the same 32 bytes. */
static void fill(char *into, size_t length, uint32_t actor, uint32_t operation, uint64_t offset) {
  struct {
    char magic[4];
    uint32_t seed, actor, operation;
    uint64_t offset, check;
  } origin = {.magic = "DCPw", .seed = seed, .actor = actor, .operation = first_operation + operation};
  for (size_t at = 0; at < length; at += sizeof origin) {
    origin.offset = offset + at - at % UNIT;
    origin.check = origin.offset * 0x9e3779b97f4a7c15U + origin.operation * 0x2545f4914f6cdd1dU + actor;
    size_t rest = length - at;
    memcpy(into + at, &origin, rest < sizeof origin ? rest : sizeof origin);
  }
}

static uint32_t crc32_of(const unsigned char *data, size_t length, uint32_t crc) {
  crc = ~crc;
  for (size_t i = 0; i < length; i++) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; bit++) {
      crc = (crc >> 1) ^ (0xedb88320U & (0U - (crc & 1)));
    }
  }
  return ~crc;
}

/* The results of operations: 0, an errno, or -1 for something wrong that has no errno, which is told. */
static int told(struct actor *actor, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int told(struct actor *actor, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(actor->report->message, sizeof actor->report->message, format, arguments);
  va_end(arguments);
  return -1;
}

static int result_of(long value) { return value < 0 ? errno : 0; }

static int whole(struct actor *actor, ssize_t done, size_t wanted) {
  if (done < 0) {
    return errno;
  }
  return (size_t)done == wanted ? 0 : told(actor, "%zd of %zu bytes", done, wanted);
}

static const char *path_of(char into[PATH_BYTES], const char *word) {
  if (word[0] != '@') {
    return word;
  }
  snprintf(into, PATH_BYTES, "%s/%s", base, word + 1);
  return into;
}

static char *pattern(struct actor *actor, uint32_t operation, uint64_t offset, size_t length) {
  char *data = malloc(length);
  if (!data) {
    die("malloc");
  }
  fill(data, length, actor->number, operation, offset);
  return data;
}

static int write_at(struct actor *actor, uint32_t operation, int fd, long long offset, size_t length) {
  char *data = pattern(actor, operation, offset < 0 ? 0 : (uint64_t)offset, length);
  ssize_t done = offset < 0 ? write(fd, data, length) : pwrite(fd, data, length, offset);
  int result = whole(actor, done, length);
  free(data);
  return result;
}

static int write_mapping(struct actor *actor, uint32_t operation, int fd, long long offset, size_t length, bool sync) {
  long page = sysconf(_SC_PAGESIZE);
  size_t before = (size_t)(offset % page);
  char *mapping = mmap(NULL, length + before, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset - (off_t)before);
  if (mapping == MAP_FAILED) {
    return errno;
  }
  fill(mapping + before, length, actor->number, operation, (uint64_t)offset);
  int result = sync ? result_of(msync(mapping, length + before, MS_SYNC)) : 0;
  munmap(mapping, length + before);
  return result;
}

/* Size and checksum of what a descriptor shows. */
static int check_contents(struct actor *actor, int fd, long long size, uint32_t crc) {
  struct stat st;
  if (fstat(fd, &st) < 0) {
    return errno;
  }
  if (st.st_size != size) {
    return told(actor, "size is %lld, not %lld", (long long)st.st_size, size);
  }
  unsigned char data[16384];
  uint32_t sum = 0;
  for (off_t at = 0; at < size;) {
    ssize_t got = pread(fd, data, sizeof data, at);
    if (got <= 0) {
      return got < 0 ? errno : told(actor, "end of file at %lld of %lld", (long long)at, size);
    }
    sum = crc32_of(data, (size_t)got, sum);
    at += got;
  }
  return sum == crc ? 0 : told(actor, "contents differ, crc %08x, not %08x", sum, crc);
}

static int check_file(struct actor *actor, const char *path, char *const words[]) {
  struct stat st;
  if (lstat(path, &st) < 0) {
    return errno;
  }
  mode_t mode = (mode_t)strtoul(words[1], NULL, 8);
  nlink_t links = strtoul(words[2], NULL, 10);
  if (st.st_mode != mode || st.st_nlink != links) {
    return told(actor, "mode %o links %lu, not %o %lu", st.st_mode, st.st_nlink, mode, links);
  }
  if (!S_ISREG(mode)) {
    return 0;
  }
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return errno;
  }
  int result = check_contents(actor, fd, atoll(words[3]), (uint32_t)strtoul(words[4], NULL, 10));
  close(fd);
  return result;
}

/* A new file that is nobody's until it is whole: O_EXCL at its final name, or written aside and renamed there. */
static int make_whole(struct actor *actor, uint32_t operation, const char *path, size_t length, const char *final) {
  int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (fd < 0) {
    return errno;
  }
  int result = write_at(actor, operation, fd, 0, length);
  if (close(fd) < 0 && result == 0) {
    result = errno;
  }
  return result == 0 && final ? result_of(rename(path, final)) : result;
}

static int link_slot(struct actor *actor, int fd, const char *path) {
  (void)actor;
  char name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  return result_of(linkat(AT_FDCWD, name, AT_FDCWD, path, AT_SYMLINK_FOLLOW));
}

/* The operations on a descriptor: words[0] is the slot. */
static int perform_on_slot(struct actor *actor, uint32_t operation, char letter, char *words[]) {
  int slot = atoi(words[0]) % SLOTS;
  int *fd = &actor->slots[slot];
  char one[PATH_BYTES];
  switch (letter) {
    case 'o':
      *fd = open(path_of(one, words[3]), atoi(words[1]) | O_CLOEXEC, (mode_t)strtoul(words[2], NULL, 8));
      return result_of(*fd);
    case 'c': {
      int result = result_of(close(*fd));
      *fd = -1;
      return result;
    }
    case 'w':
      return write_at(actor, operation, *fd, atoll(words[1]), (size_t)atoll(words[2]));
    case 'a':
      return write_at(actor, operation, *fd, -1, (size_t)atoll(words[1]));
    case 'T':
      return result_of(ftruncate(*fd, atoll(words[1])));
    case 'H':
      return result_of(fchmod(*fd, (mode_t)strtoul(words[1], NULL, 8)));
    case 'G':
      return result_of(fsetxattr(*fd, words[1], words[2], strlen(words[2]), 0));
    case 'f':
      return result_of(fsync(*fd));
    case 'd':
      return result_of(fdatasync(*fd));
    case 's':
      return result_of(syncfs(*fd));
    case 'm':
      return write_mapping(actor, operation, *fd, atoll(words[1]), (size_t)atoll(words[2]), atoi(words[3]));
    case 'P':
      *fd = open(path_of(one, words[1]), O_TMPFILE | O_RDWR | O_CLOEXEC, (mode_t)strtoul(words[2], NULL, 8));
      return result_of(*fd);
    case 'K':
      return link_slot(actor, *fd, path_of(one, words[1]));
    case 'v':
      return check_contents(actor, *fd, atoll(words[1]), (uint32_t)strtoul(words[2], NULL, 10));
    default:
      return told(actor, "unknown operation %c", letter);
  }
}

static int perform(struct actor *actor, uint32_t operation, char letter, char *words[]) {
  char one[PATH_BYTES];
  char two[PATH_BYTES];
  const char *path = words[0] ? path_of(one, words[0]) : "";
  switch (letter) {
    case 'D':
      return result_of(mkdir(path, (mode_t)strtoul(words[1], NULL, 8)));
    case 'X':
      return result_of(rmdir(path));
    case 'U':
      return result_of(unlink(path));
    case 'R':
      return result_of(renameat2(AT_FDCWD, path, AT_FDCWD, path_of(two, words[1]), (unsigned)atoi(words[2])));
    case 'L':
      return result_of(link(path, path_of(two, words[1])));
    case 'Y':
      return result_of(symlink(words[1], path));
    case 't':
      return result_of(truncate(path, atoll(words[1])));
    case 'M':
      return result_of(chmod(path, (mode_t)strtoul(words[1], NULL, 8)));
    case 'N': {
      struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = atoll(words[1]), .tv_nsec = atol(words[2])}};
      return result_of(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW));
    }
    case 'A':
      return result_of(setxattr(path, words[1], words[2], strlen(words[2]), 0));
    case 'E':
      return result_of(removexattr(path, words[1]));
    case 'V':
      return check_file(actor, path, words);
    case 'x':
      return make_whole(actor, operation, path, (size_t)atoll(words[1]), NULL);
    case 'r':
      return make_whole(actor, operation, path, (size_t)atoll(words[1]), path_of(two, words[2]));
    case 'z':
      return result_of(usleep((useconds_t)atoi(words[0])));
    default:
      return perform_on_slot(actor, operation, letter, words);
  }
}

static void *act(void *argument) {
  struct actor *actor = argument;
  struct report *report = actor->report;
  char *rest = NULL;
  char *line = strtok_r(actor->script, "\n", &rest);
  for (uint32_t operation = 0; line; operation++, line = strtok_r(NULL, "\n", &rest)) {
    char *words[MAX_WORDS + 2] = {NULL};
    char *in_line = NULL;
    int count = 0;
    for (char *word = strtok_r(line, " ", &in_line); word && count < MAX_WORDS + 1;
         word = strtok_r(NULL, " ", &in_line)) {
      words[count++] = word;
    }
    struct outcome *outcome = &report->outcomes[operation];
    outcome->intent_ns = now_ns();
    __atomic_store_n(&report->intents, operation + 1, __ATOMIC_RELEASE);
    int result = perform(actor, operation, words[0][0], words + 2);
    outcome->result = result;
    outcome->ack_ns = now_ns();
    __atomic_store_n(&report->acks, operation + 1, __ATOMIC_RELEASE);
    if (words[1][0] != '?' && result != atoi(words[1])) {
      __atomic_store_n(&report->state, REPORT_UNEXPECTED, __ATOMIC_RELEASE);
      return NULL;
    }
  }
  __atomic_store_n(&report->state, REPORT_COMPLETE, __ATOMIC_RELEASE);
  return NULL;
}

static char *read_script(uint32_t number, uint32_t *lines) {
  char path[PATH_BYTES];
  snprintf(path, sizeof path, "%s/%u.ops", scripts, number);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) < 0) {
    die(path);
  }
  char *text = calloc(1, (size_t)st.st_size + 1);
  if (!text || read(fd, text, (size_t)st.st_size) != st.st_size) {
    die(path);
  }
  close(fd);
  *lines = 0;
  for (char *at = text; *at; at++) {
    *lines += *at == '\n';
  }
  return text;
}

static struct actor *prepare(uint32_t number) {
  struct actor *actor = calloc(1, sizeof *actor);
  if (!actor) {
    die("calloc");
  }
  uint32_t lines;
  actor->number = number;
  actor->script = read_script(number, &lines);
  char path[PATH_BYTES];
  snprintf(path, sizeof path, "%s/%u.log", scripts, number);
  actor->report = map_report(path, lines);
  if (!actor->report) {
    die(path);
  }
  actor->report->pid = getpid();
  for (int slot = 0; slot < SLOTS; slot++) {
    actor->slots[slot] = -1;
  }
  return actor;
}

static void run_process(uint32_t first, uint32_t threads) {
  pthread_t ids[64];
  for (uint32_t i = 0; i < threads; i++) {
    if (pthread_create(&ids[i], NULL, act, prepare(first + i)) != 0) {
      die("pthread_create");
    }
  }
  for (uint32_t i = 0; i < threads; i++) {
    pthread_join(ids[i], NULL);
  }
  exit(0);
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fprintf(stderr, "usage: workload SEED FIRST BASE SCRIPTS THREADS[,THREADS...]\n");
    return 2;
  }
  seed = (uint32_t)strtoul(argv[1], NULL, 10);
  first_operation = (uint32_t)strtoul(argv[2], NULL, 10);
  base = argv[3];
  scripts = argv[4];
  umask(022);
  if (chdir(base) < 0) {
    die(base);
  }
  uint32_t first = 0;
  for (char *at = argv[5]; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
    uint32_t threads = (uint32_t)strtoul(at, NULL, 10);
    pid_t child = fork();
    if (child < 0 || threads == 0 || threads > 64) {
      die("fork");
    }
    if (child == 0) {
      run_process(first, threads);
    }
    first += threads;
  }
  int status;
  int wrong = 0;
  while (wait(&status) > 0) {
    wrong |= status;
  }
  return wrong ? 1 : 0;
}
