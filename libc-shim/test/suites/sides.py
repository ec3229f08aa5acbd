"""The two sides on which a suite of other people runs each of its tests: a local directory, and the tree under dcp-run.
What a test says on the one is compared with what it says on the other; nothing is known here of any suite."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
LAUNCHER = REPOSITORY / "scripts" / "dcp-run"
ADMINISTRATION = REPOSITORY / "scripts" / "dcp"
MARK = "DCP_SUITE_TEST"  # in the environment of everything that a test starts
TIMED_OUT = "timed out"


class NoPlatform(Exception):
    """Nothing can be run on the tree; the message says why."""


class Done:
    """What a test left: its exit status (-N after signal N, or TIMED_OUT), its output, and how long it took."""

    def __init__(self, status, output, seconds):
        self.status, self.output, self.seconds = status, output, seconds


class Side:
    """Where tests run. `folder` is where each gets a directory of its own."""

    def __init__(self, label, folder, notes, prefix, environment):
        self.label, self.folder, self.notes = label, folder, pathlib.Path(notes)
        self.prefix, self.environment = list(prefix), dict(environment)
        self.notes.mkdir(parents=True, exist_ok=True)

    def directory(self, name):
        return f"{self.folder}/{name.replace('/', '.')}"

    def run(self, name, command, environment, timeout_s):
        """Runs a command of the shell in a fresh directory that everybody may write to, which is TMPDIR."""
        directory = self.directory(name)
        mark = f"{self.label}:{name}:{time.monotonic_ns()}"
        script = 'rm -rf "$1"; mkdir -p "$1" && chmod 1777 "$1" && cd "$1" && exec sh -c "$2"'
        words = self.prefix + ["/bin/sh", "-c", script, "sh", directory, command]
        begun = time.monotonic()
        output = self.notes / f"{name.replace('/', '.')}.out"
        with open(output, "wb") as out:
            process = subprocess.Popen(
                words,
                env={**environment, **self.environment, "TMPDIR": directory, MARK: mark},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd="/",
                start_new_session=True,
            )
            try:
                status = process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                status = TIMED_OUT
            finally:  # also when this program is told to end
                seconds = time.monotonic() - begun
                kill_marked(mark)
                process.wait()
        return Done(status, output.read_text(errors="backslashreplace"), seconds)

    def clear(self, name):
        """Removes the directory of a test, with what is still mounted or a device in it."""
        script = (
            'grep -o " $1[^ ]*" /proc/self/mounts | sort -r | while read -r point; do umount -l "$point"; done; '
            'losetup -n -O NAME,BACK-FILE | while read -r device file; do '
            'case $file in "$1"/*) losetup -d "$device" ;; esac; done; '
            'rm -rf "$1" || { chattr -R -i -a "$1"; rm -rf "$1"; }'
        )
        subprocess.run(
            self.prefix + ["/bin/sh", "-c", script, "sh", self.directory(name)],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            check=False,
        )


def kill_marked(mark):
    """Ends every process that carries the mark: also those that left the session."""
    wanted = f"{MARK}={mark}".encode()
    while True:
        found = False
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    state = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
                    if state not in "ZX":
                        os.kill(int(folder.name), signal.SIGKILL)
                        found = True
            except (OSError, IndexError):
                pass
        if not found:
            return


class Sides:
    """Both sides, with one platform of their own unless DCP_HOME names one. A context: the platform ends with it."""

    def __init__(self, suite):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix=f"dcp-{suite}-"))
        self.scratch.chmod(0o755)
        self.ours = "DCP_HOME" not in os.environ
        self.platform = {name: value for name, value in os.environ.items() if name.startswith("DCP_")}
        self.platform.setdefault("DCP_HOME", str(self.scratch / "home"))
        if self.ours and os.geteuid() != 0:
            self.platform.setdefault("DCP_ROOT", str(self.scratch / "root"))
        self.suite = suite
        self.alone = threading.Lock()
        # A mount namespace of its own on both sides: what a test mounts on the local side goes when it ends.
        namespace = ["unshare", "--mount", "--propagation", "unchanged", "--"] if os.geteuid() == 0 else []
        self.native = Side("native", f"{self.scratch}/native", self.scratch / "native.out", namespace, {})
        self.tree = None

    def __enter__(self):
        asked = subprocess.run(
            [str(LAUNCHER), "--", "/bin/sh", "-c", 'printf %s "$DCP_ROOT"'],
            env={**os.environ, **self.platform},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            check=False,
        )
        root = asked.stdout.decode()
        if asked.returncode != 0 or not root.startswith("/"):
            raise NoPlatform(asked.stderr.decode(errors="replace").strip())
        prefix = [str(LAUNCHER), "--"]
        self.tree = Side("tree", f"{root}/{self.suite}-{os.getpid()}", self.scratch / "tree.out", prefix, self.platform)
        return self

    def __exit__(self, *_):
        if self.ours:
            subprocess.run(
                [str(ADMINISTRATION), "down"],
                env={**os.environ, **self.platform},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                check=False,
            )

    def remove(self):
        shutil.rmtree(self.scratch, ignore_errors=True)
