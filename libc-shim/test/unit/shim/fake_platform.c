#include "fake_platform.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../src/link/wire.h"
#include "../../../src/table/region.h"
#include "fileCall.h"
#include "messageHeader.h"
#include "reply.h"

char fake_root[PATH_MAX];

static char run_directory[PATH_MAX];
static struct dcp_region *region;
static size_t log_read;

static void die(const char *what) {
  perror(what);
  exit(2);
}

static char *in_run(const char *name) {
  static char path[2 * PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", run_directory, name);
  return path;
}

// --- the agent, outside the platform: no call of its own is intercepted ---

struct call {
  pid_t pid;
  int operation, directory, directory2;
  unsigned flags, mode;
  uint64_t id, cookie;
  int64_t size;
  char path[PATH_MAX], path2[PATH_MAX], payload[PATH_MAX];
};

struct answer {
  int error, descriptor;
  bool native, has_status;
  struct stat status;
  char payload[65536];
  size_t length;
};

static void resolve(char into[static 2 * PATH_MAX], const struct call *call, int directory, const char *path) {
  if (strncmp(path, "/dev/fd/", 8) == 0)
    snprintf(into, 2 * PATH_MAX, "/proc/%d/fd/%.4000s", call->pid, path + 8);
  else if (strncmp(path, "/proc/self/", 11) == 0)
    snprintf(into, 2 * PATH_MAX, "/proc/%d/%.4000s", call->pid, path + 11);
  else if (path[0] == '/')
    snprintf(into, 2 * PATH_MAX, "%s", path);
  else if (directory == AT_FDCWD)
    snprintf(into, 2 * PATH_MAX, "/proc/%d/cwd/%s", call->pid, path);
  else
    snprintf(into, 2 * PATH_MAX, "/proc/%d/fd/%d/%s", call->pid, directory, path);
}

static void read_directory(const struct call *call, struct answer *answer) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd/%d", call->pid, call->directory);
  DIR *stream = opendir(path);
  if (stream == NULL) {
    answer->error = errno;
    return;
  }
  const struct dirent *entry;
  bool full = false;
  for (uint64_t at = 0; !full && (entry = readdir(stream)) != NULL; at++) {
    if (at < call->cookie) continue;
    size_t bytes = (offsetof(struct dirent, d_name) + strlen(entry->d_name) + 1 + 7) & ~(size_t)7;
    full = answer->length + bytes > (size_t)call->size;
    if (full) break;
    struct dirent *copy = (struct dirent *)(answer->payload + answer->length);
    memset(copy, 0, bytes);
    copy->d_ino = entry->d_ino + FAKE_INODES;
    copy->d_off = (off_t)at + 1;
    copy->d_reclen = (unsigned short)bytes;
    copy->d_type = entry->d_type;
    strcpy(copy->d_name, entry->d_name);
    answer->length += bytes;
  }
  closedir(stream);
  if (full && answer->length == 0) answer->error = EINVAL;
}

static void perform(const struct call *call, struct answer *answer) {
  char path[2 * PATH_MAX];
  resolve(path, call, call->directory, call->path);
  if (call->path[0] == '\0' && call->operation == DCP_OP(OPEN)) {
    answer->error = ENOENT;
    return;
  }
  int result = 0;
  switch (call->operation) {
    case DCP_OP(OPEN):
      answer->descriptor = open(path, (int)call->flags | O_CLOEXEC, call->mode);
      result = answer->descriptor;
      break;
    case DCP_OP(STAT):
      result = fstatat(AT_FDCWD, path, &answer->status, (int)call->flags & AT_SYMLINK_NOFOLLOW);
      answer->has_status = result == 0;
      break;
    case DCP_OP(READDIR):
      read_directory(call, answer);
      break;
    case DCP_OP(MKDIR):
      result = mkdir(path, call->mode);
      break;
    case DCP_OP(UNLINK):
      result = (call->flags & AT_REMOVEDIR) != 0 ? rmdir(path) : unlink(path);
      break;
    case DCP_OP(SYMLINK):
      result = symlink(call->payload, path);
      break;
    case DCP_OP(ADOPT):
    case DCP_OP(SYNC):
    case DCP_OP(SYNC_ALL):
    case DCP_OP(ROOM):
    case DCP_OP(CHANGED):
      break;
    default:
      answer->native = true;
  }
  if (result < 0) answer->error = errno;
}

