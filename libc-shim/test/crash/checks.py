"""Compares what was seen with what must be there. Every check returns sentences, one for each violation."""

import errno

import scripts
from model import UNIT, Node, describe, origin_of, pattern

PAGE = 4096


def first_difference(one, other):
    for at in range(0, min(len(one), len(other)), UNIT):
        if one[at : at + UNIT] != other[at : at + UNIT]:
            return at
    return min(len(one), len(other))


def of_content(path, seen, wanted):
    if seen == bytes(wanted):
        return []
    at = first_difference(seen, wanted)
    return [
        f"{path}: contents differ from byte {at} of {len(wanted)} (seen {len(seen)}): there is"
        f" [{describe(seen[at : at + UNIT])}], wanted [{describe(bytes(wanted[at : at + UNIT]))}]"
    ]


def of_node(path, seen, node, links):
    """One name of an actor's own subtree."""
    if seen.kind != node.kind:
        return [f"{path}: is a {seen.kind}, not a {node.kind}"]
    wrong = []
    for what, is_, must in (
        ("mode", oct(seen.mode), oct(node.mode)),
        ("links", seen.links, links),
        ("target", seen.target, node.target or ""),
        ("xattrs", seen.xattrs, tuple(sorted(node.xattrs.items()))),
    ):
        if is_ != must:
            wrong.append(f"{path}: {what} is {is_}, not {must}")
    if node.mtime is not None and seen.mtime_ns != node.mtime[0] * 10**9 + node.mtime[1]:
        wrong.append(f"{path}: mtime is {seen.mtime_ns}, not {node.mtime}")
    return wrong + (of_content(path, seen.content, node.content) if node.kind == "f" else [])


def of_subtree(seen, model):
    """An actor's subtree against its model, exactly. The links of the anchor are counted with what is shared."""
    wanted = model.paths()
    own = {path: one for path, one in seen.items() if path.split("/")[0].rstrip("!") == model.top}
    wrong = [f"{path}: {one}" for path, one in own.items() if path.endswith("!")]
    wrong += [f"{path}: is missing" for path in wanted if path not in own]
    wrong += [f"{path}: should not be there" for path in own if path not in wanted and not path.endswith("!")]
    names = {}
    for path, node in wanted.items():
        names.setdefault(id(node), []).append(path)
    for paths in names.values():
        there = [path for path in paths if path in own]
        if len({own[path].ino for path in there}) > 1:
            wrong.append(f"{there}: names of one file have different inode numbers")
        for path in there:
            node = wanted[path]
            links = model.links(node) if not path.endswith("/anchor") else own[path].links
            wrong += of_node(path, own[path], node, links)
    return wrong


def of_whole(seen):
    """What holds for every walk: inode numbers, counts of links, listings."""
    wrong = []
    by_ino = {}
    for path, one in seen.items():
        if path.endswith("!"):
            continue
        by_ino.setdefault(one.ino, []).append(path)
        if one.listed_ino != one.ino:
            wrong.append(f"{path}: readdir says inode {one.listed_ino}, stat {one.ino}")
        if one.size != len(one.content) and one.kind == "f":
            wrong.append(f"{path}: size is {one.size}, but {len(one.content)} bytes were read")
    for paths in by_ino.values():
        one = seen[paths[0]]
        if one.kind != "d" and one.links != len(paths):
            wrong.append(f"{paths}: {one.links} links, but {len(paths)} names")
        if one.kind == "d" and len(paths) > 1:
            wrong.append(f"{paths}: one directory")
        below = [path for path in seen if path and path.rpartition("/")[0] == paths[0] and path[-1] != "!"]
        subdirectories = sum(1 for path in below if seen[path].kind == "d")
        if one.kind == "d" and one.links != 2 + subdirectories:
            wrong.append(f"{paths[0]}: {one.links} links, but {subdirectories} directories are in it")
        if any(seen[path][:9] != one[:9] or seen[path].content != one.content for path in paths):
            wrong.append(f"{paths}: names of one file show different things")
    return wrong


