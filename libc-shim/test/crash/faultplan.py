"""What goes wrong in one life of a seed, and when: all drawn from the seed."""

import signal
from random import Random
from typing import NamedTuple

PLATFORM = ("guardian", "supervisor", "agent")
# What is killed at the point; "program" is all of its processes, "process" one of them. "cold" is a start from the object store
# alone, when the program has ended; "cold-cut" kills everything while it is being prepared.
KINDS = {
    "agent": (24, ("agent",)),
    "agent-again": (10, ("agent",)),
    "supervisor": (6, ("supervisor",)),
    "guardian": (2, ("guardian",)),
    "everything": (10, PLATFORM),
    "agent-and-program": (12, ("agent", "program")),
    "agent-and-process": (6, ("process", "agent")),
    "everything-and-program": (12, (*PLATFORM, "program")),
    "program": (7, ("program",)),
    "process": (5, ("process",)),
    "cold": (6, ()),
    "cold-cut": (6, ()),
}

# On a platform whose object store is a server of its own. It is killed, which cuts what it was saying and refuses connections;
# or stopped, so that it takes connections and says nothing; or it answers late; or with errors, before or after it has done
# what it was asked to do.
STORE_KINDS = {
    "store": (5, ("store",)),
    "store-and-agent": (4, ("store", "agent")),
    "store-and-program": (2, ("store", "program")),
    "store-and-everything": (3, ("store", *PLATFORM)),
    "store-hangs": (3, ("store-hangs",)),
    "store-hangs-and-agent": (3, ("store-hangs", "agent")),
    "store-late": (2, ("store-late",)),
    "store-late-and-agent": (2, ("store-late", "agent")),
    "store-late-and-everything": (2, ("store-late", *PLATFORM)),
    "store-errors": (2, ("store-errors",)),
    "store-errors-and-agent": (2, ("store-errors", "agent")),
    "cold": (4, ()),
    "cold-cut": (4, ()),
}
STORE_SIGNALS = {  # what objectstore.py understands
    "store": signal.SIGKILL,
    "store-hangs": signal.SIGSTOP,
    "store-late": signal.SIGUSR1,
    "store-errors": signal.SIGUSR2,
}
STORE_SHARE = 0.15  # of all seeds: those whose object store is cut
POWER_SHARE = 0.2  # of all seeds: those that play a loss of power
# EXT4_GOING_FLAGS_LOGFLUSH and _NOLOGFLUSH: whether ext4's own journal reaches the disk at the last moment.
POWER_FLAGS = (1, 2)


class Plan(NamedTuple):
    kind: str
    targets: tuple
    actor: int  # whose operation
    count: int  # is the point
    delay_us: int
    again_ms: int  # for "again": so much later the agent is killed once more; for "cold-cut": its point
    away_ms: int = 0  # so long the object store is away, or is as it should not be
    power_flags: int = 0  # for the loss of power

    def __str__(self):
        again = f" and {self.again_ms} ms later" if self.again_ms else ""
        if not self.targets:
            return self.kind + again
        again += f", {self.away_ms} ms away" if self.away_ms else ""
        return f"{self.kind} at operation {self.count} of actor {self.actor} + {self.delay_us} us{again}"


def draw(random, lengths, kinds):
    """`lengths`: how many operations each actor has."""
    (kind,) = random.choices(list(kinds), [weight for weight, _ in kinds.values()])
    actor = random.randrange(len(lengths))
    return Plan(
        kind,
        kinds[kind][1],
        actor,
        random.randint(5, lengths[actor]),
        random.choice((0, random.randrange(100), random.randrange(3000))),
        random.randrange(1, 1500) if kind in ("agent-again", "cold-cut") else 0,
        random.randrange(10, 1500) if "store" in kind else 0,
    )


def draw_power(random, lengths):
    actor = random.randrange(len(lengths))
    count, delay_us = random.randint(5, lengths[actor]), random.choice((0, random.randrange(100), random.randrange(20000)))
    return Plan("power", ("power", *PLATFORM, "program"), actor, count, delay_us, 0, 0, random.choice(POWER_FLAGS))


def needs(seed):
    """The kind of lane on which a seed is played: "plain", "store" (one of its own) or "power" (a disk of its own)."""
    share = Random(f"lane {seed}").random()
    if share < POWER_SHARE:
        return "power"
    return "store" if share < POWER_SHARE + STORE_SHARE else "plain"
