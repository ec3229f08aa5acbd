/* Reading, writing, offsets, lengths. */
#include "ops.h"

#include <sys/uio.h>

#define BUFFER (96 << 10)
static unsigned char buffer[BUFFER] __attribute__((aligned(4096)));

static void fill(size_t length) {
  uint64_t word = dice_bits();
  for (size_t i = 0; i < length; i++) {
    if (i % 8 == 0) word = word * 6364136223846793005u + 1442695040888963407u;
    buffer[i] = (unsigned char)(word >> (i % 8 * 8));
  }
}

static size_t choose_length(void) {
  switch (roll(10)) {
    case 0:
      return 0;
    case 1:
      return 4096u * (1 + roll(4));
    case 2:
      return roll(BUFFER);
    default:
      return roll(3000);
  }
}

static off_t choose_offset(void) {
  switch (roll(12)) {
    case 0:
      return -1;
    case 1:
      return 4096 * (off_t)roll(30);
    case 2:
      return (off_t)roll(16 << 20);
    case 3:
      return 0;
    default:
      return roll(40000);
  }
}

static void say_read(long n) {
  if (n >= 0) {
    say(" ");
    say_hash(buffer, (size_t)n);
  }
}

void family_data(void) {
  size_t length = choose_length();
  off_t offset = choose_offset();
  unsigned form = roll(8);
  void *memory = chance(1) ? no_memory : (unsigned char *)buffer + (chance(10) ? 1 : 0);
  if (length == BUFFER) length--;
  bool aligned = chance(70);
  say(form < 3 ? "write " : form < 5 ? "pwrite " : form < 7 ? "read " : "pread ");
  int fd = choose_data_fd(), flags = fcntl(fd, F_GETFL);
  if (aligned && flags >= 0 && (flags & O_DIRECT)) { /* as it wants to be used */
    length &= ~(size_t)4095;
    offset &= ~(off_t)4095;
    if (memory != no_memory) memory = buffer;
  }
  say(" %zu%s", length, memory == no_memory ? " FAULT" : "");
  if (form < 5) fill(length + 1);
  switch (form) {
    case 0:
    case 1:
    case 2:
      RESULT(write(fd, memory, length));
      break;
    case 3:
    case 4:
      say(" at %lld", (long long)offset);
      RESULT(pwrite(fd, memory, length, offset));
      break;
    case 5:
    case 6:
      memset(buffer, 0, sizeof buffer);
      say_read(RESULT(read(fd, memory, length)));
      return;
    default:
      memset(buffer, 0, sizeof buffer);
      say(" at %lld", (long long)offset);
      say_read(RESULT(pread(fd, memory, length, offset)));
      return;
  }
  observe_fd(fd);
}

void family_vectors(void) {
  struct iovec parts[5];
  int count = (int)roll(6);
  size_t at = 0;
  for (int i = 0; i < count && i < 5; i++) {
    size_t length = roll(4000);
    parts[i] = (struct iovec){buffer + at, length};
    at += length;
  }
  if (count > 0 && chance(2)) parts[roll((unsigned)(count < 5 ? count : 5))].iov_base = no_memory;
  if (count > 5) count = 5;
  if (chance(1)) count = -1;
  off_t offset = choose_offset();
  static const struct flag flags[] = {
      {RWF_APPEND, "APPEND"}, {RWF_DSYNC, "DSYNC"}, {RWF_HIPRI, "HIPRI"}, {0x4000, "?"}};
  unsigned form = roll(6);
  static const char *const names[] = {"readv", "writev", "preadv", "pwritev", "pwritev2", "preadv2"};
  say("%s ", names[form]);
  int fd = choose_data_fd();
  int how = chance(40) ? RWF_APPEND : (int)roll_flags(flags, COUNT_OF(flags), 10);
  say(" %d parts %zu", count, at);
  if (form >= 2) say(" at %lld", (long long)offset);
  if (form >= 4) say(" how %#x", how);
  bool reads = form == 0 || form == 2 || form == 5;
  if (reads) {
    memset(buffer, 0, at);
  } else {
    fill(at);
  }
  long got = 0;
  switch (form) {
    case 0:
      got = RESULT(readv(fd, parts, count));
      break;
    case 1:
      RESULT(writev(fd, parts, count));
      break;
    case 2:
      got = RESULT(preadv(fd, parts, count, offset));
      break;
    case 3:
      RESULT(pwritev(fd, parts, count, offset));
      break;
    case 4:
      RESULT(pwritev2(fd, parts, count, offset, how));
      break;
    default:
      got = RESULT(preadv2(fd, parts, count, offset, how & ~RWF_APPEND));
  }
  if (reads) {
    say(" ");
    say_hash(buffer, got > 0 ? (size_t)got : 0); /* after a failure there may be anything */
  } else {
    observe_fd(fd);
  }
}

