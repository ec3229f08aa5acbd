/* needs: root */
/* Processes in namespaces of their own, threads with directories of their own, and undumpable ones. */
#include <pthread.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#include "case.h"

static void work(void) {
  char here[PATH_MAX];
  int dir = SHOW(open("d", O_RDONLY | O_DIRECTORY) >= 0) ? open("d", O_RDONLY | O_DIRECTORY) : -1;
  SHOW(openat(dir, "made", O_CREAT | O_RDWR | O_EXCL, 0644) >= 0);
  SHOW(faccessat(dir, "made", F_OK, 0));
  SHOW(chdir("d"));
  SHOW(rename("made", "../moved"));
  SHOW(fchdir(dir));
  SHOW(chdir(".."));
  SHOW_POINTER(getcwd(here, sizeof here));
  SHOW(unlink("moved"));
  SHOW(close(dir));
}

static void in_new_pids(void) {
  MUST(unshare(CLONE_NEWPID));
  pid_t pid = MUST(fork());
  if (pid == 0) {
    SHOW(getpid());
    work();
    pid = fork();
    if (pid == 0) {
      SHOW(getpid());
      work();
      execl("/bin/sh", "sh", "-c", "echo text > d/e && cat d/e && rm d/e", NULL);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    _exit(status != 0);
  }
  reap(pid);
}

static void in_new_mounts(void) {
  MUST(unshare(CLONE_NEWNS));
  work();
  char *const ls[] = {(char *)"/bin/ls", NULL};
  execv(ls[0], ls);
}

static void in_new_users(void) {
  MUST(unshare(CLONE_NEWUSER));
  work();
}

static void in_all_others(void) {
  MUST(unshare(CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS | CLONE_SYSVSEM));
  work();
}

static void undumpable(void) {
  SHOW(prctl(PR_SET_DUMPABLE, 0));
  work();
}

static void without_new_privileges(void) {
  SHOW(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  work();
  execl("/bin/sh", "sh", "-c", "echo text > d/e && cat d/e && rm d/e", NULL);
}

static void *with_own_directory(void *nothing) {
  SHOW(unshare(CLONE_FS));
  work();
  return nothing;
}

static void threads(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, with_own_directory, NULL);
  pthread_join(thread, NULL);
  work();
}

int main(void) {
  MUST(mkdir("d", 0755));
  printf("-- pids\n");
  in_child(in_new_pids);
  printf("-- mounts\n");
  in_child(in_new_mounts);
  printf("-- users\n");
  in_child(in_new_users);
  printf("-- others\n");
  in_child(in_all_others);
  printf("-- undumpable\n");
  in_child(undumpable);
  printf("-- no new privileges\n");
  in_child(without_new_privileges);
  printf("-- threads\n");
  in_child(threads);
  return 0;
}
