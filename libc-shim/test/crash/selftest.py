"""A harness that finds nothing has to show that it can: violations are planted in the mirror and in the object store."""

import os

import checks
import faultplan
import lives
import power
from lane import Lane
from model import UNIT, Model, Node
from walk import Seen

SEED = 1
CALM = faultplan.Plan("none", (), 0, 0, 0, 0)


class Calm(lives.Seed):
    """A seed in which nothing goes wrong, so that all that is wrong is planted."""

    operations = (400, 500)

    def draw_plan(self, lengths):
        return CALM


class Planted:
    """The files of a seed as the mirror has them; a planting returns how to undo it."""

    def __init__(self, seed):
        self.top = seed.lane.platform.home / "mirror" / seed.name
        self.seed = seed

    def file(self, links=1, size=4 * UNIT):
        """A path of an actor's own file."""
        return next(
            path
            for path, one in self.seed.seen.items()
            if one.kind == "f" and one.links == links and len(one.content) >= size and path.startswith("a")
        )

    def put(self, path, offset, data):
        with open(self.top / path, "r+b") as file:
            file.seek(offset)
            old = file.read(len(data))
            file.seek(offset)
            file.write(data)
        return lambda: self.put(path, offset, old)

    def plant_flip_a_byte(self):
        path = self.file()
        return self.put(path, 700, bytes([self.seed.seen[path].content[700] ^ 1]))

    def plant_bring_an_older_version_back(self):
        """The same block of a shared file as another operation wrote it before."""
        for offset in range(0, 16 * 4096, 4096):
            here = [event for event in self.seed.events if event.letter == "w" and int(event.words[1]) == offset]
            last = checks.possible_last(here)
            for event in here:
                if event not in last:
                    return self.put("shared/data", offset, event.data)
        raise AssertionError("no block was written twice")

    def plant_put_bytes_of_another_file(self):
        return self.put(self.file(), 0, self.seed.seen["shared/log"].content[:UNIT])

    def plant_make_a_hole(self):
        return self.put(self.file(), UNIT, bytes(UNIT))

    def plant_tear_a_block(self):
        event = next(e for e in self.seed.events if e.letter == "w" and not self.is_zero(int(e.words[1])))
        return self.put("shared/data", int(event.words[1]) + UNIT, bytes(UNIT))

    def is_zero(self, offset):
        return not any(self.seed.seen["shared/data"].content[offset : offset + UNIT])

    def plant_lose_an_append(self):
        size = os.path.getsize(self.top / "shared/log")
        record = self.seed.seen["shared/log"].content[size - UNIT :]
        os.truncate(self.top / "shared/log", size - UNIT)
        return lambda: self.put("shared/log", size - UNIT, record)

    def plant_append_twice(self):
        size = os.path.getsize(self.top / "shared/log")
        self.put("shared/log", size, self.seed.seen["shared/log"].content[:UNIT])
        return lambda: os.truncate(self.top / "shared/log", size)

    def plant_remove_a_name(self):
        path, aside = self.top / self.file(), self.top.parent.parent / "aside"
        os.rename(path, aside)
        return lambda: os.rename(aside, path)

    def plant_add_a_name(self):
        (self.top / "a0" / "stray").write_text("stray")
        return lambda: os.unlink(self.top / "a0" / "stray")

    def plant_add_a_link(self):
        path, aside = self.top / self.file(), self.top.parent.parent / "aside"
        os.link(path, aside)
        return lambda: os.unlink(aside)

    def plant_change_a_mode(self):
        path = self.file()
        os.chmod(self.top / path, 0o601)
        return lambda: os.chmod(self.top / path, self.seed.seen[path].mode)

    def plant_add_an_attribute(self):
        path = self.top / self.file()
        os.setxattr(path, "user.half", b"half")
        return lambda: os.removexattr(path, "user.half")

    def plant_exchange_two_files(self):
        one, other, aside = self.top / "shared/x0", self.top / "shared/x1", self.top / "shared/aside"

        def exchange():
            os.rename(one, aside)
            os.rename(other, one)
            os.rename(aside, other)

        exchange()
        return exchange

    def plant_take_from_the_winner(self):
        path = next(path for path in self.seed.seen if path.startswith("shared/e"))
        return self.put(path, 0, bytes(UNIT))


PLANTINGS = [name for name in vars(Planted) if name.startswith("plant_")]


def plant_in_the_mirror(seed, say):
    """One finding for each."""
    found = []
    planted = Planted(seed)
    for name in PLANTINGS:
        before = seed.seen
        undo = getattr(planted, name)()
        seed.seen = seed.look()
        # The link count is not asked natively: what a program sees of it is the namespace's.
        wrong = seed.violations(seed.actors) + checks.of_two_walks("mirror", before, seed.look_at_mirror(), lives.MIRROR_FIELDS)
        undo()
        seed.seen = before
        found.append(tell(say, name, wrong))
    return found


def plant_in_the_store(lane, seed, say):
    """A chunk with a wrong byte, while nothing is on the mirror."""
    lane.finished = [seed]
    lane.cold_start()
    chunks = [path for path in (lane.platform.home / "objects").rglob("*") if path.is_file() and path.stat().st_size >= UNIT]
    for path in chunks:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    seen = lane.walk_tree([seed.name])[0]
    return [tell(say, "plant_in_the_store", checks.of_two_walks("cold", seed.seen, seen, lives.ALL_FIELDS))]


def written(*operations):
    """What may be there after a loss of power when a file that is durable was then written by these operations."""
    model = Model(SEED, 0)
    model.root.children["f0"] = Node("f", 0o644)
    past = power.SubtreePast(model)
    for index, (letter, *words) in enumerate((("o", os.O_RDWR, "644", "a0/f0"), *operations)):
        past.apply(index, letter, ["0", *map(str, words)], True)
    return past, bytes(model.slots[0].content)


def seen_as(kind, mode, content):
    return Seen(kind, mode, 1, 0, len(content), 0, 0, (), "", content, 0)


def plant_in_a_loss_of_power(say):
    """Older pages than those that were made durable, each in its way; what could be there must not be found."""
    page, whole = power.PAGE, ("w", 0, 2 * power.PAGE)
    older = bytes(written(whole)[1])
    found = []
    for name, operations in (
        ("fsync", (whole, ("w", 0, page), ("f",))),
        ("msync", (whole, ("f",), ("m", 0, page, 1))),
        ("dsync", (whole, ("f",), ("c",), ("o", os.O_RDWR | os.O_DSYNC, "644", "a0/f0"), ("w", 0, page))),
    ):
        past, newer = written(*operations)

        def wrong(content):
            return past.violations({"a0": seen_as("d", 0o755, b""), "a0/f0": seen_as("f", 0o644, content)})

        found.append(tell(say, f"plant_an_older_page_than_{name}", wrong(older[:page] + newer[page:])))
        found.append(tell(say, f"plant_a_size_older_than_{name}", wrong(newer[:page])))
        if wrong(newer):
            say(f"not ok selftest {name}: {wrong(newer)}")
            found.append(False)
    return found


def tell(say, name, wrong):
    if not wrong:
        say(f"not ok selftest {name}: was not noticed")
    return bool(wrong)


def run(directory, programs, say):
    """For each planted violation whether it was found."""
    lane = Lane(directory, programs)
    try:
        seed = Calm(lane, SEED)
        seed.run()
        return plant_in_the_mirror(seed, say) + plant_in_the_store(lane, seed, say) + plant_in_a_loss_of_power(say)
    finally:
        lane.close()
