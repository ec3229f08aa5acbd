// Encoding and decoding, see wire.h. Pure functions of their arguments.
#include "wire.h"

#include <string.h>

#include "fileCall.h"
#include "hello.h"
#include "messageHeader.h"
#include "refusal.h"
#include "reply.h"

_Static_assert(sizeof(((struct dcp_wire_call *)0)->fixed) == 8 + 100, "header and block of FileCall");

uint32_t dcp_wire_version(void) { return io_dcp_ipc_wire_hello_sbe_schema_version(); }

void dcp_wire_hello(char into[DCP_WIRE_HELLO_BYTES], uint64_t session, uint32_t thread) {
  struct io_dcp_ipc_wire_messageHeader header;
  struct io_dcp_ipc_wire_hello hello;
  io_dcp_ipc_wire_hello_wrap_and_apply_header(&hello, into, 0, DCP_WIRE_HELLO_BYTES, &header);
  io_dcp_ipc_wire_hello_set_wireVersion(&hello, dcp_wire_version());
  io_dcp_ipc_wire_hello_set_session(&hello, session);
  io_dcp_ipc_wire_hello_set_thread(&hello, thread);
}

static void put_bytes(struct dcp_wire_call *into, int at, const void *bytes, size_t length) {
  into->lengths[at] = SBE_LITTLE_ENDIAN_ENCODE_32((uint32_t)length);
  into->parts[1 + 2 * at] = (struct iovec){&into->lengths[at], sizeof into->lengths[at]};
  into->parts[2 + 2 * at] = (struct iovec){(void *)(uintptr_t)bytes, length};
}

static void put_moment(struct io_dcp_ipc_wire_moment *moment, const struct timespec *time) {
  io_dcp_ipc_wire_moment_set_seconds(moment, time->tv_sec);
  io_dcp_ipc_wire_moment_set_nanos(moment, (uint32_t)time->tv_nsec);
}

void dcp_wire_encode(struct dcp_wire_call *into, const struct dcp_request *request, uint64_t request_id,
                     uint32_t deadline_ms, uint16_t umask) {
  struct io_dcp_ipc_wire_messageHeader header;
  struct io_dcp_ipc_wire_fileCall call;
  struct io_dcp_ipc_wire_moment moment;
  io_dcp_ipc_wire_fileCall_wrap_and_apply_header(&call, into->fixed, 0, sizeof into->fixed, &header);
  io_dcp_ipc_wire_fileCall_set_requestId(&call, request_id);
  io_dcp_ipc_wire_fileCall_set_deadlineMillis(&call, deadline_ms);
  io_dcp_ipc_wire_fileCall_set_operation(&call, (enum io_dcp_ipc_wire_operation)request->operation);
  io_dcp_ipc_wire_fileCall_set_umask(&call, umask);
  io_dcp_ipc_wire_fileCall_set_flags(&call, request->flags);
  io_dcp_ipc_wire_fileCall_set_mode(&call, request->mode);
  uint32_t prepare = SBE_LITTLE_ENDIAN_ENCODE_32(request->prepare);  // enum dcp_prepare has the schema's bits
  memcpy(call.buffer + call.offset + io_dcp_ipc_wire_fileCall_prepare_encoding_offset(), &prepare, sizeof prepare);
  io_dcp_ipc_wire_fileCall_set_directory(&call, request->directory);
  io_dcp_ipc_wire_fileCall_set_directory2(&call, request->directory2);
  io_dcp_ipc_wire_fileCall_set_uid(&call, request->uid);
  io_dcp_ipc_wire_fileCall_set_gid(&call, request->gid);
  io_dcp_ipc_wire_fileCall_set_device(&call, request->device);
  io_dcp_ipc_wire_fileCall_set_inode(&call, request->inode);
  io_dcp_ipc_wire_fileCall_set_cookie(&call, request->cookie);
  io_dcp_ipc_wire_fileCall_set_size(&call, request->size);
  put_moment(io_dcp_ipc_wire_fileCall_atime(&call, &moment), &request->atime);
  put_moment(io_dcp_ipc_wire_fileCall_mtime(&call, &moment), &request->mtime);
  into->parts[0] = (struct iovec){into->fixed, sizeof into->fixed};
  put_bytes(into, 0, request->path, request->path == NULL ? 0 : strlen(request->path));
  put_bytes(into, 1, request->path2, request->path2 == NULL ? 0 : strlen(request->path2));
  put_bytes(into, 2, request->payload, request->payload == NULL ? 0 : request->payload_length);
}

