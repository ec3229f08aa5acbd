// system, popen, pclose: /bin/sh through our own posix_spawn, for libc's inner one would not keep the shim in an
// environment that the program emptied.

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../table/place.h"
#include "calls.h"
#include "real.h"
#include "shell.h"
#include "spawn.h"

#define SHELL "/bin/sh"

// --- system ---

// SIGINT and SIGQUIT are ignored from the first system() that runs to the last.
static pthread_mutex_t interrupts = PTHREAD_MUTEX_INITIALIZER;
static int running;
static struct sigaction kept_int, kept_quit;

static void ignore_interrupts(void) {
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  pthread_mutex_lock(&interrupts);
  if (running++ == 0) {
    sigaction(SIGINT, &ignore, &kept_int);
    sigaction(SIGQUIT, &ignore, &kept_quit);
  }
  pthread_mutex_unlock(&interrupts);
}

static void restore_interrupts(void) {
  pthread_mutex_lock(&interrupts);
  if (--running == 0) {
    sigaction(SIGINT, &kept_int, NULL);
    sigaction(SIGQUIT, &kept_quit, NULL);
  }
  pthread_mutex_unlock(&interrupts);
}

struct command {
  pid_t pid;
  sigset_t mask;
};

// The calling thread is cancelled while it waits.
static void cancelled(void *argument) {
  struct command *command = argument;
  kill(command->pid, SIGKILL);
  int state;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
  while (waitpid(command->pid, NULL, 0) < 0 && errno == EINTR) {
  }
  pthread_setcancelstate(state, NULL);
  restore_interrupts();
  pthread_sigmask(SIG_SETMASK, &command->mask, NULL);
}

static int wait_for(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return status;
}

static int run_shell(const char *text) {
  struct command command;
  sigset_t block, defaults;
  sigemptyset(&block);
  sigaddset(&block, SIGCHLD);
  ignore_interrupts();
  pthread_sigmask(SIG_BLOCK, &block, &command.mask);
  sigemptyset(&defaults);
  if (kept_int.sa_handler != SIG_IGN) sigaddset(&defaults, SIGINT);
  if (kept_quit.sa_handler != SIG_IGN) sigaddset(&defaults, SIGQUIT);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &command.mask);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  char *argv[] = {(char *)"sh", (char *)"-c", (char *)text, NULL};
  int error = dcp_spawn(&command.pid, SHELL, NULL, &attributes, argv, environ);
  posix_spawnattr_destroy(&attributes);
  int status = W_EXITCODE(127, 0);  // as if the shell had found nothing to run: system(3)
  if (error == 0) {
    pthread_cleanup_push(cancelled, &command);
    status = wait_for(command.pid);
    error = status == -1 ? errno : 0;
    pthread_cleanup_pop(0);
  }
  restore_interrupts();
  pthread_sigmask(SIG_SETMASK, &command.mask, NULL);
  if (error != 0) errno = error;
  return status;
}

DCP_EXPORT int system(const char *text) { return text != NULL ? run_shell(text) : run_shell("exit 0") == 0; }

// --- popen ---

// Streams that popen opened. Chunks are never given back, so that no lock is needed and a forked child finds its
// parent's.
enum { CHUNK = 32 };

struct popened {
  _Atomic(FILE *) stream;  // NULL: free
  pid_t pid;
  int fd;
  ino_t pipe;
};

static struct chunk {
  struct popened slots[CHUNK];
  _Atomic(struct chunk *) next;
} first_chunk;

static FILE taken;  // marks a slot whose stream is not made yet

static struct popened *take_slot(void) {
  for (struct chunk *chunk = &first_chunk;;) {
    for (int i = 0; i < CHUNK; i++) {
      FILE *expected = NULL;
      if (atomic_compare_exchange_strong(&chunk->slots[i].stream, &expected, &taken)) return &chunk->slots[i];
    }
    struct chunk *next = atomic_load(&chunk->next);
    if (next == NULL) {
      struct chunk *fresh = calloc(1, sizeof *fresh);
      if (fresh == NULL) return NULL;
      if (atomic_compare_exchange_strong(&chunk->next, &next, fresh))
        next = fresh;
      else
        free(fresh);
    }
    chunk = next;
  }
}

