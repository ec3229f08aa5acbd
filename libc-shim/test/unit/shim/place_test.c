// Is it ours? Paths, working directories and descriptors.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../src/link/kernel.h"
#include "../../../src/table/place.h"
#include "../../../src/table/region.h"
#include "../../../src/table/root.h"
#include "check.h"
#include "fake_agent.h"

static const char *tree;
static char parent[100], inside[150];

static void go(const char *directory) {
  CHECK_EQUAL(dcp_kernel(SYS_chdir, directory), 0);
  dcp_cwd_changed();
}

static void set_root(const char *root) {
  memcpy(dcp_tree_root.path, root, strlen(root) + 1);
  dcp_tree_root.length = strlen(root);
  dcp_tree_root.name = strrchr(dcp_tree_root.path, '/') + 1;
  dcp_tree_root.name_length = strlen(dcp_tree_root.name);
}

struct decision {
  const char *path;
  bool ours;
};

static void check_decisions(const struct decision *decisions, size_t count) {
  for (size_t i = 0; i < count; i++) {
    errno = 4711;
    if (dcp_path_is_ours(AT_FDCWD, decisions[i].path) != decisions[i].ours) {
      printf("  %s: should be %s\n", decisions[i].path, decisions[i].ours ? "ours" : "not ours");
      check_failures++;
    }
    CHECK_EQUAL(errno, 4711);
  }
}

static void should_decide_absolute_paths(void) {
  static const struct decision decisions[] = {
      {"/dcp", true},
      {"/dcp/", true},
      {"/dcp/a/b", true},
      {"//dcp", true},
      {"///dcp//a", true},
      {"/./dcp/a", true},
      {"/././/./dcp", true},
      {"/dcp/.", true},
      {"/dcp/../etc", true},  // the agent says that it is not
      {"/usr/../dcp/a", true},
      {"/../dcp", true},
      {"/usr/lib/../../dcp", true},
      {"/dcpx", false},
      {"/dc", false},
      {"/dcp.old/x", false},
      {"/", false},
      {"//", false},
      {"/.", false},
      {"/..", false},
      {"/usr/lib/dcp", false},
      {"/usr/dcp/..", true},  // might be: a name of the root and ".."
      {"/usr/../etc", false},
      {"/usr/..dcp/x", false},
      {"/usr/...", false},
      {"/a.b/c..d/..e/f..", false},
      {"/x/../dcpx", false},
      {"/x/../xdcp", false},
      {"/etc/hostname", false},
      {"/proc/self/status", false},
      {"/proc/meminfo", false},
      {"/proc/self/root/dcp/x", true},
      {"/proc/1/root/dcp", true},
      {"/proc/self/root/etc", false},
      {"/dev/null", false},
      {"/dev/fd/", false},
      {"/proc/self/fd/99999", false},
      {"", false},
      {NULL, false},
  };
  go("/usr");
  set_root("/dcp");
  check_decisions(decisions, sizeof decisions / sizeof *decisions);
  set_root(tree);
}

static void should_find_dots_wherever_a_path_lies(void) {
  // All alignments and lengths around the blocks that are compared at once.
  char buffer[128];
  set_root("/dcp");
  for (size_t offset = 0; offset < 20; offset++) {
    for (size_t length = 1; length < 50; length++) {
      memset(buffer, 'x', sizeof buffer);
      char *path = buffer + offset;
      path[0] = '/';
      strcpy(path + length, "/../dcp");
      CHECK(dcp_path_is_ours(AT_FDCWD, path));
      strcpy(path + length, "/..x/dcp");
      CHECK(!dcp_path_is_ours(AT_FDCWD, path));
      path[length] = '\0';
      strcpy(path + length + 1, "/../dcp");  // beyond the end
      CHECK(!dcp_path_is_ours(AT_FDCWD, path));
    }
  }
  set_root(tree);
}

