/* needs: root
   After chroot into a directory of the tree every path means what it means there: absolute ones, symbolic links,
   "..", and a working directory that stayed outside. */
#include "case.h"

static void every_call(void) {
  struct stat st, other;
  char text[PATH_MAX];
  show_contents("/f");
  show_contents("/etc/name");
  show_contents("/absolute");
  show_contents("/../../f");
  show_contents("/etc/../f");
  show_contents("//f");
  SHOW(stat("/", &st));
  SHOW(stat("/..", &other));
  TRUTH(st.st_ino == other.st_ino && st.st_dev == other.st_dev);
  SHOW(stat("/f", &st));
  int f = SHOW(open("/f", O_RDWR)) >= 0 ? open("/f", O_RDWR) : -1;
  SHOW(fstat(f, &other));
  TRUTH(st.st_ino == other.st_ino && st.st_dev == other.st_dev);
  put("/new", "made inside");
  put("/absolute-dangling", "through a link");
  show_contents("/etc/made-by-link");
  SHOW(mkdir("/dir", 0750));
  SHOW(mkdir("/dir/sub", 0750));
  SHOW(rename("/new", "/dir/renamed"));
  SHOW(rename("/dir/renamed", "/absolute-directory/moved"));
  show_directory("/etc");
  SHOW(link("/f", "/dir/link"));
  SHOW(symlink("/f", "/dir/symbolic"));
  show_contents("/dir/symbolic");
  SHOW(readlink("/dir/symbolic", text, sizeof text));
  SHOW(unlink("/dir/link"));
  SHOW(rmdir("/dir/sub"));
  SHOW(chmod("/dir", 0700));
  SHOW(chown("/dir", 3, 4));
  SHOW(utimensat(AT_FDCWD, "/dir", (struct timespec[2]){{1, 2}, {3, 4}}, 0));
  SHOW(stat("/dir", &st));
  SHOW(st.st_mtim.tv_sec);
  SHOW(truncate("/f", 3));
  SHOW(setxattr("/f", "user.a", "1", 1, 0));
  SHOW(getxattr("/f", "user.a", text, sizeof text));
  SHOW(access("/usr", F_OK));
  SHOW(open("/missing", O_RDONLY));
  SHOW(open("/f/x", O_RDONLY));
  SHOW(mkfifo("/pipe", 0600));
  SHOW(mkdir("/etc", 0755));
  SHOW(chdir("/dir"));
  puts(getcwd(text, sizeof text));
  show_contents("symbolic");
  show_contents("../f");
  show_contents("../../../../f");
  put("here", "x");
  SHOW(rename("here", "../there"));
  char *real = realpath("symbolic", NULL);
  puts(real ? real : "none");
  struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "/socket"};
  int server = MUST(socket(AF_UNIX, SOCK_STREAM, 0)), client = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  SHOW(bind(server, (struct sockaddr *)&name, sizeof name));
  SHOW(listen(server, 1));
  SHOW(connect(client, (struct sockaddr *)&name, sizeof name));
  FILE *stream = fopen("/dir/stream", "w");
  fputs("by stdio", stream);
  fclose(stream);
  show_contents("/dir/stream");
  char made[] = "/dir/XXXXXX";
  SHOW(close(mkstemp(made)));
  SHOW(unlink(made));
  DIR *dir = opendir("/");
  int entries = 0;
  while (readdir(dir) != NULL) entries++;
  SHOW(entries);
  SHOW(unlinkat(dirfd(dir), "there", 0));
  closedir(dir);
  SHOW(renameat2(AT_FDCWD, "/f", AT_FDCWD, "/etc/name", RENAME_EXCHANGE));
  SHOW(renameat2(AT_FDCWD, "/etc/name", AT_FDCWD, "/f", RENAME_EXCHANGE));
}

static void as_user(void) {
  SHOW(open("/f", O_WRONLY));
  SHOW(open("/open/made-by-user", O_CREAT | O_WRONLY, 0600) >= 0);
  SHOW(mkdir("/no", 0755));
  SHOW(stat("/dir/stream", &(struct stat){0}));
  show_file("/open/made-by-user");
}

static void inside(void) {
  SHOW(chroot("jail"));
  /* the working directory is outside of the new root */
  char text[PATH_MAX];
  show_contents("outside");
  show_contents("jail/f");
  put("made-outside", "x");
  SHOW(syscall(SYS_getcwd, text, sizeof text) > 0);
  SHOW(chdir("/"));
  SHOW(access("outside", F_OK));
  show_contents("../outside");
  every_call();
  in_child(as_user);
  as_other(as_user);
  SHOW(chroot("/dir"));
  show_contents("/symbolic");
  show_contents("/stream");
  SHOW(chroot("/missing"));
  SHOW(mkdir("/deeper", 0755));
}

static void unlike(void) { /* root elsewhere: what is open stays the tree's */
  int d = MUST(open("jail", O_RDONLY | O_DIRECTORY));
  char elsewhere[PATH_MAX];
  snprintf(elsewhere, sizeof elsewhere, "%s/root", outside());
  MUST(mkdir(elsewhere, 0755));
  SHOW(chroot(elsewhere));
  SHOW(openat(d, "through-descriptor", O_CREAT | O_WRONLY, 0644) >= 0);
  SHOW(unlinkat(d, "pipe", 0));
  SHOW(mkdir("/in-the-other", 0755));
  SHOW(access("/jail", F_OK));
  SHOW(fchdir(d));
  SHOW(mkdir("by-cwd", 0755));
  SHOW(chroot("."));
  SHOW(mkdir("/by-root", 0755));
  show_contents("/f");
}

int main(void) {
  MUST(mkdir("jail", 0755));
  MUST(mkdir("jail/etc", 0755));
  MUST(mkdir("jail/open", 01777));
  MUST(chmod("jail/open", 01777));
  put("jail/f", "in the jail");
  put("jail/etc/name", "the jail's name");
  put("outside", "outside of the jail");
  MUST(symlink("/etc/name", "jail/absolute"));
  MUST(symlink("/etc/made-by-link", "jail/absolute-dangling"));
  MUST(symlink("/etc", "jail/absolute-directory"));
  in_child(inside);
  in_child(unlike);
  show_directory(".");
  show_directory("jail");
  show_directory("jail/dir");
  show_directory("jail/etc");
  return 0;
}
