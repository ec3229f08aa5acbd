/* What changes attributes: mode, owner, mask, times. */
#include "ops.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <utime.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static mode_t choose_mode(void) {
  static const mode_t modes[] = {0644,  0666,  0600,  0777,  0755, 0700, 0711, 04755,
                                 02755, 02775, 01777, 07777, 0,    0555, 02644};
  return chance(85) ? PICK(modes) : (mode_t)roll(010000);
}

void family_chmod(void) {
  static struct place place;
  mode_t mode = choose_mode();
  unsigned form = roll(5);
  int flags = chance(75) ? 0 : chance(60) ? AT_SYMLINK_NOFOLLOW : AT_EMPTY_PATH;
  static const char *const names[] = {"chmod", "fchmod", "fchmodat", "fchmodat2", "chmod"};
  say("%s %#o ", names[form], mode);
  if (form == 1) {
    int fd = choose_fd();
    RESULT(fchmod(fd, mode));
    observe_fd(fd);
    return;
  }
  choose_at(&place, ANYTHING);
  if (form == 0 || form == 4) place.dir = AT_FDCWD;
  say_place(&place);
  if (form == 2 || form == 3) say(" %#x", flags);
  if (form == 2) {
    RESULT(fchmodat(place.dir, place.path, mode, flags));
  } else if (form == 3) {
    RESULT(syscall(SYS_fchmodat2, place.dir, place.path, mode, flags));
  } else {
    RESULT(chmod(place.path, mode));
  }
  observe_place(&place);
}

static unsigned choose_id(void) { return chance(25) ? (unsigned)-1 : chance(30) ? 0 : 1000 + roll(4); }

void family_chown(void) {
  static struct place place;
  unsigned uid = choose_id(), gid = choose_id(), form = roll(4);
  static const int some_flags[] = {0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, 0x4};
  int flags = PICK(some_flags);
  static const char *const names[] = {"chown", "lchown", "fchown", "fchownat"};
  say("%s %d:%d ", names[form], (int)uid, (int)gid);
  if (form == 2) {
    int fd = choose_fd();
    RESULT(fchown(fd, uid, gid));
    observe_fd(fd);
    return;
  }
  choose_at(&place, ANYTHING);
  if (form != 3) place.dir = AT_FDCWD;
  say_place(&place);
  if (form == 3) say(" %#x", flags);
  if (form == 0) {
    RESULT(chown(place.path, uid, gid));
  } else if (form == 1) {
    RESULT(lchown(place.path, uid, gid));
  } else {
    RESULT(fchownat(place.dir, place.path, uid, gid, flags));
  }
  observe_place(&place);
}

void family_umask(void) {
  static const mode_t masks[] = {022, 022, 0, 077, 027, 0777, 002, 0111};
  mode_t mask = PICK(masks);
  say("umask %#o", mask);
  RESULT(umask(mask));
}

/* Seconds far from today, so that a set time is told from a taken one; years that ext4 clamps among them. */
static struct timespec choose_time(void) {
  static const long long seconds[] = {0,
                                      1,
                                      -1,
                                      1000000000,
                                      -2147483648ll,
                                      -2147483649ll,
                                      2147483647,
                                      4102444800ll,
                                      15032385535ll,
                                      15032385536ll,
                                      99999999999ll,
                                      -1234567890};
  struct timespec t = {.tv_sec = chance(60) ? (time_t)roll(1500000000) : (time_t)PICK(seconds)};
  t.tv_nsec = chance(30) ? 0 : chance(90) ? (long)roll(1000000000) : 999999999;
  if (chance(15)) t.tv_nsec = UTIME_NOW;
  if (chance(15)) t.tv_nsec = UTIME_OMIT;
  if (chance(2)) t.tv_nsec = 1000000000;
  if (chance(1)) t.tv_nsec = -1;
  return t;
}

static void say_timespec(struct timespec t) {
  if (t.tv_nsec == UTIME_NOW) {
    say(" now");
  } else if (t.tv_nsec == UTIME_OMIT) {
    say(" omit");
  } else {
    say(" %lld.%09ld", (long long)t.tv_sec, t.tv_nsec);
  }
}

static void set_by_descriptor(const struct timespec *times) {
  say("futimens ");
  int fd = choose_fd();
  if (times != NULL) {
    say_timespec(times[0]);
    say_timespec(times[1]);
  }
  RESULT(futimens(fd, times));
  observe_fd(fd);
}

/* Older calls, in seconds or microseconds. */
static void set_in_old_ways(const struct place *place, const struct timespec *times) {
  struct utimbuf buf = {0};
  struct timeval tv[2] = {{0}, {0}};
  if (times != NULL) {
    buf = (struct utimbuf){times[0].tv_sec, times[1].tv_sec};
    for (int i = 0; i < 2; i++) tv[i] = (struct timeval){times[i].tv_sec, roll(1000000)};
  }
  unsigned form = roll(4);
  static const char *const names[] = {"utime", "utimes", "lutimes", "futimesat"};
  say("%s ", names[form]);
  say_place(place);
  say(" %lld %lld.%06ld", (long long)buf.actime, (long long)buf.modtime, tv[1].tv_usec);
  if (form == 0) {
    RESULT(utime(place->path, times ? &buf : NULL));
  } else if (form == 1) {
    RESULT(utimes(place->path, times ? tv : NULL));
  } else if (form == 2) {
    RESULT(lutimes(place->path, times ? tv : NULL));
  } else {
    RESULT(futimesat(place->dir, place->path, times ? tv : NULL));
  }
}

void family_times(void) {
  static struct place place;
  struct timespec chosen[2] = {choose_time(), choose_time()};
  const struct timespec *times = chance(12) ? NULL : chosen;
  unsigned form = roll(10);
  if (form < 2) {
    set_by_descriptor(times);
    return;
  }
  choose_at(&place, ANYTHING);
  if (form < 4) {
    if (chance(70)) place.dir = AT_FDCWD;
    set_in_old_ways(&place, times);
  } else {
    int flags = form < 6 ? AT_SYMLINK_NOFOLLOW : chance(10) ? AT_EMPTY_PATH : chance(3) ? 0x20 : 0;
    say("utimensat ");
    say_place(&place);
    if (times != NULL) {
      say_timespec(times[0]);
      say_timespec(times[1]);
    }
    say(" %#x", flags);
    bool sets = times != NULL && times[0].tv_nsec != UTIME_OMIT;
    if (RESULT(utimensat(place.dir, place.path, times, flags)) == 0 && sets)
      observe_atime(place.dir, place.path, flags & AT_SYMLINK_NOFOLLOW);
  }
  observe_place(&place);
}
