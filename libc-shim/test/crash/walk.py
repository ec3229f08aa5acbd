#!/usr/bin/env python3
"""Looks at every file below directories and writes what it saw, pickled: walk.py OUT DIRECTORY...

For each path below a directory (and "" for itself) a `Seen`. Runs under dcp-run on the tree, and natively on the mirror.
"""

import os
import pickle
import stat
import sys
from typing import NamedTuple


class Seen(NamedTuple):
    kind: str
    mode: int
    links: int
    ino: int
    size: int
    mtime_ns: int
    ctime_ns: int
    xattrs: tuple
    target: str
    content: bytes
    listed_ino: int  # what readdir says


def look(path, listed_ino):
    seen = os.lstat(path)
    kind = {stat.S_IFREG: "f", stat.S_IFDIR: "d", stat.S_IFLNK: "l"}.get(stat.S_IFMT(seen.st_mode), "?")
    names = sorted(os.listxattr(path, follow_symlinks=False))
    xattrs = tuple((name, os.getxattr(path, name, follow_symlinks=False)) for name in names)
    content = b""
    if kind == "f":
        with open(path, "rb") as file:
            content = file.read()
    return Seen(
        kind,
        stat.S_IMODE(seen.st_mode),
        seen.st_nlink,
        seen.st_ino,
        seen.st_size,
        seen.st_mtime_ns,
        seen.st_ctime_ns,
        xattrs,
        os.readlink(path) if kind == "l" else "",
        content,
        listed_ino or seen.st_ino,
    )


def walk(top):
    """An error is a finding: it takes the place of what should have been seen."""
    found = {}

    def enter(path, relative, listed_ino):
        try:
            found[relative] = look(path, listed_ino)
            if found[relative].kind == "d":
                with os.scandir(path) as entries:
                    below = [(entry.name, entry.inode()) for entry in entries]
                for name, ino in below:
                    if f"{relative}/{name}".lstrip("/") in found:
                        raise OSError(f"listed twice: {name}")
                    enter(f"{path}/{name}", f"{relative}/{name}".lstrip("/"), ino)
        except OSError as error:
            found[relative + "!"] = str(error)

    enter(top, "", 0)
    return found


if __name__ == "__main__":
    result = [walk(directory) for directory in sys.argv[2:]]
    with open(sys.argv[1], "wb") as out:
        pickle.dump([{path: tuple(seen) if isinstance(seen, Seen) else seen for path, seen in each.items()} for each in result], out)
