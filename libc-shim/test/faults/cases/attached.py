"""Every process has the shim. An observer outside of it, test/attached/observer.c, traces all descendants of a command
and looks at the memory map of each program image at its last moment."""

import os
import pathlib
import re
import shutil
import subprocess

from platforms import Skip, check

ATTACHED = pathlib.Path(__file__).resolve().parents[2] / "attached"


def build(program, source, *options):
    """Compiles, and returns where the program is."""
    if shutil.which("gcc") is None:
        raise Skip("command gcc is not installed")
    made = subprocess.run(
        ["gcc", "-O1", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", "-o", program, source, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    check(made.returncode == 0, f"{source} does not compile", made.stdout)
    return program


def library(name):
    found = sorted(pathlib.Path("/usr/lib").glob(f"*/{name}"))
    if not found:
        raise Skip(f"library {name} is not installed")
    return found[0]


def need(*commands):
    for command in commands:
        if shutil.which(command) is None:
            raise Skip(f"command {command} is not installed")


class Observed:
    """What a script did under the observer, on a fresh directory of the tree, and how many processes it had."""

    def __init__(self, platforms, script, *arguments, env=None, prefix=()):
        if os.geteuid() != 0:
            raise Skip("needs root, to look at every process's memory map")
        platform = platforms.shared()
        here = platforms.scratch(f"observed-{len(list(platforms.directory.iterdir()))}")
        here.chmod(0o777)
        report = here / "report"
        observer = build(here / "observer", ATTACHED / "observer.c")
        directory = f"{platform.root}/{here.parent.name}-{here.name}"
        inside = f"mkdir {directory} && cd {directory} && chmod 777 . && {{ {script}\n}}"
        self.done = platform.run(
            *["--", *prefix, observer, report, "bash", "-c", inside, "bash", *arguments], env=env or {}
        )
        platform.run("--", "rm", "-rf", directory, check_status=0)
        lines = report.read_text(errors="replace").splitlines()
        self.counts = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", lines[-1])}
        self.without = lines[:-1]

    def check_all_attached(self, at_least):
        check(self.done.status == 0, "the observed script failed", self.done)
        check(self.without == [], "processes without the shim", *self.without[:20])
        check(self.counts["processes"] >= at_least, f"fewer than {at_least} processes", self.counts)
        check(self.counts["attached"] == self.counts["images"], "the counts disagree", self.counts)


def case_observer_finds_a_program_without_the_shim(platforms):
    program = platforms.scratch("static") / "program"
    source = program.with_suffix(".c")
    source.write_text("int main(void) { return 0; }\n")
    build(program, source, "-static")
    observed = Observed(platforms, '"$1"; ls -A', program)
    check(observed.done.status == 0, "the observed script failed", observed.done)
    check(len(observed.without) == 1 and str(program) in observed.without[0], "not found", observed.without)
    check(observed.counts["lacking"] == 1 and observed.counts["unseen"] == 0, "miscounted", observed.counts)


def case_configure_make_and_check_of_gnu_hello(platforms):
    need("gcc", "make", "sha256sum")
    fetched = subprocess.run([ATTACHED / "source"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if fetched.returncode != 0:
        raise Skip(f"the source of GNU hello cannot be had: {fetched.stderr.strip().splitlines()[-1]}")
    observed = Observed(
        platforms,
        'tar xf "$1" --strip-components=1 && ./configure && make -j4 && make check && ./hello',
        fetched.stdout.strip(),
        env={"LC_ALL": "C"},
    )
    observed.check_all_attached(at_least=3000)
    check("\n# FAIL:  0\n" in observed.done.out, "make check failed", observed.done.out[-2000:])
    check(observed.done.out.endswith("\nHello, world!\n"), "the program does not run", observed.done.out[-200:])


HIDING = r"""
set -e
env -i /bin/ls; (exec -c /bin/ls); LD_PRELOAD= true; LD_PRELOAD=/nowhere/to/be.found.so true 2>/dev/null
(unset LD_PRELOAD DCP_RUN DCP_ROOT DCP_HOME; ls; sh -c 'ls; :'; env -i sh -c 'env -i ls; :')
(for i in {3..1100}; do eval "exec $i>&-"; done; ls)
(exec 0<&- 1>&- 2>&-; true; sh -c ls || :)
python3 - <<'PYTHON'
import os, subprocess
subprocess.run(["ls"], env={}, check=True)
os.posix_spawn("/bin/ls", ["ls"], {}, file_actions=[(os.POSIX_SPAWN_OPEN, 3, "/dev/null", 1, 0)], setsid=True)
os.wait()
os.closerange(3, 4096)
if os.fork() == 0:
    os.execve("/bin/ls", ["ls"], {"LD_PRELOAD": "/run/dcp/libdcp.so.not"})
os.wait()
PYTHON
perl -e '%ENV = (); system("ls") == 0 or die; fork or exec {"/bin/ls"} "ls"; wait'
perl -e 'use POSIX; fork and exit; POSIX::setsid(); fork and exit; exec "/bin/true"'
setsid -f true; nohup true; nice true; timeout 5 true; echo . | xargs ls; find . -exec true {} \;
chroot / true; unshare --fork --pid true; unshare --mount true; unshare --user true; unshare --ipc --net --uts true
setpriv --reuid=65534 --regid=65534 --clear-groups sh -c 'env -i ls; :'
setpriv --no-new-privs --bounding-set=-all true; prlimit --nofile=64 --as=2000000000 true
printf '#!/usr/bin/env -S -i sh\nls\n' > script; chmod +x script; ./script; rm script
"""


def case_programs_that_hide_the_environment(platforms):
    need("python3", "perl")
    Observed(platforms, HIDING).check_all_attached(at_least=45)


SANITIZED = r"""
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
static void *work(void *number) {
  char name[32], other[40];
  snprintf(name, sizeof name, "f%ld", (long)number);
  snprintf(other, sizeof other, "%s.x", name);
  for (int i = 0; i < 50; i++) {
    FILE *file = fopen(name, "w");
    fprintf(file, "%d", i);
    fclose(file);
    rename(name, other);
  }
  return NULL;
}
int main(int count, char **words) {
  pthread_t threads[4];
  for (long i = 0; i < 4; i++) pthread_create(threads + i, NULL, work, (void *)i);
  for (long i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  struct stat status;
  char *copy = malloc(1), line[8] = "";
  *copy = (char)stat("f3.x", &status);
  printf("%d %ld\n", *copy, (long)status.st_size);
  free(copy);
  fflush(stdout);
  if (count > 1) return 0;
  pid_t child = fork();
  if (child == 0) execl(words[0], words[0], "again", (char *)NULL);
  int end = -1;
  waitpid(child, &end, 0);
  if (end != 0 || system("env -i /bin/ls") != 0) return 1;
  FILE *pipe = popen("cat f1.x", "r");
  puts(fgets(line, sizeof line, pipe));
  return pclose(pipe);
}
"""


def case_programs_with_sanitizers(platforms):
    directory = platforms.scratch("sanitized")
    source = directory / "program.c"
    source.write_text(SANITIZED)
    for number, options in enumerate(
        (
            ["-fsanitize=address"],
            ["-fsanitize=address,undefined", "-static-libasan"],
            ["-fsanitize=undefined"],
            ["-fsanitize=thread"],
        )
    ):
        program = build(directory / f"program{number}", source, "-g", "-pthread", *options)
        # Leaks are looked for by tracing oneself, which nobody can who is traced already.
        quiet = {"ASAN_OPTIONS": "detect_leaks=0"}
        observed = Observed(platforms, '"$1"', program, env=quiet)
        observed.check_all_attached(at_least=5)
        expected = "0 2\n0 2\nf0.x\nf1.x\nf2.x\nf3.x\n49\n"
        check(observed.done.out == expected and observed.done.err == "", f"with {options}", observed.done)


PACKAGE = r"""
set -e
mkdir -p pkg/DEBIAN pkg/usr/bin
printf 'Package: toy\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.c>\nDescription: toy\n' >pkg/DEBIAN/control
echo text >pkg/usr/bin/toy
fakeroot -s state -- sh -ec '
  chown 123:456 pkg/usr/bin/toy; chmod 4755 pkg/usr/bin/toy; mknod pkg/dev b 7 1; chown -R 0:0 pkg/DEBIAN
  ls -ln pkg/usr/bin; tar cf pkg.tar pkg; dpkg-deb -b pkg toy.deb'
tar tvf pkg.tar --numeric-owner; dpkg-deb -c toy.deb
fakeroot -i state -- stat -c '%u:%g %n' pkg/usr/bin/toy
"""


def case_fakeroot_builds_a_package(platforms):
    need("fakeroot", "dpkg-deb", "setpriv")
    # As somebody to whom the kernel would refuse all of it.
    script = "setpriv --reuid=65534 --regid=65534 --clear-groups bash -c \"$1\""
    observed = Observed(platforms, script, PACKAGE)
    observed.check_all_attached(at_least=20)
    for line in (r"-rwsr-xr-x 1 123 456 5 ", r"-rwsr-xr-x 123/456 +5 .*pkg/usr/bin/toy", r"brw-r--r-- 0/0 +7,1 .* pkg/dev"):
        check(re.search(line, observed.done.out), f"no line {line}", observed.done.out)
    check("123:456 pkg/usr/bin/toy" in observed.done.out, "not remembered", observed.done.out)


def case_preloads_of_the_user(platforms):
    need("faketime", "git", "fakeroot")
    jemalloc = library("libjemalloc.so.2")
    both = "grep -c jemalloc /proc/self/maps; env -i grep -c libdcp /proc/self/maps; ls -A; git init -q g; git -C g status -s"
    for env, prefix in (({"LD_PRELOAD": str(jemalloc)}, ()), ({}, ("env", f"LD_PRELOAD={jemalloc}"))):
        observed = Observed(platforms, both, env=env, prefix=prefix)
        observed.check_all_attached(at_least=6)
        check(int(observed.done.out.splitlines()[0]) > 0, "jemalloc was lost", observed.done)
    commit = (
        "git init -q g && cd g && echo text >a && git add a && "
        "git -c user.name=a -c user.email=a@b commit -qm x && git log --format=%ad --date=format:%Y"
    )
    faked = f"faketime '2020-01-02 03:04:05' fakeroot bash -c '{commit} && stat -c %u a'"
    observed = Observed(platforms, faked)  # jemalloc and faketime do not go together anywhere
    observed.check_all_attached(at_least=15)
    check(observed.done.out == "2020\n0\n", "another year or owner", observed.done)
    overwrites = "import os; os.environ['LD_PRELOAD'] = os.sys.argv[1]; os.execlp('grep', 'grep', '-c', 'jemalloc', '/proc/self/maps')"
    observed = Observed(platforms, f'python3 -c "{overwrites}" "$1"', jemalloc)
    observed.check_all_attached(at_least=1)
    check(int(observed.done.out) > 0, "jemalloc was lost", observed.done)


FORBIDS = r"""
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
static void forbid(unsigned answer) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, answer),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {4, code};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int count, char **words) {
  int started_under_filter = count == 2;
  if (!started_under_filter) forbid(SECCOMP_RET_ERRNO | (unsigned)atoi(words[2]));
  puts(mkdir(words[1], 0755) == 0 ? "made" : strerrorname_np(errno));
  rmdir(words[1]);
  fflush(stdout);
  if (!started_under_filter) execl("/proc/self/exe", words[0], words[1], NULL);
  return mkdir("/nowhere/x", 0755) == 0 || errno != ENOENT;
}
"""


def case_program_that_forbids_itself_sockets(platforms):
    directory = platforms.scratch("forbids")
    source = directory / "program.c"
    source.write_text(FORBIDS)
    program = build(directory / "program", source)
    platform = platforms.shared()
    for number in (1, 13, 38, 97):  # EPERM, EACCES, ENOSYS, EAFNOSUPPORT
        done = platform.run("--", program, f"{platform.root}/never-made", number, check_status=0)
        check(done.out == "made\nEACCES\n", "did not go on, or its successor was not refused at once", done)
        check(done.err.count("\n") == 1 and "cannot be reached" in done.err, "not one line that says why", done)
