"""Loss of power, played by the shutdown call of ext4 on a loop device: what fsync acknowledged is there afterwards."""

import contextlib
import fcntl
import os
import signal
import struct
import subprocess

from platforms import Skip, check, is_alive, json_of, wait_for

EXT4_IOC_SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2
DISK_BYTES = 1 << 30


class Disk:
    """An ext4 file system of its own, with all of a platform on it, that can lose its power."""

    def __init__(self, image, where):
        self.image, self.where = image, where
        self.boots = 0
        if os.geteuid() != 0:
            raise Skip("only root can mount")
        with open(image, "wb") as disk:
            disk.truncate(DISK_BYTES)
        subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
        done = self.mount()
        if done.returncode != 0:
            raise Skip(f"no loop device: {done.stderr.strip()}")
        where.chmod(0o755)

    def mount(self):
        self.boots += 1
        return subprocess.run(["mount", "-o", "loop", self.image, self.where], capture_output=True, text=True, check=False)

    def lose_power(self, platform):
        pids = [pid for pid in map(platform.pid, ("guardian", "supervisor", "agent")) if pid]
        directory = os.open(self.where, os.O_RDONLY)
        fcntl.ioctl(directory, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        os.close(directory)
        for number in (signal.SIGSTOP, signal.SIGKILL):  # at once: they start each other again
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        for pid in pids:
            wait_for(lambda pid=pid: not is_alive(pid), f"{pid} to die")
        subprocess.run(["umount", "--lazy", self.where], check=True)
        # Another mount namespace may hold the dead file system, so it is a copy of the disk that comes back.
        copy = self.image.with_name(f"disk-{self.boots}")
        subprocess.run(["cp", "--sparse=always", self.image, copy], check=True)
        self.image.unlink()
        self.image = copy
        done = self.mount()
        check(done.returncode == 0, "cannot be mounted again", done.stderr)
        platform.environment["DCP_BOOT_ID"] = f"boot-{self.boots}"


@contextlib.contextmanager
def powered(platforms):
    platform = platforms.new({"DCP_BOOT_ID": "boot-1"})
    disk = Disk(platforms.directory / "disk", platform.directory)
    try:
        yield platform, disk
    finally:
        platform.down()
        subprocess.run(["umount", "--lazy", disk.where], check=False)


DURABLE = """
cd "$DCP_ROOT" && mkdir d d/e && echo synced >d/file && sync d/file && ln d/file d/linked &&
echo new >d/tmp && sync d/tmp && echo old >d/final && sync d/final && mv d/tmp d/final && sync d &&
seq 100000 >d/cut && sync d/cut && truncate -s 100 d/cut && sync d/cut && echo gone >d/gone && sync && rm d/gone && sync d
"""
UNSYNCED = """
cd "$DCP_ROOT" && echo later >>d/file && echo unsynced >d/unsynced && mv d/linked d/moved && seq 1000 >d/e/numbers
"""
LOOK = 'cd "$DCP_ROOT/d" && ls && echo : && cat final && head -n1 file && stat -c %s cut && stat -c %h file'


def case_what_fsync_acknowledged(platforms):
    with powered(platforms) as (platform, disk):
        platform.shell(DURABLE)
        inode = platform.shell('stat -c %i "$DCP_ROOT/d/file"').out
        platform.shell(UNSYNCED)
        disk.lose_power(platform)
        done = platform.shell(LOOK)
        names, _, rest = done.out.partition(":\n")
        check(rest == "new\nsynced\n100\n2\n", "not what was acknowledged", done)
        names = set(names.split())
        check({"cut", "e", "file", "final"} <= names <= {"cut", "e", "file", "final", "linked", "moved", "unsynced"}, "names", done)
        check(("linked" in names) != ("moved" in names), "a rename is one step", done)
        check(platform.shell('stat -c %i "$DCP_ROOT/d/file"').out == inode, "another inode number")


def case_what_was_sent_is_whole(platforms):
    """A file that counts as clean is whole on the mirror and in the object store, though no program has synced it."""
    with powered(platforms) as (platform, disk):
        platform.shell('cd "$DCP_ROOT" && for i in $(seq 100); do seq $i 9999 >$i; done && echo x >synced && sync synced')
        wait_for(lambda: json_of(platform.dcp("status", "--json"))["dirtyFiles"] == 0, "everything to be sent")
        platform.shell('cd "$DCP_ROOT" && echo y >synced && sync synced')
        disk.lose_power(platform)
        sums = 'cd "$DCP_ROOT" && for i in $(seq 100); do cat $i; done | sha256sum'
        expected = platform.shell("for i in $(seq 100); do seq $i 9999; done | sha256sum").out
        check(platform.shell(sums).out == expected, "not what was written")
        platform.dcp("down", "--drop-cache")
        check(platform.shell(sums).out == expected, "not what was written, from the object store")


def case_fetched_contents_are_fetched_again(platforms):
    with powered(platforms) as (platform, disk):
        platform.shell('cd "$DCP_ROOT" && seq 300000 >numbers')
        before = platform.shell('sha256sum <"$DCP_ROOT/numbers"').out
        platform.dcp("down", "--drop-cache")
        platform.shell('cd "$DCP_ROOT" && cat numbers >/dev/null && echo x >y && sync y')
        disk.lose_power(platform)
        check(platform.shell('sha256sum <"$DCP_ROOT/numbers"').out == before, "other contents than before")
        platform.shell('cd "$DCP_ROOT" && printf X | dd of=numbers conv=notrunc,fsync status=none')
        disk.lose_power(platform)
        after = platform.shell('cd "$DCP_ROOT" && head -c1 numbers; (printf 1; tail -c +2 numbers) | sha256sum').out
        check(after == "X" + before, "not one byte changed", after)
