// Directory streams of the tree.
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_platform.h"

enum { FILES = 3000, ALL = FILES + 2 };

static void make_files(void) {
  CHECK(mkdir("many", 0755) == 0);
  char name[32];
  for (int i = 0; i < FILES; i++) {
    snprintf(name, sizeof name, "many/file-%04d", i);
    int fd = open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    CHECK(fd >= 0);
    close(fd);
  }
}

static ino_t inode_of(const char *name) {
  char path[512];
  struct stat status;
  snprintf(path, sizeof path, "many/%s", name);
  return stat(path, &status) == 0 ? status.st_ino : 0;
}

static int count(DIR *stream) {
  int entries = 0;
  errno = 0;
  while (readdir(stream) != NULL) entries++;
  CHECK(errno == 0);
  return entries;
}

static void shouldGiveEveryEntryOnce(void) {
  DIR *stream = opendir("many");
  CHECK(stream != NULL);
  bool seen[FILES] = {false};
  int dots = 0;
  const struct dirent *entry;
  while ((entry = readdir(stream)) != NULL) {
    int number = -1;
    if (sscanf(entry->d_name, "file-%d", &number) == 1 && number >= 0 && number < FILES) {
      CHECK(!seen[number]);
      CHECK(entry->d_type == DT_REG);
      seen[number] = true;
      if (number % 500 == 0) CHECK(entry->d_ino == inode_of(entry->d_name));
    } else {
      dots++;
    }
    CHECK(entry->d_ino > FAKE_INODES);
  }
  CHECK(dots == 2);
  for (int i = 0; i < FILES; i++) CHECK(seen[i]);
  CHECK(readdir(stream) == NULL);
  int fd = dirfd(stream);
  CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
  CHECK(closedir(stream) == 0);
  CHECK(fcntl(fd, F_GETFD) == -1);
}

