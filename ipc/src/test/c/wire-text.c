/*
 * The C side of the wire test: turns messages into text and text into messages, by the generated codecs.
 *
 *   wire-text dump   < messages   > text
 *   wire-text build  < text       > messages
 *
 * A stream of messages is a uint32 length and that many bytes, again and again. A message in text is its name on a
 * line, "field value" lines in the order of the schema, and "end"; bytes are in hexadecimal, "-" when there are none.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io_dcp_ipc_wire/fileCall.h"
#include "io_dcp_ipc_wire/hello.h"
#include "io_dcp_ipc_wire/messageHeader.h"
#include "io_dcp_ipc_wire/refusal.h"
#include "io_dcp_ipc_wire/reply.h"

enum { MESSAGE_BYTES = 81920, LINE_BYTES = 2 * MESSAGE_BYTES + 64, FIELDS = 64 };

typedef struct io_dcp_ipc_wire_messageHeader header_t;
typedef struct io_dcp_ipc_wire_hello hello_t;
typedef struct io_dcp_ipc_wire_refusal refusal_t;
typedef struct io_dcp_ipc_wire_fileCall call_t;
typedef struct io_dcp_ipc_wire_reply reply_t;
typedef struct io_dcp_ipc_wire_attributes attributes_t;
typedef struct io_dcp_ipc_wire_moment moment_t;
typedef struct io_dcp_ipc_wire_prepareFlags prepare_t;

static char message[MESSAGE_BYTES];
static char line[LINE_BYTES];

static struct {
  char *name;
  char *value;
} fields[FIELDS];
static int field_count;

static _Noreturn void fail(const char *what) {
  fprintf(stderr, "wire-text: %s\n", what);
  exit(1);
}

/* Text in. */

static const char *text_of(const char *name) {
  for (int i = 0; i < field_count; i++)
    if (strcmp(fields[i].name, name) == 0) return fields[i].value;
  fail(name);
}

static long long number_of(const char *name) { return strtoll(text_of(name), NULL, 10); }

static char *bytes_of(const char *name, uint32_t *length) {
  static char bytes[MESSAGE_BYTES];
  const char *hex = text_of(name);
  *length = 0;
  if (strcmp(hex, "-") == 0) return bytes;
  for (; hex[0] != '\0'; hex += 2) {
    unsigned value;
    if (*length == sizeof(bytes) || sscanf(hex, "%2x", &value) != 1) fail("bad bytes");
    bytes[(*length)++] = (char)value;
  }
  return bytes;
}

/* Text out. */

static void say(const char *name, long long value) { printf("%s %lld\n", name, value); }

static void say_bytes(const char *name, const char *bytes, uint32_t length) {
  printf("%s %s", name, length == 0 ? "-" : "");
  for (uint32_t i = 0; i < length; i++) printf("%02x", (unsigned char)bytes[i]);
  putchar('\n');
}

