#include "ready.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "../table/region.h"
#include "fileCall.h"
#include "hello.h"
#include "reason.h"
#include "refusal.h"
#include "reply.h"

enum { MESSAGE_BYTES = 80 * 1024, RETRY_MS = 20, DEFAULT_WAIT_MS = 30000 };

static bool region_read(const char *run, struct dcp_region *region) {
  char path[PATH_MAX];
  if (snprintf(path, sizeof path, "%s/region", run) >= (int)sizeof path) return false;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool whole = read(fd, region, sizeof *region) == (ssize_t)sizeof *region;
  close(fd);
  return whole && region->magic == DCP_REGION_MAGIC && region->layout_version == DCP_REGION_LAYOUT;
}

void dcp_tree_look(struct dcp_tree *tree, const char *run, const char *root) {
  struct dcp_region region;
  *tree = (struct dcp_tree){.run = run, .root = root, .cold = true};
  if (region_read(run, &region)) tree->cold = region.cold_tree != 0;
}

// A relative path may be in the tree wherever it starts; the agent knows.
static bool may_be_ours(const struct dcp_tree *tree, const char *path) {
  if (path[0] != '/' || strstr(path, "/../") || strncmp(path, "/proc/", 6) == 0) return true;
  for (const char *name = tree->root; *name;) {
    name += strspn(name, "/");
    while (*path == '/' || (path[0] == '.' && (path[1] == '/' || !path[1]))) path++;
    size_t length = strcspn(name, "/");
    if (strncmp(name, path, length) != 0 || (path[length] && path[length] != '/')) return false;
    name += length;
    path += length;
  }
  return true;
}

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int wait_bound_ms(void) {
  const char *given = getenv("DCP_CALL_WAIT_MS");
  char *end;
  long wait = given ? strtol(given, &end, 10) : 0;
  return given && *given && !*end && wait > 0 && wait < INT_MAX ? (int)wait : DEFAULT_WAIT_MS;
}

static int dial(const char *run) {
  struct dcp_region region;
  unsigned threads = region_read(run, &region) && region.agent_threads ? region.agent_threads : 1;
  int cpu = sched_getcpu();
  // By the descriptor of its directory: a run directory's path may be longer than a socket's address.
  int directory = open(run, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return -1;
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/agent-%u.sock", directory,
           (unsigned)(cpu < 0 ? 0 : cpu) % threads);
  if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
    close(fd);
    fd = -1;
  }
  close(directory);
  return fd;
}

static ssize_t encode_hello(char *buffer, uint64_t session) {
  struct io_dcp_ipc_wire_messageHeader header;
  struct io_dcp_ipc_wire_hello hello;
  if (!io_dcp_ipc_wire_hello_wrap_and_apply_header(&hello, buffer, 0, MESSAGE_BYTES, &header)) return -1;
  io_dcp_ipc_wire_hello_set_wireVersion(&hello, io_dcp_ipc_wire_hello_sbe_schema_version());
  io_dcp_ipc_wire_hello_set_session(&hello, session);
  io_dcp_ipc_wire_hello_set_thread(&hello, 0);
  return (ssize_t)(io_dcp_ipc_wire_messageHeader_encoded_length() + io_dcp_ipc_wire_hello_encoded_length(&hello));
}

static ssize_t encode_call(char *buffer, const char *path, unsigned prepare, int wait) {
  const char *libraries = getenv("LD_LIBRARY_PATH");
  if (!libraries) libraries = "";
  struct io_dcp_ipc_wire_messageHeader header;
  struct io_dcp_ipc_wire_fileCall call;
  if (!io_dcp_ipc_wire_fileCall_wrap_and_apply_header(&call, buffer, 0, MESSAGE_BYTES, &header)) return -1;
  size_t fixed = io_dcp_ipc_wire_messageHeader_encoded_length() + io_dcp_ipc_wire_fileCall_sbe_block_length();
  memset(buffer + io_dcp_ipc_wire_messageHeader_encoded_length(), 0, io_dcp_ipc_wire_fileCall_sbe_block_length());
  io_dcp_ipc_wire_fileCall_set_requestId(&call, 1);
  io_dcp_ipc_wire_fileCall_set_deadlineMillis(&call, (uint32_t)wait);
  io_dcp_ipc_wire_fileCall_set_operation(&call, io_dcp_ipc_wire_operation_PREPARE);
  io_dcp_ipc_wire_fileCall_set_directory(&call, AT_FDCWD);
  io_dcp_ipc_wire_fileCall_set_directory2(&call, AT_FDCWD);
  uint32_t flags = prepare;
  memcpy(buffer + io_dcp_ipc_wire_messageHeader_encoded_length() + io_dcp_ipc_wire_fileCall_prepare_encoding_offset(),
         &flags, sizeof flags);
  if (fixed + strlen(path) + strlen(libraries) + 3 * sizeof(uint32_t) > MESSAGE_BYTES) return -1;
  if (!io_dcp_ipc_wire_fileCall_put_path(&call, path, (uint32_t)strlen(path)) ||
      !io_dcp_ipc_wire_fileCall_put_path2(&call, "", 0) ||
      !io_dcp_ipc_wire_fileCall_put_payload(&call, libraries, (uint32_t)strlen(libraries)))
    return -1;
  return (ssize_t)(io_dcp_ipc_wire_messageHeader_encoded_length() + io_dcp_ipc_wire_fileCall_encoded_length(&call));
}