static void shouldComeBackToToldPlaces(void) {
  DIR *stream = opendir("many");
  CHECK(telldir(stream) == 0);
  for (int i = 0; i < 1500; i++) readdir(stream);
  long place = telldir(stream);
  char name[256];
  strcpy(name, readdir(stream)->d_name);
  CHECK(count(stream) == ALL - 1501);
  seekdir(stream, place);
  CHECK(telldir(stream) == place);
  CHECK(strcmp(readdir(stream)->d_name, name) == 0);
  rewinddir(stream);
  CHECK(count(stream) == ALL);
  seekdir(stream, place);
  CHECK(count(stream) == ALL - 1500);
  closedir(stream);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static void shouldFillTheCallersEntry(void) {
  DIR *stream = opendir("many");
  struct dirent entry, *result;
  int entries = 0;
  while (readdir_r(stream, &entry, &result) == 0 && result != NULL) {
    CHECK(result == &entry);
    entries++;
  }
  CHECK(entries == ALL);
  closedir(stream);
}
#pragma GCC diagnostic pop

static void shouldKeepItsPlaceInTheDescriptor(void) {
  int fd = open("many", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  char buffer[1024];
  int entries = 0;
  ssize_t length;
  while ((length = getdents64(fd, buffer, sizeof buffer)) > 0) {
    for (ssize_t at = 0; at < length; at += ((struct dirent *)(buffer + at))->d_reclen) entries++;
  }
  CHECK(length == 0 && entries == ALL);
  CHECK(lseek(fd, 0, SEEK_SET) == 0);
  CHECK(getdents64(fd, buffer, 8) == -1 && errno == EINVAL);
  length = getdents64(fd, buffer, sizeof buffer);
  int first = 0;
  for (ssize_t at = 0; at < length; at += ((struct dirent *)(buffer + at))->d_reclen) first++;
  DIR *stream = fdopendir(dup(fd));
  CHECK(fcntl(dirfd(stream), F_GETFD) == FD_CLOEXEC);
  CHECK(count(stream) == ALL - first);  // goes on where the duplicate is
  CHECK(lseek(fd, 0, SEEK_CUR) == ALL);
  closedir(stream);
  lseek(fd, 0, SEEK_SET);
  CHECK(syscall(SYS_getdents64, fd, buffer, sizeof buffer) == length);
  off_t base = -1;
  lseek(fd, 0, SEEK_SET);
  CHECK(getdirentries(fd, buffer, sizeof buffer, &base) == length && base == 0);
#ifdef SYS_getdents
  lseek(fd, 0, SEEK_SET);
  CHECK(syscall(SYS_getdents, fd, buffer, sizeof buffer) == length);
  CHECK(buffer[((struct dirent *)buffer)->d_reclen - 1] == DT_DIR);
#endif
  close(fd);
}

static void shouldSurviveFork(void) {
  DIR *stream = opendir("many");
  CHECK(readdir(stream) != NULL);
  pid_t pid = fork();
  if (pid == 0) {
    check_failures = 0;
    CHECK(count(stream) == ALL - 1);
    closedir(stream);
    DIR *other = opendir("many");
    CHECK(count(other) == ALL);
    closedir(other);
    _exit(check_failures != 0);
  }
  int status;
  CHECK(waitpid(pid, &status, 0) == pid && status == 0);
  CHECK(readdir(stream) != NULL);  // what was buffered before the fork
  rewinddir(stream);
  CHECK(count(stream) == ALL);
  closedir(stream);
}

static void shouldOpenManyStreams(void) {
  enum { STREAMS = 300 };
  DIR *streams[STREAMS];
  for (int i = 0; i < STREAMS; i++) {
    streams[i] = opendir(i % 2 == 0 ? "many" : "/etc");
    CHECK(streams[i] != NULL && readdir(streams[i]) != NULL);
  }
  for (int i = 0; i < STREAMS; i++) CHECK(closedir(streams[i]) == 0);
}

static void shouldTellWhyNot(void) {
  CHECK(opendir("none") == NULL && errno == ENOENT);
  CHECK(opendir("many/file-0001") == NULL && errno == ENOTDIR);
  CHECK(opendir("") == NULL && errno == ENOENT);
  int fd = open("many/file-0001", O_RDONLY | O_CLOEXEC);
  char buffer[512];
  CHECK(fdopendir(fd) == NULL && errno == ENOTDIR);
  CHECK(getdents64(fd, buffer, sizeof buffer) == -1 && errno == ENOTDIR);
  close(fd);
  CHECK(fdopendir(fd) == NULL && errno == EBADF);
  CHECK(closedir(NULL) == -1 && errno == EINVAL);
  CHECK(mkdir("gone", 0755) == 0);
  DIR *stream = opendir("gone");
  CHECK(rmdir("gone") == 0);
  errno = 0;
  CHECK(readdir(stream) == NULL || errno == 0);
  closedir(stream);
}

static void shouldOpenTheTreeThroughForeignLinks(void) {
  char link[] = "/tmp/dcp-link.XXXXXX";
  CHECK(mkdtemp(link) != NULL);
  char name[64];
  snprintf(name, sizeof name, "%s/l", link);
  CHECK(symlink(fake_root, name) == 0);
  DIR *stream = opendir(name);
  const struct dirent *entry = readdir(stream);
  CHECK(entry != NULL && entry->d_ino > FAKE_INODES);
  closedir(stream);
  unlink(name);
  rmdir(link);
}

static int only_tens(const struct dirent *entry) { return entry->d_name[strlen(entry->d_name) - 1] == '0'; }

static void shouldScanAndMatch(void) {
  struct dirent **list;
  int entries = scandir("many", &list, only_tens, alphasort);
  CHECK(entries == FILES / 10 && strcmp(list[1]->d_name, "file-0010") == 0);
  for (int i = 0; i < entries; i++) free(list[i]);
  free(list);
  glob_t found;
  char pattern[4352];
  snprintf(pattern, sizeof pattern, "%s/m*/file-{0007,29[0-9]5}", fake_root);
  fake_asked();
  CHECK(glob(pattern, GLOB_BRACE, NULL, &found) == 0);
  CHECK(found.gl_pathc == 11 && (found.gl_flags & GLOB_ALTDIRFUNC) == 0);
  CHECK(strstr(fake_asked(), "readdir") != NULL);
  globfree(&found);
  CHECK(glob("many/file-00??", 0, NULL, &found) == 0 && found.gl_pathc == 100);
  globfree(&found);
}

static int visits;

static int visit(const char *path, const struct stat *status, int type, struct FTW *where) {
  (void)path, (void)type, (void)where;
  CHECK(status->st_ino > FAKE_INODES);
  visits++;
  return 0;
}

static void shouldWalkWithTheTreesInodes(void) {
  CHECK(nftw("many", visit, 4, FTW_PHYS) == 0);
  CHECK(visits == FILES + 1);
}

static void tests(void) {
  make_files();
  RUN(shouldGiveEveryEntryOnce);
  RUN(shouldComeBackToToldPlaces);
  RUN(shouldFillTheCallersEntry);
  RUN(shouldKeepItsPlaceInTheDescriptor);
  RUN(shouldSurviveFork);
  RUN(shouldOpenManyStreams);
  RUN(shouldTellWhyNot);
  RUN(shouldOpenTheTreeThroughForeignLinks);
  RUN(shouldScanAndMatch);
  RUN(shouldWalkWithTheTreesInodes);
}

int main(int count_of_arguments, char **arguments) {
  (void)count_of_arguments;
  return fake_platform_run(arguments, tests);
}
