// What asks the agent beside names and directories: sockets in the tree, durability, room for writing, syscall(),
// names.
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_platform.h"

static bool asked(const char *line) {
  const char *log = fake_asked();
  if (strstr(log, line) != NULL) return true;
  fprintf(stderr, "was asked:\n%s", log);
  return false;
}

static bool asked_nothing(void) {
  const char *log = fake_asked();
  if (log[0] != '\0') fprintf(stderr, "was asked:\n%s", log);
  return log[0] == '\0';
}

// --- sockets ---

static struct sockaddr_un named(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, path, strlen(path));
  return address;
}

static void shouldTakeInSocketsThatAreBoundInTheTree(void) {
  int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_un address = named("socket");
  fake_asked();
  CHECK(bind(server, (struct sockaddr *)&address, sizeof address) == 0 && asked("bind socket\n"));
  CHECK(listen(server, 1) == 0);
  CHECK(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
  close(client);
  client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK(bind(client, (struct sockaddr *)&address, sizeof address) == -1 && errno == EADDRINUSE);
  fake_set_cold(true);
  fake_asked();
  CHECK(connect(client, (struct sockaddr *)&address, sizeof address) == 0 && asked("prepare socket\n"));
  close(client);
  close(server);
  // A path that fills the address has no NUL.
  char path[sizeof address.sun_path + 1];
  memset(path, 's', sizeof path);
  address = named("");
  memcpy(address.sun_path, path, sizeof address.sun_path);
  path[sizeof address.sun_path] = '\0';
  server = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  CHECK(bind(server, (struct sockaddr *)&address, sizeof address) == 0 && asked(path));
  client = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  CHECK(sendto(client, "x", 1, 0, (struct sockaddr *)&address, sizeof address) == 1 && asked(path));
  struct iovec part = {(char *)"y", 1};
  struct msghdr message = {.msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &part, .msg_iovlen = 1};
  CHECK(sendmsg(client, &message, 0) == 1 && asked(path));
  close(client);
  close(server);
  fake_set_cold(false);
}

static void shouldLeaveOtherSocketsAlone(void) {
  fake_asked();
  int abstract = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
      unnamed = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  CHECK(bind(unnamed, (struct sockaddr *)&address, sizeof(sa_family_t)) == 0);
  snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "dcp-%d", getpid());
  CHECK(bind(abstract, (struct sockaddr *)&address, sizeof address) == 0);
  CHECK(bind(abstract, (struct sockaddr *)&address, 1) == -1 && errno == EINVAL);
  CHECK(bind(abstract, NULL, sizeof address) == -1 && errno == EFAULT);
  close(abstract);
  close(unnamed);
  CHECK(asked_nothing());
}

// --- durability and room ---

