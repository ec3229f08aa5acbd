/*
 * A client of the agent's socket for the tests, one behaviour per command. Prints what it saw, one fact per line.
 *
 *   shim-client SOCKET open                 asks OPEN, reads the descriptor that comes back
 *   shim-client SOCKET pids                 asks from this process and from a forked child; the answer's value is the
 * pid shim-client SOCKET changed-ids          connects as root, then asks as user 65534 shim-client SOCKET handed-over
 * connects; a child of user 65534 says the Hello shim-client SOCKET latency COUNT [CPU]  median and 99th percentile of
 * COUNT round trips, on one CPU if given
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io_dcp_ipc_wire/fileCall.h"
#include "io_dcp_ipc_wire/hello.h"
#include "io_dcp_ipc_wire/messageHeader.h"
#include "io_dcp_ipc_wire/refusal.h"
#include "io_dcp_ipc_wire/reply.h"

enum { MESSAGE_BYTES = 81920, HEADER_BYTES = 8, NOBODY = 65534 };

static _Noreturn void fail(const char *what) {
  fprintf(stderr, "shim-client: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int connect_to(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof(address.sun_path)) fail("path");
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) fail("connect");
  return fd;
}

static void send_hello(int fd) {
  char message[64];
  struct io_dcp_ipc_wire_messageHeader header;
  struct io_dcp_ipc_wire_hello hello;
  io_dcp_ipc_wire_hello_wrap_and_apply_header(&hello, message, 0, sizeof(message), &header);
  io_dcp_ipc_wire_hello_set_wireVersion(&hello, io_dcp_ipc_wire_hello_sbe_schema_version());
  io_dcp_ipc_wire_hello_set_session(&hello, (uint64_t)getpid());
  io_dcp_ipc_wire_hello_set_thread(&hello, 0);
  if (send(fd, message, HEADER_BYTES + io_dcp_ipc_wire_hello_encoded_length(&hello), MSG_NOSIGNAL) < 0 &&
      errno != EPIPE)
    fail("hello");
}

static size_t make_call(char *message, uint64_t id, enum io_dcp_ipc_wire_operation operation, const char *path) {
  struct io_dcp_ipc_wire_messageHeader header;
  struct io_dcp_ipc_wire_fileCall call;
  memset(message, 0, HEADER_BYTES + io_dcp_ipc_wire_fileCall_sbe_block_length());
  io_dcp_ipc_wire_fileCall_wrap_and_apply_header(&call, message, 0, MESSAGE_BYTES, &header);
  io_dcp_ipc_wire_fileCall_set_requestId(&call, id);
  io_dcp_ipc_wire_fileCall_set_deadlineMillis(&call, 30000);
  io_dcp_ipc_wire_fileCall_set_operation(&call, operation);
  io_dcp_ipc_wire_fileCall_set_directory(&call, AT_FDCWD);
  io_dcp_ipc_wire_fileCall_put_path(&call, path, (uint32_t)strlen(path));
  io_dcp_ipc_wire_fileCall_put_path2(&call, "", 0);
  io_dcp_ipc_wire_fileCall_put_payload(&call, "", 0);
  return HEADER_BYTES + io_dcp_ipc_wire_fileCall_encoded_length(&call);
}

static void send_call(int fd, uint64_t id, enum io_dcp_ipc_wire_operation operation, const char *path) {
  static char message[MESSAGE_BYTES];
  size_t length = make_call(message, id, operation, path);
  if (send(fd, message, length, MSG_NOSIGNAL) < 0 && errno != EPIPE) fail("call");
}

/* Receives one message and prints it; returns the descriptor that came with it, or -1. */
static int receive(int fd) {
  static char message[MESSAGE_BYTES];
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec part = {message, sizeof(message)};
  struct msghdr how = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control.room)};
  ssize_t length = recvmsg(fd, &how, MSG_CMSG_CLOEXEC);
  if (length < 0) fail("receive");
  if (length == 0) {
    puts("end");
    return -1;
  }
  int descriptor = -1;
  struct cmsghdr *first = CMSG_FIRSTHDR(&how);
  if (first != NULL && first->cmsg_level == SOL_SOCKET && first->cmsg_type == SCM_RIGHTS)
    memcpy(&descriptor, CMSG_DATA(first), sizeof(descriptor));

  struct io_dcp_ipc_wire_messageHeader header;
  io_dcp_ipc_wire_messageHeader_wrap(&header, message, 0, 1, (uint64_t)length);
  uint16_t block = io_dcp_ipc_wire_messageHeader_blockLength(&header);
  if (io_dcp_ipc_wire_messageHeader_templateId(&header) == io_dcp_ipc_wire_refusal_sbe_template_id()) {
    struct io_dcp_ipc_wire_refusal refusal;
    if (!io_dcp_ipc_wire_refusal_wrap_for_decode(&refusal, message, HEADER_BYTES, block, 1, (uint64_t)length))
      fail("short refusal");
    enum io_dcp_ipc_wire_cause cause;
    if (!io_dcp_ipc_wire_refusal_cause(&refusal, &cause)) fail("cause");
    uint32_t text_length = io_dcp_ipc_wire_refusal_text_length(&refusal);
    printf("refusal %d %.*s\n", (int)cause, (int)text_length, io_dcp_ipc_wire_refusal_text(&refusal));
    return descriptor;
  }
  struct io_dcp_ipc_wire_reply reply;
  if (!io_dcp_ipc_wire_reply_wrap_for_decode(&reply, message, HEADER_BYTES, block, 1, (uint64_t)length))
    fail("short reply");
  printf("reply %llu errno %d value %lld descriptor %s\n", (unsigned long long)io_dcp_ipc_wire_reply_requestId(&reply),
         io_dcp_ipc_wire_reply_errno(&reply), (long long)io_dcp_ipc_wire_reply_value(&reply),
         descriptor >= 0 ? "yes" : "no");
  return descriptor;
}

