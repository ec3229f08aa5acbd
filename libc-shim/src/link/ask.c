// One call to the agent: the heart of the library.
//
// The rulebook, for every file in src/link and for whatever runs between taking a connection and releasing it:
//  - System calls only through kernel.h: libc's may be another preload's (libfaketime bends clocks), are cancellation
//    points, and set errno. No libc function that allocates, locks, or keeps state; string functions are fine.
//  - No allocation: buffers are the caller's or on the stack, at most 1 KiB (a signal handler's stack may be small).
//  - Async-signal-safe: the caller may be a signal handler, and a handler may interrupt a call and make another one. It
//    then takes another connection. Nothing is locked, so nothing can be found locked in a fork child.
//  - The program's signals are blocked for the first DCP_SOCKET_PATIENCE_MS, where nearly every call ends; later waits
//  are
//    under the program's own mask, so that ^C works. No call ever fails with EINTR. Signal 33 is glibc's own (setuid in
//    all threads) and stays open, or the other thread would wait for us.
//  - errno is the program's: kept when the call is answered.
//  - A call is asked again under the same session and request id until it is answered: the agent does it once.
#include "ask.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../table/place.h"
#include "../table/readable.h"
#include "cause.h"
#include "complain.h"
#include "connection.h"
#include "kernel.h"
#include "patience.h"
#include "process.h"
#include "reopen.h"
#include "wire.h"
#include "with-room.h"

#define SIGNAL_OF_SETXID 33
#define CREDENTIAL_RETRIES 3
#define LONGEST_PAUSE_MS 50

enum outcome { ANSWERED, BROKEN, REFUSED, TIMED_OUT };

struct call {
  const struct dcp_request *request;
  struct dcp_answer *answer;
  struct dcp_connection *connection, *spare;
  bool is_own;  // false: of a vfork child
  struct dcp_patience patience;
  uint64_t request_id;
  int error;     // of an outcome that ends the call
  int pause_ms;  // before the next attempt
  int credential_refusals;
  bool undelivered;             // the descriptor that was opened
  struct dcp_reached *reached;  // by a child, for this process
};

static void close_descriptors(const int *descriptors, size_t count) {
  for (size_t i = 0; i < count; i++) {
    dcp_kernel(SYS_close, descriptors[i]);
  }
}

// The descriptor that came along, -1 if none; more than one are closed.
static int take_descriptor(struct msghdr *message) {
  int taken = -1;
  for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head != NULL; head = CMSG_NXTHDR(message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) {
      continue;
    }
    size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    int descriptors[4];
    count = count < 4 ? count : 4;
    memcpy(descriptors, CMSG_DATA(head), count * sizeof(int));
    if (taken < 0 && count > 0) {
      taken = descriptors[0];
      close_descriptors(descriptors + 1, count - 1);
    } else {
      close_descriptors(descriptors, count);
    }
  }
  return taken;
}

static enum outcome refused(struct call *call, const struct dcp_wire_message *message) {
  switch (message->cause) {
    case io_dcp_ipc_wire_cause_CREDENTIALS:
      if (++call->credential_refusals <= CREDENTIAL_RETRIES) {
        call->pause_ms = 0;
        return BROKEN;  // they changed unseen since we connected
      }
      call->error = EACCES;
      break;
    case io_dcp_ipc_wire_cause_TOO_MANY:
      return BROKEN;
    default:
      call->error = EPROTO;
  }
  dcp_complain_refused(message);
  return REFUSED;
}

// Receives one message. Negative errno, or what came of it.
static long receive(struct call *call, int flags, struct dcp_wire_message *message, int *descriptor) {
  struct dcp_wire_head head;
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(4 * sizeof(int))];
  } control;
  struct iovec parts[2] = {{head.bytes, sizeof head.bytes}, {call->answer->payload, call->answer->payload_capacity}};
  struct msghdr packet = {.msg_iov = parts, .msg_iovlen = 2, .msg_control = &control, .msg_controllen = sizeof control};
  if (call->request->close_on_exec) {
    flags |= MSG_CMSG_CLOEXEC;
  }
  long received = dcp_kernel(SYS_recvmsg, call->connection->descriptor, &packet, flags | MSG_TRUNC);
  if (received <= 0) {
    return received == 0 ? -ECONNRESET : received;
  }
  *descriptor = take_descriptor(&packet);
  dcp_wire_decode(&head, (size_t)received, message, call->answer);
  if (message->kind == DCP_WIRE_REFUSAL) {
    return refused(call, message);
  }
  if (message->kind == DCP_WIRE_UNKNOWN) {
    dcp_complain_unknown(message);
    call->error = EPROTO;
    return REFUSED;
  }
  return ANSWERED;
}

