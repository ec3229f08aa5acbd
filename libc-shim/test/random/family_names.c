/* What changes names. */
#include "ops.h"

#include <linux/fs.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

void family_link(void) {
  static struct place from, to;
  static const int some_flags[] = {0, 0, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH, AT_SYMLINK_FOLLOW | AT_EMPTY_PATH, 0x1};
  int flags = PICK(some_flags);
  bool at = chance(60);
  /* For others than root it depends on who opened the descriptor: the agent. */
  if (geteuid() != 0) flags &= ~AT_EMPTY_PATH;
  choose_at(&from, chance(80) ? FILES : ANYTHING);
  choose_at(&to, FILES);
  if (!at) from.dir = to.dir = AT_FDCWD;
  if (at && (flags & AT_EMPTY_PATH) && chance(80)) { /* an unnamed file gets a name */
    from.path = from.text;
    from.text[0] = '\0';
    from.dir = slots[choose_slot()];
  } else if (at && (flags & AT_SYMLINK_FOLLOW) && chance(50)) {
    from.path = from.text;
    from.dir = AT_FDCWD;
    sprintf(from.text, "/proc/self/fd/%d", slots[choose_slot()]);
  }
  say("%s ", at ? "linkat" : "link");
  say_place(&from);
  say(" ");
  say_place(&to);
  if (at) {
    say(" %#x", flags);
    RESULT(linkat(from.dir, from.path, to.dir, to.path, flags));
  } else {
    RESULT(link(from.path, to.path));
  }
  observe_place(&from);
  observe_place(&to);
}

void family_symlink(void) {
  static struct place place;
  char target[PATH_MAX + 8];
  choose_target(target, 3000);
  if (chance(2)) target[0] = '\0';
  if (chance(1)) {
    memset(target, 't', PATH_MAX);
    target[PATH_MAX - (chance(50) ? 1 : 0)] = '\0';
  }
  const char *text = chance(1) ? no_memory : target;
  choose_at(&place, chance(90) ? LINKS : ANYTHING);
  bool at = chance(50);
  if (!at) place.dir = AT_FDCWD;
  say("%s ", at ? "symlinkat" : "symlink");
  say_text(text);
  say(" ");
  say_place(&place);
  if (at) {
    RESULT(symlinkat(text, place.dir, place.path));
  } else {
    RESULT(symlink(text, place.path));
  }
  observe_place(&place);
}

void family_rename(void) {
  static struct place from, to;
  static const unsigned some_flags[] = {0,
                                        RENAME_NOREPLACE,
                                        RENAME_EXCHANGE,
                                        RENAME_WHITEOUT,
                                        RENAME_WHITEOUT | RENAME_NOREPLACE,
                                        RENAME_NOREPLACE | RENAME_EXCHANGE,
                                        8,
                                        RENAME_EXCHANGE,
                                        0};
  unsigned flags = PICK(some_flags), form = roll(4);
  enum want want = chance(55) ? FILES : chance(60) ? DIRECTORIES : LINKS;
  choose_at(&from, want);
  choose_at(&to, chance(85) ? want : ANYTHING);
  if (form == 0) from.dir = to.dir = AT_FDCWD;
  static const char *const names[] = {"rename", "renameat", "renameat2", "renameat2"};
  say("%s ", names[form]);
  say_place(&from);
  say(" ");
  say_place(&to);
  if (form == 0) {
    RESULT(rename(from.path, to.path));
  } else if (form == 1) {
    RESULT(renameat(from.dir, from.path, to.dir, to.path));
  } else {
    say(" %#x", flags);
    RESULT(form == 2 ? renameat2(from.dir, from.path, to.dir, to.path, flags)
                     : syscall(SYS_renameat2, from.dir, from.path, to.dir, to.path, flags));
  }
  state_moved = true;
  observe_place(&from);
  observe_place(&to);
}