#define SAY(type, field) say(#field, (long long)io_dcp_ipc_wire_##type##_##field(&m))
#define SET(type, field, integer) io_dcp_ipc_wire_##type##_set_##field(&m, (integer)number_of(#field))
#define SAY_BYTES(type, field)                                       \
  do {                                                               \
    uint32_t length = io_dcp_ipc_wire_##type##_##field##_length(&m); \
    const char *bytes = io_dcp_ipc_wire_##type##_##field(&m);        \
    if (bytes == NULL) fail(#field);                                 \
    say_bytes(#field, bytes, length);                                \
  } while (0)
#define PUT_BYTES(type, field)                                                         \
  do {                                                                                 \
    uint32_t length;                                                                   \
    const char *bytes = bytes_of(#field, &length);                                     \
    if (io_dcp_ipc_wire_##type##_put_##field(&m, bytes, length) == NULL) fail(#field); \
  } while (0)

static void say_moment(const char *name, moment_t *m) {
  printf("%s.seconds %lld\n", name, (long long)io_dcp_ipc_wire_moment_seconds(m));
  printf("%s.nanos %lld\n", name, (long long)io_dcp_ipc_wire_moment_nanos(m));
}

static void set_moment(const char *name, moment_t *m) {
  char field[64];
  snprintf(field, sizeof(field), "%s.seconds", name);
  io_dcp_ipc_wire_moment_set_seconds(m, (int64_t)number_of(field));
  snprintf(field, sizeof(field), "%s.nanos", name);
  io_dcp_ipc_wire_moment_set_nanos(m, (uint32_t)number_of(field));
}

#define SAY_MOMENT(type, field)               \
  do {                                        \
    moment_t t;                               \
    io_dcp_ipc_wire_##type##_##field(&m, &t); \
    say_moment(#field, &t);                   \
  } while (0)
#define SET_MOMENT(type, field)               \
  do {                                        \
    moment_t t;                               \
    io_dcp_ipc_wire_##type##_##field(&m, &t); \
    set_moment(#field, &t);                   \
  } while (0)

static void dump_attributes(attributes_t m) {
  SAY(attributes, ino);
  SAY(attributes, dev);
  SAY(attributes, rdev);
  SAY(attributes, mode);
  SAY(attributes, nlink);
  SAY(attributes, uid);
  SAY(attributes, gid);
  SAY(attributes, sizeBytes);
  SAY(attributes, blocks512);
  SAY(attributes, blockSizeBytes);
  SAY_MOMENT(attributes, atime);
  SAY_MOMENT(attributes, mtime);
  SAY_MOMENT(attributes, ctime);
  SAY_MOMENT(attributes, btime);
  SAY(attributes, mirrorInode);
  SAY_MOMENT(attributes, mirrorCtime);
}

static void build_attributes(attributes_t m) {
  SET(attributes, ino, uint64_t);
  SET(attributes, dev, uint64_t);
  SET(attributes, rdev, uint64_t);
  SET(attributes, mode, uint32_t);
  SET(attributes, nlink, uint32_t);
  SET(attributes, uid, uint32_t);
  SET(attributes, gid, uint32_t);
  SET(attributes, sizeBytes, int64_t);
  SET(attributes, blocks512, int64_t);
  SET(attributes, blockSizeBytes, uint32_t);
  SET_MOMENT(attributes, atime);
  SET_MOMENT(attributes, mtime);
  SET_MOMENT(attributes, ctime);
  SET_MOMENT(attributes, btime);
  SET(attributes, mirrorInode, uint64_t);
  SET_MOMENT(attributes, mirrorCtime);
}

static void dump_hello(hello_t m) {
  SAY(hello, wireVersion);
  SAY(hello, session);
  SAY(hello, thread);
}

static uint64_t build_hello(header_t *header) {
  hello_t m;
  io_dcp_ipc_wire_hello_wrap_and_apply_header(&m, message, 0, sizeof(message), header);
  SET(hello, wireVersion, uint32_t);
  SET(hello, session, uint64_t);
  SET(hello, thread, uint32_t);
  return io_dcp_ipc_wire_hello_encoded_length(&m);
}

static void dump_refusal(refusal_t m) {
  enum io_dcp_ipc_wire_cause cause;
  if (!io_dcp_ipc_wire_refusal_cause(&m, &cause)) fail("cause");
  say("cause", cause);
  SAY(refusal, wireVersion);
  SAY_BYTES(refusal, text);
}

static uint64_t build_refusal(header_t *header) {
  refusal_t m;
  io_dcp_ipc_wire_refusal_wrap_and_apply_header(&m, message, 0, sizeof(message), header);
  SET(refusal, cause, enum io_dcp_ipc_wire_cause);
  SET(refusal, wireVersion, uint32_t);
  PUT_BYTES(refusal, text);
  return io_dcp_ipc_wire_refusal_encoded_length(&m);
}

static void dump_call(call_t m) {
  enum io_dcp_ipc_wire_operation operation;
  SAY(fileCall, requestId);
  SAY(fileCall, deadlineMillis);
  if (!io_dcp_ipc_wire_fileCall_operation(&m, &operation)) fail("operation");
  say("operation", operation);
  SAY(fileCall, umask);
  SAY(fileCall, flags);
  SAY(fileCall, mode);
  prepare_t prepare;
  io_dcp_ipc_wire_fileCall_prepare(&m, &prepare);
  say("NO_FOLLOW", io_dcp_ipc_wire_prepareFlags_nO_FOLLOW(&prepare));
  say("CONTENT", io_dcp_ipc_wire_prepareFlags_cONTENT(&prepare));
  say("EXEC", io_dcp_ipc_wire_prepareFlags_eXEC(&prepare));
  say("PARENT", io_dcp_ipc_wire_prepareFlags_pARENT(&prepare));
  SAY(fileCall, directory);
  SAY(fileCall, directory2);
  SAY(fileCall, uid);
  SAY(fileCall, gid);
  SAY(fileCall, device);
  SAY(fileCall, inode);
  SAY(fileCall, cookie);
  SAY(fileCall, size);
  SAY_MOMENT(fileCall, atime);
  SAY_MOMENT(fileCall, mtime);
  SAY_BYTES(fileCall, path);
  SAY_BYTES(fileCall, path2);
  SAY_BYTES(fileCall, payload);
}

static uint64_t build_call(header_t *header) {
  call_t m;
  io_dcp_ipc_wire_fileCall_wrap_and_apply_header(&m, message, 0, sizeof(message), header);
  SET(fileCall, requestId, uint64_t);
  SET(fileCall, deadlineMillis, uint32_t);
  SET(fileCall, operation, enum io_dcp_ipc_wire_operation);
  SET(fileCall, umask, uint16_t);
  SET(fileCall, flags, uint32_t);
  SET(fileCall, mode, uint32_t);
  prepare_t prepare;
  io_dcp_ipc_wire_fileCall_prepare(&m, &prepare);
  io_dcp_ipc_wire_prepareFlags_clear(&prepare);
  io_dcp_ipc_wire_prepareFlags_set_nO_FOLLOW(&prepare, number_of("NO_FOLLOW") != 0);
  io_dcp_ipc_wire_prepareFlags_set_cONTENT(&prepare, number_of("CONTENT") != 0);
  io_dcp_ipc_wire_prepareFlags_set_eXEC(&prepare, number_of("EXEC") != 0);
  io_dcp_ipc_wire_prepareFlags_set_pARENT(&prepare, number_of("PARENT") != 0);
  SET(fileCall, directory, int32_t);
  SET(fileCall, directory2, int32_t);
  SET(fileCall, uid, uint32_t);
  SET(fileCall, gid, uint32_t);
  SET(fileCall, device, uint64_t);
  SET(fileCall, inode, uint64_t);
  SET(fileCall, cookie, uint64_t);
  SET(fileCall, size, int64_t);
  SET_MOMENT(fileCall, atime);
  SET_MOMENT(fileCall, mtime);
  PUT_BYTES(fileCall, path);
  PUT_BYTES(fileCall, path2);
  PUT_BYTES(fileCall, payload);
  return io_dcp_ipc_wire_fileCall_encoded_length(&m);
}

static void dump_reply(reply_t m) {
  enum io_dcp_ipc_wire_verdict verdict;
  SAY(reply, requestId);
  SAY(reply, errno);
  if (!io_dcp_ipc_wire_reply_verdict(&m, &verdict)) fail("verdict");
  say("verdict", verdict);
  SAY(reply, carriesDescriptor);
  SAY(reply, hasAttributes);
  SAY(reply, value);
  attributes_t attributes;
  io_dcp_ipc_wire_reply_attributes(&m, &attributes);
  dump_attributes(attributes);
  SAY_BYTES(reply, payload);
}

static uint64_t build_reply(header_t *header) {
  reply_t m;
  io_dcp_ipc_wire_reply_wrap_and_apply_header(&m, message, 0, sizeof(message), header);
  SET(reply, requestId, uint64_t);
  SET(reply, errno, int32_t);
  SET(reply, verdict, enum io_dcp_ipc_wire_verdict);
  SET(reply, carriesDescriptor, uint8_t);
  SET(reply, hasAttributes, uint8_t);
  SET(reply, value, int64_t);
  attributes_t attributes;
  io_dcp_ipc_wire_reply_attributes(&m, &attributes);
  build_attributes(attributes);
  PUT_BYTES(reply, payload);
  return io_dcp_ipc_wire_reply_encoded_length(&m);
}

#define DUMP(type, dumper, text)                                                                           \
  do {                                                                                                     \
    struct io_dcp_ipc_wire_##type m;                                                                       \
    puts(text);                                                                                            \
    if (!io_dcp_ipc_wire_##type##_wrap_for_decode(&m, message, header_bytes,                               \
                                                  io_dcp_ipc_wire_messageHeader_blockLength(&header),      \
                                                  io_dcp_ipc_wire_messageHeader_version(&header), length)) \
      fail("short message");                                                                               \
    dumper(m);                                                                                             \
  } while (0)

static void dump_all(void) {
  uint32_t length;
  while (fread(&length, sizeof(length), 1, stdin) == 1) {
    if (length > sizeof(message) || fread(message, 1, length, stdin) != length) fail("short stream");
    header_t header;
    uint64_t header_bytes = io_dcp_ipc_wire_messageHeader_encoded_length();
    io_dcp_ipc_wire_messageHeader_wrap(&header, message, 0, io_dcp_ipc_wire_messageHeader_sbe_schema_version(), length);
    if (io_dcp_ipc_wire_messageHeader_schemaId(&header) != io_dcp_ipc_wire_hello_sbe_schema_id()) fail("schema");
    uint16_t id = io_dcp_ipc_wire_messageHeader_templateId(&header);
    if (id == io_dcp_ipc_wire_hello_sbe_template_id())
      DUMP(hello, dump_hello, "Hello");
    else if (id == io_dcp_ipc_wire_refusal_sbe_template_id())
      DUMP(refusal, dump_refusal, "Refusal");
    else if (id == io_dcp_ipc_wire_fileCall_sbe_template_id())
      DUMP(fileCall, dump_call, "FileCall");
    else if (id == io_dcp_ipc_wire_reply_sbe_template_id())
      DUMP(reply, dump_reply, "Reply");
    else
      fail("unknown message");
    puts("end");
  }
}

static uint64_t build(const char *kind, header_t *header) {
  if (strcmp(kind, "Hello") == 0) return build_hello(header);
  if (strcmp(kind, "Refusal") == 0) return build_refusal(header);
  if (strcmp(kind, "FileCall") == 0) return build_call(header);
  if (strcmp(kind, "Reply") == 0) return build_reply(header);
  fail(kind);
}

static void build_all(void) {
  while (fgets(line, sizeof(line), stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    char *kind = strdup(line);
    for (field_count = 0; fgets(line, sizeof(line), stdin) != NULL; field_count++) {
      line[strcspn(line, "\n")] = '\0';
      if (strcmp(line, "end") == 0) break;
      char *value = strchr(line, ' ');
      if (value == NULL || field_count == FIELDS) fail(line);
      *value++ = '\0';
      fields[field_count].name = strdup(line);
      fields[field_count].value = strdup(value);
    }
    header_t header;
    memset(message, 0, sizeof(message));
    uint32_t length = (uint32_t)(io_dcp_ipc_wire_messageHeader_encoded_length() + build(kind, &header));
    fwrite(&length, sizeof(length), 1, stdout);
    fwrite(message, 1, length, stdout);
    for (int i = 0; i < field_count; i++) {
      free(fields[i].name);
      free(fields[i].value);
    }
    free(kind);
  }
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "dump") == 0)
    dump_all();
  else if (argc == 2 && strcmp(argv[1], "build") == 0)
    build_all();
  else
    fail("usage: wire-text dump|build");
  return fflush(stdout) == 0 ? 0 : 1;
}
