/* Children, other users, programs in the tree, watches. */
#include "ops.h"

#include <grp.h>
#include <poll.h>
#include <spawn.h>
#include <sys/inotify.h>
#include <sys/wait.h>

static size_t choose_groups(gid_t *groups) {
  size_t count = 0;
  for (gid_t gid = 1000; gid < 1004; gid++)
    if (chance(30)) groups[count++] = gid;
  return count;
}

/* For the operations that follow: root, or another effective user. */
void family_identity(void) {
  gid_t groups[4];
  size_t count = choose_groups(groups);
  uid_t uid = 1000 + roll(4);
  gid_t gid = 1000 + roll(4);
  if (chance(55)) {
    say("root");
    become_root();
    return;
  }
  say("user %u:%u and %zu groups", uid, gid, count);
  become(uid, gid, count, groups);
}

/* Another user for good, real and saved ids too. */
static void drop_for_good(void) {
  gid_t groups[4];
  size_t count = choose_groups(groups);
  uid_t uid = 1000 + roll(4);
  gid_t gid = 1000 + roll(4);
  say(" as %u:%u and %zu", uid, gid, count);
  if (!privileged) return;
  become_root();
  if (setgroups(count, groups) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0) _exit(2);
  privileged = false;
}

static void say_status(int status) {
  if (WIFEXITED(status)) {
    say(" exit %d", WEXITSTATUS(status));
  } else {
    say(" killed by %s", sigabbrev_np(WTERMSIG(status)));
  }
}

/* Operations in a child: what it does to files stays, what it does to itself does not. */
void family_child(void) {
  bool drops = chance(50);
  unsigned operations = 1 + roll(4);
  uint64_t seed = dice_bits();
  pid_t pid = fork();
  if (pid == 0) {
    alarm(300);
    if (drops) drop_for_good();
    for (unsigned i = 0; i < operations; i++) {
      dice_seed(seed, i);
      const struct family *family = choose_family(true);
      say(" (%s ", family->name);
      family->run();
      state_guard();
      say(")");
    }
    _exit(0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  state_moved = true;
  say_status(status);
}

static bool put_script(const char *path, mode_t mode) {
  static const char text[] = "#!/bin/sh\necho \"$0\" \"$@\"; echo more >>F4; cat <&9 2>/dev/null | wc -c; exit 7\n";
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, mode);
  if (fd < 0) return false;
  bool done = write(fd, text, sizeof text - 1) == (ssize_t)sizeof text - 1;
  close(fd);
  return done;
}

/* A script of the tree, executed as programs are. */
void family_program(void) {
  static struct place place, input;
  char output[4096];
  int ends[2];
  mode_t mode = chance(85) ? 0755 : 0644;
  choose_path(&place, FILES);
  choose_path(&input, FILES);
  if (place.path == no_memory || would_block(AT_FDCWD, place.path)) strcpy(place.text, "./F0");
  if (input.path == no_memory || would_block(AT_FDCWD, input.path)) strcpy(input.text, "F1");
  if (would_block(AT_FDCWD, input.text) || would_block(AT_FDCWD, "F4") || would_block(AT_FDCWD, "D0/F4")) return;
  place.path = place.text;
  say("program ");
  say_place(&place);
  say(" %s", put_script(place.path, mode) ? "written" : error_name(errno));
  if (pipe(ends) != 0) return;
  bool spawns = chance(50);
  pid_t pid;
  char *const arguments[] = {place.text, "argument", NULL};
  if (spawns) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    if (chance(60)) {
      posix_spawn_file_actions_addopen(&actions, 9, input.text, O_RDONLY, 0);
    } else {
      posix_spawn_file_actions_addclose(&actions, 9); /* it could be a FIFO, on which cat would wait */
    }
    if (chance(20)) posix_spawn_file_actions_addchdir_np(&actions, "D0");
    int result = posix_spawn(&pid, place.path, &actions, NULL, arguments, environ);
    say(" spawn = %s", result == 0 ? "0" : error_name(result));
    posix_spawn_file_actions_destroy(&actions);
    if (result != 0) pid = -1;
  } else {
    pid = fork();
    if (pid == 0) {
      dup2(ends[1], 1);
      dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 2);
      close(9);
      int fd = open(input.text, O_RDONLY | O_NONBLOCK);
      if (fd >= 0 && fd != 9) dup2(fd, 9);
      execv(place.path, arguments);
      dprintf(1, "%s\n", error_name(errno));
      _exit(99);
    }
  }
  close(ends[1]);
  size_t used = 0;
  for (ssize_t n; (n = read(ends[0], output + used, sizeof output - used)) > 0;) used += (size_t)n;
  close(ends[0]);
  say(" printed ");
  char *end = memchr(output, '\n', used);
  size_t first = end != NULL ? (size_t)(end - output) : used;
  say_bytes(output, first);
  say(" ");
  say_bytes(output + first, used - first);
  if (pid > 0) {
    int status = 0;
    waitpid(pid, &status, 0);
    say_status(status);
  }
  observe_path(AT_FDCWD, "F4", AT_SYMLINK_NOFOLLOW);
}

