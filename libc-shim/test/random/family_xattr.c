/* Extended attributes of all spaces, ACLs among them. */
#include "ops.h"

#include <sys/xattr.h>

#ifndef XATTR_NAME_MAX
#define XATTR_NAME_MAX 255
#endif

static char long_name[XATTR_NAME_MAX + 2];

static const char *choose_xattr(void) {
  static const char *const names[] = {"user.a",
                                      "user.a",
                                      "user.b",
                                      "user.",
                                      "user",
                                      "trusted.a",
                                      "security.a",
                                      "security.capability",
                                      "system.posix_acl_access",
                                      "system.posix_acl_default",
                                      "system.other",
                                      "nospace.a",
                                      "",
                                      "user.c"};
  if (chance(4)) {
    strcpy(long_name, "user.");
    memset(long_name + 5, 'x', sizeof long_name - 5);
    long_name[XATTR_NAME_MAX + (chance(50) ? 1 : 0)] = '\0';
    return long_name;
  }
  return PICK(names);
}

/* An ACL in the kernel's form: version 2, then tag, permissions, id. */
static size_t make_acl(unsigned char *value) {
  struct {
    uint16_t tag, permissions;
    uint32_t id;
  } entries[6];
  size_t count = 0;
#define ENTRY(tag_, id_)                            \
  do {                                              \
    entries[count].tag = tag_;                      \
    entries[count].permissions = (uint16_t)roll(8); \
    entries[count++].id = id_;                      \
  } while (0)
  ENTRY(0x01, -1u);
  bool named = chance(60);
  if (named) ENTRY(0x02, 1000 + roll(4));
  ENTRY(0x04, -1u);
  if (named && chance(50)) ENTRY(0x08, 1000 + roll(4));
  if (named || chance(30)) ENTRY(0x10, -1u);
  if (!chance(5)) ENTRY(0x20, -1u);
#undef ENTRY
  uint32_t version = chance(97) ? 2 : 3;
  memcpy(value, &version, 4);
  memcpy(value + 4, entries, count * sizeof entries[0]);
  return 4 + count * sizeof entries[0];
}

static size_t make_value(const char *name, unsigned char *value) {
  static const unsigned char capability[20] = {1, 0, 0, 2, 0, 4, 0, 0};
  if (strncmp(name, "system.posix_acl", 16) == 0 && chance(90)) return make_acl(value);
  if (strcmp(name, "security.capability") == 0 && chance(80)) {
    memcpy(value, capability, sizeof capability);
    return sizeof capability;
  }
  size_t length = chance(70) ? roll(40) : chance(80) ? roll(3000) : chance(50) ? 5000 : 65537;
  for (size_t i = 0; i < length; i++) value[i] = (unsigned char)(length * 7 + i);
  return length;
}

static void change(void) {
  static struct place place;
  static unsigned char value[65540];
  const char *name = choose_xattr();
  size_t length = make_value(name, value);
  static const int some_flags[] = {0, 0, 0, XATTR_CREATE, XATTR_REPLACE, XATTR_CREATE | XATTR_REPLACE, 8};
  int flags = PICK(some_flags);
  bool removes = chance(25);
  unsigned form = roll(3);
  const void *from = chance(1) && length > 0 ? no_memory : value;
  say("%s%sxattr ", form == 0 ? "" : form == 1 ? "l" : "f", removes ? "remove" : "set");
  int fd = -1;
  if (form == 2) {
    fd = choose_fd();
  } else {
    choose_path(&place, ANYTHING);
    say_place(&place);
  }
  say(" ");
  say_text(name);
  if (removes) {
    if (form == 0) RESULT(removexattr(place.path, name));
    if (form == 1) RESULT(lremovexattr(place.path, name));
    if (form == 2) RESULT(fremovexattr(fd, name));
  } else {
    say(" %zu flags %d", length, flags);
    if (form == 0) RESULT(setxattr(place.path, name, from, length, flags));
    if (form == 1) RESULT(lsetxattr(place.path, name, from, length, flags));
    if (form == 2) RESULT(fsetxattr(fd, name, from, length, flags));
  }
  if (form == 2) {
    observe_fd(fd);
  } else {
    observe_place(&place);
  }
}

void family_xattr(void) { change(); }

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void say_list(char *names, long length) {
  char *list[512];
  size_t count = 0;
  for (long at = 0; at < length && count < COUNT_OF(list); at += (long)strlen(names + at) + 1)
    list[count++] = names + at;
  qsort(list, count, sizeof *list, by_name);
  for (size_t i = 0; i < count; i++) {
    say(" ");
    say_text(list[i]);
  }
}

void family_xattr_query(void) {
  static struct place place;
  static char text[70000];
  const char *name = choose_xattr();
  size_t size = chance(60) ? sizeof text : chance(50) ? 0 : roll(64);
  unsigned form = roll(6);
  static const char *const names[] = {"getxattr", "lgetxattr", "fgetxattr", "listxattr", "llistxattr", "flistxattr"};
  say("%s ", names[form]);
  int fd = -1;
  if (form % 3 == 2) {
    fd = choose_fd();
  } else {
    choose_path(&place, ANYTHING);
    say_place(&place);
  }
  long n;
  if (form < 3) {
    say(" ");
    say_text(name);
    say(" %zu", size);
    n = form == 0   ? RESULT(getxattr(place.path, name, text, size))
        : form == 1 ? RESULT(lgetxattr(place.path, name, text, size))
                    : RESULT(fgetxattr(fd, name, text, size));
    if (n >= 0 && size != 0) {
      say(" ");
      say_hash(text, (size_t)n);
    }
    return;
  }
  say(" %zu", size);
  n = form == 3   ? RESULT(listxattr(place.path, text, size))
      : form == 4 ? RESULT(llistxattr(place.path, text, size))
                  : RESULT(flistxattr(fd, text, size));
  if (n > 0 && size != 0) say_list(text, n);
}
