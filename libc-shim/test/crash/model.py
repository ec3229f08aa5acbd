"""What an actor's own subtree must be: the operations of the workload on a tree in memory, exactly."""

import errno
import os
import struct
import zlib

UNIT = 512
ORIGIN = struct.Struct("<4sIIIQQ")
MAGIC = b"DCPw"
FOREIGN_SLOT = 14  # slots from here on are descriptors of files that actors share
RENAME_NOREPLACE, RENAME_EXCHANGE = 1, 2
UMASK = 0o022


def origin_check(actor, operation, offset):
    return (offset * 0x9E3779B97F4A7C15 + operation * 0x2545F4914F6CDD1D + actor) % 2**64


def pattern(seed, actor, operation, offset, length):
    """What workload.c writes: each unit of 512 bytes says whose it is."""
    units = []
    for at in range(offset, offset + length, UNIT):
        units.append(ORIGIN.pack(MAGIC, seed, actor, operation, at, origin_check(actor, operation, at)) * 16)
    return b"".join(units)[:length]


def origin_of(data):
    """(seed, actor, operation, offset) of the bytes at a unit's begin; None if they are not the workload's."""
    if len(data) < ORIGIN.size:
        return None
    magic, seed, actor, operation, offset, check = ORIGIN.unpack_from(data)
    if magic != MAGIC or check != origin_check(actor, operation, offset):
        return None
    return seed, actor, operation, offset


def describe(data):
    """Whose bytes these are, in words."""
    origin = origin_of(data)
    if origin:
        return "seed {} actor {} operation {} offset {}".format(*origin)
    return "zeros" if not any(data) else f"foreign {data[:24]!r}"


class Node:
    """A file ('f'), directory ('d') or symbolic link ('l')."""

    def __init__(self, kind, mode=0o777, target=None):
        self.kind, self.mode, self.target = kind, mode, target
        self.content = bytearray()
        self.children = Entries(self)
        self.xattrs = {}
        self.mtime = None  # (seconds, ns) while an utimens is the last that touched it
        self.version = 0  # of the content

    def write(self, offset, data):
        if not data:
            return
        if len(self.content) < offset:
            self.content.extend(bytes(offset - len(self.content)))
        self.content[offset : offset + len(data)] = data
        self.mtime = None
        self.version += 1

    def resize(self, size):
        if size <= len(self.content):
            del self.content[size:]
        else:
            self.content.extend(bytes(size - len(self.content)))
        self.mtime = None
        self.version += 1


class Entries(dict):
    """A directory's; a change of them touches it."""

    def __init__(self, owner, entries=()):
        super().__init__(entries)
        self.owner = owner

    def __setitem__(self, name, node):
        super().__setitem__(name, node)
        self.owner.mtime = None

    def __delitem__(self, name):
        super().__delitem__(name)
        self.owner.mtime = None


