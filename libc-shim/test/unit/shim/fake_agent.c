#include "fake_agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../src/link/kernel.h"
#include "../../../src/table/region.h"
#include "hello.h"
#include "refusal.h"
#include "reply.h"

#define CONNECTIONS 64

static struct {
  int listening;  // -1: dead
  int wake[2];
  int connections[CONNECTIONS];
  uint64_t sessions[CONNECTIONS];
  int count;
  int hang_up[CONNECTIONS], hang_ups;
  bool die;
  int restart, hellos, refusals;
  uint16_t refusal_cause;
  fake_handler handler;
  pthread_t thread;
  struct dcp_region *region;
  char directory[60], tree[100], socket_path[100];
} agent = {.listening = -1};

// The agent's own system calls go past the shim that it serves.
static void close_fd(int fd) { dcp_kernel(SYS_close, fd); }

static void listen_again(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", agent.socket_path);
  dcp_kernel(SYS_unlinkat, AT_FDCWD, agent.socket_path, 0);
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 16) != 0) {
    perror("fake agent");
    _exit(2);
  }
  agent.listening = fd;
}

void fake_agent_send(int connection, const void *bytes, size_t length) {
  send(connection, bytes, length, MSG_NOSIGNAL);
}

static void refuse(int connection, uint16_t cause) {
  char bytes[200];
  struct io_dcp_ipc_wire_messageHeader header;
  struct io_dcp_ipc_wire_refusal refusal;
  io_dcp_ipc_wire_refusal_wrap_and_apply_header(&refusal, bytes, 0, sizeof bytes, &header);
  io_dcp_ipc_wire_refusal_set_cause(&refusal, (enum io_dcp_ipc_wire_cause)cause);
  io_dcp_ipc_wire_refusal_set_wireVersion(&refusal, 99);
  io_dcp_ipc_wire_refusal_put_text(&refusal, "no", 2);
  fake_agent_send(connection, bytes, 8 + io_dcp_ipc_wire_refusal_encoded_length(&refusal));
}

void fake_agent_reply_to(int connection, uint64_t request_id, struct fake_reply from) {
  static _Thread_local char bytes[90000];
  struct io_dcp_ipc_wire_messageHeader header;
  struct io_dcp_ipc_wire_reply reply;
  struct io_dcp_ipc_wire_attributes attributes;
  struct io_dcp_ipc_wire_moment moment;
  memset(bytes, 0, 300);
  io_dcp_ipc_wire_reply_wrap_and_apply_header(&reply, bytes, 0, sizeof bytes, &header);
  io_dcp_ipc_wire_reply_set_requestId(&reply, request_id);
  io_dcp_ipc_wire_reply_set_errno(&reply, from.error);
  io_dcp_ipc_wire_reply_set_verdict(&reply,
                                    from.native ? io_dcp_ipc_wire_verdict_NATIVE : io_dcp_ipc_wire_verdict_DONE);
  io_dcp_ipc_wire_reply_set_carriesDescriptor(&reply, from.descriptor >= 0);
  io_dcp_ipc_wire_reply_set_hasAttributes(&reply, from.has_attributes);
  io_dcp_ipc_wire_reply_set_value(&reply, from.value);
  io_dcp_ipc_wire_reply_attributes(&reply, &attributes);
  io_dcp_ipc_wire_attributes_set_ino(&attributes, from.ino);
  io_dcp_ipc_wire_attributes_set_nlink(&attributes, (uint32_t)from.nlink);
  io_dcp_ipc_wire_attributes_set_mode(&attributes, from.mode);
  io_dcp_ipc_wire_attributes_set_sizeBytes(&attributes, from.size_bytes);
  io_dcp_ipc_wire_attributes_set_mirrorInode(&attributes, from.mirror_inode);
  io_dcp_ipc_wire_attributes_mirrorCtime(&attributes, &moment);
  io_dcp_ipc_wire_moment_set_seconds(&moment, from.mirror_ctime_seconds);
  io_dcp_ipc_wire_moment_set_nanos(&moment, (uint32_t)from.mirror_ctime_nanos);
  io_dcp_ipc_wire_reply_put_payload(&reply, from.payload, from.payload_length);
  struct iovec part = {bytes, 8 + io_dcp_ipc_wire_reply_encoded_length(&reply)};
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control;
  memset(&control, 0, sizeof control);
  struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};
  if (from.descriptor >= 0) {
    packet.msg_control = &control;
    packet.msg_controllen = sizeof control.bytes;
    control.align.cmsg_level = SOL_SOCKET;
    control.align.cmsg_type = SCM_RIGHTS;
    control.align.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.align), &from.descriptor, sizeof(int));
  }
  sendmsg(connection, &packet, MSG_NOSIGNAL);
  if (from.descriptor >= 0) {
    close_fd(from.descriptor);
  }
}

