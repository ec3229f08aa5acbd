"""Draws what each actor does: a random script of operations that make sense in the state that the ones before have made."""

import os
import stat

from model import FOREIGN_SLOT, RENAME_EXCHANGE, RENAME_NOREPLACE, UNIT, checksum

LOG_SLOT, DATA_SLOT = FOREIGN_SLOT, FOREIGN_SLOT + 1
TOP_SLOT = 6
FILE_SLOTS = range(TOP_SLOT)
DATA_BLOCK, DATA_BLOCKS = 4096, 16
CONTESTED = 10  # names of each kind of contest
REPLACED = 3
CHUNK_BYTES = 65536
MAX_SIZE = 5 * CHUNK_BYTES
KINDS = {"f": stat.S_IFREG, "d": stat.S_IFDIR, "l": stat.S_IFLNK}


class Script:
    """One actor's operations: `lines` for the program; each is (letter, result, words)."""

    def __init__(self, random, model, for_power):
        """`for_power`: what a loss of power needs: directories that stay where they are, and many syncs."""
        self.random, self.model, self.for_power = random, model, for_power
        self.weights = {**WEIGHTS, "sync": 20, "remove_directory": 0} if for_power else WEIGHTS
        self.operations = []
        self.appending = {}  # slot: whether it was opened with O_APPEND

    def add(self, letter, *words, result=None):
        """The result is the model's if it is not given."""
        words = [str(word) for word in words]
        expected = self.model.apply(len(self.operations), letter, words)
        self.operations.append((letter, expected if result is None else result, words))
        return expected

    def text(self):
        return "".join(f"{letter} {result} {' '.join(words)}\n" for letter, result, words in self.operations)

    def compose(self, count):
        self.add("o", TOP_SLOT, os.O_RDONLY | os.O_DIRECTORY, 0, self.model.top)
        self.add("o", LOG_SLOT, os.O_WRONLY | os.O_APPEND | os.O_CREAT, "644", "shared/log")
        self.add("o", DATA_SLOT, os.O_RDWR, 0, "shared/data")
        if f"{self.model.top}/anchor" not in self.model.paths():  # also when an earlier life ended before it was made
            self.add("o", 0, os.O_CREAT | os.O_RDWR, "644", f"{self.model.top}/anchor")
            self.add("w", 0, 0, UNIT)
            self.add("c", 0)
        pausing = self.random.random() < 0.7
        while len(self.operations) < count:
            (name,) = self.random.choices(list(self.weights), self.weights.values())
            getattr(self, name)()
            if pausing and self.random.random() < 0.2:
                self.add("z", self.random.choice((50, 500, 3000, 8000)))
        for slot in sorted(self.model.slots):
            if self.random.random() < 0.7:
                self.add("c", slot)

    # --- choices ---

    def nodes(self, *kinds):
        return [
            path
            for path, node in self.model.paths().items()
            if node.kind in kinds and path != self.model.top and not path.endswith("/anchor")
        ]

    def spelled(self, path):
        return "@" + path if self.random.random() < 0.3 else path

    def existing(self, *kinds):
        """A path of one of these kinds; rarely one that is not there; None if there is none."""
        if self.random.random() < 0.03:
            return f"{self.model.top}/missing"
        paths = self.nodes(*kinds)
        return self.spelled(self.random.choice(paths)) if paths else None

    def directory(self):
        return self.random.choice(self.nodes("d") + [self.model.top] * 3)

    def fresh(self, letter):
        """A path that may be taken or not."""
        return self.spelled(f"{self.directory()}/{letter}{self.random.randrange(5)}")

    def open_slot(self, appending=None):
        slots = [
            slot
            for slot in FILE_SLOTS
            if slot in self.model.slots and appending in (None, self.appending.get(slot, False))
        ]
        return self.random.choice(slots) if slots else None

    def length(self):
        return UNIT * self.random.choice((1, 1, 2, 3, 8, 9, 16, 40, 130))

    def size(self):
        return self.random.choice((0, 1, 511, 4096, 5000, CHUNK_BYTES, CHUNK_BYTES + 1, self.random.randrange(MAX_SIZE)))

    # --- operations on files ---

    def open_file(self):
        slot = self.random.choice(FILE_SLOTS)
        if slot in self.model.slots:
            self.add("c", slot)
        path = self.fresh("f") if self.random.random() < 0.5 else self.existing("f")
        if path is None:
            return
        flags = os.O_RDWR
        for flag, chance in ((os.O_CREAT, 0.8), (os.O_EXCL, 0.1), (os.O_TRUNC, 0.15), (os.O_APPEND, 0.2), (os.O_DSYNC, 0.1)):
            flags |= flag if self.random.random() < chance else 0
        if not flags & os.O_CREAT:
            flags &= ~os.O_EXCL
        _, _, node = self.model.locate(path)
        if node is not None and node.kind != "f":
            return
        if self.add("o", slot, flags, self.random.choice(("644", "600", "755", "666")), path) == 0:
            self.appending[slot] = bool(flags & os.O_APPEND)

    def unnamed_file(self):
        slot = self.random.choice(FILE_SLOTS)
        if slot in self.model.slots:
            self.add("c", slot)
        self.add("P", slot, self.directory(), "640")
        self.appending[slot] = False
        self.add("w", slot, 0, self.length())
        if self.random.random() < 0.4:
            self.add("f", slot)
        if self.random.random() < 0.8:
            self.add("K", slot, self.fresh("f"))

    def write(self):
        slot = self.open_slot(appending=False)
        if slot is None:
            return self.open_file()
        size = len(self.model.slots[slot].content)
        offset = self.random.choice((0, size // UNIT * UNIT, UNIT * self.random.randrange(max(1, MAX_SIZE // UNIT))))
        self.add("w", slot, min(offset, MAX_SIZE), self.length())

    def append(self):
        slot = self.open_slot(appending=True)
        if slot is None:
            return self.open_file()
        if len(self.model.slots[slot].content) < MAX_SIZE:
            self.add("a", slot, self.length())

    def map(self):
        slot = self.open_slot()
        node = self.model.slots.get(slot)
        if node is None or len(node.content) < UNIT:
            return self.write()
        offset = UNIT * self.random.randrange(len(node.content) // UNIT)
        length = min(self.length(), len(node.content) - offset) // UNIT * UNIT
        self.add("m", slot, offset, length, self.random.randrange(2))

    def truncate_open(self):
        slot = self.open_slot()
        if slot is not None:
            self.add("T", slot, self.size())

    def truncate(self):
        path = self.existing("f")
        if path is not None:
            self.add("t", path, self.size())

    def sync(self):
        slot = self.open_slot()
        if slot is None or self.random.random() < 0.2:
            self.add(self.random.choice("fs"), TOP_SLOT)
        else:
            self.add(self.random.choice("ffds"), slot)

    def close(self):
        slot = self.open_slot()
        if slot is not None:
            self.add("c", slot)

    def verify_open(self):
        slot = self.open_slot()
        if slot is not None:
            node = self.model.slots[slot]
            self.add("v", slot, len(node.content), checksum(node))

    # --- operations on names ---

    def make_directory(self):
        self.add("D", self.fresh("d"), self.random.choice(("755", "700")))

    def remove_directory(self):
        path = self.existing("d")
        if path is not None:
            self.add("X", path)

    def unlink(self):
        path = self.existing("f", "l")
        if path is not None:
            self.add("U", path)

    def rename(self):
        old = self.existing("f", "f", "d", "l")
        if old is None:
            return
        flags = self.random.choice((0, 0, 0, RENAME_NOREPLACE, RENAME_EXCHANGE))
        _, _, node = self.model.locate(old)
        if self.for_power and node is not None and node.kind == "d":
            return
        new = self.fresh(node.kind if node else "f")
        if flags == RENAME_EXCHANGE:
            new = self.existing("f", "l") if node is not None and node.kind != "d" else None
        if new is None or self.is_within(old, new) or self.is_within(new, old):
            return
        self.add("R", old, new, flags)

    @staticmethod
    def is_within(one, other):
        return (other.lstrip("@") + "/").startswith(one.lstrip("@") + "/") and one.lstrip("@") != other.lstrip("@")

    def link(self):
        old = self.existing("f")
        if old is not None:
            self.add("L", old, self.fresh("f"))

    def symlink(self):
        self.add("Y", self.fresh("l"), f"target-{self.random.randrange(10**9)}" * self.random.choice((1, 8)))

    def mode(self):
        path = self.existing("f", "d")
        if path is not None:
            self.add("M", path, self.random.choice(("755", "700", "644", "640", "1777", "2755")))

    def times(self):
        path = self.existing("f", "d", "l")
        if path is not None:
            self.add("N", path, self.random.randrange(2**31), self.random.randrange(10**9))

    def attribute(self):
        path = self.existing("f", "d")
        if path is None:
            return
        name = f"user.n{self.random.randrange(4)}"
        if self.random.random() < 0.25:
            self.add("E", path, name)
        else:
            self.add("A", path, name, f"{len(self.operations)}-" * self.random.choice((1, 30)))

    def attribute_open(self):
        slot = self.open_slot()
        if slot is None:
            return
        if self.random.random() < 0.5:
            self.add("H", slot, self.random.choice(("755", "644", "4711", "600")))
        else:
            self.add("G", slot, f"user.n{self.random.randrange(4)}", f"{len(self.operations)}+")

    def verify(self):
        path = self.existing("f", "d", "l")
        _, _, node = self.model.locate(path) if path else (None, None, None)
        if node is not None:
            words = [f"{KINDS[node.kind] | node.mode:o}", self.model.links(node), len(node.content), checksum(node)]
            self.add("V", path, *words)

    # --- what actors share ---

    def shared_append(self):
        self.add("a", LOG_SLOT, UNIT)

    def shared_write(self):
        self.add("w", DATA_SLOT, DATA_BLOCK * self.random.randrange(DATA_BLOCKS), DATA_BLOCK)

    def contest(self):
        kind, number = self.random.choice("elm"), self.random.randrange(CONTESTED)
        if kind == "e":
            self.add("x", f"shared/e{number}", UNIT, result="?")
        elif kind == "l":
            self.add("L", f"{self.model.top}/anchor", f"shared/l{number}", result="?")
        else:
            self.add("D", f"shared/m{number}", "755", result="?")

    def replace(self):
        aside = f"{self.model.top}/tmp{self.model.first + len(self.operations)}"
        self.add("r", aside, self.length(), f"shared/r{self.random.randrange(REPLACED)}")

    def exchange(self):
        self.add("R", "shared/x0", "shared/x1", RENAME_EXCHANGE)


WEIGHTS = {
    "open_file": 12, "unnamed_file": 2, "write": 14, "append": 6, "map": 4, "truncate_open": 3, "truncate": 3, "sync": 6,
    "close": 5, "verify_open": 3, "make_directory": 3, "remove_directory": 2, "unlink": 4, "rename": 8, "link": 4,
    "symlink": 2, "mode": 3, "times": 3, "attribute": 4, "attribute_open": 3, "verify": 6, "shared_append": 4, "shared_write": 4, "contest": 3,
    "replace": 3, "exchange": 2,
}  # fmt: skip
