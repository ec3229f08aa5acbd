/* What a vfork child does to its descriptors, its working directory and its mask is its own, though it shares memory. */
#include "case.h"

static bool same(int fd, const char *path) {
  struct stat by_descriptor, by_path;
  MUST(fstat(fd, &by_descriptor));
  MUST(stat(path, &by_path));
  return by_descriptor.st_ino == by_path.st_ino && by_descriptor.st_dev == by_path.st_dev &&
         by_descriptor.st_nlink == by_path.st_nlink && by_descriptor.st_ctim.tv_nsec == by_path.st_ctim.tv_nsec;
}

static void descriptors(bool closes_all) {
  int tree = MUST(open("f", O_RDWR)), foreign = MUST(open("/dev/null", O_RDWR)), dir = MUST(open("d", O_RDONLY));
  TRUTH(same(tree, "f"));
  TRUTH(same(dir, "d"));
  pid_t pid = vfork();
  if (pid == 0) {
    struct stat st;
    /* The child's numbers mean other files now. */
    dup2(foreign, tree);
    fstat(tree, &st);
    close(dir);
    int reused = open("/etc/passwd", O_RDONLY);
    fstat(reused, &st);
    close(foreign);
    int own = open("g", O_RDWR);
    fstat(own, &st);
    if (closes_all) closefrom(3);
    execl("/bin/true", "true", NULL);
    _exit(1);
  }
  reap(pid);
  TRUTH(same(tree, "f"));
  TRUTH(same(dir, "d"));
  SHOW(fchmod(tree, 0600));
  SHOW(ftruncate(tree, 3));
  TRUTH(same(tree, "f"));
  show_file("f");
  struct stat st;
  SHOW(fstat(foreign, &st));
  printf("%s\n", type_name(st.st_mode));
  SHOW(openat(dir, "made", O_CREAT | O_WRONLY, 0644) >= 0);
  SHOW(fchdir(dir));
  show_directory(".");
  SHOW(chdir(".."));
  /* The other way round: foreign in the parent, of the tree in the child. */
  pid = vfork();
  if (pid == 0) {
    dup2(tree, foreign);
    _exit(fstat(foreign, &st) != 0);
  }
  reap(pid);
  SHOW(fstat(foreign, &st));
  printf("%s\n", type_name(st.st_mode));
  SHOW(fchmod(foreign, 0666));
  SHOW(write(foreign, "x", 1));
  SHOW(faccessat(foreign, "x", F_OK, 0));
}

static void descriptors_kept(void) { descriptors(false); }

static void directory_and_mask(void) {
  umask(022);
  pid_t pid = vfork();
  if (pid == 0) {
    umask(0777);
    if (chdir("d") != 0) _exit(1);
    int fd = open("inside", O_CREAT | O_WRONLY, 0666);
    if (fd < 0 || chdir("/") != 0) _exit(2);
    _exit(open("f", O_RDONLY) >= 0);
  }
  reap(pid);
  SHOW(open("after", O_CREAT | O_WRONLY, 0666) >= 0);
  show_file("after");
  show_file("d/inside");
  SHOW(mkdir("here", 0777));
  show_file("here");
  SHOW(umask(077));
}

/* Enough calls in the child that it makes connections, and the parent's own after it. */
static void connections(void) {
  for (int round = 0; round < 5; round++) {
    pid_t pid = vfork();
    if (pid == 0) {
      struct stat st;
      if (round == 2) close_range(3, ~0u, 0);
      if (round == 3) syscall(SYS_close_range, 3, ~0u, 0);
      int wrong = stat("f", &st) != 0;
      wrong += mkdir("of-child", 0755) != 0;
      wrong += rmdir("of-child") != 0;
      if (round == 4) execl("/bin/true", "true", NULL);
      _exit(wrong);
    }
    reap(pid);
    SHOW(mkdir("of-parent", 0755));
    SHOW(rmdir("of-parent"));
  }
}

int main(void) {
  put("f", "text");
  put("g", "other");
  MUST(mkdir("d", 0755));
  in_child(connections); /* first, without any connection of the parent's */
  in_child(descriptors_kept);
  in_child(directory_and_mask);
  connections();
  descriptors(true);
  return 0;
}
