// One question to the agent and its answer.
#ifndef DCP_LINK_ASK_H
#define DCP_LINK_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "operation.h"

// Operations are the schema's: io_dcp_ipc_wire_operation_STAT and so on.
#define DCP_OP(name) io_dcp_ipc_wire_operation_##name

enum dcp_prepare {  // the schema's PrepareFlags
  DCP_PREPARE_FOLLOW = 0,
  DCP_PREPARE_NO_FOLLOW = 1 << 0,
  DCP_PREPARE_CONTENT = 1 << 1,
  DCP_PREPARE_EXEC = 1 << 2,
  DCP_PREPARE_PARENT = 1 << 3,
  DCP_PREPARE_WATCH = 1 << 4,
};

// Zero every field that the operation does not use; the schema says which it uses. Set `directory` to AT_FDCWD or a
// descriptor whenever a path goes along. Nothing is copied: what the pointers name must live until dcp_ask returns.
struct dcp_request {
  uint16_t operation;
  int directory, directory2;
  const char *path, *path2;
  const void *payload;
  size_t payload_length;
  uint32_t flags, mode, prepare;
  uid_t uid;
  gid_t gid;
  uint64_t device, inode, cookie;
  int64_t size;
  struct timespec atime, mtime;
  bool close_on_exec;  // of the descriptor that the answer carries
};

struct dcp_attributes {
  uint64_t ino, dev, rdev;
  uint32_t mode, nlink;
  uid_t uid;
  gid_t gid;
  int64_t size_bytes, blocks512;
  uint32_t block_size_bytes;
  struct timespec atime, mtime, ctime, btime;
  uint64_t mirror_inode;  // 0: the file is not in the tree
  struct timespec mirror_ctime;
};

// The caller sets payload and payload_capacity (NULL and 0 if it wants none) and leaves the rest to dcp_ask.
struct dcp_answer {
  int error;       // 0 or the call's errno
  bool native;     // the caller makes the same call natively
  int descriptor;  // owned by the caller, -1 if there is none
  bool has_attributes;
  struct dcp_attributes attributes;
  int64_t value;
  void *payload;
  size_t payload_capacity, payload_length;
};

// Asks and waits for the answer, at most DCP_CALL_WAIT_MS, through restarts of the agent. Any thread, also in a signal
// handler; allocates nothing; needs about 1 KiB of stack.
// 0: answered, errno untouched (answer->error tells how the call went).
// -1: EIO the agent did not answer in time; EPROTO it is of another build (both with one line on stderr);
//     EMFILE the answer's descriptor did not fit; ENAMETOOLONG a path, E2BIG a payload that no message carries.
int dcp_ask(const struct dcp_request *request, struct dcp_answer *answer);

// dcp_ask for calls whose answer is only an errno: 0 done, 1 the caller makes the call natively, -1 errno.
int dcp_tell(const struct dcp_request *request);

// Forgets idle connections. For after a change of credentials: a connection keeps those under which it was made.
void dcp_link_drop(void);

// The same after a change of the calling thread's credentials alone (setfsuid, or by syscall()): from then on, in a
// program with threads, each call makes a connection of its own.
void dcp_link_drop_thread(void);

// The program has no number free: gives it those of idle connections. False if there are none below its limit. The next
// call connects beyond the limit.
bool dcp_link_step_aside(void);

// Whether FD, a socket with this inode number, may be a connection of the shim's: false if one that was made on this
// number is another socket.
bool dcp_link_may_own(int fd, uint64_t inode);

// Frees the private descriptor number FD so that the program can have it (dup2 onto it). 0, or -1 EBUSY: in use now.
int dcp_link_vacate(int fd);

#endif
