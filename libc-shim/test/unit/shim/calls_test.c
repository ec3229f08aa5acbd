// The wrappers of files, streams, names and attributes, against an agent that does with raw system calls what it is
// asked.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>
#include <wchar.h>

#include "../../../src/calls/calls.h"
#include "../../../src/calls/old-names.h"
#include "../../../src/link/ask.h"
#include "../../../src/link/kernel.h"
#include "../../../src/table/place.h"
#include "../../../src/table/region.h"
#include "check.h"
#include "fake_agent.h"

#define OTHER_INODES 1000000  // what the tree's inode numbers are above the mirror's

// libc keeps its charset converters.
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:__gconv"; }

static int asked[32];  // by operation
static struct fake_call last;
static bool forgets;  // IDENTIFY finds nothing

static void tell_attributes(const struct stat *seen, struct fake_reply *reply) {
  reply->has_attributes = true;
  reply->ino = seen->st_ino + OTHER_INODES;
  reply->mirror_inode = seen->st_ino;
  reply->nlink = seen->st_nlink;
  reply->mode = seen->st_mode;
  reply->size_bytes = seen->st_size;
  reply->mirror_ctime_seconds = seen->st_ctim.tv_sec;
  reply->mirror_ctime_nanos = seen->st_ctim.tv_nsec;
}

static void read_time(struct io_dcp_ipc_wire_moment *moment, struct timespec *into) {
  into->tv_sec = io_dcp_ipc_wire_moment_seconds(moment);
  into->tv_nsec = io_dcp_ipc_wire_moment_nanos(moment);
}

static long change(const struct fake_call *call) {
  struct io_dcp_ipc_wire_fileCall *codec = (struct io_dcp_ipc_wire_fileCall *)&call->codec;
  struct io_dcp_ipc_wire_moment moment;
  struct timespec times[2];
  int dir = io_dcp_ipc_wire_fileCall_directory(codec), dir2 = io_dcp_ipc_wire_fileCall_directory2(codec);
  uint32_t flags = io_dcp_ipc_wire_fileCall_flags(codec), mode = io_dcp_ipc_wire_fileCall_mode(codec);
  const char *path = call->path;
  switch (call->operation) {
    case DCP_OP(MKDIR):
      return dcp_kernel(SYS_mkdirat, dir, path, mode);
    case DCP_OP(MKNOD):
      return dcp_kernel(SYS_mknodat, dir, path, mode, io_dcp_ipc_wire_fileCall_device(codec));
    case DCP_OP(SYMLINK):
      return dcp_kernel(SYS_symlinkat, call->payload, dir, path);
    case DCP_OP(LINK):
      return dcp_kernel(SYS_linkat, dir, path, dir2, call->path2, flags);
    case DCP_OP(UNLINK):
      return dcp_kernel(SYS_unlinkat, dir, path, flags);
    case DCP_OP(RENAME):
      return dcp_kernel(SYS_renameat2, dir, path, dir2, call->path2, flags);
    case DCP_OP(CHMOD):
      return dcp_kernel(SYS_fchmodat, dir, path, mode);
    case DCP_OP(CHOWN):
      return dcp_kernel(SYS_fchownat, dir, path, io_dcp_ipc_wire_fileCall_uid(codec),
                        io_dcp_ipc_wire_fileCall_gid(codec), flags);
    case DCP_OP(UTIMENS):
      read_time(io_dcp_ipc_wire_fileCall_atime(codec, &moment), &times[0]);
      read_time(io_dcp_ipc_wire_fileCall_mtime(codec, &moment), &times[1]);
      return dcp_kernel(SYS_utimensat, dir, path, times, flags);
    case DCP_OP(TRUNCATE):
      return dcp_kernel(SYS_truncate, path, io_dcp_ipc_wire_fileCall_size(codec));
    case DCP_OP(SETXATTR):
      return dcp_kernel(SYS_setxattr, path, call->path2, call->payload, call->payload_length, flags);
    case DCP_OP(REMOVEXATTR):
      return dcp_kernel(SYS_removexattr, path, call->path2);
    default:
      return 0;  // CHANGED and others that need nothing done
  }
}