// By permissions, or by a filter of the program's own (seccomp): waiting does not help.
static bool is_forbidden(long error) {
  return error == -EACCES || error == -EPERM || error == -ENOSYS || error == -EAFNOSUPPORT;
}

static bool is_hang_up(long error) {
  return error == -EPIPE || error == -ECONNRESET || error == -ENOTCONN || error == -ECONNREFUSED;
}

// Waits for the reply to this very request; older ones are dropped. A descriptor may come in a packet of its own
// before.
static enum outcome await_reply(struct call *call, int *passed) {
  bool slept = dcp_patience_is_strained(&call->patience), hung_up = false;
  int flags = slept || dcp_patience_yield() ? MSG_DONTWAIT : 0;
  for (;;) {
    struct dcp_wire_message message;
    int descriptor = -1;
    long result = receive(call, flags, &message, &descriptor);
    if (descriptor >= 0) {
      if (result == ANSWERED && message.request_id == call->request_id && *passed < 0) {
        *passed = descriptor;
      } else {
        dcp_kernel(SYS_close, descriptor);
      }
    }
    if (result == ANSWERED && message.request_id == call->request_id &&
        message.carries_descriptor != DCP_WIRE_PASSED_AHEAD) {
      if (*passed < 0 && message.carries_descriptor && call->answer->error == 0) {
        call->answer->error = EMFILE;  // the kernel had no number free for it
        call->undelivered = true;
      } else if (message.carries_descriptor) {
        call->answer->descriptor = *passed;
        *passed = -1;
      }
      return ANSWERED;
    }
    if (result == -EAGAIN && flags != 0 && !slept && !hung_up) {
      slept = true;
      flags = 0;
    } else if (result == -EAGAIN && !hung_up) {
      if (!dcp_patience_wait(&call->patience, call->connection->descriptor, POLLIN, -1)) {
        return TIMED_OUT;
      }
      flags = MSG_DONTWAIT;
    } else if (is_hang_up(result) && !hung_up) {
      hung_up = true;  // a refusal may still be queued behind the error
      flags = MSG_DONTWAIT;
    } else if (result == -EFAULT) {  // the program's buffer
      call->error = EFAULT;
      return REFUSED;
    } else if (result < 0 && result != -EINTR) {
      return BROKEN;
    } else if (result > 0) {
      return (enum outcome)result;
    }
  }
}

static enum outcome await(struct call *call) {
  int passed = -1;
  enum outcome outcome = await_reply(call, &passed);
  if (passed >= 0) {
    dcp_kernel(SYS_close, passed);
  }
  return outcome;
}

static bool is_exhaustion(long error) {
  return error == -EMFILE || error == -ENFILE || error == -ENOMEM || error == -ENOBUFS;
}

