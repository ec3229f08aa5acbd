/* needs: root
   Root that gave capabilities away, and a user who was given some: the kernel's answer to each call. */
#include <linux/capability.h>
#include <sys/prctl.h>

#include "case.h"

static void keep(uint64_t wanted) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[2];
  MUST(syscall(SYS_capget, &header, sets));
  for (int i = 0; i < 2; i++) {
    sets[i].effective = sets[i].permitted & (uint32_t)(wanted >> (32 * i));
  }
  MUST(syscall(SYS_capset, &header, sets));
}

#define ONLY(name) (1ULL << (name))

static void each(const char *who) {
  printf("-- %s\n", who);
  SHOW(access("secret/f", F_OK));
  SHOW(open("other", O_WRONLY));
  SHOW(open("other", O_RDONLY));
  SHOW(chmod("other", 0601));
  SHOW(chown("own", 4321, -1));
  SHOW(chown("other", 65533, -1));
  SHOW(unlink("sticky/f"));
  SHOW(mknod("device", S_IFCHR | 0600, 0x103));
  SHOW(unlink("device"));
  SHOW(setxattr("own", "trusted.t", "1", 1, 0));
  SHOW(removexattr("own", "trusted.t"));
  SHOW(setxattr("own", "security.x", "1", 1, 0));
  SHOW(utimensat(AT_FDCWD, "other", (struct timespec[2]){{1, 2}, {3, 4}}, 0));
  SHOW(mkdir("closed/new", 0755));
  SHOW(rmdir("closed/new"));
  SHOW(link("other", "linked"));
  SHOW(unlink("linked"));
  SHOW(truncate("other", 3));
  struct stat st;
  int directory = open("closed", O_PATH | O_DIRECTORY);
  SHOW(fstatat(directory, "f", &st, 0));
  SHOW(openat(directory, "f", O_RDONLY));
  SHOW(close(directory));
}

static void reset(void) {
  MUST(system("chown 65533:65533 other; chmod 600 other; chown 0:0 own; chmod 644 own; chown 65533:65533 sticky; "
              "touch sticky/f; chown 65533:65533 sticky/f; chmod 1777 sticky; chown 65533:65533 closed secret; "
              "chmod 700 closed secret; chmod 1777 ."));
}

static void user(uint64_t keeps) {
  MUST(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
  MUST(setgroups(0, NULL));
  MUST(setresgid(65534, 65534, 65534));
  MUST(setresuid(65534, 65534, 65534));
  keep(keeps);
}

static void in_exec(void) {
  /* an ambient capability stays over exec */
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[2];
  MUST(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
  MUST(setgroups(0, NULL));
  MUST(setresgid(65534, 65534, 65534));
  MUST(setresuid(65534, 65534, 65534));
  MUST(syscall(SYS_capget, &header, sets));
  sets[0].inheritable = sets[0].effective = sets[0].permitted = ONLY(CAP_DAC_OVERRIDE);
  sets[1] = (struct __user_cap_data_struct){0};
  MUST(syscall(SYS_capset, &header, sets));
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0) != 0) _exit(77);
  execlp("cat", "cat", "secret/f", NULL);
}

int main(void) {
  put("other", "text");
  put("own", "text");
  MUST(mkdir("secret", 0700));
  MUST(mkdir("closed", 0700));
  MUST(mkdir("sticky", 01777));
  put("secret/f", "secret text\n");
  put("closed/f", "x");
  const struct {
    const char *name;
    uint64_t caps;
  } sets[] = {{"root without any", 0},
              {"root with DAC_OVERRIDE", ONLY(CAP_DAC_OVERRIDE)},
              {"root with DAC_READ_SEARCH", ONLY(CAP_DAC_READ_SEARCH)},
              {"root with FOWNER", ONLY(CAP_FOWNER)},
              {"root with CHOWN", ONLY(CAP_CHOWN)},
              {"root with MKNOD", ONLY(CAP_MKNOD)},
              {"root with SYS_ADMIN", ONLY(CAP_SYS_ADMIN)},
              {"root with all but DAC_OVERRIDE", ~ONLY(CAP_DAC_OVERRIDE)}};
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
    reset();
    pid_t pid = MUST(fork());
    if (pid == 0) {
      access("own", F_OK); /* a connection from before must not serve */
      keep(sets[i].caps);
      each(sets[i].name);
      _exit(0);
    }
    reap(pid);
  }
  const uint64_t users[] = {0, ONLY(CAP_DAC_OVERRIDE), ONLY(CAP_FOWNER) | ONLY(CAP_DAC_READ_SEARCH), ONLY(CAP_CHOWN),
                            ONLY(CAP_SYS_PTRACE)};
  for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
    reset();
    pid_t pid = MUST(fork());
    if (pid == 0) {
      user(users[i]);
      char who[64];
      sprintf(who, "user with %#lx", (unsigned long)users[i]);
      each(who);
      _exit(0);
    }
    reap(pid);
  }
  reset();
  in_child(in_exec);
  /* and back again */
  keep(0);
  SHOW(open("other", O_RDONLY));
  keep(~0ULL);
  SHOW(open("other", O_RDONLY) >= 0);
  MUST(system("rm -rf own other sticky"));
  return 0;
}