static void perform(const struct fake_call *call) {
  struct io_dcp_ipc_wire_fileCall *codec = (struct io_dcp_ipc_wire_fileCall *)&call->codec;
  struct fake_reply reply = FAKE_REPLY;
  struct stat seen;
  long result;
  int dir = io_dcp_ipc_wire_fileCall_directory(codec);
  uint32_t flags = io_dcp_ipc_wire_fileCall_flags(codec);
  asked[call->operation]++;
  last = *call;
  if (call->operation == DCP_OP(OPEN)) {
    result = dcp_kernel(SYS_openat, dir, call->path, flags | O_CLOEXEC, io_dcp_ipc_wire_fileCall_mode(codec));
    reply.descriptor = (int)result;
    if (result >= 0 && dcp_kernel(SYS_fstat, result, &seen) == 0) {
      tell_attributes(&seen, &reply);
    }
  } else if (call->operation == DCP_OP(STAT)) {
    result = dcp_kernel(SYS_newfstatat, dir, call->path, &seen, flags);
    if (result == 0) {
      tell_attributes(&seen, &reply);
    }
  } else if (call->operation == DCP_OP(IDENTIFY)) {
    result = forgets ? -ENOENT : dcp_kernel(SYS_fstat, dir, &seen);
    if (result == 0) {
      tell_attributes(&seen, &reply);
    }
  } else {
    result = change(call);
  }
  reply.error = result < 0 ? (int)-result : 0;
  if (result < 0) {
    reply.descriptor = -1;
  }
  reply.native = strstr(call->path, "native") != NULL && call->operation != DCP_OP(IDENTIFY);
  if (reply.native && reply.descriptor >= 0) {
    dcp_kernel(SYS_close, reply.descriptor);
    reply.descriptor = -1;
  }
  fake_agent_reply(call, reply);
}

static ino_t mirror_inode(const char *path) {
  struct stat seen;
  return dcp_kernel(SYS_newfstatat, AT_FDCWD, path, &seen, 0) == 0 ? seen.st_ino : 0;
}

static bool content_is(const char *path, const char *wanted) {
  char got[100] = {0};
  int fd = (int)dcp_kernel(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
  dcp_kernel(SYS_read, fd, got, sizeof got - 1);
  dcp_kernel(SYS_close, fd);
  return strcmp(got, wanted) == 0;
}

static void write_file(const char *path, const char *content) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  CHECK_EQUAL(write(fd, content, strlen(content)), (ssize_t)strlen(content));
  CHECK_EQUAL(close(fd), 0);
}

// --- opening ---
static void should_leave_reading_to_the_kernel_unless_the_tree_is_cold(void) {
  write_file("f", "hello");
  int before = asked[DCP_OP(OPEN)];
  int fd = open("f", O_RDONLY | O_CLOEXEC);
  CHECK(fd >= 0 && dcp_fd_is_tree(fd) && close(fd) == 0);
  CHECK_EQUAL(open("none", O_RDONLY), -1);
  CHECK_EQUAL(errno, ENOENT);
  CHECK_EQUAL(asked[DCP_OP(OPEN)], before);
  fake_agent_region()->cold_tree = 1;
  fd = open("f", O_RDONLY | O_CLOEXEC);
  CHECK(fd >= 0 && close(fd) == 0);
  CHECK_EQUAL(asked[DCP_OP(OPEN)], before + 1);
  fake_agent_region()->cold_tree = 0;
}