static enum outcome attempt(struct call *call) {
  long result = dcp_connection_make(call->connection);
  if (result < 0) {
    if (is_forbidden(result)) {
      dcp_link_settle();
    }
    // One that was made before, to the agent's thread of another CPU, needs nothing new.
    if ((is_forbidden(result) || is_exhaustion(result)) &&
        dcp_connection_instead(&call->connection, call->spare, call->is_own)) {
      call->request_id = ++call->connection->last_request;
      return attempt(call);
    }
    if (is_exhaustion(result)) {
      call->error = (int)-result;
      return REFUSED;
    }
    if (is_forbidden(result)) {
      dcp_complain_unreachable();
      call->error = EACCES;
      return REFUSED;
    }
    return BROKEN;
  }
  struct dcp_wire_call wire;
  dcp_wire_encode(&wire, call->request, call->request_id, dcp_patience_left_ms(&call->patience),
                  (uint16_t)dcp_umask(call->is_own));
  struct msghdr packet = {.msg_iov = wire.parts, .msg_iovlen = DCP_WIRE_CALL_PARTS};
  for (;;) {
    result = dcp_kernel(SYS_sendmsg, call->connection->descriptor, &packet, MSG_NOSIGNAL);
    if (result == -EAGAIN) {
      if (!dcp_patience_wait(&call->patience, call->connection->descriptor, POLLOUT, -1)) {
        return TIMED_OUT;
      }
    } else if (result != -EINTR) {
      break;
    }
  }
  if (result == -EFAULT) {  // the program's pointer: natively that is EFAULT, too
    call->error = EFAULT;
    return REFUSED;
  }
  return result < 0 && !is_hang_up(result) ? BROKEN : await(call);
}

// The connection cannot be used any more. A vfork child leaves its parent's as it is, who will see it by himself.
static void give_up_connection(struct call *call) {
  if (call->is_own || call->connection == call->spare) {
    dcp_connection_break(call->connection);
    return;
  }
  call->spare->agent_thread = call->connection->agent_thread;
  dcp_connection_release(call->connection, call->spare);
  call->connection = call->spare;
  call->request_id = ++call->spare->last_request;
}

static int conduct(struct call *call) {
  for (;;) {
    call->pause_ms = call->pause_ms == 0 ? 1 : call->pause_ms;
    switch (attempt(call)) {
      case ANSWERED:
        return 0;
      case REFUSED:
        give_up_connection(call);
        return call->error;
      case TIMED_OUT:
        break;
      case BROKEN:
        give_up_connection(call);
        if (call->pause_ms == 0 || dcp_patience_wait(&call->patience, -1, 0, call->pause_ms)) {
          call->pause_ms = call->pause_ms * 2 < LONGEST_PAUSE_MS ? call->pause_ms * 2 : LONGEST_PAUSE_MS;
          continue;
        }
        break;
    }
    give_up_connection(call);  // its answer may come later and must not meet another call
    dcp_complain_unanswered(call->request);
    return EIO;
  }
}

// In a child with room, by a connection of its own.
static int conduct_in_child(void *argument) {
  struct call *call = argument;
  call->is_own = false;
  call->spare->agent_thread = call->connection->agent_thread;
  dcp_connection_release(call->connection, call->spare);
  call->connection = call->spare;
  call->request_id = ++call->spare->last_request;
  call->error = conduct(call);
  dcp_connection_break(call->spare);
  return 0;
}

static int open_in_child(void *argument) {
  struct call *call = argument;
  conduct_in_child(call);
  if (call->error == 0 && call->answer->descriptor >= 0) {
    dcp_reach(call->reached, call->answer->descriptor);
  }
  return 0;
}

static void open_what_the_child_has(void *argument) {
  struct call *call = argument;
  const struct dcp_request *request = call->request;
  if (call->error == 0 && call->answer->descriptor >= 0) {
    int descriptor = dcp_reopen(call->reached, request->flags | (request->close_on_exec ? O_CLOEXEC : 0));
    call->answer->descriptor = descriptor < 0 ? -1 : descriptor;
    call->error = descriptor < 0 ? -descriptor : 0;
  }
}

// One number may be free, or would be without the connection.
static __attribute__((noinline, cold)) int open_by_the_last_number(struct call *call) {
  const struct dcp_request *request = call->request;
  struct dcp_request again = *request;
  struct dcp_reached reached;
  reached.path[0] = '\0';
  if (call->undelivered) {  // but made and emptied
    again.flags &= ~(uint32_t)(O_CREAT | O_EXCL | O_TRUNC);
  }
  call->request = &again;
  call->reached = &reached;
  dcp_connection_break(call->connection);
  int failed = dcp_with_room_kept(again.directory, again.directory2, open_in_child, open_what_the_child_has, call);
  call->request = request;
  return failed == 0 ? call->error : EMFILE;
}

