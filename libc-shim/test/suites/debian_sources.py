"""Sources of Debian packages, fetched and built in a cache outside of the repository: $DCP_SUITES, by default
~/.cache/dcp-suites. What is there already is not fetched or built again."""

import os
import pathlib
import shutil
import subprocess

CACHE = pathlib.Path(os.environ.get("DCP_SUITES") or pathlib.Path.home() / ".cache" / "dcp-suites")


class Unavailable(Exception):
    """The sources cannot be had or built on this machine; the message says why."""


def built(package, recipe, commands):
    """The directory of a package's source, patched as Debian does and built by the shell commands of `recipe`.

    `commands` maps what must be installed to the Debian package that has it.
    """
    missing = [name for command, name in commands.items() if not present(command)]
    if missing:
        raise Unavailable(f"not installed: {' '.join(missing)}")
    folder = CACHE / package
    ready = folder / "built"
    source = unpacked(package, folder)
    if not ready.exists() or ready.read_text() != recipe:
        run(["sh", "-ec", recipe], source, folder / "build.log", "does not build natively")
        ready.write_text(recipe)
    return source


def present(proof):
    return os.path.exists(proof) if proof.startswith("/") else shutil.which(proof) is not None


def unpacked(package, folder):
    found = [path for path in folder.glob("*") if path.is_dir()]
    if (folder / "unpacked").exists() and found:
        return found[0]
    for old in found:
        shutil.rmtree(old)
    folder.mkdir(parents=True, exist_ok=True)
    if not shutil.which("dpkg-source"):
        raise Unavailable("not installed: dpkg-dev")
    # Signatures are checked by apt for the index that names the checksums of the files.
    fetch = ["apt-get", "source", "--download-only", package]
    run(fetch, folder, folder / "fetch.log", "no sources (deb-src, network)?")
    descriptions = sorted(folder.glob("*.dsc"))
    run(["dpkg-source", "--no-check", "-x", descriptions[-1].name], folder, folder / "unpack.log", "does not unpack")
    (folder / "unpacked").touch()
    return next(path for path in folder.glob("*") if path.is_dir())


def run(command, directory, log, reason):
    with open(log, "wb") as out:
        done = subprocess.run(
            command, cwd=directory, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode != 0:
        raise Unavailable(f"{reason}: see {log}")
