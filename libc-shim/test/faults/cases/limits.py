"""Programs that are killed for their memory: they hold nothing up."""

import os
import pathlib

from platforms import Skip, check, is_alive, wait_for

# Threads that change one directory without a pause, until their process has used up its memory.
HUNGRY = r"""
import os, threading
os.chdir(os.environ["DCP_ROOT"] + "/hungry")
def work(number):
    while True:
        name = f"f{number}"
        with open(name, "w") as file:
            file.write("text")
        os.rename(name, name + ".new")
        os.mkdir(f"d{number}")
        os.rmdir(f"d{number}")
        os.unlink(name + ".new")
for number in range(3):
    threading.Thread(target=work, args=(number,), daemon=True).start()
kept = []
while True:
    kept.append(os.urandom(1 << 16))
"""
def memory_group(name, limit):
    """A control group with so much memory, of either version."""
    first = pathlib.Path("/sys/fs/cgroup/memory")
    second = pathlib.Path("/sys/fs/cgroup")
    try:
        if (first / "memory.limit_in_bytes").exists():
            group, file = first / name, "memory.limit_in_bytes"
        elif "memory" in (second / "cgroup.subtree_control").read_text().split():
            group, file = second / name, "memory.max"
        else:
            raise Skip("no control groups with memory limits")
        group.mkdir()
        (group / file).write_text(str(limit))
    except OSError as error:
        raise Skip(f"control groups cannot be made: {error}") from None
    return group


def case_program_killed_for_its_memory_holds_nothing_up(platforms):
    platform = platforms.shared()
    group = memory_group(f"dcp-test-{os.getpid()}", 48 << 20)
    platforms.closers.callback(group.rmdir)
    platform.shell('mkdir -p "$DCP_ROOT/hungry"')
    agent = platform.pid("agent")
    join = f'echo $$ >{group}/cgroup.procs && exec python3 -c "$1"'
    for _ in range(3):
        done = platform.shell(join, HUNGRY, check_status=None)
        check(done.status == -9, "not killed for its memory", done)
        left = platform.shell('cd "$DCP_ROOT/hungry" && rm -rf ./* && mkdir d0 && rmdir d0 && ls -A').out
        check(left == "", "names that cannot be removed", left)
    check(platform.pid("agent") == agent and is_alive(agent), "the agent died of it")
    platform.shell('rmdir "$DCP_ROOT/hungry"')
    wait_for(lambda: (group / "cgroup.procs").read_text() == "", "the group to be empty")