static void should_open_by_every_name(void) {
  int before = asked[DCP_OP(OPEN)], count = 0;
  write_file("f", "hello");
  int fds[] = {open("f", O_RDWR),     open64("f", O_RDWR),   __open("f", O_RDWR),
               __open64("f", O_RDWR), __open_2("f", O_RDWR), __open64_2("f", O_RDWR),
               creat("g", 0600),      creat64("g", 0600),    openat(AT_FDCWD, "f", O_RDWR)};
  for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
    CHECK(fds[i] >= 0 && dcp_fd_is_tree(fds[i]));
    count++;
    CHECK_EQUAL(close(fds[i]), 0);
  }
  CHECK_EQUAL(asked[DCP_OP(OPEN)] - before, count + 1);
  int dir = open(".", O_RDONLY | O_DIRECTORY);
  int fd = openat64(dir, "f", O_RDWR);
  CHECK(fd >= 0);
  close(fd);
  fd = __openat_2(dir, "f", O_RDWR);
  CHECK(fd >= 0);
  close(fd);
  close(dir);
  CHECK_EQUAL(open("none", O_RDONLY), -1);
  CHECK_EQUAL(errno, ENOENT);
  CHECK_EQUAL(open("f", O_CREAT | O_EXCL, 0600), -1);
  CHECK_EQUAL(errno, EEXIST);
  before = asked[DCP_OP(OPEN)];
  fd = open("/dev/null", O_RDONLY);
  CHECK(fd >= 0 && !dcp_fd_is_tree(fd));
  close(fd);
  CHECK_EQUAL(asked[DCP_OP(OPEN)], before);
}

static void should_open_natively_when_told(void) {
  CHECK_EQUAL(mkfifo("native-fifo", 0600), -1);  // the agent made it and said native: it exists by then
  CHECK_EQUAL(errno, EEXIST);
  int fd = open("native-fifo", O_RDWR | O_NONBLOCK);
  struct stat seen;
  CHECK(fd >= 0 && fstat(fd, &seen) == 0 && S_ISFIFO(seen.st_mode));
  CHECK_EQUAL(seen.st_ino, mirror_inode("native-fifo") + OTHER_INODES);
  close(fd);
}

static void should_make_temporary_names(void) {
  char file[] = "tmp-XXXXXX", suffixed[] = "tmp-XXXXXX.txt", directory[] = "dir-XXXXXX", name[] = "n-XXXXXX",
       bad[] = "tmp-XXXXX";
  int fd = mkstemp(file);
  struct stat seen;
  CHECK(fd >= 0 && fstat(fd, &seen) == 0 && (seen.st_mode & 0777) == 0600 && strstr(file, "XXX") == NULL);
  close(fd);
  fd = mkostemps(suffixed, 4, O_CLOEXEC);
  CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC && strcmp(suffixed + 10, ".txt") == 0);
  close(fd);
  CHECK(mkdtemp(directory) == directory && mirror_inode(directory) != 0);
  CHECK(mkstemp(bad) == -1 && errno == EINVAL);
  CHECK(strstr(mktemp(name), "XXX") == NULL && name[0] == 'n');
}

// --- streams ---
static void should_open_streams_in_every_mode(void) {
  static const char *const modes[] = {"r",   "r+",  "w",  "w+", "a",    "a+", "rb",
                                      "r+b", "rb+", "we", "wx", "w+xe", "rm", "rce"};
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    if (strchr(modes[i], 'x') != NULL) {
      unlink("s");
    } else {
      write_file("s", "12345");
    }
    FILE *stream = fopen("s", modes[i]);
    CHECK(stream != NULL);
    if (stream == NULL) {
      continue;
    }
    int fd = fileno(stream), flags = fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND);
    int wanted = strchr(modes[i], '+') != NULL ? O_RDWR : modes[i][0] == 'r' ? O_RDONLY : O_WRONLY;
    CHECK_EQUAL(flags, wanted | (modes[i][0] == 'a' ? O_APPEND : 0));
    CHECK_EQUAL(fcntl(fd, F_GETFD), strchr(modes[i], 'e') != NULL ? FD_CLOEXEC : 0);
    CHECK(dcp_fd_is_tree(fd));
    CHECK_EQUAL(ftell(stream), strcmp(modes[i], "a") == 0 ? 5 : 0);
    CHECK_EQUAL(fclose(stream), 0);
    CHECK_EQUAL(dcp_fd_classes[fd], DCP_FD_UNKNOWN);
  }
  CHECK(fopen("s", "q") == NULL && errno == EINVAL);
  CHECK(fopen("nothing", "r") == NULL && errno == ENOENT);
  CHECK(fopen("s", "wx") == NULL && errno == EEXIST);
}

