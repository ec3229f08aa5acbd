"""A disk whose power can be taken: a small ext4 in a file, mounted where only this harness sees it."""

import os
import pathlib
import shutil
import subprocess
import sys

from platforms import wait_for

BYTES = 768 << 20
NEEDED = ("mkfs.ext4", "losetup", "unshare", "mount")
MARK = "DCP_CRASH_OWN_MOUNTS"


def why_not():
    """Why there can be none on this machine; None if there can."""
    if os.geteuid() != 0:
        return "only root can mount"
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        return f"no {missing[0]}"
    for probe, reason in ((["losetup", "--find"], "no loop device"), (["unshare", "--mount", "true"], "no mount namespaces")):
        if subprocess.run(probe, capture_output=True, check=False).returncode != 0:
            return reason
    return None


def in_own_mounts():
    """
    Begins this program again in a mount namespace whose mounts no other one keeps busy. They are shared with the platforms'
    namespaces, so that what is unmounted here is gone there too.
    """
    if os.environ.get(MARK):
        subprocess.run(["mount", "--make-rshared", "/"], check=True)
        return
    os.environ[MARK] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "slave", sys.executable, *sys.argv])


class Disk:
    def __init__(self, directory):
        self.image, self.mount_point = directory / "disk.image", directory / "disk"
        self.mount_point.mkdir()
        with open(self.image, "wb") as file:
            file.truncate(BYTES)
        subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", self.image], check=True)
        found = subprocess.run(["losetup", "--find", "--show", self.image], check=True, capture_output=True, text=True)
        self.device = found.stdout.strip()
        self.mount()

    def mount(self):
        subprocess.run(["mount", "-t", "ext4", self.device, self.mount_point], check=True)

    def power_on_again(self, kill_users):
        """After the power was taken: once everything that used the disk is dead, the journal of ext4 is played back."""

        def is_free():
            kill_users()
            return self.is_unmounted()

        wait_for(is_free, f"{self.mount_point} to be free")
        self.mount()

    def is_unmounted(self):
        subprocess.run(["umount", self.mount_point], stderr=subprocess.DEVNULL, check=False)
        # As long as some namespace has it mounted, mounting it again would show the dead one.
        return not pathlib.Path("/proc/fs/ext4", pathlib.Path(self.device).name).exists()

    def close(self):
        subprocess.run(["umount", "--lazy", self.mount_point], stderr=subprocess.DEVNULL, check=False)
        subprocess.run(["losetup", "--detach", self.device], stderr=subprocess.DEVNULL, check=False)
