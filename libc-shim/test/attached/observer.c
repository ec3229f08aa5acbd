// Watches every program that a command runs, from outside: attached or not?
//
//   observer REPORT COMMAND [ARG...]
//
// It traces the command and all its descendants, and looks into /proc/PID/maps of each at the last moment of each
// program image: when it is about to be replaced by execve, and when the process ends. An image has the shim if the
// library and the platform's region are both mapped. Nothing of the shim is asked. REPORT gets a line for each image
// that lacks one of them, and at the end one with the counts. Exit status: the command's.
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIDS (4 * 1024 * 1024)  // the kernel's greatest number
#define MAPS_BYTES (4 * 1024 * 1024)

enum state { UNKNOWN, RUNNING, LOOKED_AT };

// Of one thread by its number.
static unsigned char states[PIDS];
// Leader of its process; 0: not known.
static pid_t leaders[PIDS];

static FILE *report;
static unsigned long processes, images, attached, lacking, unseen;

static void die(const char *what) {
  perror(what);
  exit(125);
}

// The calls that replace an image stop for the tracer; all others run at full speed.
static void stop_at_execve(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execveat, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof code[0], code};
  // Without "no new privileges", which would change what is watched; so root only.
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) die("seccomp");
}

static pid_t begin(char **command) {
  int gate[2];
  if (pipe2(gate, O_CLOEXEC) != 0) die("pipe2");
  pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) {
    char watched;
    if (read(gate[0], &watched, 1) != 1) _exit(125);
    stop_at_execve();
    execvp(command[0], command);
    perror(command[0]);
    _exit(127);
  }
  long options = PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                 PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_TRACESECCOMP;
  if (ptrace(PTRACE_SEIZE, child, NULL, options) != 0) die("PTRACE_SEIZE");
  if (write(gate[1], "", 1) != 1) die("write");
  close(gate[0]);
  close(gate[1]);
  return child;
}

static pid_t leader_of(pid_t thread) {
  if (leaders[thread] != 0) return leaders[thread];
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%d/status", thread);
  FILE *status = fopen(path, "re");
  pid_t leader = thread;
  while (status != NULL && fgets(line, sizeof line, status) != NULL) {
    if (sscanf(line, "Tgid: %d", &leader) == 1) break;
  }
  if (status != NULL) fclose(status);
  return leaders[thread] = leader;
}

static size_t read_maps(pid_t thread, char *maps) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/maps", thread);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  size_t length = 0;
  ssize_t got;
  while (length < MAPS_BYTES - 1 && (got = read(file, maps + length, MAPS_BYTES - 1 - length)) > 0)
    length += (size_t)got;
  close(file);
  maps[length] = '\0';
  return length;
}

static void describe(pid_t thread, const char *what) {
  char link[64], program[4096];
  snprintf(link, sizeof link, "/proc/%d/exe", thread);
  ssize_t length = readlink(link, program, sizeof program - 1);
  program[length < 0 ? 0 : length] = '\0';
  char words[4096] = "";
  snprintf(link, sizeof link, "/proc/%d/cmdline", thread);
  int file = open(link, O_RDONLY | O_CLOEXEC);
  length = file < 0 ? 0 : read(file, words, sizeof words - 1);
  if (file >= 0) close(file);
  for (ssize_t i = 0; i < length; i++) {
    if (words[i] == '\0' || words[i] == '\n') words[i] = ' ';
  }
  fprintf(report, "%s %d %s: %s\n", what, thread, program, words);
}

// The image that THREAD runs ends now.
static void look_at(pid_t thread) {
  static char maps[MAPS_BYTES];
  pid_t leader = leader_of(thread);
  states[leader] = LOOKED_AT;
  images++;
  if (read_maps(thread, maps) == 0) {
    unseen++;
    describe(thread, "unseen");
  } else if (strstr(maps, "/libdcp.so\n") == NULL) {
    lacking++;
    describe(thread, "lacks-the-library");
  } else if (strstr(maps, "/region\n") == NULL) {
    lacking++;
    describe(thread, "lacks-the-region");
  } else {
    attached++;
  }
}

static void ended(pid_t thread) {
  if (leaders[thread] == thread || leaders[thread] == 0) {
    processes += states[thread] != UNKNOWN;
    if (states[thread] == RUNNING) {
      unseen++;
      fprintf(report, "unseen %d: ended before it was looked at\n", thread);
    }
  }
  states[thread] = UNKNOWN;
  leaders[thread] = 0;
}

// THREAD stands still: lets it go on, with the signal that it was about to get.
static void stopped(pid_t thread, int status) {
  int number = WSTOPSIG(status), signal_to_pass = 0;
  unsigned long message = 0;
  switch (status >> 16) {
    case 0:
      signal_to_pass = number;
      break;
    case PTRACE_EVENT_SECCOMP:
      look_at(thread);
      break;
    case PTRACE_EVENT_EXEC:
      leaders[thread] = thread;  // a thread that was not the leader has become it
      states[thread] = RUNNING;
      break;
    case PTRACE_EVENT_EXIT:
      if (leader_of(thread) == thread) look_at(thread);
      break;
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
      if (ptrace(PTRACE_GETEVENTMSG, thread, NULL, &message) == 0 && message < PIDS && states[message] == UNKNOWN)
        states[message] = RUNNING;
      break;
    case PTRACE_EVENT_STOP:
      leader_of(thread);
      if (number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU) {
        ptrace(PTRACE_LISTEN, thread, NULL, NULL);  // stays stopped, as without us
        return;
      }
      break;
    default:
      break;
  }
  ptrace(PTRACE_CONT, thread, NULL, (long)signal_to_pass);
}

int main(int count, char **words) {
  if (count < 3) {
    fprintf(stderr, "usage: observer REPORT COMMAND [ARG...]\n");
    return 125;
  }
  report = fopen(words[1], "we");
  if (report == NULL) die(words[1]);
  pid_t first = begin(words + 2);
  states[first] = RUNNING;
  leaders[first] = first;
  int result = 125;
  for (;;) {
    int status;
    pid_t thread = waitpid(-1, &status, __WALL);
    if (thread < 0 && errno == ECHILD) break;
    if (thread < 0) continue;
    if (WIFSTOPPED(status)) {
      stopped(thread, status);
      continue;
    }
    ended(thread);
    if (thread == first) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  fprintf(report, "processes=%lu images=%lu attached=%lu lacking=%lu unseen=%lu\n", processes, images, attached,
          lacking, unseen);
  fclose(report);
  return result;
}
