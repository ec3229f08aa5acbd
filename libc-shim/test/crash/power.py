"""
What may be there after a loss of power. Everything that an fsync covered is as it was then or later, and so are the pages
that an msync or a write with O_DSYNC covered; of what came after, each name, attribute and block may be old or new. A subtree
of such a seed moves and removes no directories, so that a path is always the same place.
"""

import os

from model import FOREIGN_SLOT, UNIT, describe

NOTHING = -1  # before the first operation
PAGE = 4096


class Past:
    """The versions of one thing, in order: (operation that made it, value); and the operation that made one durable."""

    def __init__(self, first=None):
        self.versions = [(NOTHING, first)]
        self.durable = NOTHING

    def now(self, index, value):
        if self.versions[-1][1] != value:
            self.versions.append((index, value))

    def sync(self, index):
        self.durable = index

    def allowed(self, durable=NOTHING):
        """`durable`: an operation that made durable what is asked for, if it is later than the one for the whole."""
        durable = max(durable, self.durable)
        last = max(at for at, (index, _) in enumerate(self.versions) if index <= durable)
        return [value for _, value in self.versions[last:]]


class NodePast:
    def __init__(self, node):
        self.node = node
        self.mode, self.xattrs, self.content = Past(node.mode), Past(()), Past(b"")
        self.version = None
        self.durable_pages = []  # (operation, first byte of its pages, byte behind the last one of them, end of its bytes)

    def now(self, index):
        self.mode.now(index, self.node.mode)
        self.xattrs.now(index, tuple(sorted(self.node.xattrs.items())))
        if self.node.version != self.version:
            self.version = self.node.version
            self.content.now(index, bytes(self.node.content))

    def sync(self, index):
        for past in (self.mode, self.xattrs, self.content):
            past.sync(index)

    def sync_pages(self, index, offset, length):
        end = offset + length
        self.durable_pages.append((index, offset // PAGE * PAGE, -(-end // PAGE) * PAGE, end))

    def durable_at(self, unit):
        """The last operation that made the page of a byte durable by itself."""
        return max((index for index, first, end, _ in self.durable_pages if first <= unit < end), default=NOTHING)

    def refuses(self, seen):
        """Why what was seen is not this node; None if it is."""
        if seen.kind != self.node.kind:
            return f"is a {seen.kind}, not a {self.node.kind}"
        if seen.mode not in self.mode.allowed() and self.node.kind != "l":
            return f"mode is {seen.mode:o}, not one of {[oct(mode) for mode in self.mode.allowed()]}"
        if seen.xattrs not in self.xattrs.allowed():
            return f"xattrs are {seen.xattrs}, not one of {self.xattrs.allowed()}"
        if seen.target != (self.node.target or ""):
            return f"target is {seen.target}, not {self.node.target}"
        return self.refuses_content(seen.content) if self.node.kind == "f" else None

    def refuses_content(self, content):
        least, most = self.sizes()
        if not least <= len(content) <= most:
            return f"size is {len(content)}, not between {least} and {most}"
        if not self.durable_pages and content in self.content.allowed():
            return None
        for at in range(0, len(content), UNIT):
            unit = content[at : at + UNIT]
            allowed = self.content.allowed(self.durable_at(at))
            if any(one[at : at + UNIT] == unit for one in allowed) or self.is_unwritten(unit, at, allowed):
                continue
            return f"byte {at} of {len(content)}: [{describe(unit)}], wanted one of {self.tell(allowed, at)}"
        return None

    def sizes(self):
        """
        The least and the greatest size. What is durable can be read, so that the file reaches to its end; what was written
        behind it and was not yet brought to the disk need not be there, nor the size that it gave the file.
        """
        versions = self.content.allowed()
        least, most = min(map(len, versions)), max(map(len, versions))
        for index, _, _, end in self.durable_pages:
            later = self.content.allowed(index)
            least = max(least, min(min(len(one), end) for one in later))
            most = min(most, max(map(len, later)))
        return least, most

    @staticmethod
    def is_unwritten(unit, at, allowed):
        """A block that was added since may still be a hole, or be cut by an end that lay in it."""
        if any(len(one) < at + UNIT for one in allowed):
            rest = unit.rstrip(b"\0")
            return any(one[at : at + len(rest)] == rest for one in allowed)
        return not any(unit) and any(not any(one[at : at + UNIT]) for one in allowed)

    @staticmethod
    def tell(allowed, at):
        return sorted({describe(one[at : at + UNIT]) for one in allowed})


class SubtreePast:
    """Follows a model through an actor's operations."""

    def __init__(self, model):
        self.model = model
        self.names, self.nodes = {}, {}
        self.aside = {}  # names of files that were to replace others
        self.synchronous = set()  # slots that were opened with O_DSYNC
        self.note(NOTHING)
        self.sync_all(NOTHING)

    def node_past(self, node):
        if id(node) not in self.nodes:
            self.nodes[id(node)] = NodePast(node)
        return self.nodes[id(node)]

    def note(self, index):
        paths = self.model.paths()
        for path in set(paths) | set(self.names):
            self.names.setdefault(path, Past()).now(index, paths.get(path))
        for node in [*paths.values(), *self.model.slots.values()]:
            self.node_past(node).now(index)

    def apply(self, index, letter, words, acked):
        """One operation; what an acknowledged one makes durable is durable."""
        model = self.model
        if letter == "r":
            self.aside[words[0]] = index
        if letter in "fds" and acked:
            if letter == "s":
                self.sync_all(index)
            elif int(words[0]) in model.slots:
                self.sync_node(index, model.slots[int(words[0])], letter == "d")
        covered = self.covered(letter, words) if acked else None
        model.apply(index, letter, words)
        self.note(index)
        if covered:
            node, offset, length = covered
            self.node_past(node).sync_pages(index, offset, length)

    def covered(self, letter, words):
        """The (node, offset, length) that an operation is about to write and to make durable; None if it does not."""
        if letter not in "oPwam" or int(words[0]) >= FOREIGN_SLOT:
            return None
        slot = int(words[0])
        if letter in "oP":
            self.synchronous.discard(slot)
            if letter == "o" and int(words[1]) & os.O_DSYNC:
                self.synchronous.add(slot)
            return None
        # A store through a mapping is no write: O_DSYNC says nothing about it, but msync does.
        if words[3] != "1" if letter == "m" else slot not in self.synchronous:
            return None
        node = self.model.slots[slot]
        return (node, len(node.content), int(words[1])) if letter == "a" else (node, int(words[1]), int(words[2]))

    def sync_all(self, index):
        for past in (*self.names.values(), *self.nodes.values()):
            past.sync(index)

    def sync_node(self, index, node, data_only):
        past = self.node_past(node)
        past.content.sync(index) if data_only else past.sync(index)
        paths = self.model.paths()
        for path, other in paths.items():
            if other is node:
                self.sync_name(index, path)
                if node.kind == "d":
                    for below in self.names:
                        if below.rpartition("/")[0] == path:
                            self.names[below].sync(index)

    def sync_name(self, index, path):
        while path:
            self.names[path].sync(index)
            path = path.rpartition("/")[0]

    def violations(self, seen):
        own = {path: one for path, one in seen.items() if path.split("/")[0].rstrip("!") == self.model.top}
        wrong = [f"{path}: {one}" for path, one in own.items() if path.endswith("!")]
        for path, past in self.names.items():
            allowed = past.allowed()
            if path not in own:
                if None not in allowed:
                    wrong.append(f"{path}: is missing, was durable at operation {past.durable}")
                continue
            reasons = [self.node_past(node).refuses(own[path]) for node in allowed if node is not None]
            if reasons and all(reasons):
                wrong.append(f"{path}: durable at operation {past.durable}: {'; or '.join(reasons)}")
            elif not reasons:
                wrong.append(f"{path}: should not be there")
        unknown = [path for path in own if path not in self.names | self.aside and path[-1] != "!"]
        return wrong + [f"{path}: was never there" for path in unknown]


def of_shared(seen, events):
    """What actors share was not synced; but nothing foreign may be in it, and what was exchanged is there."""
    known = {event.data[at : at + UNIT] for event in events for at in range(0, len(event.data), UNIT)}
    wrong = []
    for path, one in seen.items():
        if not path.startswith("shared/") or path in ("shared/x0", "shared/x1") or path[:8] == "shared/l":
            continue
        if path.endswith("!"):
            wrong.append(f"{path}: {one}")
            continue
        for at in range(0, len(one.content), UNIT):
            unit = one.content[at : at + UNIT]
            if any(unit) and unit not in known:
                wrong.append(f"{path}: byte {at}: [{describe(unit)}] is nobody's")
                break
    both = sorted(seen[path].content for path in ("shared/x0", "shared/x1") if path in seen)
    return wrong + ([] if both == [b"x0\n", b"x1\n"] else [f"shared/x0, shared/x1: {both}"])
