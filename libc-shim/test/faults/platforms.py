"""The platforms of a case, each with a DCP_HOME of its own below one temporary directory, and what cases need to watch
them. Nothing here sleeps to wait for something: `wait_for` looks until a condition holds."""

import contextlib
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
SCRIPTS = REPOSITORY / "scripts"
PROGRAMS = REPOSITORY / "libc-shim" / "target"
SECONDS = 40  # the bound on everything that is waited for; a start may take 30
PLATFORM_FAILED = 125


class Skip(Exception):
    """The case cannot run on this machine; the message says why."""


def wait_for(condition, what, seconds=SECONDS):
    """Returns the first true value of condition()."""
    until = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        select.select([], [], [], 0.01)


def is_alive(pid):
    """A zombie is dead."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def stop(pid):
    """Returns when the last of its threads has stopped."""
    os.kill(pid, signal.SIGSTOP)

    def stopped():
        stats = [path.read_text() for path in pathlib.Path(f"/proc/{pid}/task").glob("*/stat")]
        return all(stat.rpartition(")")[2].split()[0] == "T" for stat in stats)

    wait_for(stopped, f"{pid} to stop")


def check(condition, what, *evidence):
    if not condition:
        raise AssertionError("\n".join([what] + [repr(each) for each in evidence]))


class Done:
    """What a finished command gave."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __repr__(self):
        return f"status {self.status}, out {self.out!r}, err {self.err!r}"


class Platform:
    """One DCP_HOME. Starts nothing by itself: its first command does."""

    def __init__(self, directory, environment=None, user=None):
        self.directory = pathlib.Path(directory)
        self.home = self.directory / "home"
        self.user = user
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("DCP_") or name in ("DCP_AGENT_COMMAND", "DCP_JAVA", "DCP_AGENT_HEAP")
        }
        self.environment.update(HOME=str(self.directory), DCP_HOME=str(self.home))
        self.environment.update(environment or {})

    def command(self, *words):
        """The command line of dcp-run with these words, as the platform's user."""
        return self.as_user([str(SCRIPTS / "dcp-run"), *map(str, words)])

    def as_user(self, words):
        if self.user is None:
            return words
        drop = ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups"]
        return drop + words

    def run(self, *words, check_status=None, **options):
        """dcp-run with these words. Text in, text out."""
        return self.finish(self.command(*words), check_status, **options)

    def shell(self, script, *arguments, check_status=0, **options):
        return self.run("--", "bash", "-c", script, "bash", *arguments, check_status=check_status, **options)

    def dcp(self, *words, check_status=0, **options):
        return self.finish(self.as_user([str(SCRIPTS / "dcp"), *words]), check_status, **options)

    def finish(self, command, check_status=None, **options):
        options.setdefault("cwd", self.directory)
        environment = dict(self.environment, **options.pop("env", {}))
        done = subprocess.run(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=options.pop("stdin", subprocess.DEVNULL) if "input" not in options else None,
            timeout=3 * SECONDS,
            text=True,
            errors="surrogateescape",
            check=False,
            **options,
        )
        result = Done(done.returncode, done.stdout, done.stderr)
        if check_status is not None:
            check(result.status == check_status, f"status is not {check_status}: {command}", result)
        return result

    def begin(self, *words, **options):
        """dcp-run with these words, running."""
        options.setdefault("cwd", self.directory)
        environment = dict(self.environment, **options.pop("env", {}))
        return subprocess.Popen(self.command(*words), env=environment, text=True, **options)

    def refuses(self, reason, *words, **options):
        """dcp-run fails with 125 and one line that matches `reason`, and leaves no process behind."""
        done = self.run(*(words or ("true",)), check_status=PLATFORM_FAILED, **options)
        check(done.out == "", "something on stdout", done)
        check(done.err.count("\n") == 1, "not one line on stderr", done)
        check(re.search(reason, done.err), f"the line does not match {reason}", done)
        check(done.err.startswith("dcp-run: "), "the line is not dcp-run's", done)
        wait_for(lambda: not self.is_held(), "the lock to be free")
        return done

    # --- its processes ---

    @property
    def root(self):
        """Where its programs see the tree; known once it was up."""
        description = (self.home / "run" / "platform").read_text()
        return pathlib.Path(re.search("^root=(.*)$", description, re.MULTILINE).group(1))

    def is_ready(self):
        return (self.home / "run" / "ready").exists()

    def is_held(self):
        """Does a guardian or supervisor live? Both hold the lock."""
        try:
            with open(self.home / "run" / "spawner.lock", "r+b") as lock:
                try:
                    fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return True
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            pass
        return False

    def pid(self, name):
        """Of guardian, supervisor or agent; None if there is none."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int((self.home / "run" / f"{name}.pid").read_text())
        return None

    def kill(self, *names):
        """Kills them at once and returns when they are dead."""
        pids = [self.pid(name) for name in names]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        for pid in pids:
            wait_for(lambda pid=pid: not is_alive(pid), f"{pid} to die")
        return pids

    def await_new(self, name, old):
        """Waits until another process is `name`."""
        return wait_for(lambda: self.pid(name) not in (None, old) and self.pid(name), f"a new {name}")

    def await_ready(self):
        wait_for(self.is_ready, "the platform to be ready")

    def down(self):
        """Ends it without the help of the agent's API."""
        subprocess.run(
            self.as_user([str(PROGRAMS / "dcp-spawner"), "down"]),
            env=self.environment,
            cwd="/",
            stderr=subprocess.DEVNULL,
            timeout=2 * SECONDS,
            check=False,
        )

    def last_words(self):
        with contextlib.suppress(OSError):
            lines = (self.home / "agent.log").read_text(errors="replace").splitlines()
            return [f"agent.log: {line}" for line in lines[-15:]]
        return []