// What came of asking, beside the call's errno (0 for done).
enum { NO_ANSWER = -1, OTHER_BUILD = -2 };

static int decode_refusal(char *buffer, struct io_dcp_ipc_wire_messageHeader *header, size_t head, size_t length) {
  struct io_dcp_ipc_wire_refusal refusal;
  enum io_dcp_ipc_wire_cause cause;
  if (!io_dcp_ipc_wire_refusal_wrap_for_decode(&refusal, buffer, head,
                                               io_dcp_ipc_wire_messageHeader_blockLength(header),
                                               io_dcp_ipc_wire_messageHeader_version(header), length) ||
      !io_dcp_ipc_wire_refusal_cause(&refusal, &cause))
    return OTHER_BUILD;
  return cause == io_dcp_ipc_wire_cause_TOO_MANY ? NO_ANSWER : OTHER_BUILD;
}

static int decode(char *buffer, size_t length) {
  struct io_dcp_ipc_wire_messageHeader header;
  size_t head = io_dcp_ipc_wire_messageHeader_encoded_length();
  if (length < head || !io_dcp_ipc_wire_messageHeader_wrap(&header, buffer, 0, 0, length)) return OTHER_BUILD;
  uint16_t template = io_dcp_ipc_wire_messageHeader_templateId(&header);
  if (template == io_dcp_ipc_wire_refusal_sbe_template_id()) return decode_refusal(buffer, &header, head, length);
  struct io_dcp_ipc_wire_reply reply;
  if (template != io_dcp_ipc_wire_reply_sbe_template_id() ||
      io_dcp_ipc_wire_messageHeader_version(&header) != io_dcp_ipc_wire_reply_sbe_schema_version() ||
      !io_dcp_ipc_wire_reply_wrap_for_decode(&reply, buffer, head, io_dcp_ipc_wire_messageHeader_blockLength(&header),
                                             io_dcp_ipc_wire_messageHeader_version(&header), length))
    return OTHER_BUILD;
  return io_dcp_ipc_wire_reply_errno(&reply);
}

static int exchange(int fd, char *buffer, const char *path, unsigned prepare, uint64_t session, int wait) {
  ssize_t length = encode_hello(buffer, session);
  if (length < 0 || send(fd, buffer, (size_t)length, MSG_NOSIGNAL) != length) return NO_ANSWER;
  length = encode_call(buffer, path, prepare, wait);
  if (length < 0) return ENAMETOOLONG;
  if (send(fd, buffer, (size_t)length, MSG_NOSIGNAL) != length) return NO_ANSWER;
  struct pollfd arrived = {.fd = fd, .events = POLLIN};
  if (poll(&arrived, 1, wait) <= 0) return NO_ANSWER;
  length = recv(fd, buffer, MESSAGE_BYTES, MSG_CMSG_CLOEXEC);
  return length <= 0 ? NO_ANSWER : decode(buffer, (size_t)length);
}

int dcp_tree_ready(const struct dcp_tree *tree, const char *path, unsigned prepare) {
  if (!tree->cold || !may_be_ours(tree, path)) return 0;
  static char buffer[MESSAGE_BYTES];
  uint64_t session;
  if (getrandom(&session, sizeof session, 0) != (ssize_t)sizeof session) session = (uint64_t)now_ms() << 20;
  int wait = wait_bound_ms();
  int64_t deadline = now_ms() + wait;
  for (;;) {
    int64_t left = deadline - now_ms();
    int fd = left > 0 ? dial(tree->run) : -1;
    int outcome = NO_ANSWER;
    if (fd >= 0) {
      outcome = exchange(fd, buffer, path, prepare, session, (int)left);
      close(fd);
    }
    if (outcome == 0) return 0;
    if (outcome > 0) {
      errno = outcome;
      return -1;
    }
    if (outcome == OTHER_BUILD) {
      dcp_reason("the agent is of another build; end it with dcp down");
      errno = EPROTO;
      return -1;
    }
    if (deadline - now_ms() <= 0) {
      dcp_reason("the agent does not answer: %s", path);
      errno = EIO;
      return -1;
    }
    poll(NULL, 0, RETRY_MS);
  }
}