def of_two_walks(name, one, other, fields):
    """Whether two looks agree; `fields` of Seen are compared."""
    wrong = [f"{name}: {path}: {other.get(path)}" for path in other if path.endswith("!")]
    for path in sorted(set(one) ^ set(other)):
        wrong.append(f"{name}: {path}: is {'missing' if path in one else 'there, but was not before'}")
    for path in sorted(set(one) & set(other)):
        if path.endswith("!"):
            continue
        for field in fields:
            before, after = getattr(one[path], field), getattr(other[path], field)
            if before == after:
                continue
            if field == "content":
                wrong += of_content(f"{name}: {path}", after, before)
            else:
                wrong.append(f"{name}: {path}: {field} is {after}, was {before}")
    return wrong


# --- what was in flight when an actor was killed ---


def write_part(model, index, letter, words, seen):
    """Makes so much of a write as the file shows."""
    node = model.slots[int(words[0])]
    paths = [path for path, other in model.paths().items() if other is node]
    if not paths or paths[0] not in seen:
        return
    offset = len(node.content) if letter == "a" else int(words[1])
    data = model.data(index, 0 if letter == "a" else offset, int(words[1] if letter == "a" else words[2]))
    there = seen[paths[0]].content[offset : offset + len(data)]
    length = next((at for at in range(len(there)) if there[at] != data[at]), len(there))
    # The kernel copies page by page; a program that is killed while it fills its mapping stops anywhere.
    if letter == "m" or length == len(data) or (offset + length) % PAGE == 0:
        model.apply(index, letter, words, length)


def leave_aside(model, words, seen):
    """A file that was to replace another one, and was not renamed yet."""
    left = seen.get(words[0])
    data = model.data(int(words[0].split("tmp")[1]) - model.first, 0, int(words[1]))
    if left is not None and data.startswith(left.content):
        node = model.root.children[words[0].split("/")[1]] = Node("f", 0o644)
        node.content[:] = left.content


def resolve(actor, seen):
    """Settles whether an actor's last operation was made, which its model then says; returns what neither explains."""
    wrong = of_subtree(seen, actor.model)
    if not wrong or actor.in_flight is None:
        return wrong
    index, letter, words = actor.in_flight
    other = actor.model.replica()
    if letter == "r":
        leave_aside(other, words, seen)
    elif letter in "wam":
        write_part(other, index, letter, words, seen) if int(words[0]) in other.slots else None
    else:
        other.apply(index, letter, words)
    if of_subtree(seen, other):
        return [f"{each}; in flight: {letter} {' '.join(words)}" for each in wrong]
    actor.model = other
    return []


# --- what actors share ---


def of_log(content, events):
    """Every acknowledged record once, in an order in which they can have been written."""
    wrong, counts, latest = [], {}, 0
    appends = {event.id: event for event in events if event.letter == "a"}
    if len(content) % UNIT:
        wrong.append(f"shared/log: a torn record at its end, {len(content)} bytes")
    for at in range(0, len(content) - len(content) % UNIT, UNIT):
        unit = content[at : at + UNIT]
        event = appends.get((origin_of(unit) or (0, 0, 0))[1:3])
        if event is None or unit != event.data:
            wrong.append(f"shared/log: byte {at}: no record of this seed's: [{describe(unit)}]")
            continue
        counts[event.id] = counts.get(event.id, 0) + 1
        if event.acked and event.ack_ns < latest:
            wrong.append(f"shared/log: byte {at}: {event} comes after one that began when it had ended")
        latest = max(latest, event.intent_ns)
    for event in appends.values():
        count = counts.get(event.id, 0)
        if count > 1 or (event.acked and count != 1):
            wrong.append(f"shared/log: {count} times: {event}")
    return wrong


def possible_last(events):
    """Those after which no other one certainly came."""
    latest = max((event.intent_ns for event in events if event.acked), default=0)
    return [event for event in events if not event.acked or event.ack_ns >= latest]


def of_data(content, events):
    """Each block is one whole write, and none that another one certainly replaced."""
    wrong = []
    for block in range(scripts.DATA_BLOCKS):
        at = block * scripts.DATA_BLOCK
        here = [event for event in events if event.letter == "w" and int(event.words[1]) == at]
        allowed = [event.data for event in possible_last(here)]
        if not any(event.acked for event in here):
            allowed.append(bytes(scripts.DATA_BLOCK))
        seen = content[at : at + scripts.DATA_BLOCK]
        if seen not in allowed:
            kinds = {describe(seen[i : i + UNIT]) for i in range(0, len(seen), UNIT)}
            wrong.append(f"shared/data: byte {at}: {sorted(kinds)}, wanted one of {possible_last(here)}")
    return wrong


