"""The platform cannot start: one line that says why, status 125, nothing left running, nothing changed."""

import hashlib
import http.server
import os
import pathlib
import socket
import subprocess
import threading

from platforms import PLATFORM_FAILED, PROGRAMS, SCRIPTS, Skip, check, wait_for

NOBODY = 65534


def need_root():
    if os.geteuid() != 0:
        raise Skip("not root")


def as_nobody(platforms):
    """A platform of a user without any rights."""
    need_root()
    platform = platforms.new(user=NOBODY)
    reach = subprocess.run(platform.as_user([str(PROGRAMS / "dcp-run"), "--help"]), stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False)
    if reach.returncode != 0:
        raise Skip("another user cannot reach the repository")
    return platform


def case_home_not_writable(platforms):
    platform = as_nobody(platforms)
    os.chown(platform.directory, 0, 0)
    platform.refuses("DCP_HOME .*/home: cannot be made: Permission denied")


def case_home_is_a_file(platforms):
    platform = platforms.new()
    platform.home.write_text("")
    platform.refuses("DCP_HOME .*/home: cannot be made: (File exists|Not a directory)")


def case_home_of_somebody_else(platforms):
    need_root()
    platform = platforms.new()
    platform.home.mkdir()
    os.chown(platform.home, NOBODY, NOBODY)
    platform.refuses(f"DCP_HOME .*/home belongs to user {NOBODY}, you are user 0")


def case_home_writable_by_everybody(platforms):
    platform = platforms.new()
    platform.home.mkdir()
    platform.home.chmod(0o777)
    platform.refuses("DCP_HOME .*/home is writable by everybody")


def case_disk_full(platforms):
    need_root()
    platform = platforms.new()
    small = platforms.scratch("small")
    script = f'mount -t tmpfs -o size=1m none {small} && export DCP_HOME={small}/home && exec {SCRIPTS}/dcp-run true'
    done = platform.finish(["unshare", "-m", "sh", "-c", script], PLATFORM_FAILED)
    check(done.err.count("\n") == 1 and "no space left on device" in done.err, "not one clear line", done)


def case_root_cannot_be(platforms):
    platform = platforms.new()
    platform.refuses("DCP_ROOT dcp: not an absolute path", env={"DCP_ROOT": "dcp"})
    platform.refuses("DCP_ROOT /: the tree cannot be at /", env={"DCP_ROOT": "/"})
    platform.refuses("DCP_ROOT /proc/no/such: cannot be made", env={"DCP_ROOT": "/proc/no/such"})
    platform.refuses("is in the tree's own place", env={"DCP_ROOT": str(platform.directory)})
    platform.refuses("is in the platform's own", env={"DCP_ROOT": str(platform.home / "metadata")})


def case_another_root_than_that_of_the_platform(platforms):
    platform = platforms.up({"DCP_ROOT": str(platforms.scratch("tree"))})
    other = platforms.scratch("other")
    done = platform.run("true", env={"DCP_ROOT": str(other)}, check_status=PLATFORM_FAILED)
    check(f"{platform.root}" in done.err and f"{other}" in done.err, "does not name both", done)
    platform.run("true", env={"DCP_ROOT": f"{platform.root}/"}, check_status=0)


def case_without_rights(platforms):
    """Another user than root has no namespace: the tree is an ordinary directory of its own."""
    platform = as_nobody(platforms)
    done = platform.shell('cd "$DCP_ROOT" && pwd && echo mine >a && cat a && stat -c %u a')
    check(done.out == f"{platform.directory}/dcp\nmine\n{NOBODY}\n", "the tree is elsewhere", done)
    platform.dcp("down")
    check(platform.shell('cat "$DCP_ROOT/a"').out == "mine\n", "the file is gone")


def case_mounts_without_rights(platforms):
    """A user's own user namespace lets programs mount in the tree: that is what they see there by every path."""
    platform = as_nobody(platforms)
    if subprocess.run(platform.as_user(["unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/mnt"]), check=False,
                      stderr=subprocess.DEVNULL).returncode != 0:
        raise Skip("users may not mount in a namespace of their own")
    mounted = 'mount -t tmpfs none "$DCP_ROOT/m" && mkdir "$DCP_ROOT/m/made" && ls "$DCP_ROOT/m" m && umount "$DCP_ROOT/m"'
    done = platform.shell(f"cd \"$DCP_ROOT\" && mkdir -p m/below && unshare -Urm sh -c '{mounted}; ls m'; ls m")
    check(done.out == f"{platform.directory}/dcp/m:\nmade\n\nm:\nmade\nbelow\nbelow\n", "the mount is not seen", done)


def case_tree_of_another_home(platforms):
    platform = as_nobody(platforms)
    platform.run("true", check_status=0)
    platform.dcp("down")
    other = platform.directory / "other"
    done = platform.run("true", env={"DCP_HOME": str(other)}, check_status=PLATFORM_FAILED)
    check(f"is the tree of DCP_HOME {platform.home}" in done.err, "does not say whose it is", done)


