// Asking the agent: what goes over the wire, and what happens when the agent is late, dies, refuses or comes back.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../src/link/ask.h"
#include "../../../src/link/kernel.h"
#include "../../../src/link/patience.h"
#include "../../../src/link/wire.h"
#include "../../../src/table/place.h"
#include "cause.h"
#include "check.h"
#include "fake_agent.h"

static const char *tree;

static void answer_with_payload_length(const struct fake_call *call) {
  struct fake_reply reply = FAKE_REPLY;
  reply.value = call->path_length;
  fake_agent_reply(call, reply);
}

static int ask_stat(const char *path, struct dcp_answer *answer) {
  struct dcp_request request = {.operation = DCP_OP(STAT), .directory = AT_FDCWD, .path = path};
  *answer = (struct dcp_answer){0};
  return dcp_ask(&request, answer);
}

static void check_works(void) {
  struct dcp_answer answer;
  fake_agent_handle(answer_with_payload_length);
  CHECK_EQUAL(ask_stat("abc", &answer), 0);
  CHECK_EQUAL(answer.value, 3);
}

// --- a call and its answer ---
static void should_answer_and_keep_errno(void) {
  struct dcp_answer answer;
  fake_agent_handle(answer_with_payload_length);
  errno = 4711;
  CHECK_EQUAL(ask_stat("/some/path", &answer), 0);
  CHECK_EQUAL(errno, 4711);
  CHECK_EQUAL(answer.value, 10);
  CHECK_EQUAL(answer.error, 0);
  CHECK_EQUAL(answer.descriptor, -1);
  CHECK(!answer.native && !answer.has_attributes);
}

static struct fake_call seen;

static void keep_call(const struct fake_call *call) {
  seen = *call;
  struct fake_reply reply = FAKE_REPLY;
  reply.error = ENOTEMPTY;
  reply.native = true;
  fake_agent_reply(call, reply);
}

static void should_send_every_field(void) {
  fake_agent_handle(keep_call);
  struct dcp_request request = {.operation = DCP_OP(SETXATTR),
                                .directory = 11,
                                .directory2 = -100,
                                .path = "p",
                                .path2 = "name",
                                .payload = "a\0b",
                                .payload_length = 3,
                                .flags = 0x12345678,
                                .mode = 0644,
                                .prepare = DCP_PREPARE_EXEC,
                                .uid = 1000,
                                .gid = (gid_t)-1,
                                .device = 0x700000008,
                                .inode = 9,
                                .cookie = 1ULL << 63,
                                .size = -5,
                                .atime = {.tv_sec = -7, .tv_nsec = UTIME_NOW},
                                .mtime = {.tv_sec = 8, .tv_nsec = UTIME_OMIT}};
  struct dcp_answer answer = {0};
  umask(027);
  CHECK_EQUAL(dcp_ask(&request, &answer), 0);
  CHECK_EQUAL(answer.error, ENOTEMPTY);
  CHECK(answer.native);
  struct io_dcp_ipc_wire_fileCall *codec = &seen.codec;
  struct io_dcp_ipc_wire_moment moment;
  CHECK_EQUAL(seen.operation, DCP_OP(SETXATTR));
  CHECK_EQUAL(seen.pid, getpid());
  CHECK_EQUAL(io_dcp_ipc_wire_fileCall_umask(codec), 027);
  CHECK_EQUAL(io_dcp_ipc_wire_fileCall_directory(codec), 11);
  CHECK_EQUAL(io_dcp_ipc_wire_fileCall_directory2(codec), -100);
  CHECK_EQUAL(io_dcp_ipc_wire_fileCall_flags(codec), 0x12345678);
  CHECK_EQUAL(io_dcp_ipc_wire_fileCall_mode(codec), 0644);
  struct io_dcp_ipc_wire_prepareFlags flags;
  io_dcp_ipc_wire_fileCall_prepare(codec, &flags);
  CHECK(io_dcp_ipc_wire_prepareFlags_eXEC(&flags) && !io_dcp_ipc_wire_prepareFlags_cONTENT(&flags));
  CHECK_EQUAL(io_dcp_ipc_wire_fileCall_uid(codec), 1000);
  CHECK_EQUAL(io_dcp_ipc_wire_fileCall_gid(codec), 0xffffffffU);
  CHECK_EQUAL(io_dcp_ipc_wire_fileCall_device(codec), 0x700000008);
  CHECK_EQUAL(io_dcp_ipc_wire_fileCall_inode(codec), 9);
  CHECK_EQUAL(io_dcp_ipc_wire_fileCall_cookie(codec), 1ULL << 63);
  CHECK_EQUAL(io_dcp_ipc_wire_fileCall_size(codec), -5);
  io_dcp_ipc_wire_fileCall_atime(codec, &moment);
  CHECK_EQUAL(io_dcp_ipc_wire_moment_seconds(&moment), -7);
  CHECK_EQUAL(io_dcp_ipc_wire_moment_nanos(&moment), UTIME_NOW);
  io_dcp_ipc_wire_fileCall_mtime(codec, &moment);
  CHECK_EQUAL(io_dcp_ipc_wire_moment_nanos(&moment), UTIME_OMIT);
  CHECK(strcmp(seen.path, "p") == 0 && strcmp(seen.path2, "name") == 0);
  CHECK(seen.payload_length == 3 && memcmp(seen.payload, "a\0b", 3) == 0);
  umask(022);
}