static void should_decide_in_a_deep_root(void) {
  static const struct decision decisions[] = {
      {"/home/u/dcp", true},     {"/home/u/dcp/x", true}, {"/home//u/./dcp/x", true}, {"/home/u", false},
      {"/home/u/dcpx", false},   {"/home/v/dcp", false},  {"/home/u/../u/dcp", true}, {"/home/u/d", false},
      {"/home/u//dcp///", true}, {"/hom", false},
  };
  set_root("/home/u/dcp");
  check_decisions(decisions, sizeof decisions / sizeof *decisions);
  set_root(tree);
}

static void should_decide_relative_paths(void) {
  static const struct decision from_outside[] = {
      {"a", false}, {"tree", false}, {"../x", false}, {".", false}, {"", false}, {"a/../tree/b", true},
  };
  static const struct decision from_above[] = {
      {"a", false}, {"tree", true}, {"tree/x", true}, {"treex", false}, {"./tree", true}, {"a/tree", true},
  };
  static const struct decision from_inside[] = {
      {"a", true}, {".", true}, {"..", true}, {"../../../../etc", true}, {"", true}, {"/etc", false},
  };
  go("/usr");
  check_decisions(from_outside, 6);
  CHECK(!dcp_cwd_is_ours());
  go(parent);
  check_decisions(from_above, 6);
  go(inside);
  check_decisions(from_inside, 6);
  CHECK(dcp_cwd_is_ours());
  go("/");
}

static void should_know_a_removed_working_directory(void) {
  char gone[200];
  snprintf(gone, sizeof gone, "%s/gone", tree);
  CHECK_EQUAL(dcp_kernel(SYS_mkdirat, AT_FDCWD, gone, 0755), 0);
  go(gone);
  CHECK_EQUAL(dcp_kernel(SYS_unlinkat, AT_FDCWD, gone, AT_REMOVEDIR), 0);
  CHECK(dcp_cwd_is_ours());
  go("/");
}

static int raw_open(const char *path, int flags) { return (int)dcp_kernel(SYS_openat, AT_FDCWD, path, flags, 0644); }

static void should_classify_descriptors(void) {
  int ours = raw_open(tree, O_RDONLY | O_DIRECTORY), foreign = raw_open("/usr", O_RDONLY | O_DIRECTORY);
  int above = raw_open(parent, O_PATH);
  errno = 4711;
  CHECK(dcp_fd_is_tree(ours));
  CHECK(!dcp_fd_is_tree(foreign));
  CHECK(!dcp_fd_is_tree(-1) && !dcp_fd_is_tree(AT_FDCWD) && !dcp_fd_is_tree(70000) && !dcp_fd_is_tree(999));
  CHECK_EQUAL(dcp_fd_classes[999], DCP_FD_UNKNOWN);
  CHECK_EQUAL(errno, 4711);
  CHECK(dcp_path_is_ours(ours, "x"));
  CHECK(dcp_path_is_ours(ours, ""));
  CHECK(!dcp_path_is_ours(foreign, "x") && !dcp_path_is_ours(foreign, "tree") && !dcp_path_is_ours(foreign, "../x"));
  CHECK(dcp_path_is_ours(foreign, "../tree"));
  CHECK(dcp_path_is_ours(above, "tree/x") && !dcp_path_is_ours(above, "other"));
  CHECK(!dcp_path_is_ours(ours, "/etc"));
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", ours);
  CHECK(dcp_path_is_ours(AT_FDCWD, link));
  snprintf(link, sizeof link, "/dev/fd/%d", ours);
  CHECK(dcp_path_is_ours(AT_FDCWD, link));
  snprintf(link, sizeof link, "/proc/self/fd/%d", foreign);
  CHECK(!dcp_path_is_ours(AT_FDCWD, link));
  CHECK_EQUAL(dup2(ours, foreign), foreign);
  CHECK(dcp_fd_is_tree(foreign));
  CHECK_EQUAL(close(foreign), 0);
  CHECK_EQUAL(dcp_fd_classes[foreign], DCP_FD_UNKNOWN);
  int copy = dup(ours);
  CHECK_EQUAL(dcp_fd_classes[copy], DCP_FD_TREE);
  int high = fcntl(ours, F_DUPFD, 300);
  CHECK_EQUAL(dcp_fd_classes[high], DCP_FD_TREE);
  CHECK_EQUAL(close_range((unsigned)high, (unsigned)high, 0), 0);
  CHECK_EQUAL(dcp_fd_classes[high], DCP_FD_UNKNOWN);
  close(copy);
  close(ours);
  close(above);
}