void fake_agent_reply(const struct fake_call *call, struct fake_reply reply) {
  fake_agent_reply_to(call->connection, call->request_id, reply);
}

static void handle_call(int at, char *bytes, size_t length, int pid) {
  static struct fake_call call;
  struct io_dcp_ipc_wire_fileCall *codec = &call.codec;
  io_dcp_ipc_wire_fileCall_wrap_for_decode(codec, bytes, 8, 100, 1, length);
  call.connection = agent.connections[at];
  call.session = agent.sessions[at];
  call.pid = pid;
  call.request_id = io_dcp_ipc_wire_fileCall_requestId(codec);
  memcpy(&call.operation, bytes + 8 + 12, sizeof call.operation);
  call.path_length = (uint32_t)io_dcp_ipc_wire_fileCall_get_path(codec, call.path, sizeof call.path - 1);
  call.path2_length = (uint32_t)io_dcp_ipc_wire_fileCall_get_path2(codec, call.path2, sizeof call.path2 - 1);
  call.payload_length = (uint32_t)io_dcp_ipc_wire_fileCall_get_payload(codec, call.payload, sizeof call.payload - 1);
  call.path[call.path_length] = '\0';
  call.path2[call.path2_length] = '\0';
  call.payload[call.payload_length] = '\0';
  agent.handler(&call);
}

// False: the connection is gone.
static bool handle_packet(int at) {
  static char bytes[100000];
  union {
    struct cmsghdr align;
    char bytes[256];
  } control;
  struct iovec part = {bytes, sizeof bytes};
  struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t length = recvmsg(agent.connections[at], &packet, 0);
  if (length < 8) {
    return false;
  }
  int pid = 0;
  for (struct cmsghdr *head = CMSG_FIRSTHDR(&packet); head != NULL; head = CMSG_NXTHDR(&packet, head)) {
    if (head->cmsg_type == SCM_CREDENTIALS) {
      struct ucred sender;
      memcpy(&sender, CMSG_DATA(head), sizeof sender);
      pid = sender.pid;
    }
  }
  uint16_t template;
  memcpy(&template, bytes + 2, sizeof template);
  if (template == io_dcp_ipc_wire_hello_sbe_template_id()) {
    struct io_dcp_ipc_wire_hello hello;
    io_dcp_ipc_wire_hello_wrap_for_decode(&hello, bytes, 8, 12, 1, (uint64_t)length);
    agent.sessions[at] = io_dcp_ipc_wire_hello_session(&hello);
    __atomic_add_fetch(&agent.hellos, 1, __ATOMIC_SEQ_CST);
    if (agent.refusals > 0) {
      agent.refusals--;
      refuse(agent.connections[at], agent.refusal_cause);
      return false;
    }
    return true;
  }
  handle_call(at, bytes, (size_t)length, pid);
  return true;
}

static void drop(int at) {
  close_fd(agent.connections[at]);
  agent.count--;
  agent.connections[at] = agent.connections[agent.count];
  agent.sessions[at] = agent.sessions[agent.count];
}

static void *serve(void *unused) {
  (void)unused;
  for (;;) {
    struct pollfd polled[CONNECTIONS + 2];
    polled[0] = (struct pollfd){agent.wake[0], POLLIN, 0};
    polled[1] = (struct pollfd){agent.listening, POLLIN, 0};
    for (int i = 0; i < agent.count; i++) {
      polled[i + 2] = (struct pollfd){agent.connections[i], POLLIN, 0};
    }
    int count = agent.count;
    if (poll(polled, (nfds_t)count + 2, -1) < 0) {
      continue;
    }
    if (polled[0].revents != 0) {
      char byte;
      if (read(agent.wake[0], &byte, 1) == 1 && byte == 'q') {
        return NULL;
      }
      if (agent.listening < 0) {
        listen_again();
      }
      continue;
    }
    for (int i = count - 1; i >= 0; i--) {
      if (polled[i + 2].revents != 0 && !handle_packet(i)) {
        drop(i);
      }
    }
    for (int i = 0; i < agent.hang_ups; i++) {
      for (int j = 0; j < agent.count; j++) {
        if (agent.connections[j] == agent.hang_up[i]) {
          drop(j);
        }
      }
    }
    agent.hang_ups = 0;
    if (polled[1].revents != 0 && agent.listening >= 0) {
      agent.connections[agent.count++] = accept4(agent.listening, NULL, NULL, SOCK_CLOEXEC);
    }
    if (agent.die) {
      agent.die = false;
      while (agent.count > 0) {
        drop(agent.count - 1);
      }
      close_fd(agent.listening);
      agent.listening = -1;
    }
  }
}

