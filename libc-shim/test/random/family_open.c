/* open in all its forms, and what ends a descriptor. */
#include "ops.h"

#include <linux/openat2.h>
#include <sys/syscall.h>

static const struct flag open_flags[] = {
    {O_CREAT, "CREAT"},         {O_EXCL, "EXCL"},         {O_TRUNC, "TRUNC"},       {O_APPEND, "APPEND"},
    {O_TMPFILE, "TMPFILE"},     {O_DIRECTORY, "DIR"},     {O_NOFOLLOW, "NOFOLLOW"}, {O_PATH, "PATH"},
    {O_SYNC, "SYNC"},           {O_DSYNC, "DSYNC"},       {O_DIRECT, "DIRECT"},     {O_NOATIME, "NOATIME"},
    {O_CLOEXEC, "CLOEXEC"},     {O_NONBLOCK, "NONBLOCK"}, {O_NOCTTY, "NOCTTY"},     {O_ASYNC, "ASYNC"},
    {O_LARGEFILE, "LARGEFILE"}, {O_RDWR, "RDWR"},         {O_WRONLY, "WRONLY"},
};
static const mode_t modes[] = {0644, 0666, 0600, 0777, 0, 0400, 0200, 0755, 04755, 02755, 01777, 06711, 0640};

/* Usual ones mostly. */
static int choose_flags(void) {
  static const int usual[] = {O_RDONLY,
                              O_RDWR,
                              O_RDWR | O_CREAT,
                              O_WRONLY | O_CREAT | O_TRUNC,
                              O_RDWR | O_CREAT | O_EXCL,
                              O_WRONLY | O_CREAT | O_APPEND,
                              O_RDWR | O_APPEND,
                              O_RDONLY | O_CREAT,
                              O_RDONLY | O_DIRECTORY,
                              O_PATH,
                              O_PATH | O_NOFOLLOW,
                              O_RDWR | O_TRUNC,
                              O_RDONLY | O_NOFOLLOW,
                              O_PATH | O_DIRECTORY};
  static const struct flag further[] = {{O_CREAT, ""},     {O_EXCL, ""},     {O_TRUNC, ""},   {O_APPEND, ""},
                                        {O_DIRECTORY, ""}, {O_NOFOLLOW, ""}, {O_PATH, ""},    {O_DSYNC, ""},
                                        {O_SYNC, ""},      {O_DIRECT, ""},   {O_NOATIME, ""}, {O_CLOEXEC, ""},
                                        {O_NOCTTY, ""},    {O_TMPFILE, ""},  {O_NONBLOCK, ""}};
  int flags = PICK(usual);
  if (chance(35)) flags |= (int)roll_flags(further, COUNT_OF(further), 8);
  if (chance(6)) flags = (O_TMPFILE | (chance(80) ? O_RDWR : O_WRONLY) | (chance(20) ? O_EXCL : 0));
  if (chance(2)) flags |= 3;
  if (chance(25)) flags |= O_CLOEXEC;
  return flags;
}

static enum want wanted_by(int flags) {
  if ((flags & O_TMPFILE) == O_TMPFILE || (flags & O_DIRECTORY)) return DIRECTORIES;
  return chance(20) ? ANYTHING : FILES;
}

static void keep(long fd, const struct place *place) {
  if (fd < 0) {
    observe_place(place);
    return;
  }
  say(" fl %#x", fcntl((int)fd, F_GETFL));
  say(" fd %d", fcntl((int)fd, F_GETFD));
  observe_fd((int)fd);
  if (chance(50)) observe_place(place);
  unsigned slot = roll(SLOTS);
  say(" s%u", slot);
  slot_put(slot, (int)fd);
}

void family_open(void) {
  static struct place place;
  int flags = choose_flags();
  mode_t mode = chance(3) ? (mode_t)roll(0200000) : PICK(modes);
  bool at = chance(50);
  if (at) {
    choose_at(&place, wanted_by(flags));
  } else {
    choose_path(&place, wanted_by(flags));
  }
  if (would_block(place.dir, place.path)) flags |= O_NONBLOCK;
  unsigned form = roll(20);
  say("%s ", at ? "openat" : form == 0 ? "creat" : "open");
  say_place(&place);
  say(" ");
  if (!at && form == 0 && !(flags & O_NONBLOCK)) {
    say("mode %#o", mode);
    keep(RESULT(creat(place.path, mode)), &place);
    return;
  }
  say_flags((unsigned long)flags, open_flags, COUNT_OF(open_flags));
  say(" mode %#o", mode);
  if (at) {
    keep(RESULT(openat(place.dir, place.path, flags, mode)), &place);
  } else {
    keep(RESULT(open(place.path, flags, mode)), &place);
  }
}

void family_openat2(void) {
  static struct place place;
  static const struct flag resolve[] = {{RESOLVE_NO_MAGICLINKS, "NO_MAGICLINKS"},
                                        {RESOLVE_NO_SYMLINKS, "NO_SYMLINKS"},
                                        {RESOLVE_BENEATH, "BENEATH"},
                                        {RESOLVE_IN_ROOT, "IN_ROOT"}};
  struct {
    struct open_how how;
    uint64_t more;
  } how;
  memset(&how, 0, sizeof how);
  int flags = choose_flags();
  choose_at(&place, wanted_by(flags));
  if (would_block(place.dir, place.path)) flags |= O_NONBLOCK;
  how.how.flags = (unsigned)flags;
  if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE || chance(3)) how.how.mode = PICK(modes);
  how.how.resolve = chance(60) ? PICK(resolve).bit : roll_flags(resolve, COUNT_OF(resolve), 20);
  /* Deviation: with restrictions nothing is created through a dangling link. */
  if (how.how.resolve != 0) how.how.flags &= ~(uint64_t)O_CREAT;
  if (how.how.flags != (unsigned)flags && (flags & O_TMPFILE) != O_TMPFILE) how.how.mode = 0;
  if (chance(3)) how.how.resolve |= 0x100;
  if (chance(2)) how.how.flags |= 1ull << 35;
  size_t size = chance(95) ? sizeof how.how : chance(50) ? sizeof how : 8;
  if (size == sizeof how && chance(50)) how.more = 1;
  say("openat2 ");
  say_place(&place);
  say(" ");
  say_flags(how.how.flags, open_flags, COUNT_OF(open_flags));
  say(" mode %#llo resolve ", (unsigned long long)how.how.mode);
  say_flags(how.how.resolve, resolve, COUNT_OF(resolve));
  say(" size %zu", size);
  void *argument = chance(2) ? no_memory : (void *)&how;
  keep(RESULT(syscall(SYS_openat2, place.dir, place.path, argument, size)), &place);
}

void family_close(void) {
  if (chance(10)) {
    unsigned first = roll(20) + 5, last = first + roll(4);
    say("close_range %u %u", first, last);
    bool cloexec = chance(30);
    RESULT(close_range(first, last, cloexec ? CLOSE_RANGE_CLOEXEC : 0));
    for (unsigned i = 0; i < SLOTS && !cloexec; i++)
      if (slots[i] >= (int)first && slots[i] <= (int)last) slots[i] = -1;
    return;
  }
  int slot = choose_slot();
  say("close s%d", slot);
  RESULT(close(slots[slot]));
  slots[slot] = -1;
}