static void reply_much(const struct fake_call *call) {
  static char much[70000];
  memset(much, 'x', sizeof much);
  struct fake_reply reply = FAKE_REPLY;
  reply.payload = much;
  reply.payload_length = sizeof much;
  fake_agent_reply(call, reply);
}

static void should_cut_a_payload_that_does_not_fit(void) {
  static char buffer[70001];
  fake_agent_handle(reply_much);
  struct dcp_request request = {.operation = DCP_OP(READDIR), .directory = 3};
  struct dcp_answer answer = {.payload = buffer, .payload_capacity = 100};
  buffer[100] = 'o';
  CHECK_EQUAL(dcp_ask(&request, &answer), 0);
  CHECK_EQUAL(answer.payload_length, 100);
  CHECK(buffer[99] == 'x' && buffer[100] == 'o');
  answer = (struct dcp_answer){.payload = buffer, .payload_capacity = sizeof buffer};
  CHECK_EQUAL(dcp_ask(&request, &answer), 0);
  CHECK_EQUAL(answer.payload_length, 70000);
  check_works();
}

static void should_refuse_what_no_message_carries(void) {
  static char path[5000];
  struct dcp_answer answer;
  memset(path, 'a', sizeof path - 1);
  CHECK_EQUAL(ask_stat(path, &answer), -1);
  CHECK_EQUAL(errno, ENAMETOOLONG);
  struct dcp_request request = {.operation = DCP_OP(SETXATTR), .payload = path, .payload_length = 100000};
  CHECK_EQUAL(dcp_ask(&request, &answer), -1);
  CHECK_EQUAL(errno, E2BIG);
}

// --- order ---
static struct fake_call held;
static int held_count;

static void answer_the_second_first(const struct fake_call *call) {
  if (held_count++ == 0) {
    held = *call;
    return;
  }
  answer_with_payload_length(call);
  answer_with_payload_length(&held);
}

static void *ask_in_thread(void *path) {
  struct dcp_answer answer;
  return (void *)(ask_stat(path, &answer) == 0 ? (intptr_t)answer.value : -1);
}

static void should_take_answers_in_any_order(void) {
  pthread_t first, second;
  void *value;
  held_count = 0;
  fake_agent_handle(answer_the_second_first);
  pthread_create(&first, NULL, ask_in_thread, (char[]){"1"});
  pthread_create(&second, NULL, ask_in_thread, (char[]){"22"});
  pthread_join(first, &value);
  CHECK_EQUAL((intptr_t)value, 1);
  pthread_join(second, &value);
  CHECK_EQUAL((intptr_t)value, 2);
}

