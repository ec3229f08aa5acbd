/* Data that the kernel moves, and mappings. */
#include "ops.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

static void copy_range(void) {
  off_t from = roll(30000), to = roll(30000);
  size_t length = chance(10) ? 0 : roll(40000);
  bool own_offsets = chance(60);
  say("copy_file_range ");
  int in = choose_data_fd();
  say(" to ");
  int out = choose_data_fd();
  say(" %s %zu %lld %lld", own_offsets ? "at" : "on", length, (long long)from, (long long)to);
  RESULT(copy_file_range(in, own_offsets ? &from : NULL, out, own_offsets ? &to : NULL, length, chance(2) ? 1 : 0));
  observe_preallocated(out);
  observe_fd(out);
}

static void send_file(void) {
  off_t from = roll(30000);
  size_t length = roll(40000);
  bool own_offset = chance(60);
  say("sendfile ");
  int out = choose_data_fd();
  say(" from ");
  int in = choose_data_fd();
  say(" %s%zu", own_offset ? "at " : "", length);
  if (own_offset) say(" %lld", (long long)from);
  RESULT(sendfile(out, in, own_offset ? &from : NULL, length));
  observe_fd(out);
}

/* From a file into a pipe and from there into another file. */
static void splice_through(void) {
  int ends[2];
  loff_t from = roll(30000), to = roll(30000);
  size_t length = roll(60000);
  if (pipe2(ends, O_NONBLOCK) != 0) return;
  say("splice ");
  int in = choose_data_fd();
  say(" at %lld %zu", (long long)from, length);
  long n = RESULT(splice(in, &from, ends[1], NULL, length, SPLICE_F_NONBLOCK));
  say(" to ");
  int out = choose_data_fd();
  say(" at %lld", (long long)to);
  if (n > 0) RESULT(splice(ends[0], NULL, out, &to, (size_t)n, SPLICE_F_NONBLOCK));
  close(ends[0]);
  close(ends[1]);
  observe_fd(out);
}

void family_copies(void) {
  switch (roll(3)) {
    case 0:
      copy_range();
      break;
    case 1:
      send_file();
      break;
    default:
      splice_through();
  }
}

static sigjmp_buf out_of_file;

static void leave(int signal) { siglongjmp(out_of_file, signal); }

/*
 * Touches one byte of each page; what lies after the file's end gives SIGBUS. What the last page holds beyond the end
 * depends on when it was written back, so the file of FD, mapped from OFFSET, tells how much is looked at.
 */
static void touch(int fd, off_t offset, unsigned char *memory, size_t pages, bool write) {
  struct stat st = {.st_size = 0};
  fstat(fd, &st);
  struct sigaction action = {.sa_handler = leave}, before[2];
  sigaction(SIGBUS, &action, &before[0]);
  sigaction(SIGSEGV, &action, &before[1]);
  for (volatile size_t i = 0; i < pages; i++) {
    unsigned char *at = memory + i * 4096 + 17;
    int signal = sigsetjmp(out_of_file, 1);
    if (signal != 0) {
      say(" SIG%s", sigabbrev_np(signal));
    } else if (write) {
      memcpy(at, "mapped", 6);
      say(" w");
    } else {
      say(" ");
      off_t left = st.st_size - offset - (off_t)i * 4096;
      volatile unsigned char first = at[-17]; /* SIGBUS, if there is no such page */
      (void)first;
      say_hash(at - 17, left > 4096 ? 4096 : left > 0 ? (size_t)left : 0);
    }
  }
  sigaction(SIGBUS, &before[0], NULL);
  sigaction(SIGSEGV, &before[1], NULL);
}

void family_mapping(void) {
  static const int protections[] = {PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC};
  static const int kinds[] = {MAP_SHARED, MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE, 0};
  size_t pages = 1 + roll(4);
  off_t offset = 4096 * (off_t)roll(6);
  int protection = PICK(protections), kind = PICK(kinds);
  if (chance(2)) offset += 7;
  say("mmap ");
  int fd = choose_fd();
  say(" %zu pages at %lld prot %d kind %d", pages, (long long)offset, protection, kind);
  unsigned char *memory = mmap(NULL, pages * 4096, protection, kind, fd, offset);
  if (memory == MAP_FAILED) {
    say(" = %s", error_name(errno));
    return;
  }
  bool writable = protection & PROT_WRITE;
  touch(fd, offset, memory, pages, writable && chance(70));
  if (chance(25)) {
    off_t size = roll(30000);
    say(" ftruncate %lld", (long long)size);
    RESULT(ftruncate(fd, size));
    touch(fd, offset, memory, pages, writable && chance(50));
  }
  if (chance(20)) {
    say(" msync");
    RESULT(msync(memory, pages * 4096, chance(70) ? MS_ASYNC : MS_SYNC));
  }
  munmap(memory, pages * 4096);
  observe_fd(fd);
}

/* A mapping that stays while the file is written, cut, renamed, removed. */
static struct {
  unsigned char *memory;
  size_t pages;
  bool writable;
  int fd; /* a copy, out of the way */
  off_t offset;
} held;

static void hold_mapping(void) {
  int protection = chance(75) ? PROT_READ | PROT_WRITE : PROT_READ, kind = chance(70) ? MAP_SHARED : MAP_PRIVATE;
  off_t offset = 4096 * (off_t)roll(4);
  held.pages = 1 + roll(4);
  held.writable = protection & PROT_WRITE;
  say("hold ");
  int fd = choose_fd();
  say(" %zu pages at %lld prot %d kind %d", held.pages, (long long)offset, protection, kind);
  held.memory = mmap(NULL, held.pages * 4096, protection, kind, fd, offset);
  if (held.memory != MAP_FAILED) {
    held.offset = offset;
    held.fd = fcntl(fd, F_DUPFD_CLOEXEC, 200);
    return;
  }
  say(" = %s", error_name(errno));
  held.memory = NULL;
}

void family_held_mapping(void) {
  if (held.memory == NULL) {
    hold_mapping();
    return;
  }
  unsigned form = roll(8);
  size_t bytes = held.pages * 4096;
  if (form < 3) {
    say("look");
    touch(held.fd, held.offset, held.memory, held.pages, false);
  } else if (form < 6) {
    say("change");
    /* A page that is dirty still does not move mtime again, so when it was sent to the disk would show. */
    RESULT(msync(held.memory, bytes, MS_SYNC));
    if (held.writable) touch(held.fd, held.offset, held.memory, held.pages, true);
  } else if (form == 6) {
    say("mprotect");
    held.writable = chance(50);
    int result = mprotect(held.memory, bytes, held.writable ? PROT_READ | PROT_WRITE : PROT_READ);
    if (RESULT(result) != 0) held.writable = false;
  } else {
    say("let go");
    RESULT(munmap(held.memory, bytes));
    close(held.fd);
    held.memory = NULL;
  }
}
