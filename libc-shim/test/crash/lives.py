"""One seed on one platform: scripts are drawn, the program runs them, the fault strikes, and what is there is checked."""

import mmap
import os
import pathlib
import pickle
import random
import select
import shutil
import struct
import subprocess
import sys

import checks
import faultplan
import power
import scripts
from model import Model
from walk import Seen

HERE = pathlib.Path(__file__).resolve().parent
REPORT = struct.Struct("<IIIi240s")
OUTCOME = struct.Struct("<QQq")
COMPLETE, UNEXPECTED = 1, 2
OPERATIONS_A_LIFE = 10000  # numbers are unique in a seed
PROGRAM_SECONDS = 150
ALL_FIELDS = ("kind", "mode", "links", "ino", "size", "mtime_ns", "ctime_ns", "xattrs", "target", "content")
MIRROR_FIELDS = ("kind", "mode", "links", "size", "mtime_ns", "xattrs", "target", "content")


class Violation(Exception):
    """What was seen is not among what may be; the arguments say each."""


class Actor:
    """One actor in one life: what it was to do, what it reported, and the model of what it has made."""

    def __init__(self, number, model, script, directory):
        self.number, self.model, self.script = number, model, script
        self.report = directory / f"{number}.log"
        (directory / f"{number}.ops").write_text(script.text())
        with open(self.report, "wb") as file:
            file.truncate(REPORT.size + OUTCOME.size * len(script.operations))
        self.in_flight = None
        self.intents = self.acks = self.state = 0

    def read_report(self):
        with open(self.report, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            self.intents, self.acks, self.state, _, message = REPORT.unpack_from(data)
            self.message = message.rstrip(b"\0").decode()
            self.outcomes = [OUTCOME.unpack_from(data, REPORT.size + OUTCOME.size * i) for i in range(self.intents)]

    def past(self, power_off_ns):
        """
        What may be there after a loss of power. What was acknowledged later is no promise, also if it was done: ext4 finds
        out in the middle of an fsync. Sooner or later results are wrong, and what ended so may be made or not.
        """
        past = power.SubtreePast(self.model)
        for index, (_, acknowledged_ns, result) in enumerate(self.outcomes):
            letter, expected, words = self.script.operations[index]
            done = index < self.acks and expected in ("?", result)
            past.apply(index, letter, words, done and acknowledged_ns < power_off_ns)
            if not done:
                break
        return past

    def bring_forward(self):
        """The model after what was acknowledged."""
        for index in range(self.acks):
            letter, _, words = self.script.operations[index]
            self.model.apply(index, letter, words)
        if self.intents > self.acks:
            letter, _, words = self.script.operations[self.acks]
            self.in_flight = (self.acks, letter, words)

    def unexpected(self):
        if self.state != UNEXPECTED:
            return []
        letter, result, words = self.script.operations[self.acks - 1]
        return [
            f"actor {self.number} operation {self.acks - 1} ({letter} {' '.join(words)}): result is"
            f" {self.outcomes[-1][2]}, not {result} {self.message}"
        ]

    def events(self, seed):
        for index, (intent, ack, result) in enumerate(self.outcomes):
            letter, _, words = self.script.operations[index]
            outcome = (intent, ack, result, index < self.acks)
            yield checks.Event(seed, self.number, self.model.first + index, letter, words, outcome)


class Seed:
    """Runs on a `lane.Lane`; its files are below a directory of the tree of its own, and stay for later checks."""

    operations = (30, 240)  # of an actor in a life, at least and at most

    def __init__(self, lane, seed):
        """`lane`: of the kind that the seed `needs`."""
        self.lane, self.seed = lane, seed
        self.random = random.Random(f"crash {seed}")
        self.power = lane.kind == "power"
        self.name = f"s{seed}"
        self.directory = lane.directory / self.name
        self.story, self.struck = [], []  # what was done in each life, in words and by kind
        self.seen = None
        self.actors = []
        self.events = []

    def run(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir()
        threads = self.random.choice(((1,), (2, 1), (1, 1, 1), (2, 2), (4,), (1, 2, 2), (1,) * 6))
        models = [Model(self.seed, actor) for actor in range(sum(threads))]
        self.prepare(models)
        for life in range(1 if self.power else self.random.choice((1, 1, 2))):
            models = self.live(life, threads, models)

    def prepare(self, models):
        made = 'mkdir -p "$1/shared" && cd "$1" && truncate -s 65536 shared/data && echo x0 >shared/x0 && echo x1 >shared/x1'
        tops = " ".join(model.top for model in models)
        durable = " && sync -f ." if self.power else ""
        self.lane.platform.shell(f"{made} && mkdir {tops}{durable}", f"{self.lane.root}/{self.name}")

    def live(self, life, threads, models):
        directory = self.directory / f"life{life}"
        directory.mkdir()
        actors = []
        for model in models:
            model.first = life * OPERATIONS_A_LIFE
            later = model.replica()
            script = scripts.Script(self.random, later, self.power)
            script.compose(self.random.randint(*self.operations))
            actors.append(Actor(model.actor, model, script, directory))
        plan = self.draw_plan([len(actor.script.operations) for actor in actors])
        self.struck.append(plan.kind)
        self.story.append(f"life {life}: {len(actors)} actors {threads}, {plan}")
        self.play(plan, actors, threads, directory, life)
        if self.power:
            self.judge_power(actors)
        else:
            self.judge(actors, directory)
        self.actors = actors
        for actor in actors:
            actor.model.slots.clear()
        return [actor.model for actor in actors]

    def draw_plan(self, lengths):
        if self.power:
            return faultplan.draw_power(self.random, lengths)
        kinds = faultplan.STORE_KINDS if self.lane.kind == "store" else faultplan.KINDS
        return faultplan.draw(self.random, lengths, kinds)

    def play(self, plan, actors, threads, directory, life):
        """Runs the program with the fault in it, until it has ended."""
        trigger = self.lane.trigger(plan, actors, threads) if plan.targets else None
        words = [self.lane.workload, self.seed, life * OPERATIONS_A_LIFE, f"{self.lane.root}/{self.name}", directory]
        with open(directory / "program.err", "wb") as err:
            program = self.lane.platform.begin(*words, ",".join(map(str, threads)), stderr=err, cwd="/")
        try:
            self.lane.recover(plan, trigger, program, actors)
            await_end(program, PROGRAM_SECONDS)
        except subprocess.TimeoutExpired:
            raise Violation(f"the program hangs {PROGRAM_SECONDS} s after the fault") from None
        finally:
            if program.poll() is None:
                self.lane.kill_program(program, actors)
        if plan.kind == "cold":
            self.lane.cold_start()
        elif plan.kind == "cold-cut":
            self.lane.cut_cold_start(plan.again_ms)

    def judge(self, actors, directory):
        said = (directory / "program.err").read_text(errors="replace")
        wrong = [f"the program said: {said}"] if said else []
        for actor in actors:
            actor.read_report()
            wrong += actor.unexpected()
            actor.bring_forward()
            self.events += [event for event in actor.events(self.seed) if event.is_shared]
        self.seen = self.look()
        wrong += self.violations(actors)
        if not self.lane.is_cold():
            wrong += checks.of_two_walks("mirror", self.seen, self.look_at_mirror(), MIRROR_FIELDS)
        wrong += self.lane.complaints()
        if wrong:
            raise Violation(*wrong)

    def judge_power(self, actors):
        wrong = []
        pasts = []
        for actor in actors:
            actor.read_report()
            pasts.append(actor.past(self.lane.power_off_ns))
            self.events += [event for event in actor.events(self.seed) if event.is_shared]
        self.seen = self.look()
        for past in pasts:
            wrong += past.violations(self.seen)
        wrong += checks.of_whole(self.seen) + power.of_shared(self.seen, self.events)
        if not self.lane.is_cold():
            wrong += checks.of_two_walks("mirror", self.seen, self.look_at_mirror(), MIRROR_FIELDS)
        wrong += self.lane.complaints()
        if wrong:
            raise Violation(*wrong)
        # From now on all of it is durable: it must be there, exactly, also after later losses of power.
        self.lane.platform.shell('sync -f "$1"', f"{self.lane.root}/{self.name}")

    def violations(self, actors):
        """In what was seen last."""
        wrong = checks.of_whole(self.seen)
        for actor in actors:
            wrong += checks.resolve(actor, self.seen)
        return wrong + checks.of_shared(self.seen, self.events)

    def look(self):
        """What a program sees."""
        return self.lane.walk_tree([self.name])[0]

    def look_at_mirror(self):
        out = self.directory / "mirror.walk"
        command = [sys.executable, HERE / "walk.py", out, self.lane.platform.home / "mirror" / self.name]
        subprocess.run(command, check=True)
        return read_walks(out)[0]


def await_end(process, seconds):
    """As process.wait(seconds), which looks every 50 ms."""
    if process.poll() is not None:
        return
    descriptor = os.pidfd_open(process.pid)
    try:
        if not select.select([descriptor], [], [], seconds)[0]:
            raise subprocess.TimeoutExpired(process.args, seconds)
    finally:
        os.close(descriptor)
    process.wait()


def read_walks(path):
    with open(path, "rb") as file:
        return [
            {name: Seen(*one) if isinstance(one, tuple) else one for name, one in each.items()}
            for each in pickle.load(file)
        ]