class Model:
    """One actor's subtree. `apply` gives the errno that the operation must have, and changes the tree if that is 0."""

    def __init__(self, seed, actor, root=None):
        self.seed, self.actor = seed, actor
        self.top = f"a{actor}"
        self.root = root or Node("d", 0o755)
        self.slots = {}
        self.first = 0  # number of the first operation of this run

    def locate(self, path):
        """(directory, name, node): the directory or the node is None if it is not there."""
        words = path.lstrip("@").split("/")
        assert words[0] == self.top, path
        at = self.root
        if len(words) == 1:
            return None, None, at
        for word in words[1:-1]:
            at = at.children.get(word) if at is not None else None
        if at is None or at.kind != "d":
            return None, None, None
        return at, words[-1], at.children.get(words[-1])

    def paths(self):
        """Every path of the subtree with its node, the top included."""
        found = {self.top: self.root}

        def below(path, node):
            for name, child in node.children.items():
                found[f"{path}/{name}"] = child
                if child.kind == "d":
                    below(f"{path}/{name}", child)

        below(self.top, self.root)
        return found

    def links(self, node):
        if node.kind == "d":
            return 2 + sum(1 for child in node.children.values() if child.kind == "d")
        return sum(1 for other in self.paths().values() if other is node)

    def data(self, index, offset, length):
        return pattern(self.seed, self.actor, self.first + index, offset, length)

    def replica(self):
        """A copy that is brought forward on its own."""
        copies = {}

        def copied(node):
            if id(node) not in copies:
                copy = copies[id(node)] = Node(node.kind, node.mode, node.target)
                copy.content[:] = node.content
                copy.xattrs, copy.mtime = dict(node.xattrs), node.mtime
                copy.children = Entries(copy, {name: copied(child) for name, child in node.children.items()})
            return copies[id(node)]

        other = Model(self.seed, self.actor, copied(self.root))
        other.slots = {slot: copied(node) for slot, node in self.slots.items()}
        other.first = self.first
        return other

    def apply(self, index, letter, words, length=None):
        """`length`: of the data only so much was written."""
        if letter in ("x", "r", "z", "s", "f", "d", "V", "v"):
            return 0
        by_slot = letter in "ocwaTmPKHG"
        if by_slot:
            slot = int(words[0])
            return 0 if slot >= FOREIGN_SLOT else getattr(self, f"_slot_{letter}")(index, slot, words[1:], length)
        if any(word.lstrip("@").startswith("shared") for word in words):
            return 0
        return getattr(self, f"_path_{letter}")(*words)

    # --- operations on descriptors ---

    def _slot_o(self, index, slot, words, length):
        flags, mode, path = int(words[0]), int(words[1], 8), words[2]
        directory, name, node = self.locate(path)
        if node is None:
            if directory is None or not flags & os.O_CREAT:
                return errno.ENOENT
            node = directory.children[name] = Node("f", mode & ~UMASK)
        elif flags & os.O_EXCL:
            return errno.EEXIST
        elif node.kind == "d" and flags & os.O_ACCMODE:
            return errno.EISDIR
        if flags & os.O_TRUNC:
            node.resize(0)
        self.slots[slot] = node
        return 0

    def _slot_P(self, index, slot, words, length):
        self.slots[slot] = Node("f", int(words[1], 8) & ~UMASK)
        return 0

    def _slot_K(self, index, slot, words, length):
        directory, name, node = self.locate(words[0])
        if directory is None:
            return errno.ENOENT
        if node is not None:
            return errno.EEXIST
        directory.children[name] = self.slots[slot]
        return 0

    def _slot_c(self, index, slot, words, length):
        del self.slots[slot]
        return 0

    def _slot_w(self, index, slot, words, length):
        offset = int(words[0])
        self.slots[slot].write(offset, self.data(index, offset, int(words[1]))[:length])
        return 0

    _slot_m = _slot_w

    def _slot_a(self, index, slot, words, length):
        node = self.slots[slot]
        node.write(len(node.content), self.data(index, 0, int(words[0]))[:length])
        return 0

    def _slot_T(self, index, slot, words, length):
        self.slots[slot].resize(int(words[0]))
        return 0

    def _slot_H(self, index, slot, words, length):
        self.slots[slot].mode = int(words[0], 8)
        return 0

    def _slot_G(self, index, slot, words, length):
        self.slots[slot].xattrs[words[0]] = words[1].encode()
        return 0

    # --- operations on paths ---

    def _path_D(self, path, mode):
        directory, name, node = self.locate(path)
        if node is not None or directory is None:
            return errno.EEXIST if node is not None else errno.ENOENT
        directory.children[name] = Node("d", int(mode, 8) & ~UMASK | directory.mode & 0o2000)
        return 0

    def _path_X(self, path):
        directory, name, node = self.locate(path)
        if node is None:
            return errno.ENOENT
        if node.kind != "d" or node.children:
            return errno.ENOTDIR if node.kind != "d" else errno.ENOTEMPTY
        del directory.children[name]
        return 0

    def _path_U(self, path):
        directory, name, node = self.locate(path)
        if node is None or node.kind == "d":
            return errno.ENOENT if node is None else errno.EISDIR
        del directory.children[name]
        return 0

    def _path_R(self, old, new, flags):
        source, source_name, moved = self.locate(old)
        target, target_name, there = self.locate(new)
        exchange = int(flags) == RENAME_EXCHANGE
        if moved is None or target is None or (exchange and there is None):
            return errno.ENOENT
        if int(flags) == RENAME_NOREPLACE and there is not None:
            return errno.EEXIST
        if moved is there:
            return 0
        if exchange:
            source.children[source_name], target.children[target_name] = there, moved
            return 0
        if there is not None:
            if (moved.kind == "d") != (there.kind == "d"):
                return errno.ENOTDIR if moved.kind == "d" else errno.EISDIR
            if there.children:
                return errno.ENOTEMPTY
        del source.children[source_name]
        target.children[target_name] = moved
        return 0

    def _path_L(self, old, new):
        _, _, node = self.locate(old)
        directory, name, there = self.locate(new)
        if node is None or directory is None:
            return errno.ENOENT
        if there is not None:
            return errno.EEXIST
        directory.children[name] = node
        return 0

    def _path_Y(self, path, target):
        directory, name, there = self.locate(path)
        if there is not None or directory is None:
            return errno.EEXIST if there is not None else errno.ENOENT
        directory.children[name] = Node("l", 0o777, target)
        return 0

    def _on_node(self, path, change):
        _, _, node = self.locate(path)
        return errno.ENOENT if node is None else change(node) or 0

    def _on_target(self, path, change):
        """Symbolic links are followed, and none of them leads anywhere."""
        _, _, node = self.locate(path)
        return errno.ENOENT if node is not None and node.kind == "l" else self._on_node(path, change)

    def _path_t(self, path, size):
        return self._on_target(path, lambda node: node.resize(int(size)))

    def _path_M(self, path, mode):
        return self._on_target(path, lambda node: setattr(node, "mode", int(mode, 8)))

    def _path_N(self, path, seconds, ns):
        return self._on_node(path, lambda node: setattr(node, "mtime", (int(seconds), int(ns))))

    def _path_A(self, path, name, value):
        return self._on_target(path, lambda node: node.xattrs.update({name: value.encode()}))

    def _path_E(self, path, name):
        def remove(node):
            return 0 if node.xattrs.pop(name, None) is not None else errno.ENODATA

        return self._on_target(path, remove)


def checksum(node):
    return zlib.crc32(node.content)