static void reply(int connection, const struct call *call, struct answer *answer) {
  static char buffer[sizeof answer->payload + 256];
  struct io_dcp_ipc_wire_messageHeader header;
  struct io_dcp_ipc_wire_reply message;
  memset(buffer, 0, 256);
  io_dcp_ipc_wire_reply_wrap_and_apply_header(&message, buffer, 0, sizeof buffer, &header);
  io_dcp_ipc_wire_reply_set_requestId(&message, call->id);
  io_dcp_ipc_wire_reply_set_errno(&message, answer->error);
  io_dcp_ipc_wire_reply_set_verdict(&message,
                                    answer->native ? io_dcp_ipc_wire_verdict_NATIVE : io_dcp_ipc_wire_verdict_DONE);
  io_dcp_ipc_wire_reply_set_carriesDescriptor(&message, answer->descriptor >= 0);
  io_dcp_ipc_wire_reply_set_hasAttributes(&message, answer->has_status);
  struct io_dcp_ipc_wire_attributes attributes;
  io_dcp_ipc_wire_reply_attributes(&message, &attributes);
  io_dcp_ipc_wire_attributes_set_ino(&attributes, answer->status.st_ino + FAKE_INODES);
  io_dcp_ipc_wire_attributes_set_mode(&attributes, answer->status.st_mode);
  io_dcp_ipc_wire_attributes_set_nlink(&attributes, (uint32_t)answer->status.st_nlink);
  io_dcp_ipc_wire_attributes_set_sizeBytes(&attributes, answer->status.st_size);
  io_dcp_ipc_wire_attributes_set_mirrorInode(&attributes, answer->status.st_ino);
  // Behind the header and the block: the codec's own put_payload does not count the header.
  char *at = buffer + 8 + io_dcp_ipc_wire_reply_sbe_block_length();
  uint32_t length = (uint32_t)answer->length;
  memcpy(at, &length, sizeof length);
  memcpy(at + sizeof length, answer->payload, length);
  struct iovec part = {buffer, (size_t)(at - buffer) + sizeof length + length};
  union {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control = {.head = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
  struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};
  if (answer->descriptor >= 0) {
    memcpy(CMSG_DATA(&control.head), &answer->descriptor, sizeof(int));
    packet.msg_control = &control;
    packet.msg_controllen = sizeof control;
  }
  if (sendmsg(connection, &packet, MSG_NOSIGNAL) < 0 && errno != EPIPE) die("reply");
  if (answer->descriptor >= 0) close(answer->descriptor);
}

static void decode(struct call *call, char *bytes, size_t length) {
  struct io_dcp_ipc_wire_messageHeader header;
  io_dcp_ipc_wire_messageHeader_wrap(&header, bytes, 0, 1, length);
  struct io_dcp_ipc_wire_fileCall message;
  io_dcp_ipc_wire_fileCall_wrap_for_decode(&message, bytes, 8, io_dcp_ipc_wire_messageHeader_blockLength(&header), 1,
                                           length);
  enum io_dcp_ipc_wire_operation operation;
  io_dcp_ipc_wire_fileCall_operation(&message, &operation);
  call->operation = (int)operation;
  call->id = io_dcp_ipc_wire_fileCall_requestId(&message);
  call->flags = io_dcp_ipc_wire_fileCall_flags(&message);
  call->mode = io_dcp_ipc_wire_fileCall_mode(&message);
  call->directory = io_dcp_ipc_wire_fileCall_directory(&message);
  call->cookie = io_dcp_ipc_wire_fileCall_cookie(&message);
  call->size = io_dcp_ipc_wire_fileCall_size(&message);
  io_dcp_ipc_wire_fileCall_get_path(&message, call->path, sizeof call->path - 1);
  io_dcp_ipc_wire_fileCall_get_path2(&message, call->path2, sizeof call->path2 - 1);
  io_dcp_ipc_wire_fileCall_get_payload(&message, call->payload, sizeof call->payload - 1);
}

// False when the connection has ended.
static bool serve(int connection, int log) {
  static char buffer[128 * 1024];
  union {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(struct ucred))];
  } control;
  struct iovec part = {buffer, sizeof buffer};
  struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t length = recvmsg(connection, &packet, MSG_CMSG_CLOEXEC);
  if (length <= 0) return false;
  struct io_dcp_ipc_wire_messageHeader header;
  io_dcp_ipc_wire_messageHeader_wrap(&header, buffer, 0, 1, (uint64_t)length);
  if (io_dcp_ipc_wire_messageHeader_templateId(&header) != io_dcp_ipc_wire_fileCall_sbe_template_id())
    return true;  // Hello
  static struct call call;
  static struct answer answer;
  memset(&call, 0, sizeof call);
  memset(&answer, 0, offsetof(struct answer, payload));
  answer.length = 0;
  answer.descriptor = -1;
  struct ucred sender = {0};
  if (packet.msg_controllen >= sizeof(struct cmsghdr)) memcpy(&sender, CMSG_DATA(&control.head), sizeof sender);
  call.pid = sender.pid;
  decode(&call, buffer, (size_t)length);
  dprintf(log, "%s %s%s%s\n", dcp_wire_operation_name((uint16_t)call.operation), call.path,
          call.payload[0] != '\0' ? " " : "", call.payload);
  perform(&call, &answer);
  reply(connection, &call, &answer);
  return true;
}