def of_replaced(seen, events):
    wrong = []
    for number in range(scripts.REPLACED):
        path = f"shared/r{number}"
        here = [event for event in events if event.letter == "r" and event.words[2] == path]
        allowed = [event.data for event in possible_last(here)]
        if path not in seen:
            if any(event.acked for event in here):
                wrong.append(f"{path}: is missing, wanted one of {possible_last(here)}")
        elif seen[path].content not in allowed:
            wrong.append(f"{path}: [{describe(seen[path].content)}], wanted one of {possible_last(here)}")
    return wrong


def of_contests(seen, events):
    """One winner each, and it is the one that was told so."""
    wrong = []
    letters = {"e": "x", "l": "L", "m": "D"}
    for kind, letter in letters.items():
        for number in range(scripts.CONTESTED):
            path = f"shared/{kind}{number}"
            tries = [event for event in events if event.letter == letter and path in event.words]
            winners = [event for event in tries if event.acked and event.result == 0]
            pending = [event for event in tries if not event.acked]
            others = [event for event in tries if event.acked and event.result not in (0, errno.EEXIST)]
            wrong += [f"{path}: {event}: result {event.result}" for event in others]
            if len(winners) > 1:
                wrong.append(f"{path}: {len(winners)} winners: {winners}")
            if winners and path not in seen:
                wrong.append(f"{path}: is missing, made by {winners}")
            if not winners and not pending and (path in seen or tries):
                wrong.append(f"{path}: nobody was told to have made it: {tries}")
            if path in seen and kind == "e" and winners and seen[path].content != winners[0].data:
                wrong.append(f"{path}: [{describe(seen[path].content)}], made by {winners}")
            if path in seen and kind == "l" and winners:
                if seen[path].ino != seen[f"a{winners[0].id[0]}/anchor"].ino:
                    wrong.append(f"{path}: is not the file of {winners}")
    return wrong


def of_exchanged(seen, events):
    """Two names that change places again and again: both files are always there, and in the right places."""
    both = [seen[path].content if path in seen else None for path in ("shared/x0", "shared/x1")]
    changes = [event for event in events if event.letter == "R"]
    if sorted(both, key=str) != [b"x0\n", b"x1\n"]:
        return [f"shared/x0, shared/x1: {both}"]
    odd = sum(1 for event in changes if event.acked) % 2 == 1
    if all(event.acked for event in changes) and (both[0] == b"x1\n") != odd:
        return [f"shared/x0 is {both[0]} after {len(changes)} exchanges"]
    return []


def of_shared(seen, events):
    shared = [event for event in events if event.is_shared]
    on_slot = {slot: [e for e in shared if e.words[0] == str(slot)] for slot in (scripts.LOG_SLOT, scripts.DATA_SLOT)}
    known = {"shared", "shared/log", "shared/data", "shared/x0", "shared/x1"}
    wrong = []
    for path in seen:
        name = path.rstrip("!")
        if name.startswith("shared") and (path != name or name not in known and name[:8] not in (
            "shared/e", "shared/l", "shared/m", "shared/r"
        )):
            wrong.append(f"{path}: {seen[path] if path != name else 'should not be there'}")
    wrong += of_log(seen["shared/log"].content if "shared/log" in seen else b"", on_slot[scripts.LOG_SLOT])
    wrong += of_data(seen["shared/data"].content if "shared/data" in seen else b"", on_slot[scripts.DATA_SLOT])
    return wrong + of_replaced(seen, shared) + of_contests(seen, shared) + of_exchanged(seen, shared)


class Event:
    """An operation on what actors share."""

    def __init__(self, seed, actor, operation, letter, words, outcome):
        self.id = (actor, operation)
        self.letter, self.words = letter, words
        self.intent_ns, self.ack_ns, self.result, self.acked = outcome
        self.is_shared = letter in "awxrLDR" and (
            any(word.startswith("shared/") for word in words)
            or (letter in "aw" and int(words[0]) >= scripts.LOG_SLOT)
        )
        if letter == "w":
            offset, length = int(words[1]), int(words[2])
        else:
            offset, length = 0, int(words[1]) if letter in "axr" else 0
        self.data = pattern(seed, actor, operation, offset, length) if self.is_shared else b""

    def __repr__(self):
        state = f"result {self.result}" if self.acked else "in flight"
        return f"actor {self.id[0]} operation {self.id[1]} ({self.letter} {' '.join(self.words)}: {state})"