static void should_read_streams_with_a_charset(void) {
  write_file("utf", "\xc3\xa9!");
  FILE *stream = fopen("utf", "r,ccs=UTF-8");
  CHECK(stream != NULL);
  if (stream != NULL) {
    CHECK_EQUAL(fgetwc(stream), 0xe9);
    CHECK_EQUAL(fgetwc(stream), '!');
    fclose(stream);
  }
}

static void should_reopen_streams(void) {
  char line[20] = "";
  write_file("one", "1");
  write_file("two", "2");
  FILE *stream = fopen("one", "r");
  int fd = fileno(stream);
  CHECK_EQUAL(fgetc(stream), '1');
  CHECK(freopen("two", "r", stream) == stream);
  CHECK_EQUAL(fileno(stream), fd);
  CHECK_EQUAL(fgetc(stream), '2');
  CHECK(freopen("three", "w", stream) == stream);
  CHECK(dcp_fd_is_tree(fd));
  fputs("three", stream);
  CHECK(freopen("three", "a", stream) == stream);
  CHECK_EQUAL(ftell(stream), 5);
  fputs("!", stream);
  CHECK(freopen(NULL, "r", stream) == stream);
  CHECK(fgets(line, sizeof line, stream) != NULL && strcmp(line, "three!") == 0);
  CHECK(freopen("/dev/null", "w", stream) == stream);
  CHECK(!dcp_fd_is_tree(fileno(stream)));
  CHECK(freopen("missing", "r", stream) == NULL && errno == ENOENT);
  CHECK(content_is("three", "three!"));
  fclose(stream);
}

// --- stat ---
static void should_show_the_trees_identity_in_every_form(void) {
  struct stat s;
  struct stat64 s64;
  struct statx x;
  write_file("id", "abc");
  ino_t wanted = mirror_inode("id") + OTHER_INODES;
  int fd = open("id", O_RDWR), dir = open(".", O_RDONLY);
#define CHECK_FORM(call, field) CHECK((call) == 0 && (field) == wanted)
  CHECK_FORM(stat("id", &s), s.st_ino);
  CHECK_FORM(stat64("id", &s64), s64.st_ino);
  CHECK_FORM(lstat("id", &s), s.st_ino);
  CHECK_FORM(lstat64("id", &s64), s64.st_ino);
  CHECK_FORM(fstat(fd, &s), s.st_ino);
  CHECK_FORM(fstat64(fd, &s64), s64.st_ino);
  CHECK_FORM(fstatat(dir, "id", &s, 0), s.st_ino);
  CHECK_FORM(fstatat64(fd, "", &s64, AT_EMPTY_PATH), s64.st_ino);
  CHECK_FORM(__xstat(1, "id", &s), s.st_ino);
  CHECK_FORM(__lxstat64(1, "id", &s64), s64.st_ino);
  CHECK_FORM(__fxstat(1, fd, &s), s.st_ino);
  CHECK_FORM(__fxstatat(1, dir, "id", &s, 0), s.st_ino);
  CHECK_FORM(statx(AT_FDCWD, "id", 0, STATX_BASIC_STATS, &x), x.stx_ino);
  CHECK_FORM(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x), x.stx_ino);
  CHECK(fstat(dir, &s) == 0 && s.st_ino == mirror_inode(".") + OTHER_INODES);
  CHECK(stat("no", &s) == -1 && errno == ENOENT);
  CHECK(stat("/dev/null", &s) == 0 && s.st_ino < OTHER_INODES);
  close(fd);
  close(dir);
}

