/* Duplicates, flags, locks. */
#include "ops.h"

#include <linux/fs.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

void family_dup(void) {
  unsigned form = roll(5), into = roll(SLOTS);
  static const char *const names[] = {"dup", "dup2", "dup3", "F_DUPFD", "F_DUPFD_CLOEXEC"};
  say("%s ", names[form]);
  int fd = choose_fd();
  long copy;
  if (form == 1 || form == 2) {
    /* Onto a descriptor that a slot has, which the slot keeps, or onto a free number. */
    int onto = slots[into] >= 0 ? slots[into] : 30 + (int)into;
    int flags = chance(40) ? O_CLOEXEC : chance(3) ? O_APPEND : 0;
    say(" onto %d", onto);
    copy = form == 1 ? RESULT(dup2(fd, onto)) : RESULT(dup3(fd, onto, flags));
    if (copy >= 0) slots[into] = (int)copy;
    state_moved = true;
  } else {
    int from = 3 + (int)roll(30);
    copy = form == 0 ? RESULT(dup(fd)) : RESULT(fcntl(fd, form == 3 ? F_DUPFD : F_DUPFD_CLOEXEC, from));
    if (copy >= 0) slot_put(into, (int)copy);
  }
  if (copy >= 0) {
    say(" fd %d", fcntl((int)copy, F_GETFD));
    observe_fd((int)copy);
  }
}

void family_fcntl(void) {
  unsigned form = roll(9);
  static const char *const names[] = {"F_GETFL",  "F_SETFL",    "F_GETFD",  "F_SETFD",      "F_GET_SEALS",
                                      "F_GETOWN", "F_GETLEASE", "F_NOTIFY", "F_GET_RW_HINT"};
  say("%s ", names[form]);
  int fd = choose_fd();
  struct stat st;
  if (form == 0) RESULT(fcntl(fd, F_GETFL));
  if (form == 1) {
    int flags = (chance(40) ? O_APPEND : 0) | (chance(30) ? O_NONBLOCK : 0) | (chance(15) ? O_NOATIME : 0) |
                (chance(10) ? O_DIRECT : 0);
    if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) flags |= O_NONBLOCK; /* nothing may wait */
    say(" %#o", flags);
    RESULT(fcntl(fd, F_SETFL, flags));
    RESULT(fcntl(fd, F_GETFL));
  }
  if (form == 2) RESULT(fcntl(fd, F_GETFD));
  if (form == 3) RESULT(fcntl(fd, F_SETFD, chance(50) ? FD_CLOEXEC : 0));
  if (form == 4) RESULT(fcntl(fd, F_GET_SEALS));
  if (form == 5) { /* F_NOTIFY makes the caller the owner */
    int owner = fcntl(fd, F_GETOWN);
    say(" = %s", owner == 0 ? "nobody" : owner == getpid() ? "this" : owner < 0 ? error_name(errno) : "another");
  }
  if (form == 6) RESULT(fcntl(fd, F_GETLEASE));
  if (form == 7) RESULT(fcntl(fd, F_NOTIFY, chance(50) ? 0 : DN_CREATE | DN_RENAME));
  if (form == 8) {
    uint64_t hint = 77;
    RESULT(fcntl(fd, F_GET_RW_HINT, &hint));
    say(" %d", (int)hint);
  }
}

/* What is asked of any descriptor by ioctl and poll; files that share blocks, which ext4 has not. */
void family_ioctl(void) {
  unsigned form = roll(6);
  static const char *const names[] = {"FS_IOC_GETFLAGS", "FIONREAD", "FIGETBSZ",
                                      "FICLONE",         "poll",     "FS_IOC_GETVERSION"};
  int value = 0;
  long flags = 0;
  say("%s ", names[form]);
  int fd = choose_data_fd();
  if (form == 0 && RESULT(ioctl(fd, FS_IOC_GETFLAGS, &flags)) == 0) say(" %#lx", flags & ~(long)FS_INDEX_FL);
  if (form == 1 && RESULT(ioctl(fd, FIONREAD, &value)) == 0) say(" %d", value);
  if (form == 2 && RESULT(ioctl(fd, FIGETBSZ, &value)) == 0) say(" %d", value);
  if (form == 3) {
    say(" ");
    RESULT(ioctl(fd, FICLONE, choose_fd()));
  }
  if (form == 4) {
    struct pollfd asked = {fd, POLLIN | POLLOUT | POLLPRI, 0};
    RESULT(poll(&asked, 1, 0));
    say(" %#x", (unsigned)asked.revents);
  }
  if (form == 5) RESULT(ioctl(fd, FS_IOC_GETVERSION, &value));
}

