"""Any process of the platform is killed: another takes its place, programs wait and go on, files stay."""

import os
import signal
import subprocess
import time

from platforms import check, is_alive, stop, wait_for

RESTART_SECONDS = 3
WRITER = """
cd "$DCP_ROOT" && mkdir -p w && cd w || exit 1
i=0
while [ $i -lt "$1" ]; do
  echo "line $i" >"f$i" || exit 2
  mv "f$i" "g$i" || exit 3
  [ "$(cat "g$i")" = "line $i" ] || exit 4
  i=$((i + 1))
  echo $i
done
ls | wc -l
"""


def check_goes_on(platform, kill, count=300):
    """A program writes files; `kill` is called in the middle; everything is there afterwards, also for another program."""
    program = platform.begin("bash", "-c", WRITER, "bash", str(count), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for _ in range(count // 10):
        program.stdout.readline()
    kill()
    out, err = program.communicate()
    check(program.returncode == 0, "the program failed", program.returncode, err, out[-200:])
    check(out.splitlines()[-1] == str(count), "files are missing", out[-200:])
    check(err == "", "something was said", err)
    listing = platform.shell('cd "$DCP_ROOT/w" && cat $(ls | sort -V)').out
    check(listing == "".join(f"line {i}\n" for i in range(count)), "the contents differ", listing[-200:])


def case_agent_killed(platforms):
    platform = platforms.new()
    begin = time.monotonic()
    platform.dcp("up")
    # On a machine that is busy with other things nothing keeps to 3 s; a restart must then be no slower than a start.
    bound = max(RESTART_SECONDS, 1.5 * (time.monotonic() - begin))

    def kill():
        (old,) = platform.kill("agent")
        killed = time.monotonic()
        platform.await_new("agent", old)
        platform.await_ready()
        took = time.monotonic() - killed
        check(took < bound, "the restart took too long", took, bound)

    check_goes_on(platform, kill)


def case_agent_killed_again_and_again(platforms):
    platform = platforms.up()

    def kill():
        for _ in range(4):
            (old,) = platform.kill("agent")
            platform.await_new("agent", old)
            platform.await_ready()

    check_goes_on(platform, kill)


def case_agent_stopped_for_a_while(platforms):
    platform = platforms.up()

    def pause():
        stop(platform.pid("agent"))
        try:
            time.sleep(1)  # the length of the pause is what this is about
        finally:
            os.kill(platform.pid("agent"), signal.SIGCONT)

    check_goes_on(platform, pause)


def case_calls_fail_after_their_bound(platforms):
    """An agent that does not answer at all: EIO and one line, after DCP_CALL_WAIT_MS."""
    platform = platforms.up()
    platform.shell('echo there >"$DCP_ROOT/a"')
    agent = platform.pid("agent")
    stop(agent)
    try:
        done = platform.run("mkdir", f"{platform.root}/d", env={"DCP_CALL_WAIT_MS": "300"}, check_status=1)
    finally:
        os.kill(agent, signal.SIGCONT)
    lines = done.err.splitlines()
    check("Input/output error" in lines[-1], "not EIO", done)
    check(len(lines) == 2 and lines[0].startswith("dcp: agent does not answer: mkdir"), "not one line of ours", done)
    check(platform.shell('cat "$DCP_ROOT/a"').out == "there\n", "it does not go on")


def case_supervisor_killed(platforms):
    platform = platforms.up()

    def kill():
        agent = platform.pid("agent")
        (old,) = platform.kill("supervisor")
        platform.await_new("supervisor", old)
        platform.await_new("agent", agent)
        platform.await_ready()

    namespace = platform.run("readlink", "/proc/self/ns/mnt").out
    check_goes_on(platform, kill)
    check(platform.run("readlink", "/proc/self/ns/mnt").out == namespace, "the mount namespace is another one")


def case_guardian_killed(platforms):
    platform = platforms.up()
    agent, supervisor = platform.pid("agent"), platform.pid("supervisor")

    def kill():
        (old,) = platform.kill("guardian")
        platform.await_new("guardian", old)

    check_goes_on(platform, kill)
    check((platform.pid("agent"), platform.pid("supervisor")) == (agent, supervisor), "others were restarted")
    # The new guardian is as good as the first.
    platform.kill("supervisor")
    platform.await_new("supervisor", supervisor)
    platform.run("true", check_status=0)


def case_dcp_run_while_the_supervisor_is_killed(platforms):
    platform = platforms.up()
    for _ in range(3):
        platform.kill("supervisor")
        done = platform.run("echo", "through", check_status=0)
        check((done.out, done.err) == ("through\n", ""), "not waited for", done)


def case_everything_killed(platforms):
    """What was closed or synced is there after all three were killed at once."""
    platform = platforms.up()
    platform.shell('cd "$DCP_ROOT" && mkdir d && echo closed >d/a && ln d/a d/b && ln -s a d/c && chmod 640 d/a')
    before = platform.shell('cd "$DCP_ROOT/d" && stat -c "%n %i %h %a %s %Y %Z" * && cat a b c').out
    platform.kill("guardian", "supervisor", "agent")
    after = platform.shell('cd "$DCP_ROOT/d" && stat -c "%n %i %h %a %s %Y %Z" * && cat a b c').out
    check(before == after, "the files differ", before, after)


def case_down_ends_everything(platforms):
    platform = platforms.up()
    pids = [platform.pid(name) for name in ("guardian", "supervisor", "agent")]
    namespace = os.readlink(f"/proc/{platform.pid('supervisor')}/ns/mnt")
    done = platform.dcp("down")
    check(done.err == "", "something on stderr", done)
    for pid in pids:
        wait_for(lambda pid=pid: not is_alive(pid), f"{pid} to be gone", seconds=1)
    if namespace != os.readlink("/proc/self/ns/mnt"):
        check(namespace not in mount_namespaces(), "the mount namespace is still there")
    check(not platform.is_ready() and not platform.is_held(), "it left a mark that it runs")


def mount_namespaces():
    found = set()
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                found.add(os.readlink(f"/proc/{name}/ns/mnt"))
            except OSError:
                continue
    return found


def case_down_when_nothing_runs(platforms):
    platform = platforms.new()
    done = platform.dcp("down")
    check(done.out + done.err != "", "it does not say that nothing runs", done)
    check(platform.dcp("down").status == 0, "not twice")


def case_status_names_the_processes(platforms):
    platform = platforms.up()
    done = platform.dcp("status", "--json")
    text = done.out
    for name in ("agent", "supervisor"):
        check(str(platform.pid(name)) in text, f"the {name}'s pid is not named", done)


def case_up_twice(platforms):
    platform = platforms.up()
    agent = platform.pid("agent")
    platform.dcp("up")
    check(platform.pid("agent") == agent, "another agent")


def case_two_first_runs_at_once(platforms):
    platform = platforms.new()
    programs = [platform.begin("sh", "-c", "echo $DCP_ROOT", stdout=subprocess.PIPE) for _ in range(4)]
    outs = [program.communicate()[0] for program in programs]
    check([program.returncode for program in programs] == [0] * 4, "one failed", outs)
    check(outs == [f"{platform.root}\n"] * 4, "not the same tree", outs)


def case_two_homes(platforms):
    one, two = platforms.up(), platforms.up()
    for platform, word in ((one, "one"), (two, "two")):
        platform.shell('echo "$1" >"$DCP_ROOT/who"', word)
    check(one.shell('cat "$DCP_ROOT/who"').out == "one\n", "the first sees another file")
    one.dcp("down")
    check(two.shell('cat "$DCP_ROOT/who"').out == "two\n", "the second went down with the first")
    check(one.shell('cat "$DCP_ROOT/who"').out == "one\n", "the first lost its file")