static const struct flag events[] = {
    {IN_CREATE, "CREATE"},           {IN_DELETE, "DELETE"},
    {IN_MOVED_FROM, "MOVED_FROM"},   {IN_MOVED_TO, "MOVED_TO"},
    {IN_DELETE_SELF, "DELETE_SELF"}, {IN_MOVE_SELF, "MOVE_SELF"},
    {IN_ATTRIB, "ATTRIB"},           {IN_ISDIR, "ISDIR"},
    {IN_IGNORED, "IGNORED"},
};

/* SORTED: in whatever order they came. */
static void say_events(int watch, bool sorted) {
  static char buffer[65536] __attribute__((aligned(8)));
  char names[64][300];
  unsigned masks[64];
  bool said[64] = {false};
  size_t count = 0;
  ssize_t n = read(watch, buffer, sizeof buffer);
  for (ssize_t at = 0; at < n;) {
    struct inotify_event *event = (struct inotify_event *)(buffer + at);
    at += (ssize_t)(sizeof *event + event->len);
    const char *name = event->len ? event->name : "";
    if (strncmp(name, "temporary-", 10) == 0) name = "temporary"; /* libc made it up */
    if (name[0] == '#') name = "unnamed";                         /* by the kernel, after the inode's number */
    size_t i = 0;
    while (i < count && (masks[i] != event->mask || strcmp(names[i], name) != 0)) i++;
    if (i < count || count == COUNT_OF(masks)) continue;
    masks[count] = event->mask;
    snprintf(names[count++], sizeof names[0], "%s", name);
  }
  for (size_t i = 0; i < count; i++) {
    size_t next = i;
    for (size_t k = 0; sorted && k < count; k++)
      if (!said[k] && (said[next] || strcmp(names[k], names[next]) < 0 ||
                       (strcmp(names[k], names[next]) == 0 && masks[k] < masks[next])))
        next = k;
    said[next] = true;
    say(" <");
    say_flags(masks[next], events, COUNT_OF(events));
    say(" ");
    say_text(names[next]);
    say(">");
  }
}

/* Watches a directory or file while something happens. Temporary names of libc are not among it. */
void family_notify(void) {
  static struct place place;
  static const unsigned mask =
      IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB;
  int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (watch < 0) return;
  choose_path(&place, chance(70) ? DIRECTORIES : ANYTHING);
  if (chance(50)) strcpy(place.text, ".");
  say("watch ");
  say_place(&place);
  static const unsigned further[] = {0, 0, IN_ONLYDIR, IN_DONT_FOLLOW, IN_EXCL_UNLINK};
  RESULT(inotify_add_watch(watch, place.path, mask | PICK(further)));
  const struct family *family = choose_family(true);
  say(" (%s ", family->name);
  family->run();
  say(")");
  say_events(watch, family->run == family_walk); /* which goes by the order of a directory */
  close(watch);
}