def case_root_with_strange_files(platforms):
    platform = as_nobody(platforms)
    tree = platform.directory / "dcp"
    tree.mkdir()
    (tree / "precious").write_text("x")
    os.chown(tree, NOBODY, NOBODY)
    platform.refuses("DCP_ROOT .*/dcp is not empty and not a tree of DCP_HOME")
    check((tree / "precious").read_text() == "x", "the file changed")


def case_agent_dies_at_every_start(platforms):
    platform = platforms.new()
    platform.refuses(r"the agent died 5 times while starting \(exit status 9\), see .*/agent.log",
                     env={"DCP_AGENT_COMMAND": "sh -c 'exit 9'"})


def case_no_java(platforms):
    platform = platforms.new()
    platform.refuses("no java: install", env={"PATH": str(platforms.scratch("bin")), "JAVA_HOME": "", "DCP_JAVA": "",
                                              "DCP_AGENT_COMMAND": ""}, cwd="/")


def taken_port(platforms, variable):
    platform = platforms.new()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        platform.refuses(f"port {port}.*|.*{port}.*in use", env={variable: str(port)})
    platform.run("true", check_status=0)


def case_object_store_port_taken(platforms):
    taken_port(platforms, "DCP_S3_PORT")


def case_http_port_taken(platforms):
    taken_port(platforms, "DCP_HTTP_PORT")


def case_zookeeper_port_taken(platforms):
    taken_port(platforms, "DCP_ZOOKEEPER_PORT")


def case_wrong_setting(platforms):
    platform = platforms.new()
    platform.refuses("DCP_HTTP_PORT", env={"DCP_HTTP_PORT": "many"})
    platform.home.mkdir(exist_ok=True)
    (platform.home / "dcp.properties").write_text("chunk.bytes=huge\n")
    platform.refuses("chunk.bytes|DCP_CHUNK_BYTES")


SECRET = "a-secret-that-nobody-is-told"
STORE = {
    "DCP_S3_BUCKET": "bucket",
    "DCP_S3_REGION": "us-east-1",
    "DCP_S3_ACCESS_KEY": "somebody",
    "DCP_S3_SECRET_KEY": SECRET,
}


def case_object_store_down_at_start(platforms):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        platforms.new().refuses(f"127.0.0.1:{port}", env={**STORE, "DCP_S3_ENDPOINT": f"http://127.0.0.1:{port}"})


class Refuses(http.server.BaseHTTPRequestHandler):
    """An object store that knows no key."""

    def answer(self):
        body = b"<Error><Code>InvalidAccessKeyId</Code><Message>no such key</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = answer

    def log_message(self, *_):
        pass


def case_object_store_refuses_the_key(platforms):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refuses)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        endpoint = f"http://127.0.0.1:{server.server_address[1]}"
        platform = platforms.new()
        done = platform.refuses("refuse|denied|403", env={**STORE, "DCP_S3_ENDPOINT": endpoint})
        told = done.err + (platform.home / "agent.log").read_text()
        check(SECRET not in told, "the secret key was told", told)
    finally:
        server.shutdown()
        server.server_close()


def digest(directory):
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(pathlib.Path(directory).rglob("*"))
        if path.is_file()
    }


def case_metadata_unreadable(platforms):
    """A start over damaged metadata is refused and changes nothing."""
    platform = platforms.up()
    platform.shell('echo kept >"$DCP_ROOT/a"')
    platform.dcp("down")
    metadata = platform.home / "metadata"
    backup = digest(metadata)
    check(backup, "no metadata")
    originals = {}
    for name in backup:
        path = metadata / name
        content = path.read_bytes()
        if name.endswith("lock.mdb") or not content:
            continue
        originals[path] = content
        path.write_bytes(b"\xff" * min(len(content), 16384) + content[16384:])
    damaged, mirror = digest(metadata), digest(platform.home / "mirror") if (platform.home / "mirror").exists() else {}
    platform.refuses("metadata|journal")
    after = {name: value for name, value in digest(metadata).items() if not name.endswith("lock.mdb")}
    check(after == {name: value for name, value in damaged.items() if not name.endswith("lock.mdb")}, "it was changed")
    check(not mirror or digest(platform.home / "mirror") == mirror, "the mirror was changed")
    for path, content in originals.items():
        path.write_bytes(content)
    check(platform.shell('cat "$DCP_ROOT/a"').out == "kept\n", "the file is not there after a repair")


def case_progress_on_a_terminal(platforms):
    platform = platforms.new({"DCP_AGENT_COMMAND": f"sh -c '{slow_stub()}'"})
    terminal = platforms.terminal(platform, "true")
    terminal.expect("dcp-run: starting the platform of .* ...")
    (platform.home / "go").touch()
    check(terminal.status() == 0, "did not run")
    wait_for(lambda: platform.is_ready(), "ready")


def slow_stub():
    """An agent that is ready when somebody says so, and serves nothing."""
    return (
        'until [ -e "$DCP_HOME/go" ]; do sleep 0.05; done; : >"$DCP_RUN_DIR/ready"; trap "exit 0" TERM;'
        " while :; do sleep 0.05; done"
    )