static struct flock choose_range(void) {
  static const short types[] = {F_RDLCK, F_WRLCK, F_UNLCK, F_WRLCK};
  static const short whences[] = {SEEK_SET, SEEK_SET, SEEK_SET, SEEK_CUR, SEEK_END};
  struct flock lock = {.l_type = PICK(types), .l_whence = PICK(whences), .l_start = roll(100), .l_len = roll(60)};
  if (chance(10)) lock.l_len = -(off_t)roll(60);
  if (chance(3)) lock.l_start = -200;
  if (chance(2)) lock.l_type = 9;
  return lock;
}

static void say_lock(const struct flock *lock) {
  say(" type %d whence %d %lld+%lld", lock->l_type, lock->l_whence, (long long)lock->l_start, (long long)lock->l_len);
}

static void say_found(const struct flock *lock) {
  say_lock(lock);
  if (lock->l_type != F_UNLCK)
    say(" by %s", lock->l_pid == getpid()    ? "this"
                  : lock->l_pid == getppid() ? "parent"
                  : lock->l_pid == -1        ? "description"
                                             : "another");
}

/* What another process finds: of the same descriptor, and of the file opened anew. */
static void probe(int fd, struct flock lock, bool whole) {
  char link[40];
  lock.l_pid = 0;
  lock.l_type = lock.l_type == F_UNLCK ? F_WRLCK : lock.l_type;
  if (RESULT(fcntl(fd, F_GETLK, &lock)) == 0) say_found(&lock);
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int again = open(link, O_RDWR | O_NONBLOCK);
  if (again < 0) {
    say(" %s", error_name(errno));
    return;
  }
  struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  say(" ofd");
  if (RESULT(fcntl(again, F_OFD_GETLK, &all)) == 0) say_found(&all);
  if (whole) {
    say(" flock");
    RESULT(flock(again, LOCK_EX | LOCK_NB));
  }
  close(again);
}

void family_locks(void) {
  unsigned form = roll(6);
  static const char *const names[] = {"F_SETLK", "F_OFD_SETLK", "flock", "F_GETLK", "lockf", "F_SETLK"};
  static const int operations[] = {LOCK_SH | LOCK_NB, LOCK_EX | LOCK_NB, LOCK_UN, LOCK_EX | LOCK_NB, 77};
  static const int lockf_commands[] = {F_TLOCK, F_ULOCK, F_TEST};
  struct flock lock = choose_range();
  say("%s ", names[form]);
  int fd = choose_fd();
  struct stat st;
  rewind_directory(fd);
  if (form == 2) {
    int operation = PICK(operations);
    say(" %d", operation);
    RESULT(flock(fd, operation));
  } else if (form == 4) {
    RESULT(lockf(fd, PICK(lockf_commands), roll(50)));
  } else {
    say_lock(&lock);
    int command = form == 1 ? F_OFD_SETLK : form == 3 ? F_GETLK : F_SETLK;
    if (form == 1 && chance(3)) lock.l_pid = 1;
    if (RESULT(fcntl(fd, command, &lock)) == 0 && form == 3) say_found(&lock);
  }
  if (!chance(50) || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) return;
  say(" child:");
  pid_t pid = fork();
  if (pid == 0) {
    probe(fd, lock, form == 2);
    _exit(0);
  }
  int status = -1;
  waitpid(pid, &status, 0);
  if (status != 0) say(" STATUS %#x", (unsigned)status);
}