// Conducts a call when there may be no number for a connection, nor one for a descriptor beside it.
static int conduct_with_room(struct call *call) {
  int error = conduct(call);
  const struct dcp_request *request = call->request;
  bool is_open = request->operation == DCP_OP(OPEN);
  if (__builtin_expect(error == EMFILE || (is_open && error == 0 && call->answer->error == EMFILE), 0) &&
      call->is_own) {
    if (is_open) {
      return open_by_the_last_number(call);
    }
    if (dcp_with_room(request->directory, request->directory2, conduct_in_child, call) == 0) {
      return call->error;
    }
  }
  return error;
}

// 0, or the errno of a request that no message can carry.
static int unfit(const struct dcp_request *request) {
  if ((request->path != NULL && !dcp_string_is_readable(request->path)) ||
      (request->path2 != NULL && !dcp_string_is_readable(request->path2))) {
    return EFAULT;
  }
  if ((request->path != NULL && strnlen(request->path, PATH_MAX) == PATH_MAX) ||
      (request->path2 != NULL && strnlen(request->path2, PATH_MAX) == PATH_MAX)) {
    return ENAMETOOLONG;
  }
  return request->payload != NULL && request->payload_length > DCP_WIRE_PAYLOAD_MAX ? E2BIG : 0;
}

static int ask(const struct dcp_request *request, struct dcp_answer *answer) {
  int saved = errno;
  struct dcp_connection spare = {0};
  struct call call = {.request = request, .answer = answer, .spare = &spare};
  answer->descriptor = -1;
  answer->native = false;
  answer->has_attributes = false;
  answer->payload_length = 0;
  int error = unfit(request);
  if (error == 0) {
    uint64_t all = ~(1ULL << (SIGNAL_OF_SETXID - 1));
    dcp_kernel(SYS_rt_sigprocmask, SIG_BLOCK, &all, &call.patience.mask, sizeof all);
    call.is_own = dcp_process_is_own();
    call.connection = dcp_connection_take(&spare, call.is_own);
    call.request_id = ++call.connection->last_request;
    error = conduct_with_room(&call);
    dcp_connection_release(call.connection, &spare);
    dcp_kernel(SYS_rt_sigprocmask, SIG_SETMASK, &call.patience.mask, NULL, sizeof all);
  }
  errno = error == 0 ? saved : error;
  return error == 0 ? 0 : -1;
}

// The agent finds a relative path by the working directory of the process; this thread's own goes as a descriptor.
static int ask_from_own_directory(const struct dcp_request *request, struct dcp_answer *answer) {
  struct dcp_request own = *request;
  int here = (int)dcp_kernel(SYS_openat, AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  if (here < 0) {
    errno = -here;
    return -1;
  }
  own.directory = own.directory == AT_FDCWD ? here : own.directory;
  own.directory2 = own.directory2 == AT_FDCWD ? here : own.directory2;
  int result = ask(&own, answer);
  dcp_kernel(SYS_close, here);
  return result;
}

int dcp_ask(const struct dcp_request *request, struct dcp_answer *answer) {
  return dcp_threads_are_apart() && (request->directory == AT_FDCWD || request->directory2 == AT_FDCWD)
             ? ask_from_own_directory(request, answer)
             : ask(request, answer);
}

// Whether a call may change what fstat shows of some open file.
static bool is_change(uint16_t operation) {
  switch (operation) {
    case DCP_OP(PREPARE):
    case DCP_OP(STAT):
    case DCP_OP(IDENTIFY):
    case DCP_OP(READDIR):
    case DCP_OP(SYNC):
    case DCP_OP(SYNC_ALL):
    case DCP_OP(ROOM):
      return false;
    default:
      return true;
  }
}

int dcp_tell(const struct dcp_request *request) {
  struct dcp_answer answer = {0};
  if (dcp_ask(request, &answer) != 0) {
    return -1;
  }
  if (is_change(request->operation)) {
    dcp_fd_attributes_stale();
  }
  if (answer.descriptor >= 0) {
    dcp_kernel(SYS_close, answer.descriptor);
  }
  if (answer.native) {
    return 1;
  }
  if (answer.error != 0) {
    errno = answer.error;
    return -1;
  }
  return 0;
}