static void shouldSyncTheJournalAfterTheFile(void) {
  int fd = open("synced", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  CHECK(ftruncate(fd, 8192) == 0);
  fake_asked();
  CHECK(fsync(fd) == 0 && asked("fsync \n"));
  CHECK(fdatasync(fd) == 0 && asked("fsync \n"));
  CHECK(syncfs(fd) == 0 && asked("sync \n"));
  sync();
  CHECK(asked("sync \n"));
  char *mapped = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  CHECK(msync(mapped, 4096, MS_ASYNC) == 0 && asked_nothing());
  CHECK(msync(mapped + 4096, 4096, MS_SYNC) == 0 && asked("fsync \n"));
  munmap(mapped, 8192);
  mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(msync(mapped, 4096, MS_SYNC) == 0 && asked_nothing());
  munmap(mapped, 4096);
  close(fd);
  CHECK(fsync(fd) == -1 && errno == EBADF);
  char foreign[] = "/tmp/dcp-foreign.XXXXXX";
  fd = mkstemp(foreign);
  fake_asked();
  CHECK(fsync(fd) == 0 && fdatasync(fd) == 0 && syncfs(fd) == 0 && asked_nothing());
  unlink(foreign);
  close(fd);
}

static void shouldAskForRoomOnlyWhenHeldBack(void) {
  char foreign[] = "/tmp/dcp-foreign.XXXXXX";
  int fd = open("written", O_RDWR | O_CREAT | O_CLOEXEC, 0644), other = mkstemp(foreign);
  unlink(foreign);
  struct iovec parts[2] = {{(char *)"ab", 2}, {(char *)"c", 1}};
  for (int throttle = 0; throttle < 2; throttle++) {
    fake_set_throttle(throttle);
    fake_asked();
#define SAID(call, wanted) CHECK((call) == (wanted) && (throttle ? asked("write \n") : asked_nothing()))
    SAID(write(fd, "x", 1), 1);
    SAID(pwrite(fd, "x", 1, 0), 1);
    SAID(pwrite64(fd, "x", 1, 0), 1);
    SAID(writev(fd, parts, 2), 3);
    SAID(pwritev(fd, parts, 2, 0), 3);
    SAID(pwritev2(fd, parts, 2, 0, 0), 3);
    SAID(syscall(SYS_write, fd, "x", 1), 1);
    off_t from = 0;
    CHECK(write(other, "text", 4) == 4 && asked_nothing());
    SAID(sendfile(fd, other, &from, 4), 4);
    off64_t start = 0;
    SAID(copy_file_range(other, &start, fd, NULL, 4, 0), 4);
    int ends[2];
    CHECK(pipe(ends) == 0 && write(ends[1], "pipe", 4) == 4 && asked_nothing());
    SAID(splice(ends[0], NULL, fd, NULL, 4, 0), 4);
    close(ends[0]);
    close(ends[1]);
  }
  fake_set_throttle(false);
  close(fd);
  close(other);
}

// --- names ---

static void shouldPrepareNamesOfAColdTree(void) {
  char path[PATH_MAX], before[PATH_MAX], *resolved;
  CHECK(mkdir("place", 0755) == 0 && symlink("place", "link") == 0);
  CHECK(getcwd(before, sizeof before) != NULL);
  fake_set_cold(true);
  fake_asked();
  resolved = realpath("link", NULL);
  CHECK(resolved != NULL && asked("prepare link\n"));
  snprintf(path, sizeof path, "%.4000s/place", before);
  CHECK(resolved != NULL && strcmp(resolved, path) == 0);
  free(resolved);
  CHECK(realpath("none", path) == NULL && errno == ENOENT);
  CHECK(readlink("link", path, sizeof path) == 5 && asked("prepare link\n"));
  CHECK(readlinkat(AT_FDCWD, "link", path, sizeof path) == 5 && asked("prepare link\n"));
  CHECK(syscall(SYS_readlinkat, AT_FDCWD, "link", path, sizeof path) == 5 && asked("prepare link\n"));
  int watch = inotify_init1(IN_CLOEXEC);
  CHECK(inotify_add_watch(watch, "place", IN_CREATE) > 0 && asked("prepare place\n"));
  close(watch);
  CHECK(chdir("link") == 0 && asked("prepare link\n"));
  CHECK(chdir("..") == 0);
  int fd = open("place", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  CHECK(fchdir(fd) == 0 && chdir("..") == 0);
  close(fd);
  fake_set_cold(false);
  fake_asked();
  CHECK(readlink("link", path, sizeof path) == 5 && chdir("place") == 0 && chdir("..") == 0 && asked_nothing());
  struct stat status;
  CHECK(stat("place", &status) == 0);
  CHECK((ftok("place", 'p') & 0xffff) == (key_t)(status.st_ino & 0xffff));
}

static void shouldKnowTheTreeFromWhereverItWent(void) {
  CHECK(chdir("/") == 0);
  struct stat status;
  fake_asked();
  CHECK(stat("etc", &status) == 0 && asked_nothing());
  CHECK(chdir(fake_root) == 0);
  CHECK(stat("place", &status) == 0 && asked("stat place\n"));
}

// --- syscall() ---

static void shouldServeNumbersAsNames(void) {
  struct stat status;
  fake_asked();
  long fd = syscall(SYS_openat, AT_FDCWD, "numbered", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  CHECK(fd >= 0 && asked("open numbered\n"));
  CHECK(syscall(SYS_newfstatat, AT_FDCWD, "numbered", &status, 0) == 0 && status.st_ino > FAKE_INODES);
  struct statx more;
  CHECK(syscall(SYS_statx, AT_FDCWD, "numbered", 0, STATX_BASIC_STATS, &more) == 0 && more.stx_ino == status.st_ino);
  CHECK(syscall(SYS_fsync, fd) == 0 && asked("fsync \n"));
  CHECK(syscall(SYS_close, fd) == 0 && fcntl((int)fd, F_GETFD) == -1);
  CHECK(syscall(SYS_mkdirat, AT_FDCWD, "numbered.d", 0700) == 0 && asked("mkdir numbered.d\n"));
  CHECK(syscall(SYS_unlinkat, AT_FDCWD, "numbered.d", AT_REMOVEDIR) == 0 && asked("unlink numbered.d\n"));
  CHECK(syscall(SYS_openat, AT_FDCWD, "none", O_RDONLY) == -1 && errno == ENOENT);
  long how[3] = {O_RDWR | O_CLOEXEC, 0, 0};
  fd = syscall(SYS_openat2, AT_FDCWD, "numbered", how, sizeof how);
  CHECK(fd >= 0 && asked("open numbered\n"));
  close((int)fd);
  how[2] = 8;  // RESOLVE_BENEATH
  CHECK(syscall(SYS_openat2, AT_FDCWD, "../numbered", how, sizeof how) == -1 && errno == EXDEV);
  CHECK(syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", how, 1) == -1 && errno == EINVAL);
#ifdef SYS_open
  fd = syscall(SYS_open, "numbered", O_RDWR | O_CLOEXEC);
  CHECK(fd >= 0 && asked("open numbered\n") && close((int)fd) == 0);
  CHECK(syscall(SYS_stat, "numbered", &status) == 0 && status.st_ino > FAKE_INODES);
#endif
}

static void shouldPassOtherNumbersOn(void) {
  fake_asked();
  CHECK(syscall(SYS_getpid) == getpid() && syscall(SYS_gettid) == getpid());
  errno = 0;
  CHECK(syscall(100000) == -1 && errno == ENOSYS);
  CHECK(syscall(-1) == -1 && errno == ENOSYS);
  long map = syscall(SYS_mmap, NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);  // all six arguments
  CHECK(map > 0 && syscall(SYS_munmap, map, 4096) == 0);
  long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) _exit(5);
  int status;
  CHECK(waitpid((pid_t)pid, &status, 0) == pid && status == W_EXITCODE(5, 0));
  CHECK(asked_nothing());
}

// --- credentials ---

static void shouldConnectAgainUnderOtherCredentials(void) {
  pid_t pid = fork();
  if (pid == 0) {
    struct stat status;
    check_failures = 0;
    CHECK(stat("place", &status) == 0);
    CHECK(setgroups(0, NULL) == 0 || errno == EPERM);
    CHECK(setresgid(getgid(), getgid(), getgid()) == 0);
    CHECK(seteuid(getuid()) == 0);
    CHECK(stat("place", &status) == 0);
    _exit(check_failures != 0);
  }
  int status;
  CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

static void tests(void) {
  RUN(shouldTakeInSocketsThatAreBoundInTheTree);
  RUN(shouldLeaveOtherSocketsAlone);
  RUN(shouldSyncTheJournalAfterTheFile);
  RUN(shouldAskForRoomOnlyWhenHeldBack);
  RUN(shouldPrepareNamesOfAColdTree);
  RUN(shouldKnowTheTreeFromWhereverItWent);
  RUN(shouldServeNumbersAsNames);
  RUN(shouldPassOtherNumbersOn);
  RUN(shouldConnectAgainUnderOtherCredentials);
}

int main(int count, char **arguments) {
  (void)count;
  return fake_platform_run(arguments, tests);
}