void fake_agent_handle(fake_handler handler) { agent.handler = handler; }

void fake_agent_hang_up(int connection) { agent.hang_up[agent.hang_ups++] = connection; }

void fake_agent_die(void) { agent.die = true; }

static void wake(char what) {
  if (write(agent.wake[1], &what, 1) != 1) {
    abort();
  }
}

void fake_agent_restart(void) { wake('r'); }

void fake_agent_refuse(uint16_t cause, int count) {
  agent.refusal_cause = cause;
  agent.refusals = count;
}

int fake_agent_hellos(void) { return __atomic_load_n(&agent.hellos, __ATOMIC_SEQ_CST); }

struct dcp_region *fake_agent_region(void) {
  return agent.region;
}

struct dcp_identity *fake_agent_identities(void) {
  return (struct dcp_identity *)((char *)agent.region + DCP_REGION_BYTES);
}

static void first_run(char **argv) {
  char directory[] = "/tmp/dcp-unit-XXXXXX", path[256];
  if (mkdtemp(directory) == NULL) {
    perror("mkdtemp");
    exit(2);
  }
  setenv("DCP_TEST_DIRECTORY", directory, 1);
  snprintf(path, sizeof path, "%s/run", directory);
  mkdir(path, 0755);
  setenv("DCP_RUN", path, 1);
  snprintf(path, sizeof path, "%s/tree", directory);
  mkdir(path, 0755);
  setenv("DCP_ROOT", path, 1);
  struct stat tree;
  stat(path, &tree);
  snprintf(path, sizeof path, "%s/run/region", directory);
  int fd = open(path, O_RDWR | O_CREAT, 0644);
  struct dcp_region region = {.magic = DCP_REGION_MAGIC,
                              .layout_version = DCP_REGION_LAYOUT,
                              .agent_threads = 1,
                              .tree_device = 77,
                              .mirror_device = tree.st_dev};
  char page[DCP_REGION_BYTES] = {0};
  memcpy(page, &region, sizeof region);
  if (write(fd, page, sizeof page) != sizeof page ||
      ftruncate(fd, (off_t)(DCP_REGION_BYTES + DCP_IDENTITIES_BYTES)) != 0) {
    exit(2);
  }
  close(fd);
  dcp_kernel(SYS_execve, "/proc/self/exe", argv, environ);
  exit(2);
}

const char *fake_agent_begin(char **argv) {
  if (getenv("DCP_TEST_DIRECTORY") == NULL) {
    first_run(argv);
  }
  snprintf(agent.directory, sizeof agent.directory, "%s", getenv("DCP_TEST_DIRECTORY"));
  snprintf(agent.tree, sizeof agent.tree, "%s/tree", agent.directory);
  snprintf(agent.socket_path, sizeof agent.socket_path, "%s/run/agent-0.sock", agent.directory);
  char path[256];
  snprintf(path, sizeof path, "%s/run/region", agent.directory);
  int fd = open(path, O_RDWR);
  agent.region = mmap(NULL, DCP_REGION_BYTES + DCP_IDENTITIES_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (pipe2(agent.wake, O_CLOEXEC) != 0) {
    exit(2);
  }
  listen_again();
  pthread_create(&agent.thread, NULL, serve, NULL);
  return agent.tree;
}

void fake_agent_end(void) {
  wake('q');
  pthread_join(agent.thread, NULL);
  pid_t child = fork();
  if (child == 0) {
    char *arguments[] = {(char[]){"rm"}, (char[]){"-rf"}, agent.directory, NULL};
    dcp_kernel(SYS_execve, "/bin/rm", arguments, environ);
    _exit(127);
  }
  waitpid(child, NULL, 0);
}
