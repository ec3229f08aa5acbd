"""Loss of power, played by the shutdown call of ext4 on a loop device: what fsync acknowledged is there afterwards."""

import contextlib
import fcntl
import os
import struct
import subprocess

from platforms import Skip, check

EXT4_IOC_SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2
DISK_BYTES = 1 << 30


class Disk:
    """An ext4 file system of its own that can lose its power."""

    def __init__(self, platforms):
        self.image = platforms.directory / "disk"
        self.where = platforms.directory / "mounted"
        self.boots = 0
        if os.geteuid() != 0:
            raise Skip("only root can mount")
        self.where.mkdir(parents=True, exist_ok=True)
        with open(self.image, "wb") as image:
            image.truncate(DISK_BYTES)
        subprocess.run(["mkfs.ext4", "-q", "-F", self.image], check=True)
        self.mount(first=True)

    def mount(self, first=False):
        self.boots += 1
        done = subprocess.run(["mount", "-o", "loop", self.image, self.where], capture_output=True, text=True)
        if done.returncode != 0:
            if first:
                raise Skip(f"no loop device: {done.stderr.strip()}")
            raise AssertionError(f"cannot mount again: {done.stderr.strip()}")

    def environment(self):
        return {"DCP_BOOT_ID": f"power-{self.boots}"}

    def lose_power(self, platform):
        directory = os.open(self.where, os.O_RDONLY)
        fcntl.ioctl(directory, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        os.close(directory)
        platform.kill_everything()
        subprocess.run(["umount", self.where], check=True)
        self.mount()
        platform.environment.update(self.environment())

    def close(self):
        subprocess.run(["umount", "--lazy", self.where], check=False)


@contextlib.contextmanager
def powered(platforms):
    disk = Disk(platforms)
    try:
        platform = platforms.platform(home=disk.where / "home", environment=disk.environment())
        yield platform, disk
        platform.dcp("down")
    finally:
        disk.close()


DURABLE = """
cd "$DCP_ROOT" && mkdir d && echo synced >d/file && sync d/file && echo tmp >d/tmp && sync d/tmp && echo old >d/final &&
sync d/final && mv d/tmp d/final && sync d && ln d/file d/linked && echo gone >d/gone && sync && rm d/gone && mkdir d/e &&
seq 100000 >d/cut && sync d/cut && truncate -s 100 d/cut && sync d/cut && sync d
"""
UNSYNCED = """
cd "$DCP_ROOT" && echo later >>d/file && echo unsynced >d/unsynced && mv d/linked d/moved && seq 1000 >d/e/numbers
"""


def case_what_fsync_acknowledged(platforms):
    with powered(platforms) as (platform, disk):
        platform.shell(DURABLE)
        platform.shell(UNSYNCED)
        disk.lose_power(platform)
        listed = platform.shell('cd "$DCP_ROOT/d" && ls && cat final && head -n1 file && stat -c %s cut && stat -c %h file')
        lines = listed.out.split("\n")
        check(set(lines) >= {"cut", "e", "file", "final"}, "names are missing", listed)
        check("gone" not in lines and "tmp" not in lines, "what was removed is back", listed)
        check(lines[-6:-1] == ["tmp", "synced", "100", "2"][-5:] or lines[-5:-1] == ["tmp", "synced", "100", "2"], "contents", listed)


def case_what_was_sent_is_in_the_object_store(platforms):
    """A file that counts as clean is whole, on the mirror and in the object store, whatever was on the disk."""
    with powered(platforms) as (platform, disk):
        platform.shell('cd "$DCP_ROOT" && mkdir d && for i in $(seq 200); do seq 1000 >d/$i; done; sync d')
        platform.await_status(lambda status: status["dirtyFiles"] == 0)
        disk.lose_power(platform)
        sums = 'cd "$DCP_ROOT/d" && cat * | sha256sum'
        platform.shell('for i in $(seq 200); do seq 1000; done >/tmp/expected.$$; rm /tmp/expected.$$')
        warm = platform.shell(sums).out
        platform.dcp("down", "--drop-cache")
        check(platform.shell(sums).out == warm, "another content after a cold start")
        expected = subprocess.run("for i in $(seq 200); do seq 1000; done | sha256sum", shell=True, capture_output=True, text=True)
        check(warm == expected.stdout, "not what was written", warm)


def case_fetched_contents_are_fetched_again(platforms):
    with powered(platforms) as (platform, disk):
        platform.shell('cd "$DCP_ROOT" && seq 300000 >numbers && sha256sum numbers')
        before = platform.shell('sha256sum <"$DCP_ROOT/numbers"').out
        platform.dcp("down", "--drop-cache")
        platform.shell('cd "$DCP_ROOT" && cat numbers >/dev/null && echo x >y && sync y')
        disk.lose_power(platform)
        check(platform.shell('sha256sum <"$DCP_ROOT/numbers"').out == before, "other contents than before")
        platform.shell('cd "$DCP_ROOT" && printf X | dd of=numbers conv=notrunc,fsync status=none')
        disk.lose_power(platform)
        after = platform.shell('cd "$DCP_ROOT" && head -c1 numbers; (printf 1; tail -c +2 numbers) | sha256sum').out
        check(after == "X" + before, "not one byte changed", after)