static void give_advice(off_t offset) {
  int advice = (int)roll(7);
  say("fadvise ");
  int fd = choose_fd();
  say(" %d", advice);
  say(" = %s", error_name(posix_fadvise(fd, offset, roll(9000), advice)));
  if (chance(50)) RESULT(readahead(fd, offset, 4096));
}

void family_seek(void) {
  static const struct flag from[] = {{SEEK_SET, "SET"},   {SEEK_CUR, "CUR"},   {SEEK_END, "END"},
                                     {SEEK_DATA, "DATA"}, {SEEK_HOLE, "HOLE"}, {77, "77"}};
  const struct flag *whence = &PICK(from);
  off_t offset = chance(15) ? -(off_t)roll(5000) : choose_offset();
  if (chance(12)) {
    give_advice(offset);
    return;
  }
  say("lseek ");
  int fd = choose_data_fd();
  bool preallocated = (whence->bit == SEEK_DATA || whence->bit == SEEK_HOLE) && observed_as_preallocated(fd);
  if (rewind_directory(fd) || preallocated) {
    offset = 0;
    whence = &from[0];
  }
  say(" %s %lld", whence->name, (long long)offset);
  RESULT(lseek(fd, offset, (int)whence->bit));
}

static off_t choose_size(void) {
  switch (roll(12)) {
    case 0:
      return 0;
    case 1:
      return -1;
    case 2:
      return (off_t)1 << 45; /* more than the file system has for a file */
    case 3:
      return (off_t)roll(32 << 20);
    case 4:
      return 4096 * (off_t)roll(30);
    default:
      return roll(60000);
  }
}

void family_truncate(void) {
  static struct place place;
  off_t size = choose_size();
  if (chance(50)) {
    say("ftruncate ");
    int fd = choose_data_fd();
    say(" %lld", (long long)size);
    RESULT(ftruncate(fd, size));
    observe_fd(fd);
    return;
  }
  choose_path(&place, chance(10) ? ANYTHING : FILES);
  say("truncate ");
  say_place(&place);
  say(" %lld", (long long)size);
  RESULT(truncate(place.path, size));
  observe_place(&place);
}

void family_fallocate(void) {
  static const struct flag modes[] = {{0x01, "KEEP_SIZE"}, {0x02, "PUNCH"},  {0x08, "COLLAPSE"},
                                      {0x10, "ZERO"},      {0x20, "INSERT"}, {0x40, "UNSHARE"}};
  static const int usual[] = {0, 1, 3, 8, 0x10, 0x11, 0x20, 0x40};
  int mode = chance(92) ? PICK(usual) : (int)roll_flags(modes, COUNT_OF(modes), 30);
  off_t offset = chance(60) ? 4096 * (off_t)roll(12) : choose_offset();
  off_t length = chance(60) ? 4096 * (off_t)roll(12) : (off_t)roll(60000);
  if (offset > 1 << 20) offset = 1 << 20;
  bool posix = mode == 0 && chance(30);
  say("%s ", posix ? "posix_fallocate" : "fallocate");
  int fd = choose_data_fd();
  say(" ");
  say_flags((unsigned long)mode, modes, COUNT_OF(modes));
  say(" %lld+%lld", (long long)offset, (long long)length);
  if (posix) {
    say(" = %s", error_name(posix_fallocate(fd, offset, length)));
  } else {
    RESULT(fallocate(fd, mode, offset, length));
  }
  observe_preallocated(fd);
  observe_fd(fd);
}

void family_synchronise(void) {
  unsigned form = roll(4);
  static const char *const names[] = {"fsync", "fdatasync", "sync_file_range", "fsync"};
  say("%s ", names[form]);
  int fd = choose_data_fd();
  if (form == 2) {
    RESULT(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE));
  } else if (form == 1) {
    RESULT(fdatasync(fd));
  } else {
    RESULT(fsync(fd));
  }
}