static struct timespec get_moment(struct io_dcp_ipc_wire_moment *moment) {
  return (struct timespec){.tv_sec = io_dcp_ipc_wire_moment_seconds(moment),
                           .tv_nsec = io_dcp_ipc_wire_moment_nanos(moment)};
}

static void get_attributes(struct io_dcp_ipc_wire_reply *reply, struct dcp_attributes *into) {
  struct io_dcp_ipc_wire_attributes wire;
  struct io_dcp_ipc_wire_moment moment;
  io_dcp_ipc_wire_reply_attributes(reply, &wire);
  *into = (struct dcp_attributes){
      .ino = io_dcp_ipc_wire_attributes_ino(&wire),
      .dev = io_dcp_ipc_wire_attributes_dev(&wire),
      .rdev = io_dcp_ipc_wire_attributes_rdev(&wire),
      .mode = io_dcp_ipc_wire_attributes_mode(&wire),
      .nlink = io_dcp_ipc_wire_attributes_nlink(&wire),
      .uid = io_dcp_ipc_wire_attributes_uid(&wire),
      .gid = io_dcp_ipc_wire_attributes_gid(&wire),
      .size_bytes = io_dcp_ipc_wire_attributes_sizeBytes(&wire),
      .blocks512 = io_dcp_ipc_wire_attributes_blocks512(&wire),
      .block_size_bytes = io_dcp_ipc_wire_attributes_blockSizeBytes(&wire),
      .mirror_inode = io_dcp_ipc_wire_attributes_mirrorInode(&wire),
  };
  into->atime = get_moment(io_dcp_ipc_wire_attributes_atime(&wire, &moment));
  into->mtime = get_moment(io_dcp_ipc_wire_attributes_mtime(&wire, &moment));
  into->ctime = get_moment(io_dcp_ipc_wire_attributes_ctime(&wire, &moment));
  into->btime = get_moment(io_dcp_ipc_wire_attributes_btime(&wire, &moment));
  into->mirror_ctime = get_moment(io_dcp_ipc_wire_attributes_mirrorCtime(&wire, &moment));
}

static uint32_t get_length(const char *at) {
  uint32_t length;
  memcpy(&length, at, sizeof length);
  return SBE_LITTLE_ENDIAN_ENCODE_32(length);
}

static void decode_refusal(char *bytes, size_t present, uint16_t block, struct dcp_wire_message *message) {
  struct io_dcp_ipc_wire_refusal refusal;
  size_t text = 8 + (size_t)block + 4;
  if (block < io_dcp_ipc_wire_refusal_sbe_block_length() || present < text) {
    return;
  }
  io_dcp_ipc_wire_refusal_wrap_for_decode(&refusal, bytes, 8, block, dcp_wire_version(), present);
  uint16_t cause;
  memcpy(&cause, bytes + 8 + io_dcp_ipc_wire_refusal_cause_encoding_offset(), sizeof cause);
  message->cause = SBE_LITTLE_ENDIAN_ENCODE_16(cause);
  message->agent_version = io_dcp_ipc_wire_refusal_wireVersion(&refusal);
  message->text = bytes + text;
  message->text_length = get_length(bytes + text - 4);
  if (message->text_length > present - text) {
    message->text_length = present - text;
  }
  message->kind = DCP_WIRE_REFUSAL;
}

