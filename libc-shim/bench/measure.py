"""What the benchmarks share: options, results, the table, and a platform of their own in a temporary directory."""

import argparse
import dataclasses
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = REPOSITORY / "scripts"
SHIM = REPOSITORY / "libc-shim"
FEWEST_ROUNDS = 5


@dataclasses.dataclass
class Case:
    """One measured number. `added`: ours is what the platform adds to the baseline, and the ratio compares the wholes."""

    name: str
    unit: str
    ours: float
    baseline: float
    baseline_name: str
    bound: str
    holds: bool
    note: str = ""
    added: bool = False
    more_is_better: bool = False

    def ratio(self):
        if self.more_is_better:
            return self.ours / self.baseline
        whole = self.baseline + max(self.ours, 0) if self.added else self.ours
        return self.baseline / whole

    def as_json(self):
        return {
            "case": self.name,
            "unit": self.unit,
            "ours": round(self.ours, 3),
            "baseline": round(self.baseline, 3),
            "baseline_name": self.baseline_name,
            "ratio": round(self.ratio(), 3),
        }


def at_most(bound, name, unit, ours, baseline, baseline_name, **more):
    return Case(name, unit, ours, baseline, baseline_name, f"<= {bound:g}", ours <= bound, **more)


def options(description):
    parser = argparse.ArgumentParser(prog="scripts/bench", description=description)
    parser.add_argument("--json", metavar="FILE", help="also write the cases to FILE")
    parser.add_argument("--rounds", type=int, default=FEWEST_ROUNDS, help=f"at least {FEWEST_ROUNDS}, the default")
    chosen = parser.parse_args()
    if chosen.rounds < FEWEST_ROUNDS:
        parser.error(f"--rounds {chosen.rounds}: medians need at least {FEWEST_ROUNDS}")
    return chosen


def machine():
    model = next(
        (line.partition(":")[2].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown"
    )
    return f"{os.cpu_count()} CPUs ({model}), Linux {os.uname().release}, load {os.getloadavg()[0]:.2f}"


def report(cases, chosen):
    """Prints the table, writes the JSON file."""
    print(f"{'case':24} {'unit':6} {'ours':>10} {'baseline':>10} {'ratio':>6}  {'bound':8}        baseline is")
    for case in cases:
        verdict = "ok" if case.holds else "MISSED"
        print(
            f"{case.name:24} {case.unit:6} {case.ours:10.2f} {case.baseline:10.2f} {case.ratio():6.2f}  "
            f"{case.bound:8} {verdict:6} {case.baseline_name}"
        )
        if case.note:
            print(f"{'':24} {case.note}")
    print(f"medians of {chosen.rounds} rounds, ours and the baseline in turn; injected latency: none; at the end: {machine()}")
    if chosen.json:
        pathlib.Path(chosen.json).write_text(json.dumps([case.as_json() for case in cases], indent=1) + "\n")


def in_rounds(rounds, measure):
    return [measure(number) for number in range(rounds)]


def median(values):
    return statistics.median(values)


def run(command, **more):
    """Its output as words by line; a failure ends the benchmark."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=True, **more)
    return [line.split() for line in done.stdout.splitlines()]


class Partner:
    """A program that answers each line with a line."""

    def __init__(self, command, **more):
        words = [str(word) for word in command]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, **more)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.process.stdin.close()
        self.process.wait()

    def ask(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()


def build_programs():
    """The C programs of this folder; returns where they are."""
    subprocess.run(["make", "-s", "-C", SHIM, "bench"], check=True, stdout=subprocess.DEVNULL)
    return SHIM / "target" / "bench"


class Platform:
    """A platform with a home of its own, taken down and removed at the end. `plain` is a native directory beside it."""

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="dcp-bench-"))
        self.home = self.directory / "home"
        self.plain = self.directory / "plain"
        self.plain.mkdir()
        self.root = "/dcp" if os.geteuid() == 0 else str(self.directory / "tree")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("DCP_")}
        self.environment.update(DCP_HOME=str(self.home), DCP_ROOT=self.root)
        return self

    def __exit__(self, *failure):
        subprocess.run([SCRIPTS / "dcp", "down"], env=self.environment, capture_output=True)
        shutil.rmtree(self.directory, ignore_errors=True)

    def up(self):
        run([SCRIPTS / "dcp", "up"], env=self.environment)

    def down(self):
        run([SCRIPTS / "dcp", "down"], env=self.environment)

    def run(self, *command):
        """A program under dcp-run."""
        return run([SCRIPTS / "dcp-run", *command], env=self.environment)

    def partner(self, *command):
        return Partner([SCRIPTS / "dcp-run", *command], env=self.environment)

    def processes(self):
        """Agent, supervisor and guardian."""
        status = json.loads(subprocess.check_output([SCRIPTS / "dcp", "status", "--json"], env=self.environment))
        supervisor = status["supervisor"]["pid"]
        stat = pathlib.Path(f"/proc/{supervisor}/stat").read_text()
        guardian = int(stat.rpartition(")")[2].split()[1])
        found = [status["agent"]["pid"], supervisor]
        return found + [guardian] if guardian > 1 else found