void family_unlink(void) {
  static struct place place;
  unsigned form = roll(6);
  int flags = chance(3) ? 0x1 : 0;
  static const char *const names[] = {"unlink", "rmdir", "unlinkat", "unlinkat-dir", "remove", "unlink"};
  bool directory = form == 1 || form == 3;
  choose_at(&place, chance(85) ? (directory ? DIRECTORIES : chance(75) ? FILES : LINKS) : ANYTHING);
  if (form != 2 && form != 3) place.dir = AT_FDCWD;
  say("%s ", names[form]);
  say_place(&place);
  switch (form) {
    case 1:
      RESULT(rmdir(place.path));
      break;
    case 2:
    case 3:
      RESULT(unlinkat(place.dir, place.path, (form == 3 ? AT_REMOVEDIR : 0) | flags));
      break;
    case 4:
      RESULT(remove(place.path));
      break;
    default:
      RESULT(unlink(place.path));
  }
  observe_place(&place);
}

static const mode_t modes[] = {0777, 0755, 0700, 02775, 01777, 0711, 0, 04777, 0555};

void family_mkdir(void) {
  static struct place place;
  mode_t mode = chance(90) ? PICK(modes) : (mode_t)roll(0200000);
  bool at = chance(50);
  choose_at(&place, chance(92) ? DIRECTORIES : ANYTHING);
  if (!at) place.dir = AT_FDCWD;
  say("%s ", at ? "mkdirat" : "mkdir");
  say_place(&place);
  say(" %#o", mode);
  if (at) {
    RESULT(mkdirat(place.dir, place.path, mode));
  } else {
    RESULT(mkdir(place.path, mode));
  }
  observe_place(&place);
}

/* Devices are harmless ones: null, zero, full, and numbers that nothing serves. */
void family_mknod(void) {
  static struct place place;
  static const mode_t types[] = {S_IFIFO, S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK, S_IFREG, 0, S_IFDIR, S_IFLNK};
  mode_t type = PICK(types), mode = type | (mode_t)roll(01000);
  dev_t dev = type == S_IFBLK ? makedev(60, roll(8))
              : chance(80)    ? makedev(1, PICK(((const unsigned[]){3, 5, 7})))
                              : makedev(60, 1);
  unsigned form = roll(4);
  static const char *const names[] = {"mknod", "mknodat", "mkfifo", "mkfifoat"};
  choose_at(&place, FILES);
  if (form == 0 || form == 2) place.dir = AT_FDCWD;
  if (type == S_IFIFO || type == S_IFREG || type == S_IFSOCK) dev = 0;
  say("%s ", names[form]);
  say_place(&place);
  say(" %#o %u,%u", mode, major(dev), minor(dev));
  if (form == 0) {
    RESULT(mknod(place.path, mode, dev));
  } else if (form == 1) {
    RESULT(mknodat(place.dir, place.path, mode, dev));
  } else if (form == 2) {
    RESULT(mkfifo(place.path, mode & 0777));
  } else {
    RESULT(mkfifoat(place.dir, place.path, mode & 0777));
  }
  observe_place(&place);
}

/* A name for a socket, somebody who listens, somebody who connects. */
void family_socket(void) {
  static struct place place;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  choose_path(&place, FILES);
  if (place.path != place.text || strlen(place.text) >= sizeof address.sun_path || place.text[0] == '\0')
    strcpy(place.text, "F0");
  place.path = place.text;
  strcpy(address.sun_path, place.text);
  int server = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0),
      client = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
  say("bind ");
  say_place(&place);
  long bound = RESULT(bind(server, (struct sockaddr *)&address, sizeof address));
  if (bound == 0) RESULT(listen(server, 3));
  say(" connect");
  RESULT(connect(client, (struct sockaddr *)&address, sizeof address));
  close(server);
  if (chance(40)) RESULT(connect(client, (struct sockaddr *)&address, sizeof address));
  close(client);
  observe_place(&place);
}
