"""A platform on which seeds run one after another, and the hand that strikes it."""

import concurrent.futures
import contextlib
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import checks
import faultplan
import lives

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))
from disk import Disk  # noqa: E402
from platforms import Platform, is_alive, wait_for  # noqa: E402

SETTINGS = {
    "DCP_CHUNK_BYTES": "65536",
    "DCP_WRITE_BACK_DELAY_MS": "10",
    "DCP_CALL_WAIT_MS": "120000",
    # An agent lives for a second or two here: what the optimizing compiler does for it is never used.
    "DCP_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1",
}
DOWN_SECONDS = 100
DROP_CACHE = "/down?dropCache=true"


class Store:
    """An S3 server as a process."""

    def __init__(self, directory):
        self.directory = directory / "objects"
        self.directory.mkdir()
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        self.settings = {
            "DCP_S3_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "DCP_S3_ACCESS_KEY": "somebody",
            "DCP_S3_SECRET_KEY": "a-secret-that-nobody-is-told",
        }
        self.process = None
        self.begin()

    def begin(self):
        self.end()
        command = [sys.executable, str(pathlib.Path(lives.__file__).parent / "objectstore.py")]
        self.process = subprocess.Popen([*command, self.directory, str(self.port)], stdout=subprocess.PIPE)
        self.process.stdout.readline()

    def mend(self):
        """It serves again as it should; what it has not answered yet it answers, unless it was killed."""
        if self.process.poll() is not None:
            self.begin()
        self.process.send_signal(signal.SIGHUP)
        self.process.send_signal(signal.SIGCONT)

    def end(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Lane:
    """
    Owns one platform below a directory. Kinds: "plain"; "store", with an object store that is another process; "power", on a
    disk whose power can be taken. `finished` seeds are checked once more by a cold start.
    """

    def __init__(self, directory, programs, kind="plain"):
        self.directory = directory
        directory.mkdir()
        self.workload, self.striker = programs / "workload", programs / "trigger"
        self.kind = kind
        self.disk = Disk(directory) if kind == "power" else None
        self.store = Store(directory) if kind == "store" else None
        settings = {**SETTINGS, **(self.store.settings if self.store else {})}
        self.platform = Platform(self.disk.mount_point if self.disk else directory, settings)
        self.boots = 0
        self.boot()
        self.root = self.platform.root
        self.finished = []
        self.struck_agent = self.struck_mounts = None
        self.power_off_ns = 0  # when the power was last taken, by the clock of the actors' reports
        self.read_of_log = 0

    def boot(self):
        """Starts the platform as after a loss of power: the page cache that it knew is gone."""
        if self.disk is not None:
            self.boots += 1
            self.platform.environment["DCP_BOOT_ID"] = f"crash-{self.boots}"
        self.platform.dcp("up")

    # --- faults ---

    def trigger(self, plan, actors, threads):
        """Prepares the strike of a plan; returns its process."""
        process_of = [number for number, count in enumerate(threads) for _ in range(count)]
        first_of = {}
        for actor in actors:
            first_of.setdefault(process_of[actor.number], actor)
        self.struck_agent = self.platform.pid("agent")
        self.struck_mounts = self.mounts_of(self.platform.pid("supervisor"))
        words = []
        for target in plan.targets:
            if target == "program":
                words += [f"@{actor.report}" for actor in first_of.values()]
            elif target == "power":
                words.append(f"!{self.disk.mount_point},{plan.power_flags}")
            elif target in faultplan.STORE_SIGNALS:
                words.append(f"{self.store.process.pid},{int(faultplan.STORE_SIGNALS[target])}")
            elif target == "process":
                words.append(f"@{actors[plan.actor].report}")
            else:
                words.append(str(self.platform.pid(target)))
        report = actors[plan.actor].report
        command = [self.striker, report, str(plan.count), str(plan.delay_us), *words]
        return subprocess.Popen(command, stdout=subprocess.PIPE)

    def recover(self, plan, trigger, program, actors):
        """Waits for the strike; starts again what does not start by itself."""
        if trigger is None:
            return
        lives.await_end(trigger, lives.PROGRAM_SECONDS)
        with trigger.stdout:
            self.power_off_ns = int(trigger.stdout.read() or 0)
        if plan.again_ms:
            time.sleep(plan.again_ms / 1000)  # the moment of the second strike
            agent = self.platform.pid("agent")
            if agent is not None:  # else the next one has not begun yet
                with contextlib.suppress(ProcessLookupError):
                    os.kill(agent, signal.SIGKILL)
        if plan.away_ms:
            time.sleep(plan.away_ms / 1000)
            self.store.mend()
        if plan.power_flags:
            self.kill_program(program, actors)
            self.disk.power_on_again(self.kill_the_rest)
            self.boot()
        elif "guardian" in plan.targets and "agent" in plan.targets:
            self.up_again()

    def up_again(self):
        """Between two strikes a supervisor may have found the time for another guardian, which begins anew."""
        wait_for(
            lambda: not self.platform.is_held() or self.platform.pid("agent") != self.struck_agent,
            "the killed platform to be gone",
        )
        done = self.platform.dcp("up", check_status=None)
        if done.status != 0 and self.store is not None:
            # It may be that start, and have found the object store away: that is a reason not to start.
            wait_for(lambda: not self.platform.is_held(), "the platform that could not start to be gone")
            done = self.platform.dcp("up", check_status=None)
        if done.status != 0:
            raise lives.Violation(f"the platform does not start again: {done}")

    @staticmethod
    def mounts_of(pid):
        """The mount namespace of a process; None if it is gone."""
        with contextlib.suppress(OSError):
            return os.readlink(f"/proc/{pid}/ns/mnt")
        return None

    def kill_the_rest(self):
        """What the platform had the time to start between two strikes: without power nothing runs."""
        if self.struck_mounts in (None, self.mounts_of("self")):
            return
        # Guardian and supervisor start each other again, so that one of them may be new by now.
        while pids := [pid for pid in filter(str.isdigit, os.listdir("/proc")) if self.was_struck(pid)]:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)

    def was_struck(self, pid):
        """Whether a process is of the platform that was struck. The number of a namespace that is gone comes again."""
        if self.mounts_of(pid) != self.struck_mounts:
            return False
        with contextlib.suppress(OSError):
            environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
            return f"DCP_HOME={self.platform.home}".encode() in environment.split(b"\0")
        return False

    @staticmethod
    def kill_program(program, actors):
        for actor in actors:
            pid = lives.REPORT.unpack_from(actor.report.read_bytes())[3]
            if pid > 0 and is_alive(pid):
                with contextlib.suppress(ProcessLookupError):  # it is just ending by itself
                    os.kill(pid, signal.SIGKILL)
        program.kill()
        program.wait()

    def cold_start(self):
        """Everything goes to the object store and is dropped here."""
        self.ask("POST", DROP_CACHE)
        wait_for(lambda: not self.platform.is_held(), "the platform to be gone")
        self.platform.dcp("up")

    def cut_cold_start(self, after_ms):
        """Everything is killed in the middle of that."""
        request = self.request("POST", DROP_CACHE)
        self.struck_agent = self.platform.pid("agent")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            asked = pool.submit(self.send, request)
            time.sleep(after_ms / 1000)  # the moment of the strike
            for pid in filter(None, map(self.platform.pid, faultplan.PLATFORM)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(OSError, http.client.HTTPException):
                asked.result()
        self.up_again()

    def ask(self, method, path):
        return self.send(self.request(method, path))

    def request(self, method, path):
        """To a platform that is ready to answer it."""
        self.platform.dcp("up")
        self.platform.await_ready()
        ready = json.loads((self.platform.home / "run" / "ready").read_text())
        request = urllib.request.Request(f"http://127.0.0.1:{ready['httpPort']}{path}", method=method, data=b"")
        request.add_header("Authorization", "Bearer " + (self.platform.home / "token").read_text().strip())
        return request

    @staticmethod
    def send(request):
        with urllib.request.urlopen(request, timeout=DOWN_SECONDS) as answer:
            return answer.read()

    # --- looking ---

    def is_cold(self):
        """May the mirror lack something? The flag of the region."""
        region = (self.platform.home / "run" / "region").read_bytes()
        return int.from_bytes(region[20:24], "little") != 0

    def complaints(self):
        """What the agent says is wrong."""
        text = (self.platform.home / "agent.log").read_bytes()
        new, self.read_of_log = text[self.read_of_log :].decode(errors="replace"), len(text)
        return [f"agent.log: {line}" for line in new.splitlines() if " ERROR " in line]

    def inconsistencies(self):
        """
        What `dcp fsck --data` finds. Objects that a killed agent had sent and not recorded yet are allowed once: it removes
        them, and everything must be there after that.
        """
        first, second = (
            json.loads(self.ask("POST", f"/fsck?repair={repair}&data=true"))["problems"] for repair in ("true", "false")
        )
        found = [problem for problem in first if problem["kind"] != "OBJECT_UNUSED" or not problem["repaired"]]
        return [f"fsck: {problem}" for problem in found] + [f"fsck after a repair: {problem}" for problem in second]

    def walk_tree(self, names):
        out = self.directory / "tree.walk"
        done = self.platform.run(
            *[sys.executable, pathlib.Path(lives.__file__).parent / "walk.py", out, *(f"{self.root}/{name}" for name in names)]
        )
        if done.status != 0:
            raise lives.Violation(f"the walk failed: {done}")
        return lives.read_walks(out)

    def check_finished(self):
        """All finished seeds from cold: what the object store gives is what was seen. Returns {seed: violations}."""
        finished, self.finished = self.finished, []
        if not finished:
            return {}
        inconsistencies = self.inconsistencies()
        self.cold_start()
        walks = self.walk_tree([seed.name for seed in finished])
        wrong = {}
        for seed, seen in zip(finished, walks):
            found = checks.of_whole(seen) + checks.of_two_walks("cold", seed.seen, seen, lives.ALL_FIELDS)
            wrong[seed.seed] = found
        # They are of all seeds together.
        wrong[finished[0].seed] += inconsistencies + self.complaints()
        if not any(wrong.values()):
            self.platform.shell('cd "$DCP_ROOT" && rm -r "$@"', *(seed.name for seed in finished))
        return wrong

    def close(self):
        self.platform.down()
        if self.disk is not None:
            self.disk.close()
        if self.store is not None:
            self.store.end()
