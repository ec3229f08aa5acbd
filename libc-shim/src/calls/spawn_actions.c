// posix_spawn_file_actions_*: each goes to libc and into a record of our own, which hangs on the reserved space at the
// end of posix_spawn_file_actions_t (glibc's has sixteen ints there that it only zeroes).

#include "spawn_actions.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../link/ask.h"
#include "../link/kernel.h"
#include "../table/place.h"
#include "../table/region.h"
#include "calls.h"
#include "real.h"

#define MARK 0x736e6f6974636144ULL  // "Dactions"

struct hook {
  uint64_t mark;
  struct spawn_actions *record;
};

_Static_assert(sizeof(struct hook) <= sizeof(((posix_spawn_file_actions_t *)0)->__pad), "the hook fits in the reserve");

static struct hook hook_of(const posix_spawn_file_actions_t *actions) {
  struct hook hook;
  memcpy(&hook, actions->__pad, sizeof hook);
  return hook.mark == MARK ? hook : (struct hook){0};
}

static void clear_hook(posix_spawn_file_actions_t *actions) {
  const struct hook none = {0};
  memcpy(actions->__pad, &none, sizeof none);
}

const struct spawn_actions *dcp_spawn_actions_of(const posix_spawn_file_actions_t *actions) {
  return actions == NULL ? NULL : hook_of(actions).record;
}

// 0 or ENOMEM. Takes action.path.
static int note(posix_spawn_file_actions_t *actions, struct spawn_action action) {
  struct hook hook = hook_of(actions);
  if (hook.record == NULL) {
    hook = (struct hook){MARK, calloc(1, sizeof *hook.record)};
    if (hook.record == NULL) goto failed;
    memcpy(actions->__pad, &hook, sizeof hook);
  }
  struct spawn_actions *record = hook.record;
  if (record->count == record->capacity) {
    size_t capacity = 2 * record->capacity + 8;
    struct spawn_action *list = reallocarray(record->list, capacity, sizeof *list);
    if (list == NULL) goto failed;
    record->list = list;
    record->capacity = capacity;
  }
  record->list[record->count++] = action;
  return 0;
failed:
  free(action.path);
  return ENOMEM;
}

static int note_path(posix_spawn_file_actions_t *actions, struct spawn_action action, const char *path) {
  action.path = strdup(path);
  return action.path == NULL ? ENOMEM : note(actions, action);
}

DCP_EXPORT int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions) {
  int error = DCP_REAL(posix_spawn_file_actions_init)(actions);
  if (error == 0) clear_hook(actions);
  return error;
}

DCP_EXPORT int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions) {
  struct spawn_actions *record = hook_of(actions).record;
  if (record != NULL) {
    for (size_t i = 0; i < record->count; i++) free(record->list[i].path);
    free(record->list);
    free(record);
    clear_hook(actions);
  }
  return DCP_REAL(posix_spawn_file_actions_destroy)(actions);
}

DCP_EXPORT int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *restrict actions, int fd,
                                                const char *restrict path, int flags, mode_t mode) {
  int error = DCP_REAL(posix_spawn_file_actions_addopen)(actions, fd, path, flags, mode);
  struct spawn_action action = {.kind = ACTION_OPEN, .fd = fd, .flags = flags, .mode = mode};
  return error != 0 ? error : note_path(actions, action, path);
}

DCP_EXPORT int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd) {
  int error = DCP_REAL(posix_spawn_file_actions_addclose)(actions, fd);
  return error != 0 ? error : note(actions, (struct spawn_action){.kind = ACTION_CLOSE, .fd = fd});
}

DCP_EXPORT int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int from, int to) {
  int error = DCP_REAL(posix_spawn_file_actions_adddup2)(actions, from, to);
  return error != 0 ? error : note(actions, (struct spawn_action){.kind = ACTION_DUP2, .fd = to, .from = from});
}

DCP_EXPORT int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *restrict actions,
                                                    const char *restrict path) {
  int error = DCP_REAL(posix_spawn_file_actions_addchdir_np)(actions, path);
  return error != 0 ? error : note_path(actions, (struct spawn_action){.kind = ACTION_CHDIR, .fd = -1}, path);
}

DCP_EXPORT int posix_spawn_file_actions_addfchdir_np(posix_spawn_file_actions_t *actions, int fd) {
  int error = DCP_REAL(posix_spawn_file_actions_addfchdir_np)(actions, fd);
  return error != 0 ? error : note(actions, (struct spawn_action){.kind = ACTION_FCHDIR, .fd = fd});
}

DCP_EXPORT int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from) {
  int error = DCP_REAL(posix_spawn_file_actions_addclosefrom_np)(actions, from);
  return error != 0 ? error : note(actions, (struct spawn_action){.kind = ACTION_CLOSEFROM, .fd = from});
}

DCP_EXPORT int posix_spawn_file_actions_addtcsetpgrp_np(posix_spawn_file_actions_t *actions, int fd) {
  int error = DCP_REAL(posix_spawn_file_actions_addtcsetpgrp_np)(actions, fd);
  return error != 0 ? error : note(actions, (struct spawn_action){.kind = ACTION_TCSETPGRP, .fd = fd});
}

// Where the actions have brought the working directory: what a relative path means.
enum cwd { CWD_UNCHANGED, CWD_TREE, CWD_FOREIGN };

