"""The disk under the mirror is full: programs hear ENOSPC, nothing is lost, deleting works and makes room again.
DCP_HOME, with the mirror, the metadata and the objects, is on a small ext4 of its own."""

import contextlib
import os
import subprocess

from platforms import Skip, check, wait_for

DISK_MIB = 128
FILL = r"""
cd "$DCP_ROOT"
exec 2>&1
dd if=/dev/urandom of=big bs=1M status=none; echo "big $?"
dd if=/dev/urandom of=rest bs=4k status=none; echo "rest $?"
for i in {1..20000}; do : >small$i || break; done; echo "small $((i < 20000))"
"""
KEPT = r"""
set -e
cd "$DCP_ROOT"
mkdir kept empty
for i in {1..200}; do echo "$i" >kept/$i; : >empty/file$i; mkdir empty/directory$i; ln -s x empty/link$i; done
for i in {1..8}; do head -c 1500000 /dev/urandom >kept/large$i; done
sync
cd kept; sha256sum * >"$1"
"""
# Without the sizes of directories: how many blocks ext4 takes depends on the order in which names came.
TREE = r'cd "$DCP_ROOT" && find . -type d -printf "%P %y %m %n\n" -o -printf "%P %y %m %n %s\n" | sort'
RIGHT = r'cd "$DCP_ROOT/kept" && sha256sum --check --quiet "$1" && test $(ls | wc -l) = 208'


@contextlib.contextmanager
def small_disk(platforms):
    """A platform whose DCP_HOME is on a file system that is soon full; it is down afterwards."""
    if os.geteuid() != 0:
        raise Skip("needs root, to mount a small file system")
    platform = platforms.new(environment={"DCP_DIRTY_BYTES": str(1 << 30)})
    image = platforms.directory / "image"
    with open(image, "wb") as file:
        file.truncate(DISK_MIB << 20)
    make = ["mkfs.ext4", "-q", "-m", "0", "-F", str(image)]
    mount = ["mount", "-o", "loop", str(image), str(platform.directory)]
    for command in (make, mount):
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        except FileNotFoundError:
            raise Skip(f"command {command[0]} is not installed") from None
        if done.returncode != 0:
            raise Skip(f"a small file system cannot be mounted: {done.stdout.strip()}")
    try:
        yield platform
    finally:
        platform.down()
        subprocess.run(["umount", str(platform.directory)], check=True)


def fill(platform):
    """Every kind of writing ends with ENOSPC and nothing else."""
    done = platform.shell(FILL, check_status=None)
    lines = done.out.splitlines()
    check([line for line in lines if line in ("big 1", "rest 1", "small 1")] == ["big 1", "rest 1", "small 1"], "not filled", done)
    others = [line for line in lines if line not in ("big 1", "rest 1", "small 1") and "No space left on device" not in line]
    check(others == [], "something else than ENOSPC", others)


def empty(platform):
    """What is deleted is gone, though it frees no block; then there is room for new files."""
    done = platform.shell('cd "$DCP_ROOT" && rm -r empty && ls -A empty 2>&1 | wc -l')
    check((done.out, done.err) == ("1\n", ""), "not deleted", done)
    platform.shell('cd "$DCP_ROOT" && rm big rest small*')
    platform.shell('cd "$DCP_ROOT" && mkdir new && echo text >new/file && mv new/file new/moved && cat new/moved')


def uploaded(platform):
    wait_for(lambda: "0 bytes of 0 files" in platform.dcp("status").out, "everything to be in the object store")


def case_programs_hear_it_and_deleting_helps(platforms):
    sums = platforms.directory / "sums"
    with small_disk(platforms) as platform:
        platform.shell(KEPT, sums)
        fill(platform)
        platform.shell(RIGHT, sums)
        agent = platform.pid("agent")
        empty(platform)
        platform.shell(RIGHT, sums)
        check(platform.pid("agent") == agent, "the agent died of it")
        uploaded(platform)
        before = platform.shell(TREE).out
        platform.dcp("down", "--drop-cache")
        platform.shell(RIGHT, sums)
        after = platform.shell(TREE).out
        check(before == after, "another tree after a cold start", before, after)


def case_starts_as_often_as_it_is_killed_and_deleting_helps(platforms):
    """Nothing is deleted between the starts, and what waits for the object store is more than there is room for."""
    sums = platforms.directory / "sums"
    with small_disk(platforms) as platform:
        platform.shell(KEPT, sums)
        fill(platform)
        for victims in (("guardian", "supervisor", "agent"), ("agent",), ("agent",)):
            pid = platform.pid("agent")
            platform.kill(*victims)
            platform.shell('cd "$DCP_ROOT" && test -e big && ls empty | wc -l')
            check(platform.pid("agent") != pid, "not another agent")
        late = 'cd "$DCP_ROOT" && for i in {1..2000}; do { : >late$i; } 2>&- || { ls -d late$i 2>&-; break; }; done; rm -f late*'
        check(platform.shell(late).out == "", "what failed is there")
        platform.dcp("down")
        platform.shell('test -e "$DCP_ROOT/big"')
        empty(platform)
        platform.shell(RIGHT, sums)
        uploaded(platform)
        platform.dcp("down", "--drop-cache")
        platform.shell(RIGHT, sums)
        found = platform.dcp("fsck", "--data", check_status=None).out.splitlines()[:-1]
        # What was being sent when the agent was killed may be there, and is nobody's.
        others = [line for line in found if not line.startswith("an object that nothing refers to")]
        check(others == [], "fsck finds something", others)