static void should_take_sizes_from_the_kernel_and_ask_only_after_changes(void) {
  struct stat s;
  int fd = open("sizes", O_RDWR | O_CREAT, 0644);
  CHECK_EQUAL(fstat(fd, &s), 0);
  int before = asked[DCP_OP(IDENTIFY)];
  CHECK(fstat(fd, &s) == 0 && s.st_size == 0);
  CHECK_EQUAL(asked[DCP_OP(IDENTIFY)], before);
  CHECK_EQUAL(write(fd, "four", 4), 4);
  CHECK(fstat(fd, &s) == 0 && s.st_size == 4);
  CHECK_EQUAL(link("sizes", "second"), 0);
  CHECK(fstat(fd, &s) == 0 && s.st_nlink == 2);
  ino_t ino = s.st_ino;
  unlink("sizes");
  unlink("second");
  forgets = true;
  CHECK(fstat(fd, &s) == 0 && s.st_ino == ino && s.st_nlink == 0 && s.st_size == 4);
  forgets = false;
  close(fd);
}

// --- changes ---
static void should_change_names(void) {
  struct stat s;
  char target[20] = "";
  CHECK_EQUAL(mkdir("d", 0755), 0);
  CHECK(mkdir("d", 0755) == -1 && errno == EEXIST);
  write_file("d/a", "a");
  CHECK_EQUAL(rename("d/a", "d/b"), 0);
  CHECK_EQUAL(symlink("b", "d/s"), 0);
  CHECK_EQUAL(readlink("d/s", target, sizeof target), 1);
  CHECK(lstat("d/s", &s) == 0 && S_ISLNK(s.st_mode));
  CHECK_EQUAL(link("d/b", "d/c"), 0);
  CHECK_EQUAL(mkfifo("d/fifo", 0600), 0);
  CHECK_EQUAL(renameat2(AT_FDCWD, "d/b", AT_FDCWD, "d/s", RENAME_EXCHANGE), 0);
  CHECK(lstat("d/b", &s) == 0 && S_ISLNK(s.st_mode));
  CHECK(symlink("", "d/empty") == -1 && errno == ENOENT);
  CHECK(remove("d") == -1 && errno == ENOTEMPTY);
  CHECK(unlink("d/b") == 0 && unlink("d/s") == 0 && remove("d/c") == 0 && unlink("d/fifo") == 0);
  CHECK_EQUAL(rmdir("d"), 0);
  CHECK_EQUAL(mkdir("d", 0755), 0);
  CHECK_EQUAL(remove("d"), 0);
}

static void should_change_attributes(void) {
  struct stat s;
  write_file("at", "12345678");
  CHECK(chmod("at", 0600) == 0 && stat("at", &s) == 0 && (s.st_mode & 0777) == 0600);
  CHECK_EQUAL(chown("at", (uid_t)-1, (gid_t)-1), 0);
  CHECK_EQUAL(truncate("at", 3), 0);
  CHECK(content_is("at", "123"));
  CHECK(truncate("at", -1) == -1 && errno == EINVAL);
  const struct utimbuf old = {.actime = 5, .modtime = 6};
  CHECK_EQUAL(utime("at", &old), 0);
  CHECK(dcp_kernel(SYS_newfstatat, AT_FDCWD, "at", &s, 0) == 0 && s.st_atime == 5 && s.st_mtime == 6);
  const struct timeval precise[2] = {{7, 1}, {8, 999999}}, wrong[2] = {{7, 1000000}, {8, 0}};
  CHECK_EQUAL(utimes("at", precise), 0);
  CHECK(dcp_kernel(SYS_newfstatat, AT_FDCWD, "at", &s, 0) == 0 && s.st_mtim.tv_nsec == 999999000);
  CHECK(utimes("at", wrong) == -1 && errno == EINVAL);
  const struct timespec omit[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}}, bad[2] = {{0, -1}, {0, 0}};
  CHECK_EQUAL(utimensat(AT_FDCWD, "not even there", omit, 0), 0);
  CHECK(utimensat(AT_FDCWD, "at", bad, 0) == -1 && errno == EINVAL);
  int fd = open("at", O_RDWR), before = asked[DCP_OP(CHANGED)];
  CHECK(fchmod(fd, 0640) == 0 && ftruncate(fd, 1) == 0 && futimens(fd, NULL) == 0 && futimes(fd, precise) == 0);
  CHECK(fchown(fd, (uid_t)-1, (gid_t)-1) == 0 && posix_fallocate(fd, 0, 10) == 0);
  CHECK_EQUAL(asked[DCP_OP(CHANGED)] - before, 6);
  CHECK_EQUAL(io_dcp_ipc_wire_fileCall_inode(&last.codec), mirror_inode("at"));
  CHECK(fchmod(-1, 0) == -1 && errno == EBADF);
  close(fd);
}

