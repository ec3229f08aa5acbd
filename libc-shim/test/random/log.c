/*
 * The log: one line for each operation, in memory that children share, written out in large pieces. Nothing of stdio,
 * which would keep a copy of its buffer in each child.
 */
#include "ops.h"

#include <stdarg.h>
#include <sys/mman.h>

#define LOG_BYTES (8u << 20)
#define WRITTEN_AT_BYTES (64u << 10)
#define LONG_TEXT 96

static struct {
  uint64_t index;
  size_t used;
  char text[LOG_BYTES];
} * book;

void *shared_memory(size_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    perror("random-ops: mmap");
    exit(2);
  }
  return memory;
}

void log_open(void) { book = shared_memory(sizeof *book); }

uint64_t log_index(void) { return book->index; }

void log_flush(void) {
  size_t done = 0;
  while (done < book->used) {
    ssize_t n = write(STDOUT_FILENO, book->text + done, book->used - done);
    if (n < 0 && errno != EINTR) _exit(2);
    if (n > 0) done += (size_t)n;
  }
  book->used = 0;
}

void say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int n = vsnprintf(book->text + book->used, LOG_BYTES - book->used, format, arguments);
  va_end(arguments);
  if (n > 0) book->used += (size_t)n;
  if (book->used > LOG_BYTES - 1) book->used = LOG_BYTES - 1;
}

void log_begin(uint64_t index, const char *family) {
  book->index = index;
  say("%llu %s: ", (unsigned long long)index, family);
}

void log_end(void) {
  say("\n");
  if (book->used > WRITTEN_AT_BYTES) log_flush();
}

static uint64_t hash_of(const unsigned char *bytes, size_t length) {
  uint64_t hash = 0xcbf29ce484222325;
  size_t i = 0;
  for (; i + 8 <= length; i += 8) {
    uint64_t word;
    memcpy(&word, bytes + i, 8);
    hash = (hash ^ word) * 0x100000001b3;
    hash ^= hash >> 29;
  }
  for (; i < length; i++) hash = (hash ^ bytes[i]) * 0x100000001b3;
  return hash ^ length;
}

void say_hash(const void *bytes, size_t length) { say("[%zu:%08x]", length, (unsigned)(hash_of(bytes, length) >> 16)); }

static void say_plain(const unsigned char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (bytes[i] >= 0x20 && bytes[i] < 0x7f && bytes[i] != '"') {
      say("%c", bytes[i]);
    } else {
      say("\\x%02x", bytes[i]);
    }
  }
}

void say_bytes(const void *bytes, size_t length) {
  const struct {
    const char *path, *name;
  } known[] = {{work, "@W"}, {elsewhere, "@E"}, {base, "@B"}, {elsewhere_base, "@O"}};
  say("\"");
  const unsigned char *at = bytes;
  for (size_t i = 0; i < COUNT_OF(known); i++) {
    size_t prefix = strlen(known[i].path);
    if (at != bytes || prefix == 0 || length < prefix || memcmp(at, known[i].path, prefix) != 0) continue;
    say("%s", known[i].name);
    at += prefix;
    length -= prefix;
  }
  if (length <= LONG_TEXT) {
    say_plain(at, length);
  } else {
    say_plain(at, 24);
    say("~");
    say_hash(at, length);
  }
  say("\"");
}

void say_text(const char *text) {
  if (text == NULL) {
    say("NULL");
  } else if (text == no_memory) {
    say("FAULT");
  } else {
    say_bytes(text, strlen(text));
  }
}

void say_flags(unsigned long value, const struct flag *flags, size_t count) {
  const char *between = "";
  for (size_t i = 0; i < count; i++) {
    if (flags[i].bit == 0 || (value & flags[i].bit) != flags[i].bit) continue;
    say("%s%s", between, flags[i].name);
    value &= ~flags[i].bit;
    between = "|";
  }
  if (value != 0 || *between == '\0') say("%s%#lx", between, value);
}

const char *error_name(int error) {
  const char *name = strerrorname_np(error);
  return name != NULL ? name : "unknown";
}

void say_result(long result, int error) {
  if (result < 0) {
    say(" = %ld %s", result, error_name(error));
  } else {
    say(" = %ld", result);
  }
}