static void answer_an_older_one_first(const struct fake_call *call) {
  struct fake_reply late = FAKE_REPLY;
  late.value = 666;
  late.descriptor = (int)dcp_kernel(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC, 0);
  fake_agent_reply_to(call->connection, call->request_id - 1, late);
  answer_with_payload_length(call);
}

static int open_descriptors(void) {
  int count = 0;
  for (int fd = 0; fd < 1024; fd++) {
    count += dcp_kernel(SYS_fcntl, fd, F_GETFD) >= 0;
  }
  return count;
}

static void should_drop_late_answers(void) {
  check_works();
  int before = open_descriptors();
  struct dcp_answer answer;
  fake_agent_handle(answer_an_older_one_first);
  CHECK_EQUAL(ask_stat("late", &answer), 0);
  CHECK_EQUAL(answer.value, 4);
  CHECK_EQUAL(open_descriptors(), before);
}

static void should_serve_many_threads(void) {
  pthread_t threads[12];
  static char twelve[] = "twelve";
  fake_agent_handle(answer_with_payload_length);
  for (int round = 0; round < 50; round++) {
    for (int i = 0; i < 12; i++) {
      pthread_create(&threads[i], NULL, ask_in_thread, twelve + i % 6);
    }
    for (int i = 0; i < 12; i++) {
      void *value;
      pthread_join(threads[i], &value);
      CHECK_EQUAL((intptr_t)value, 6 - i % 6);
    }
  }
}

// --- death and restart ---
static int deaths;
static uint64_t session_before, id_before;
static bool asked_the_same;

static void hang_up_once(const struct fake_call *call) {
  if (deaths++ == 0) {
    session_before = call->session;
    id_before = call->request_id;
    fake_agent_hang_up(call->connection);
    return;
  }
  asked_the_same = call->session == session_before && call->request_id == id_before;
  answer_with_payload_length(call);
}

static void should_ask_again_under_the_same_id_when_the_agent_dies(void) {
  struct dcp_answer answer;
  deaths = 0;
  fake_agent_handle(hang_up_once);
  CHECK_EQUAL(ask_stat("again", &answer), 0);
  CHECK_EQUAL(answer.value, 5);
  CHECK(asked_the_same);
  CHECK_EQUAL(deaths, 2);
}

static void die_once(const struct fake_call *call) {
  if (deaths++ == 0) {
    fake_agent_die();
    return;
  }
  answer_with_payload_length(call);
}

static void *restart_later(void *unused) {
  (void)unused;
  const struct timespec moment = {.tv_nsec = 300000000};
  nanosleep(&moment, NULL);
  fake_agent_restart();
  return NULL;
}

static void should_wait_for_the_restart(void) {
  struct dcp_answer answer;
  pthread_t later;
  deaths = 0;
  fake_agent_handle(die_once);
  pthread_create(&later, NULL, restart_later, NULL);
  CHECK_EQUAL(ask_stat("restart", &answer), 0);
  CHECK_EQUAL(answer.value, 7);
  pthread_join(later, NULL);
}

// --- what is said on stderr ---
static char said[1000];
static int real_stderr, pipe_ends[2];

static void listen_to_stderr(void) {
  CHECK_EQUAL(pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK), 0);
  real_stderr = dup(2);
  dup2(pipe_ends[1], 2);
}