static bool is_ours(enum cwd cwd, const char *path) {
  return path[0] != '/' && cwd != CWD_UNCHANGED ? cwd == CWD_TREE : dcp_path_is_ours(AT_FDCWD, path);
}

// Did one of the first COUNT actions make FD?
static bool was_made(const struct spawn_actions *actions, size_t count, int fd) {
  for (size_t i = 0; i < count; i++) {
    if (actions->list[i].fd == fd && (actions->list[i].kind == ACTION_OPEN || actions->list[i].kind == ACTION_DUP2))
      return true;
  }
  return false;
}

bool dcp_spawn_actions_touch_tree(const struct spawn_actions *actions, const char *path) {
  if (actions == NULL || !dcp_attached()) return false;
  bool cold = dcp_region_cold();
  enum cwd cwd = CWD_UNCHANGED;
  for (size_t i = 0; i < actions->count; i++) {
    const struct spawn_action *action = &actions->list[i];
    if (action->kind == ACTION_OPEN && is_ours(cwd, action->path)) return true;
    if (action->kind == ACTION_CHDIR) {
      cwd = is_ours(cwd, action->path) ? CWD_TREE : CWD_FOREIGN;
      if (cwd == CWD_TREE && cold) return true;
    }
    if (action->kind == ACTION_FCHDIR)
      cwd = was_made(actions, i, action->fd) || dcp_fd_is_tree(action->fd) ? CWD_TREE : CWD_FOREIGN;
  }
  return cold && cwd == CWD_TREE && path[0] != '/';
}

// A descriptor or a negative errno.
static int open_in_child(enum cwd cwd, const struct spawn_action *action) {
  if (is_ours(cwd, action->path)) {
    struct dcp_request request = {
        .operation = DCP_OP(OPEN),
        .directory = AT_FDCWD,
        .path = action->path,
        .flags = (uint32_t)action->flags | O_LARGEFILE,
        .mode = action->mode,
        .close_on_exec = (action->flags & O_CLOEXEC) != 0,
    };
    struct dcp_answer answer = {0};
    if (dcp_ask(&request, &answer) < 0) return -errno;
    if (answer.error != 0) return -answer.error;
    if (!answer.native) return answer.descriptor;
  }
  return (int)dcp_kernel(SYS_openat, AT_FDCWD, action->path, action->flags | O_LARGEFILE, action->mode);
}

static int perform_open(enum cwd cwd, const struct spawn_action *action) {
  if (!dcp_fd_is_private(action->fd)) dcp_kernel(SYS_close, action->fd);
  int fd = open_in_child(cwd, action);
  if (fd < 0 || fd == action->fd) return fd < 0 ? -fd : 0;
  long result = dcp_kernel(SYS_dup3, fd, action->fd, action->flags & O_CLOEXEC);
  dcp_kernel(SYS_close, fd);
  return result < 0 ? (int)-result : 0;
}

// Only a number that no descriptor can have is an error: glibc's rule.
static int perform_close(int fd) {
  if (!dcp_fd_is_private(fd) && dcp_kernel(SYS_close, fd) == 0) return 0;
  struct rlimit limit;
  bool possible = fd >= 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0 && (rlim_t)fd < limit.rlim_cur;
  return possible ? 0 : EBADF;
}

static int perform_dup2(const struct spawn_action *action) {
  if (dcp_fd_is_private(action->from)) return EBADF;
  long result = action->from == action->fd ? dcp_kernel(SYS_fcntl, action->fd, F_SETFD, 0)
                                           : dcp_kernel(SYS_dup3, action->from, action->fd, 0);
  return result < 0 ? (int)-result : 0;
}

static int perform_chdir(enum cwd *cwd, const char *path) {
  bool ours = is_ours(*cwd, path);
  if (ours && dcp_region_cold()) {
    struct dcp_request request = {.operation = DCP_OP(PREPARE), .directory = AT_FDCWD, .path = path};
    if (dcp_tell(&request) < 0) return errno;
  }
  long result = dcp_kernel(SYS_chdir, path);
  *cwd = ours ? CWD_TREE : CWD_FOREIGN;
  return result < 0 ? (int)-result : 0;
}

int dcp_spawn_actions_perform(const struct spawn_actions *actions) {
  enum cwd cwd = CWD_UNCHANGED;
  int error = 0;
  for (size_t i = 0; actions != NULL && i < actions->count && error == 0; i++) {
    const struct spawn_action *action = &actions->list[i];
    switch (action->kind) {
      case ACTION_OPEN:
        error = perform_open(cwd, action);
        break;
      case ACTION_CLOSE:
        error = perform_close(action->fd);
        break;
      case ACTION_DUP2:
        error = perform_dup2(action);
        break;
      case ACTION_CHDIR:
        error = perform_chdir(&cwd, action->path);
        break;
      case ACTION_FCHDIR:
        error = (int)-dcp_kernel(SYS_fchdir, action->fd);
        cwd = was_made(actions, i, action->fd) || dcp_fd_is_tree(action->fd) ? CWD_TREE : CWD_FOREIGN;
        break;
      case ACTION_CLOSEFROM:
        error = dcp_close_range((unsigned)action->fd, ~0U, 0) < 0 ? errno : 0;
        break;
      case ACTION_TCSETPGRP:
        error = tcsetpgrp(action->fd, getpgid(0)) < 0 ? errno : 0;
        break;
    }
  }
  return error;
}
