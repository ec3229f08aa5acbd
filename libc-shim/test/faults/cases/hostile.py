"""A program that speaks to the agent's sockets itself gets what its user may have, and the agent lives."""

import os
import pathlib
import re
import subprocess

from platforms import Skip, check

MESSAGES = 100_000
NOBODY = 65534
PYTHON = "/usr/bin/python3"  # one that every user may run
ATTACKER = pathlib.Path(__file__).parent.parent / "attacker.py"
SCHEMA = ATTACKER.parents[3] / "ipc/src/main/wire/dcp-wire.xml"
SECRETS = """
umask 077 && cd "$DCP_ROOT" && mkdir secret mine && chown 65534:65534 mine && chmod 755 mine
echo untouched >secret/file && setfattr -n user.k -v v secret/file
"""
LOOK = """
cd "$DCP_ROOT/secret" && ls -A && cat file && stat -c "%a %u:%g %s %h" file && getfattr --only-values -n user.k file
"""


def case_fuzz_the_agent(platforms):
    if os.geteuid() != 0 or not os.path.exists(PYTHON):
        raise Skip(f"needs root, to be another user, and {PYTHON}")
    platform = platforms.up()
    agent = platform.pid("agent")
    platform.shell(SECRETS)
    seed = os.environ.get("DCP_TEST_SEED", str(int.from_bytes(os.urandom(4), "little")))
    bystander = platform.begin(
        "sh", "-c", 'cd "$DCP_ROOT/secret" && exec 3<file && echo here && read line', stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    bystander.stdout.readline()
    version = re.search(r' version="(\d+)" semantic', SCHEMA.read_text(encoding="utf-8")).group(1)
    with open(ATTACKER, encoding="utf-8") as script:
        done = platform.run(
            "--", "sh", "-c", 'exec setpriv --reuid "$1" --regid "$1" --clear-groups "$2" - "$DCP_RUN" "$DCP_ROOT" "$3" "$4" "$5" "$6"',
            "sh", NOBODY, PYTHON, seed, MESSAGES, bystander.pid, version, stdin=script,
        )
    bystander.communicate("\n")
    sent, answered = done.out.split() if done.status == 0 else ("0", "0")
    check(int(sent) == MESSAGES, "the attacker did not come to its end", f"DCP_TEST_SEED={seed}", done)
    check(int(answered) > MESSAGES // 10, "the agent did not take the attacker's packets for calls", done)
    check(platform.pid("agent") == agent, "the agent was replaced", f"DCP_TEST_SEED={seed}")
    seen = platform.shell(LOOK).out
    check(seen == "file\nuntouched\n600 0:0 10 1\nv", "a secret was changed", f"DCP_TEST_SEED={seed}", seen)