static void do_open(int fd) {
  char text[256];
  send_hello(fd);
  send_call(fd, 1, io_dcp_ipc_wire_operation_OPEN, "file");
  int file = receive(fd);
  if (file < 0) fail("descriptor");
  ssize_t length = read(file, text, sizeof(text));
  printf("text %.*s\n", (int)length, text);
}

static void become_nobody(void) {
  if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0) fail("setuid");
}

static void do_pids(int fd) {
  send_hello(fd);
  printf("pid %d\n", (int)getpid());
  send_call(fd, 1, io_dcp_ipc_wire_operation_STAT, "");
  receive(fd);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    printf("pid %d\n", (int)getpid());
    send_call(fd, 2, io_dcp_ipc_wire_operation_STAT, "");
    receive(fd);
    fflush(stdout);
    _exit(0);
  }
  if (child < 0 || waitpid(child, NULL, 0) != child) fail("fork");
}

static void do_changed_ids(int fd) {
  send_hello(fd);
  send_call(fd, 1, io_dcp_ipc_wire_operation_STAT, "");
  receive(fd);
  become_nobody();
  send_call(fd, 2, io_dcp_ipc_wire_operation_STAT, "");
  receive(fd);
  receive(fd);
}

static void do_handed_over(int fd) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    become_nobody();
    send_hello(fd);
    send_call(fd, 1, io_dcp_ipc_wire_operation_STAT, "");
    _exit(0);
  }
  if (child < 0 || waitpid(child, NULL, 0) != child) fail("fork");
  receive(fd);
  receive(fd);
}

static int compare(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void do_latency(int fd, int count, int cpu) {
  static char message[MESSAGE_BYTES], answer[MESSAGE_BYTES];
  if (cpu >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof(set), &set) != 0) fail("affinity");
  }
  uint64_t *took = calloc((size_t)count, sizeof(*took));
  if (took == NULL || count < 1) fail("count");
  send_hello(fd);
  for (int i = 0; i < count; i++) {
    uint64_t start = now();
    size_t length =
        make_call(message, (uint64_t)i, io_dcp_ipc_wire_operation_STAT, "/dcp/some/where/a-file-of-64-bytes.txt");
    if (send(fd, message, length, MSG_NOSIGNAL) < 0 || recv(fd, answer, sizeof(answer), 0) <= 0) fail("round trip");
    took[i] = now() - start;
  }
  qsort(took, (size_t)count, sizeof(*took), compare);
  printf("p50-ns %llu\np99-ns %llu\n", (unsigned long long)took[count / 2],
         (unsigned long long)took[(size_t)count * 99 / 100]);
  free(took);
}

int main(int argc, char **argv) {
  if (argc < 3) fail("usage");
  int fd = connect_to(argv[1]);
  if (strcmp(argv[2], "open") == 0)
    do_open(fd);
  else if (strcmp(argv[2], "pids") == 0)
    do_pids(fd);
  else if (strcmp(argv[2], "changed-ids") == 0)
    do_changed_ids(fd);
  else if (strcmp(argv[2], "handed-over") == 0)
    do_handed_over(fd);
  else if (strcmp(argv[2], "latency") == 0 && argc >= 4)
    do_latency(fd, atoi(argv[3]), argc > 4 ? atoi(argv[4]) : -1);
  else
    fail("usage");
  return 0;
}
