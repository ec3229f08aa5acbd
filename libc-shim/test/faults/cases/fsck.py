"""dcp fsck on platforms that run and that are down: finds, names and repairs."""

import pathlib

from platforms import check, json_of, wait_for

CLEAN, CORRECTED, LEFT, FAILED = 0, 1, 4, 8


def sent(platform):
    wait_for(lambda: json_of(platform.dcp("status", "--json"))["dirtyFiles"] == 0, "everything to be sent")


def objects_of(platform):
    return sorted(path for path in (platform.home / "objects" / "dcp" / "chunks").rglob("*") if path.is_file())


def fsck(platform, status, *options):
    return json_of(platform.dcp("fsck", "--json", *options, check_status=status))


def case_nothing_is_wrong(platforms):
    platform = platforms.up()
    platform.shell('cd "$DCP_ROOT" && mkdir -p a/b && seq 9999 >a/b/f && ln a/b/f g && ln -s g l && mkfifo p')
    fsck(platform, CLEAN, "--data")
    platform.dcp("down")
    fsck(platform, CLEAN, "--data")
    platform.dcp("down", "--drop-cache", check_status=None)
    check(platform.dcp("fsck", check_status=CLEAN).out == "0 found, 0 repaired\n", "not the words")


def case_an_object_is_lost_and_one_is_damaged(platforms):
    platform = platforms.up()
    platform.shell('cd "$DCP_ROOT" && seq 9999 >f')
    sent(platform)
    (lost,) = objects_of(platform)
    lost.unlink()
    found = fsck(platform, LEFT)
    check([each["kind"] for each in found["problems"]] == ["CHUNK_MISSING"], "not found", found)
    check(found["problems"][0]["where"].startswith("/f ino="), "not named", found)
    fsck(platform, CORRECTED, "--repair")
    sent(platform)
    fsck(platform, CLEAN, "--data")
    platform.dcp("down")
    (damaged,) = objects_of(platform)
    bytes_of = bytearray(damaged.read_bytes())
    bytes_of[7] ^= 1
    damaged.write_bytes(bytes_of)
    fsck(platform, CLEAN)
    found = fsck(platform, CORRECTED, "--data", "--repair")
    check([each["kind"] for each in found["problems"]] == ["CHUNK_DAMAGED"], "not found", found)
    platform.dcp("up")
    platform.dcp("down", "--drop-cache")
    fsck(platform, CLEAN, "--data")
    platform.shell('seq 9999 | cmp - "$DCP_ROOT/f"')


def case_objects_that_nothing_refers_to(platforms):
    platform = platforms.up()
    platform.shell('cd "$DCP_ROOT" && seq 9999 >f')
    sent(platform)
    (used,) = objects_of(platform)
    platform.dcp("down")
    unused = pathlib.Path(str(used)[:-24] + "0" * 24)
    unused.write_bytes(b"from an upload that was killed")
    found = fsck(platform, LEFT)
    check([each["kind"] for each in found["problems"]] == ["OBJECT_UNUSED"], "not found", found)
    fsck(platform, CORRECTED, "--repair")
    check(objects_of(platform) == [used], "not removed")
    fsck(platform, CLEAN, "--data")


def case_there_is_nothing_to_check(platforms):
    platform = platforms.new()
    done = platform.dcp("fsck", check_status=FAILED)
    check(done.err.count("\n") == 1 and "no tree" in done.err, "not one line", done)