static struct popened *find_slot(FILE *stream) {
  for (struct chunk *chunk = &first_chunk; chunk != NULL; chunk = atomic_load(&chunk->next)) {
    for (int i = 0; i < CHUNK; i++) {
      if (atomic_load(&chunk->slots[i].stream) == stream) return &chunk->slots[i];
    }
  }
  return NULL;
}

static ino_t inode_of(int fd) {
  struct stat status;
  return DCP_REAL(fstat)(fd, &status) == 0 ? status.st_ino : 0;
}

// The stream in the slot, NULL if there is none. One that fclose or close ended, against the rules, frees its slot.
static FILE *stream_in(struct popened *slot) {
  FILE *stream = atomic_load(&slot->stream);
  if (stream == NULL || stream == &taken || inode_of(slot->fd) == slot->pipe) return stream;
  atomic_compare_exchange_strong(&slot->stream, &stream, NULL);
  return NULL;
}

// POSIX: the child has none of the streams that earlier calls opened.
static int close_earlier(posix_spawn_file_actions_t *actions, int kept) {
  for (struct chunk *chunk = &first_chunk; chunk != NULL; chunk = atomic_load(&chunk->next)) {
    for (int i = 0; i < CHUNK; i++) {
      const FILE *stream = stream_in(&chunk->slots[i]);
      int error = 0;
      if (stream != NULL && stream != &taken && chunk->slots[i].fd != kept)
        error = posix_spawn_file_actions_addclose(actions, chunk->slots[i].fd);
      if (error != 0) return error;
    }
  }
  return 0;
}

// 0 or an error number.
static int spawn_shell(pid_t *pid, const char *text, int child_end, int as) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  int error = posix_spawn_file_actions_adddup2(&actions, child_end, as);
  if (error == 0) error = close_earlier(&actions, as);
  char *argv[] = {(char *)"sh", (char *)"-c", (char *)text, NULL};
  if (error == 0) error = dcp_spawn(pid, SHELL, &actions, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

static FILE *refuse(int error) {
  errno = error;
  return NULL;
}

DCP_EXPORT FILE *popen(const char *text, const char *type) {
  bool reads = false, writes = false, close_on_exec = false;
  for (const char *at = type; *at != '\0'; at++) {
    if (*at == 'r')
      reads = true;
    else if (*at == 'w')
      writes = true;
    else if (*at == 'e')
      close_on_exec = true;
    else
      return refuse(EINVAL);
  }
  if (reads == writes) return refuse(EINVAL);
  struct popened *slot = take_slot();
  if (slot == NULL) return refuse(ENOMEM);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) {
    atomic_store(&slot->stream, NULL);
    return NULL;
  }
  int ours = reads ? ends[0] : ends[1], theirs = reads ? ends[1] : ends[0];
  FILE *stream = DCP_REAL(fdopen)(ours, reads ? "r" : "w");
  int error = stream == NULL ? errno : spawn_shell(&slot->pid, text, theirs, reads ? STDOUT_FILENO : STDIN_FILENO);
  dcp_close(theirs);
  if (error != 0) {
    if (stream != NULL)
      DCP_REAL(fclose)(stream);
    else
      dcp_close(ours);
    atomic_store(&slot->stream, NULL);
    return refuse(ENOMEM);  // whatever the reason: so says libc
  }
  if (!close_on_exec) fcntl(ours, F_SETFD, 0);
  slot->fd = ours;
  slot->pipe = inode_of(ours);
  atomic_store(&slot->stream, stream);
  return stream;
}

bool dcp_popened(FILE *stream) {
  struct popened *slot = stream == NULL ? NULL : find_slot(stream);
  return slot != NULL && stream_in(slot) == stream;
}

int dcp_pclose(FILE *stream) {
  struct popened *slot = find_slot(stream);
  if (slot == NULL) return DCP_REAL(pclose)(stream);
  pid_t pid = slot->pid;
  int fd = slot->fd;
  atomic_store(&slot->stream, NULL);
  int failed = DCP_REAL(fclose)(stream);
  int error = errno;
  dcp_fd_forget(fd);
  int status = wait_for(pid);
  if (status != -1 && failed != 0) {
    errno = error;
    return -1;
  }
  return status;
}

DCP_EXPORT int pclose(FILE *stream) { return dcp_pclose(stream); }
