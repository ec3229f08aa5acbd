// needs: root
// In a mount namespace of its own a process mounts file systems in the tree: below that point they are what it sees, by
// absolute paths, relative ones and descriptors, and the tree is as before when they are gone.
#include "case.h"
#include <sched.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

static char here[PATH_MAX];

static const char *at(const char *name) {
  static char paths[4][PATH_MAX + 64];
  static int next;
  char *path = paths[next++ % 4];
  sprintf(path, "%s/%s", here, name);
  return path;
}

static void look(const char *name) {
  struct stat status;
  printf("%s: absolute %d relative %d\n", name, stat(at(name), &status) == 0, stat(name, &status) == 0);
}

// All forms of asking, by a link that is not in the tree, tell the same inode as the path itself.
static void ask_through_a_link_from_outside(void) {
  char folder[] = "/tmp/own-namespace-XXXXXX", link[64];
  struct stat by_link;
  struct statx extended;
  MUST(mkdtemp(folder) != NULL ? 0 : -1);
  sprintf(link, "%s/link", folder);
  MUST(symlink(at("m/below"), link));
  SHOW(stat(link, &by_link));
  SHOW(statx(AT_FDCWD, link, 0, STATX_BASIC_STATS, &extended));
  TRUTH(by_link.st_ino == stat_of("m/below").st_ino);
  TRUTH(extended.stx_ino == by_link.st_ino);
  TRUTH(makedev(extended.stx_dev_major, extended.stx_dev_minor) == by_link.st_dev);
  MUST(unlink(link));
  MUST(rmdir(folder));
}

int main(void) {
  MUST(getcwd(here, sizeof here) != NULL ? 0 : -1);
  MUST(mkdir("m", 0755));
  MUST(mkdir("a", 0755));
  MUST(mkdir("b", 0755));
  put("m/below", "tree");
  int m = open("m", O_RDONLY | O_DIRECTORY);
  MUST(unshare(CLONE_NEWNS));
  MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
  look("m/below");
  ask_through_a_link_from_outside();

  MUST(mount("none", at("m"), "tmpfs", 0, NULL));
  look("m/below");
  SHOW(mkdir(at("m/made"), 0755));
  look("m/made");
  int fd = open(at("m/file"), O_CREAT | O_RDWR, 0644);
  TRUTH(fd >= 0);
  SHOW(write(fd, "text", 4));
  SHOW(symlink("file", at("m/link")));
  SHOW(rename(at("m/link"), at("m/moved")));
  SHOW(link(at("m/file"), at("outside")));
  SHOW(rename(at("m/file"), at("outside")));
  TRUTH(stat_of("m").st_dev != stat_of(".").st_dev);
  struct stat status;
  SHOW(fstatat(m, "below", &status, 0));
  SHOW(fstatat(m, "made", &status, 0));
  SHOW(access(at("m/file"), F_OK));
  SHOW(symlink(at("m"), at("absolute")));
  SHOW(mkdir(at("absolute/by_link"), 0755));
  look("m/by_link");
  look("absolute/by_link");
  SHOW(rmdir(at("absolute/by_link")));
  SHOW(truncate(at("m/file"), 1));
  SHOW(chmod(at("m/file"), 0600));
  show_directory("m");
  fflush(stdout);
  static char command[4 * PATH_MAX + 200];
  sprintf(command, "ls %s/m; echo by a child > %s/m/child; cat %s/m/child; echo in the tree > %s/a/child", here, here, here,
          here);
  SHOW(system(command));
  SHOW(umount(at("m")));
  SHOW(close(fd));
  SHOW(umount(at("m")));
  look("m/below");
  look("m/made");
  look("a/child");

  SHOW(mount(at("a"), at("b"), NULL, MS_BIND, NULL));
  SHOW(mkdir(at("b/both"), 0755));
  look("a/both");
  look("b/both");
  TRUTH(stat_of("a/both").st_ino == stat_of("b/both").st_ino);
  TRUTH(stat_of("a").st_dev == stat_of("b").st_dev);
  SHOW(rename(at("b/both"), at("b/renamed")));
  SHOW(unlink(at("b/child")));
  show_directory("a");
  SHOW(umount(at("b")));
  show_directory("a");
  show_directory("b");
  return 0;
}