static void should_change_xattrs(void) {
  char value[10] = "";
  write_file("x", "");
  if (setxattr("x", "user.a", "v1", 2, 0) != 0 && errno == ENOTSUP) {
    printf("  skipped: no extended attributes on /tmp\n");
    return;
  }
  CHECK_EQUAL(getxattr("x", "user.a", value, sizeof value), 2);
  CHECK(setxattr("x", "user.a", "v2", 2, XATTR_CREATE) == -1 && errno == EEXIST);
  int fd = open("x", O_RDWR), before = asked[DCP_OP(CHANGED)];
  CHECK_EQUAL(fsetxattr(fd, "user.b", "w", 1, 0), 0);
  CHECK_EQUAL(fremovexattr(fd, "user.b"), 0);
  CHECK_EQUAL(asked[DCP_OP(CHANGED)] - before, 2);
  close(fd);
  CHECK_EQUAL(removexattr("x", "user.a"), 0);
  CHECK(removexattr("x", "user.a") == -1 && errno == ENODATA);
}

// --- bad pointers ---
static void should_leave_bad_pointers_to_the_kernel(void) {
  char *volatile bad = (char *)16;
  char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct stat *volatile bad_stat = (struct stat *)16;
  struct timespec *volatile bad_times = (struct timespec *)16;
  char *volatile null = NULL;
  mprotect(pages + 4096, 4096, PROT_NONE);
  memset(pages, 'x', 4096);
  write_file("good", "");
#define CHECK_FAULT(call) CHECK((call) == -1 && errno == EFAULT)
  CHECK_FAULT(open(bad, O_RDONLY));
  CHECK_FAULT(open(null, O_RDONLY));
  CHECK_FAULT(open(pages + 4000, O_RDONLY));
  CHECK_FAULT(dcp_fstatat(AT_FDCWD, pages + 1, (struct stat *)pages, 0));
  CHECK_FAULT(dcp_fstatat(AT_FDCWD, "good", bad_stat, 0));
  CHECK_FAULT(rename("good", null));
  CHECK_FAULT(rename(bad, "good"));
  CHECK_FAULT(dcp_symlinkat(bad, AT_FDCWD, "x"));
  CHECK_FAULT(dcp_utimensat(AT_FDCWD, "good", bad_times, 0));
  memcpy(pages + 4091, "good", 5);
  struct stat s;
  CHECK_EQUAL(dcp_fstatat(AT_FDCWD, pages + 4091, &s, 0), 0);  // ends with the page
  munmap(pages, 8192);
}

int main(int argc, char **argv) {
  (void)argc;
  const char *tree = fake_agent_begin(argv);
  fake_agent_handle(perform);
  dcp_kernel(SYS_chdir, tree);
  dcp_cwd_changed();
  RUN(should_leave_reading_to_the_kernel_unless_the_tree_is_cold);
  RUN(should_open_by_every_name);
  RUN(should_open_natively_when_told);
  RUN(should_make_temporary_names);
  RUN(should_open_streams_in_every_mode);
  RUN(should_read_streams_with_a_charset);
  RUN(should_reopen_streams);
  RUN(should_show_the_trees_identity_in_every_form);
  RUN(should_take_sizes_from_the_kernel_and_ask_only_after_changes);
  RUN(should_change_names);
  RUN(should_change_attributes);
  RUN(should_change_xattrs);
  RUN(should_leave_bad_pointers_to_the_kernel);
  dcp_kernel(SYS_chdir, "/");
  dcp_cwd_changed();
  fake_agent_end();
  return check_result();
}
