"""The object store goes away while programs run, and comes back: another platform's embedded store plays it."""

import re
import socket
import subprocess

from platforms import SCRIPTS, check, wait_for

KEY = {"DCP_S3_ACCESS_KEY": "somebody", "DCP_S3_SECRET_KEY": "a-secret-that-nobody-is-told"}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def store_and_user(platforms, **settings):
    """A platform whose object store has a port of its own, and a platform that keeps its files there."""
    port = free_port()
    store = platforms.up({**KEY, "DCP_S3_PORT": str(port)})
    user = platforms.up(
        {**KEY, "DCP_S3_ENDPOINT": f"http://127.0.0.1:{port}", "DCP_S3_BUCKET": "files", **settings}
    )
    return store, user


def case_is_used(platforms):
    store, user = store_and_user(platforms)
    user.shell('seq 100000 >"$DCP_ROOT/a"')
    user.dcp("down", "--drop-cache")
    check(any((store.home / "objects").rglob("*")), "nothing came to the store")
    check(user.shell('wc -l <"$DCP_ROOT/a"').out == "100000\n", "not read back from the store")


def case_away_for_a_while(platforms):
    """Writing goes on, nothing is lost, everything is in the store when it is back."""
    store, user = store_and_user(platforms)
    user.shell('echo before >"$DCP_ROOT/a"')
    store.dcp("down")
    done = user.shell('cd "$DCP_ROOT" && cat a && for i in 1 2 3; do seq 10000 >b$i; done && mv b3 c && cat b1 | wc -l')
    check((done.out, done.err) == ("before\n10000\n", ""), "not as always", done)
    store.dcp("up")
    user.dcp("down", "--drop-cache")
    done = user.shell('cd "$DCP_ROOT" && ls && cat a && cat b1 b2 c | wc -l')
    check(done.out == "a\nb1\nb2\nc\nbefore\n30000\n", "something was lost", done)


def case_agent_restarted_while_away(platforms):
    store, user = store_and_user(platforms)
    user.shell('echo before >"$DCP_ROOT/a"')
    store.dcp("down")
    (old,) = user.kill("agent")
    user.await_new("agent", old)
    user.await_ready()
    done = user.shell('cd "$DCP_ROOT" && cat a && echo after >b && cat b')
    check(done.out == "before\nafter\n", "the agent does not serve without the store", done)
    store.dcp("up")
    user.dcp("down", "--drop-cache")
    check(user.shell('cat "$DCP_ROOT/a" "$DCP_ROOT/b"').out == "before\nafter\n", "something was lost")


def case_cold_read_fails_while_away(platforms):
    """What is not here cannot be read: EIO after the wait, and one line that says why; it works when the store is back."""
    store, user = store_and_user(platforms, DCP_CALL_WAIT_MS="3000")
    user.shell('seq 1000 >"$DCP_ROOT/a"')
    user.dcp("down", "--drop-cache")
    user.dcp("up")
    store.dcp("down")
    done = user.run("cat", f"{user.root}/a")
    check(done.status == 1 and "Input/output error" in done.err, "not EIO", done)
    why = [line for line in done.err.splitlines() if not line.startswith("cat: ")]
    log = (user.home / "agent.log").read_text()
    check(len(why) <= 1, "more than one line", done)
    check(re.search("object store|127.0.0.1", done.err + log), "nothing says why", done, log[-2000:])
    store.dcp("up")
    check(user.run("tail", "-n1", f"{user.root}/a", check_status=0).out == "1000\n", "not read when it was back")


def case_cold_read_waits(platforms):
    """A store that is back within the bound is not noticed by the program that waits for it."""
    store, user = store_and_user(platforms)
    user.shell('seq 1000 >"$DCP_ROOT/a"')
    user.dcp("down", "--drop-cache")
    user.dcp("up")
    store.dcp("down")
    program = user.begin("tail", "-n1", f"{user.root}/a", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    store.finish([str(SCRIPTS / "dcp"), "up"], 0)
    out, err = program.communicate()
    check((program.returncode, out, err) == (0, "1000\n", ""), "not waited for", program.returncode, out, err)


def case_writers_wait_at_the_bound(platforms):
    """Beyond the bound on what is not stored yet writers wait, and go on when the store is back."""
    store, user = store_and_user(platforms, DCP_DIRTY_BYTES="4M", DCP_CALL_WAIT_MS="60000")
    store.dcp("down")
    program = user.begin(
        *["bash", "-c", 'cd "$DCP_ROOT"; for i in $(seq 64); do head -c 1M /dev/urandom >f$i || exit; echo $i; done'],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    # It got as far as the bound lets it, and the platform says that writers wait.
    wait_for(lambda: re.search("writers wait", (user.home / "agent.log").read_text()), "a line in the log")
    check(program.poll() is None, "it did not wait", program.returncode)
    store.dcp("up")
    out, err = program.communicate()
    check((program.returncode, err) == (0, "") and out.split()[-1] == "64", "it did not go on", program.returncode, err)