class Terminal:
    """A command on a pseudo terminal of its own, as its session's leader."""

    def __init__(self, platform, command):
        self.seen = b""
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.chdir(platform.directory)
            os.execvpe(command[0], command, platform.environment)

    def type(self, text):
        os.write(self.master, text.encode())

    def expect(self, pattern):
        """Waits until what was written so far matches, and forgets it up to there."""

        def found():
            if select.select([self.master], [], [], 0)[0]:
                with contextlib.suppress(OSError):
                    self.seen += os.read(self.master, 65536)
            return re.search(pattern.encode(), self.seen)

        try:
            match = wait_for(found, f"{pattern!r} on the terminal")
        except AssertionError as error:
            raise AssertionError(f"{error}, which shows {self.seen!r}") from None
        self.seen = self.seen[match.end() :]
        return match

    def status(self):
        """Waits for the end; as a shell has it: 128+n if killed by signal n."""

        def ended():
            if select.select([self.master], [], [], 0)[0]:
                with contextlib.suppress(OSError):
                    self.seen += os.read(self.master, 65536)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            return (status,) if pid else None

        code = os.waitstatus_to_exitcode(wait_for(ended, "the program on the terminal to end")[0])
        self.pid = None
        return 128 - code if code < 0 else code

    def close(self):
        os.close(self.master)
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


class Platforms:
    """Makes the platforms of one case and ends them all."""

    _shared = None  # the Platforms of the one that cases share

    def __init__(self, name):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=f"dcp-faults-{name}-"))
        self.directory.chmod(0o755)
        self.made = []
        self.closers = contextlib.ExitStack()

    def new(self, environment=None, user=None):
        directory = self.directory / str(len(self.made) + 1)
        directory.mkdir()
        if user is not None:
            os.chown(directory, user, user)
        platform = Platform(directory, environment, user)
        self.made.append(platform)
        return platform

    def up(self, environment=None, user=None):
        """A platform that runs."""
        platform = self.new(environment, user)
        platform.dcp("up")
        return platform

    def shared(self):
        """A platform that runs, for all cases that leave it as it was but for files of their own names."""
        if Platforms._shared is None:
            Platforms._shared = Platforms("shared")
            Platforms._shared.up()
        return Platforms._shared.made[0]

    @staticmethod
    def close_shared(keep):
        if Platforms._shared is not None:
            Platforms._shared.close(keep)

    def terminal(self, platform, *words, command=None):
        """dcp-run with these words, or another command, on a new terminal."""
        terminal = Terminal(platform, command or platform.command(*words))
        self.closers.callback(terminal.close)
        return terminal

    def scratch(self, name):
        path = self.directory / name
        path.mkdir()
        return path

    def last_words(self):
        return [line for platform in self.made for line in platform.last_words()]

    def close(self, keep):
        self.closers.close()
        for platform in self.made:
            platform.down()
        if not keep:
            shutil.rmtree(self.directory, ignore_errors=True)


def json_of(done):
    return json.loads(done.out)
