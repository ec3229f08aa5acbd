/* needs: root */
#include "case.h"

static void with_group(void) {
  gid_t groups[] = {4242, 99};
  MUST(setgroups(2, groups));
  MUST(setgid(65534));
  MUST(setuid(65534));
  SHOW(open("for-group", O_RDWR));
  SHOW(open("shared/new", O_CREAT | O_WRONLY, 0644));
  SHOW(chown("shared/new", -1, 99));
  show_file("shared/new");
  SHOW(chown("shared/new", -1, 98));
}

static void without_group(void) {
  SHOW(open("for-group", O_RDWR));
  SHOW(open("shared/other", O_CREAT | O_WRONLY, 0644));
}

static void group_given_up(void) {
  gid_t groups[] = {4242};
  MUST(setgroups(1, groups));
  MUST(seteuid(65534));
  SHOW(open("for-group", O_RDONLY));
  MUST(seteuid(0));
  MUST(setgroups(0, NULL));
  MUST(seteuid(65534));
  SHOW(open("for-group", O_RDONLY));
}

int main(void) {
  put("for-group", "x");
  MUST(chown("for-group", 0, 4242));
  MUST(chmod("for-group", 0660));
  MUST(mkdir("shared", 0755));
  MUST(chown("shared", 0, 4242));
  MUST(chmod("shared", 0775));
  in_child(with_group);
  as_other(without_group);
  in_child(group_given_up);
  return 0;
}
