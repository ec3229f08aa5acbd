"""Files outlive the platform's processes, and also the mirror."""

import os
import shutil

from platforms import Skip, check

MAKE = """
cd "$DCP_ROOT" && mkdir -p d/e && cd d && seq 100000 >numbers && : >empty && ln numbers hard && ln -s numbers soft &&
printf '#!/bin/sh\\necho "run $*"\\n' >script && chmod 755 script && mkfifo fifo && truncate -s 10M sparse &&
cp "$(command -v env)" tool && touch -d '2001-02-03 04:05:06.789' numbers && chmod 2750 e && head -c 9000000 /dev/urandom >big
"""
LIST = """
cd "$DCP_ROOT/d" && stat -c '%n %i %h %f %u:%g %s %y %z' . * && readlink soft && find . -type f | LC_ALL=C sort | xargs sha256sum
"""


def case_down_and_up(platforms):
    platform = platforms.up()
    platform.shell(MAKE)
    before = platform.shell(LIST).out
    platform.dcp("down")
    after = platform.shell(LIST).out
    check(before == after, "not the same after down and up", before, after)


def case_cold_start(platforms):
    platform = platforms.up()
    platform.shell(MAKE)
    before = platform.shell(LIST).out
    platform.dcp("down", "--drop-cache")
    mirror = platform.home / "mirror"
    left = sum(entry.stat().st_blocks for entry in os.scandir(mirror if mirror.exists() else platform.root))
    check(left < 100, "the mirror was not emptied", left)
    after = platform.shell(LIST).out
    check(before == after, "not the same after a cold start", before, after)


def case_cold_program(platforms):
    """Programs, scripts and directories that are not on the mirror yet are found by dcp-run itself."""
    platform = platforms.up()
    platform.shell(MAKE)
    directory = platform.root / "d"
    for words, expected in (
        ([directory / "script", "a"], "run a\n"),
        ([directory / "tool", "echo", "b"], "b\n"),
        (["--cwd", directory, "./script", "c"], "run c\n"),
        (["--env", f"PATH={directory}:/usr/bin:/bin", "script", "d"], "run d\n"),
        (["--cwd", directory / "e", "pwd"], f"{directory}/e\n"),
        (["cat", directory / "script"], '#!/bin/sh\necho "run $*"\n'),
    ):
        platform.dcp("down", "--drop-cache")
        done = platform.run(*words, check_status=0)
        check(done.out == expected, "not run from cold", words, done)
    platform.dcp("down", "--drop-cache")
    check(platform.run(directory / "numbers").status == 126, "not executable, from cold")
    check(platform.run(directory / "nothing").status == 127, "not found, from cold")


def case_down_while_a_program_runs(platforms):
    """A program that is still there when the platform goes down finds its files when the platform is back."""
    platform = platforms.up()
    program = platform.begin(
        *["bash", "-c", 'cd "$DCP_ROOT"; echo before >a; read; cat a; echo after >b; cat b'], stdin=-1, stdout=-1
    )
    platform.shell('until [ -s "$DCP_ROOT/a" ]; do sleep 0.05; done')
    platform.dcp("down")
    platform.dcp("up")
    out, _ = program.communicate("\n")
    check((program.returncode, out) == (0, "before\nafter\n"), "the program did not go on", program.returncode, out)


def case_paths_of_a_program_that_outlives_the_platform(platforms):
    """A path by its working directory and an absolute one are still in one file system, also for a file without a name."""
    platform = platforms.up()
    script = """
import os, sys
os.chdir(os.environ["DCP_ROOT"])
unnamed = os.open(".", os.O_TMPFILE | os.O_RDWR)
open("a", "w").close()
print("ready", flush=True)
sys.stdin.readline()
top = os.environ["DCP_ROOT"]
os.rename("a", top + "/b")
os.link(top + "/b", "c")
os.link(f"/proc/self/fd/{unnamed}", top + "/d", src_dir_fd=unnamed)  # linkat, which follows
print(sorted(os.listdir(top)), flush=True)
"""
    program = platform.begin("python3", "-c", script, stdin=-1, stdout=-1)
    check(program.stdout.readline() == "ready\n", "the program did not begin")
    platform.kill("guardian", "supervisor", "agent")
    platform.dcp("up")
    out, _ = program.communicate("\n")
    check((program.returncode, out) == (0, "['b', 'c', 'd']\n"), "the program did not go on", program.returncode, out)


LOADER = r"""
#include <dlfcn.h>
#include <stdio.h>
int main(void) {
  void *library = dlopen("libanswer.so", RTLD_NOW), *other = dlopen("libquestion.so", RTLD_NOW);
  if (library == NULL || other == NULL) return puts(dlerror()) < 0 || 1;
  return printf("%d\n", ((int (*)(void))dlsym(library, "answer"))()) < 0;
}
"""


def case_library_on_the_programs_own_path_from_cold(platforms):
    """dlopen of a bare name that only the RUNPATH of the program leads to."""
    if shutil.which("gcc") is None:
        raise Skip("command gcc is not installed")
    platform = platforms.up()
    for tags in ("--enable-new-dtags", "--disable-new-dtags"):
        platform.shell(
            r"""cd "$DCP_ROOT" && mkdir -p p/lib p/more && cd p && printf %s "$1" >load.c &&
            echo 'int answer(void) { return 42; }' | gcc -shared -fPIC -o lib/libanswer.so -x c - &&
            gcc -shared -fPIC -o more/libquestion.so -x c /dev/null &&
            gcc -Wl,"$2" -Wl,-rpath,'$ORIGIN/lib:'"$PWD/more" -o load load.c""",
            LOADER,
            tags,
        )
        platform.dcp("down", "--drop-cache")
        done = platform.run(platform.root / "p" / "load")
        check((done.status, done.out, done.err) == (0, "42\n", ""), f"not loaded, {tags}", done)