static void decode_reply(char *bytes, size_t received, uint16_t block, struct dcp_wire_message *message,
                         struct dcp_answer *answer) {
  struct io_dcp_ipc_wire_reply reply;
  if (block != io_dcp_ipc_wire_reply_sbe_block_length() || received < sizeof(struct dcp_wire_head)) {
    return;
  }
  io_dcp_ipc_wire_reply_wrap_for_decode(&reply, bytes, 8, block, dcp_wire_version(), sizeof(struct dcp_wire_head));
  enum io_dcp_ipc_wire_verdict verdict;
  size_t length = get_length(bytes + 8 + block);
  if (length != received - sizeof(struct dcp_wire_head) || !io_dcp_ipc_wire_reply_verdict(&reply, &verdict)) {
    return;
  }
  message->request_id = io_dcp_ipc_wire_reply_requestId(&reply);
  message->carries_descriptor = io_dcp_ipc_wire_reply_carriesDescriptor(&reply);
  answer->error = io_dcp_ipc_wire_reply_errno(&reply);
  answer->native = verdict == io_dcp_ipc_wire_verdict_NATIVE;
  answer->value = io_dcp_ipc_wire_reply_value(&reply);
  answer->has_attributes = io_dcp_ipc_wire_reply_hasAttributes(&reply) != 0;
  if (answer->has_attributes) {
    get_attributes(&reply, &answer->attributes);
  }
  answer->payload_length = length < answer->payload_capacity ? length : answer->payload_capacity;
  message->kind = DCP_WIRE_REPLY;
}

void dcp_wire_decode(const struct dcp_wire_head *head, size_t received, struct dcp_wire_message *message,
                     struct dcp_answer *answer) {
  char *bytes = (char *)(uintptr_t)head->bytes;
  size_t present = received < sizeof head->bytes ? received : sizeof head->bytes;
  *message = (struct dcp_wire_message){.kind = DCP_WIRE_UNKNOWN};
  if (present < 8) {
    return;
  }
  struct io_dcp_ipc_wire_messageHeader header;
  io_dcp_ipc_wire_messageHeader_wrap(&header, bytes, 0, 0, present);
  uint16_t block = io_dcp_ipc_wire_messageHeader_blockLength(&header);
  uint16_t template = io_dcp_ipc_wire_messageHeader_templateId(&header);
  uint16_t version = io_dcp_ipc_wire_messageHeader_version(&header);
  message->agent_version = version;
  if (io_dcp_ipc_wire_messageHeader_schemaId(&header) != io_dcp_ipc_wire_reply_sbe_schema_id()) {
    return;
  }
  if (template == io_dcp_ipc_wire_refusal_sbe_template_id()) {  // of any version: that may be what it is about
    decode_refusal(bytes, present, block, message);
  } else if (template == io_dcp_ipc_wire_reply_sbe_template_id() && version == dcp_wire_version()) {
    decode_reply(bytes, received, block, message, answer);
  }
}

const char *dcp_wire_operation_name(uint16_t operation) {
  static const char *const names[] = {[DCP_OP(PREPARE)] = "prepare",   [DCP_OP(STAT)] = "stat",
                                      [DCP_OP(IDENTIFY)] = "fstat",    [DCP_OP(OPEN)] = "open",
                                      [DCP_OP(MKDIR)] = "mkdir",       [DCP_OP(MKNOD)] = "mknod",
                                      [DCP_OP(SYMLINK)] = "symlink",   [DCP_OP(LINK)] = "link",
                                      [DCP_OP(UNLINK)] = "unlink",     [DCP_OP(RENAME)] = "rename",
                                      [DCP_OP(CHMOD)] = "chmod",       [DCP_OP(CHOWN)] = "chown",
                                      [DCP_OP(UTIMENS)] = "utimens",   [DCP_OP(TRUNCATE)] = "truncate",
                                      [DCP_OP(SETXATTR)] = "setxattr", [DCP_OP(REMOVEXATTR)] = "removexattr",
                                      [DCP_OP(READDIR)] = "readdir",   [DCP_OP(ADOPT)] = "bind",
                                      [DCP_OP(CHANGED)] = "change",    [DCP_OP(SYNC)] = "fsync",
                                      [DCP_OP(SYNC_ALL)] = "sync",     [DCP_OP(ROOM)] = "write"};
  return operation < sizeof names / sizeof *names && names[operation] != NULL ? names[operation] : "call";
}