static int listener(void) {
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), on = 1;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strcpy(address.sun_path, in_run("agent-0.sock"));
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0 ||
      bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 64) < 0)
    die("listen");
  return fd;
}

static void stop(int number) { (void)number; }

// Serves until the process has ended. Returns its status.
static int serve_process(pid_t pid, int listening, const sigset_t *while_waiting) {
  enum { MOST = 256 };
  struct pollfd places[MOST] = {{.fd = listening, .events = POLLIN}};
  nfds_t count = 1;
  int on = 1, status, log = open(in_run("log"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  while (waitpid(pid, &status, WNOHANG) == 0) {
    if (ppoll(places, count, NULL, while_waiting) < 0) continue;
    for (nfds_t i = count - 1; i > 0; i--) {
      if (places[i].revents != 0 && !serve(places[i].fd, log)) {
        close(places[i].fd);
        places[i] = places[--count];
      }
    }
    if (places[0].revents != 0 && count < MOST) {
      int connection = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
      setsockopt(connection, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
      places[count++] = (struct pollfd){.fd = connection, .events = POLLIN};
    }
  }
  close(log);
  return status;
}

// --- setting up ---

static int discard(const char *path, const struct stat *status, int type, struct FTW *where) {
  (void)status, (void)type, (void)where;
  return remove(path);
}

static void make_region(void) {
  int fd = open(in_run("region"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ftruncate(fd, DCP_REGION_BYTES) < 0) die("region");
  region = mmap(NULL, DCP_REGION_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  region->magic = DCP_REGION_MAGIC;
  region->layout_version = DCP_REGION_LAYOUT;
  region->agent_threads = 1;
}

// $out/libdcp.so for a program in $out/test/shim: what the children of the tests preload.
static void link_library(void) {
  char path[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 32);
  if (length < 0) die("exe");
  path[length] = '\0';
  for (int up = 0; up < 3; up++) *strrchr(path, '/') = '\0';
  strcat(path, "/libdcp.so");
  if (symlink(path, in_run("libdcp.so")) < 0) die("symlink");
}

static int run_outside(char **arguments) {
  char base[] = "/tmp/dcp-test.XXXXXX";
  if (mkdtemp(base) == NULL) die("mkdtemp");
  snprintf(run_directory, sizeof run_directory, "%s/run", base);
  snprintf(fake_root, sizeof fake_root, "%s/tree", base);
  if (mkdir(run_directory, 0700) < 0 || mkdir(fake_root, 0700) < 0) die("mkdir");
  make_region();
  link_library();
  int listening = listener();
  sigset_t child, before;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, &before);
  signal(SIGCHLD, stop);
  setenv("DCP_RUN", run_directory, 1);
  setenv("DCP_ROOT", fake_root, 1);
  setenv("DCP_HOME", base, 1);
  setenv("DCP_CALL_WAIT_MS", "10000", 1);
  pid_t pid = fork();
  if (pid == 0) {
    sigprocmask(SIG_SETMASK, &before, NULL);
    // libc's own: ours would preload the library into a program that holds it.
    int (*real)(const char *, char *const[]) = (int (*)(const char *, char *const[]))dlsym(RTLD_NEXT, "execv");
    real("/proc/self/exe", arguments);
    die("exec");
  }
  int status = serve_process(pid, listening, &before);
  if (status == 0)
    nftw(base, discard, 16, FTW_DEPTH | FTW_PHYS);
  else
    fprintf(stderr, "%s: status %#x, kept %s\n", arguments[0], (unsigned)status, base);
  return status == 0 ? 0 : 1;
}

int fake_platform_run(char **arguments, void (*tests)(void)) {
  const char *run = getenv("DCP_RUN");
  if (run == NULL) return run_outside(arguments);
  snprintf(run_directory, sizeof run_directory, "%s", run);
  snprintf(fake_root, sizeof fake_root, "%s", getenv("DCP_ROOT"));
  make_region();
  if (chdir(fake_root) < 0) die("chdir");
  alarm(120);
  tests();
  return check_result();
}

const char *fake_asked(void) {
  static char text[1 << 16];
  int fd = open(in_run("log"), O_RDONLY | O_CLOEXEC);
  ssize_t length = pread(fd, text, sizeof text - 1, (off_t)log_read);
  if (length < 0) die("log");
  close(fd);
  log_read += (size_t)length;
  text[length] = '\0';
  return text;
}

void fake_set_cold(bool cold) { region->cold_tree = cold; }

void fake_set_throttle(bool throttle) { region->throttle = throttle; }