static void stop_listening(void) {
  dup2(real_stderr, 2);
  ssize_t length = read(pipe_ends[0], said, sizeof said - 1);
  said[length < 0 ? 0 : length] = '\0';
  close(real_stderr);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

static void never_answer(const struct fake_call *call) { (void)call; }

static void should_fail_with_EIO_when_time_is_up(void) {
  struct dcp_answer answer;
  fake_agent_handle(never_answer);
  dcp_call_wait_ms = 200;
  listen_to_stderr();
  CHECK_EQUAL(ask_stat("/x/y", &answer), -1);
  int error = errno;
  stop_listening();
  CHECK_EQUAL(error, EIO);
  CHECK(strcmp(said, "dcp: agent does not answer: stat /x/y\n") == 0);
  dcp_call_wait_ms = 30000;
  check_works();
}

static void should_say_once_that_the_version_is_refused(void) {
  struct dcp_answer answer;
  dcp_link_drop();
  fake_agent_refuse(io_dcp_ipc_wire_cause_WIRE_VERSION, 2);
  listen_to_stderr();
  CHECK_EQUAL(ask_stat("a", &answer), -1);
  CHECK_EQUAL(errno, EPROTO);
  CHECK_EQUAL(ask_stat("a", &answer), -1);
  CHECK_EQUAL(errno, EPROTO);
  stop_listening();
  CHECK(
      strcmp(said,
             "dcp: this program's libdcp.so is of another build than the agent: wire version 3, the agent's is 99\n") ==
      0);
  check_works();
}

static void answer_in_another_version(const struct fake_call *call) {
  char bytes[163] = {0};
  const uint16_t header[4] = {151, 4, 4432, 7};
  memcpy(bytes, header, sizeof header);
  fake_agent_send(call->connection, bytes, sizeof bytes);
}

static void answer_nonsense(const struct fake_call *call) { fake_agent_send(call->connection, "nonsense!", 9); }

static void should_not_understand_another_version(void) {
  struct dcp_answer answer;
  fake_agent_handle(answer_in_another_version);
  CHECK_EQUAL(ask_stat("a", &answer), -1);
  CHECK_EQUAL(errno, EPROTO);
  fake_agent_handle(answer_nonsense);
  CHECK_EQUAL(ask_stat("a", &answer), -1);
  CHECK_EQUAL(errno, EPROTO);
  check_works();
}

static void should_reconnect_after_a_refusal_of_credentials(void) {
  dcp_link_drop();
  fake_agent_refuse(io_dcp_ipc_wire_cause_CREDENTIALS, 2);
  check_works();
  dcp_link_drop();
  struct dcp_answer answer;
  fake_agent_refuse(io_dcp_ipc_wire_cause_CREDENTIALS, 100);
  CHECK_EQUAL(ask_stat("a", &answer), -1);
  CHECK_EQUAL(errno, EACCES);
  fake_agent_refuse(0, 0);
  fake_agent_refuse(io_dcp_ipc_wire_cause_TOO_MANY, 3);
  check_works();
}

// --- descriptors ---
static void open_null(const struct fake_call *call) {
  struct fake_reply reply = FAKE_REPLY;
  reply.descriptor = (int)dcp_kernel(SYS_openat, AT_FDCWD, "/dev/zero", O_RDONLY | O_CLOEXEC, 0);
  fake_agent_reply(call, reply);
}

static int ask_open(bool close_on_exec, struct dcp_answer *answer) {
  struct dcp_request request = {
      .operation = DCP_OP(OPEN), .directory = AT_FDCWD, .path = "f", .close_on_exec = close_on_exec};
  *answer = (struct dcp_answer){0};
  return dcp_ask(&request, answer);
}

static void should_pass_descriptors(void) {
  struct dcp_answer answer;
  char byte = 1;
  fake_agent_handle(open_null);
  CHECK_EQUAL(ask_open(false, &answer), 0);
  CHECK_EQUAL(fcntl(answer.descriptor, F_GETFD), 0);
  CHECK_EQUAL(read(answer.descriptor, &byte, 1), 1);
  CHECK_EQUAL(byte, 0);
  close(answer.descriptor);
  CHECK_EQUAL(ask_open(true, &answer), 0);
  CHECK_EQUAL(fcntl(answer.descriptor, F_GETFD), FD_CLOEXEC);
  close(answer.descriptor);
}

static void should_say_EMFILE_when_no_number_is_free(void) {
  struct rlimit old, low;
  struct dcp_answer answer;
  check_works();
  getrlimit(RLIMIT_NOFILE, &old);
  low = old;
  low.rlim_cur = 64;
  setrlimit(RLIMIT_NOFILE, &low);
  int filled[64], count = 0;
  while (count < 64 && (filled[count] = (int)dcp_kernel(SYS_dup, 0)) >= 0) {
    count++;
  }
  // The agent is a thread of this process: it would have no number to open one with.
  fake_agent_handle(open_null);
  dcp_kernel(SYS_close, filled[--count]);
  CHECK_EQUAL(ask_open(false, &answer), 0);
  // In that number, or in one of a connection of an earlier test that the agent has just closed.
  CHECK(answer.descriptor >= 0 || answer.error == EMFILE);
  check_works();
  dcp_link_drop();
  struct dcp_answer ignored;
  fake_agent_handle(answer_with_payload_length);
  if (answer.descriptor >= 0) {
    close(answer.descriptor);
  }
  CHECK_EQUAL(ask_stat("after a new connection", &ignored), 0);
  while (count > 0) {
    dcp_kernel(SYS_close, filled[--count]);
  }
  setrlimit(RLIMIT_NOFILE, &old);
}

static void promise_a_descriptor(const struct fake_call *call) {
  // What the kernel delivers when the receiver has no number free: the announcement without the descriptor.
  char bytes[163] = {0};
  const uint16_t header[4] = {151, 4, 4432, (uint16_t)dcp_wire_version()};
  memcpy(bytes, header, sizeof header);
  memcpy(bytes + 8, &call->request_id, 8);
  bytes[8 + io_dcp_ipc_wire_fileCall_requestId_encoding_length() + 5] = 1;
  fake_agent_send(call->connection, bytes, sizeof bytes);
}

static void should_say_EMFILE_when_the_descriptor_was_dropped(void) {
  struct dcp_answer answer;
  fake_agent_handle(promise_a_descriptor);
  CHECK_EQUAL(ask_open(false, &answer), 0);
  CHECK_EQUAL(answer.error, EMFILE);
  CHECK_EQUAL(answer.descriptor, -1);
}

static int private_descriptor(void) { return dcp_fd_next_private(0, 65535); }

static void should_hide_private_descriptors(void) {
  check_works();
  int fd = private_descriptor();
  CHECK(fd > 50);
  CHECK_EQUAL(close(fd), -1);
  CHECK_EQUAL(errno, EBADF);
  CHECK_EQUAL(fcntl(fd, F_GETFD), -1);
  CHECK_EQUAL(dup(fd), -1);
  CHECK_EQUAL(dup2(fd, 200), -1);
  CHECK_EQUAL(errno, EBADF);
  int hellos = fake_agent_hellos();
  CHECK_EQUAL(close_range((unsigned)fd - 5, (unsigned)fd + 20, 0), 0);
  check_works();
  CHECK_EQUAL(fake_agent_hellos(), hellos);
  CHECK_EQUAL(dup2(1, fd), fd);  // the program gets the number that it wants
  CHECK(!dcp_fd_is_private(fd));
  CHECK_EQUAL(fcntl(fd, F_GETFD), 0);
  check_works();
  CHECK_EQUAL(close(fd), 0);
  check_works();
}

static void should_notice_a_descriptor_that_was_taken_away(void) {
  check_works();
  int fd = private_descriptor();
  int other = (int)dcp_kernel(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR, 0);
  dcp_kernel(SYS_dup3, other, fd, 0);  // behind our back
  check_works();
  struct stat now;
  CHECK_EQUAL(dcp_kernel(SYS_fstat, fd, &now), 0);
  CHECK(S_ISCHR(now.st_mode));
  dcp_kernel(SYS_close, fd);
  dcp_kernel(SYS_close, other);
  check_works();
}

static void answer_with_session(const struct fake_call *call) {
  struct fake_reply reply = FAKE_REPLY;
  reply.value = (int64_t)(call->session ^ (uint64_t)call->pid);
  fake_agent_reply(call, reply);
}

static void should_connect_anew_in_a_fork_child(void) {
  struct dcp_answer answer;
  fake_agent_handle(answer_with_session);
  CHECK_EQUAL(ask_stat("a", &answer), 0);
  int inherited = private_descriptor();
  uint64_t session = (uint64_t)answer.value ^ (uint64_t)getpid();
  pid_t child = fork();
  if (child == 0) {
    bool good = ask_stat("a", &answer) == 0 && ((uint64_t)answer.value ^ (uint64_t)getpid()) != session;
    struct stat closed;
    bool is_closed = private_descriptor() == inherited || dcp_kernel(SYS_fstat, inherited, &closed) == -EBADF;
    _exit(good && is_closed ? 0 : 1);
  }
  int status;
  CHECK_EQUAL(waitpid(child, &status, 0), child);
  CHECK_EQUAL(status, 0);
  CHECK_EQUAL(ask_stat("a", &answer), 0);
  CHECK_EQUAL((uint64_t)answer.value ^ (uint64_t)getpid(), session);
}

// --- signals ---
static volatile sig_atomic_t handled;
static int64_t value_in_handler;

static void ask_in_handler(int signal) {
  (void)signal;
  struct dcp_answer answer;
  handled = ask_stat("handler", &answer) == 0;
  value_in_handler = answer.value;
}

static void hold_until_the_handler_asks(const struct fake_call *call) {
  if (call->path_length == 5) {
    held = *call;
  } else {
    answer_with_payload_length(call);
    answer_with_payload_length(&held);
  }
}

static void should_let_a_signal_handler_ask_during_a_call(void) {
  struct dcp_answer answer;
  fake_agent_handle(hold_until_the_handler_asks);
  struct sigaction action = {.sa_handler = ask_in_handler}, old;
  sigaction(SIGALRM, &action, &old);
  sigset_t block, before;
  sigemptyset(&block);
  pthread_sigmask(SIG_SETMASK, &block, &before);
  const struct itimerval soon = {.it_value = {.tv_usec = 10000}};
  setitimer(ITIMER_REAL, &soon, NULL);
  CHECK_EQUAL(ask_stat("outer", &answer), 0);
  CHECK_EQUAL(answer.value, 5);
  CHECK(handled);
  CHECK_EQUAL(value_in_handler, 7);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  sigaction(SIGALRM, &old, NULL);
}

int main(int argc, char **argv) {
  (void)argc;
  sigset_t alarm_only;
  sigemptyset(&alarm_only);
  sigaddset(&alarm_only, SIGALRM);
  pthread_sigmask(SIG_BLOCK, &alarm_only, NULL);  // the agent's thread shall not have it
  tree = fake_agent_begin(argv);
  fake_agent_handle(answer_with_payload_length);
  RUN(should_answer_and_keep_errno);
  RUN(should_send_every_field);
  RUN(should_cut_a_payload_that_does_not_fit);
  RUN(should_refuse_what_no_message_carries);
  RUN(should_take_answers_in_any_order);
  RUN(should_drop_late_answers);
  RUN(should_serve_many_threads);
  RUN(should_ask_again_under_the_same_id_when_the_agent_dies);
  RUN(should_wait_for_the_restart);
  RUN(should_fail_with_EIO_when_time_is_up);
  RUN(should_say_once_that_the_version_is_refused);
  RUN(should_not_understand_another_version);
  RUN(should_reconnect_after_a_refusal_of_credentials);
  RUN(should_pass_descriptors);
  RUN(should_say_EMFILE_when_no_number_is_free);
  RUN(should_say_EMFILE_when_the_descriptor_was_dropped);
  RUN(should_hide_private_descriptors);
  RUN(should_notice_a_descriptor_that_was_taken_away);
  RUN(should_connect_anew_in_a_fork_child);
  RUN(should_let_a_signal_handler_ask_during_a_call);
  fake_agent_end();
  return check_result();
}