static void should_remember_attributes(void) {
  const struct timespec now = {.tv_sec = 5, .tv_nsec = 6}, later = {.tv_sec = 5, .tv_nsec = 7};
  struct dcp_attributes told = {.ino = 42, .mirror_inode = 9, .mirror_ctime = now}, got;
  CHECK(!dcp_fd_recall(50, 9, &now, &got));
  dcp_fd_remember(50, &told);
  CHECK(dcp_fd_recall(50, 9, &now, &got));
  CHECK_EQUAL(got.ino, 42);
  CHECK(!dcp_fd_recall(50, 8, &now, &got));
  CHECK(!dcp_fd_recall(50, 9, &later, &got));
  dcp_fd_attributes_stale();
  CHECK(!dcp_fd_recall(50, 9, &now, &got));
  CHECK(dcp_fd_recall(50, 9, NULL, &got));
  CHECK(!dcp_fd_recall(5000, 9, &now, &got));
}

static void should_keep_the_parents_directory_apart_from_a_vfork_childs(void) {
  go(inside);
  CHECK(dcp_cwd_is_ours());
  pid_t child = vfork();
  if (child == 0) {
    dcp_kernel(SYS_chdir, "/usr");
    dcp_cwd_changed();
    _exit(dcp_cwd_is_ours() ? 1 : 0);
  }
  int status;
  waitpid(child, &status, 0);
  CHECK_EQUAL(status, 0);
  CHECK(dcp_cwd_is_ours());
  go("/");
}

static void should_track_the_umask(void) {
  mode_t old = umask(077);
  CHECK_EQUAL(dcp_umask(true), 077);
  umask(old);
  CHECK_EQUAL(dcp_umask(true), old);
}

static void answer_done(const struct fake_call *call) {
  struct fake_reply reply = FAKE_REPLY;
  reply.error = strcmp(call->path + call->path_length - 1, "x") == 0 ? ENOENT : 0;
  fake_agent_reply(call, reply);
}

static void should_prepare_only_while_the_tree_is_cold(void) {
  char path[200];
  snprintf(path, sizeof path, "%s/x", tree);
  fake_agent_handle(answer_done);
  CHECK_EQUAL(dcp_prepare(AT_FDCWD, path, 0), 0);
  fake_agent_region()->cold_tree = 1;
  CHECK_EQUAL(dcp_prepare(AT_FDCWD, path, 0), -1);
  CHECK_EQUAL(errno, ENOENT);
  CHECK_EQUAL(dcp_prepare(AT_FDCWD, tree, 0), 0);
  CHECK_EQUAL(dcp_prepare(AT_FDCWD, "/etc/x", 0), 0);
  fake_agent_region()->cold_tree = 0;
}

int main(int argc, char **argv) {
  (void)argc;
  tree = fake_agent_begin(argv);
  strcpy(parent, tree);
  *strrchr(parent, '/') = '\0';
  snprintf(inside, sizeof inside, "%s/inside", tree);
  dcp_kernel(SYS_mkdirat, AT_FDCWD, inside, 0755);
  RUN(should_decide_absolute_paths);
  RUN(should_find_dots_wherever_a_path_lies);
  RUN(should_decide_in_a_deep_root);
  RUN(should_decide_relative_paths);
  RUN(should_know_a_removed_working_directory);
  RUN(should_classify_descriptors);
  RUN(should_remember_attributes);
  RUN(should_keep_the_parents_directory_apart_from_a_vfork_childs);
  RUN(should_track_the_umask);
  RUN(should_prepare_only_while_the_tree_is_cold);
  fake_agent_end();
  return check_result();
}
