"""The program is the caller's child in every respect: descriptors, terminal, signals, status, pid."""

import os
import signal
import subprocess
import sys

from platforms import PROGRAMS, SCRIPTS, check, wait_for


def case_exit_status(platforms):
    platform = platforms.shared()
    for status in (0, 1, 42, 125, 126, 127, 255):
        done = platform.run("sh", "-c", f"exit {status}", check_status=status)
        check(done.err == "" and done.out == "", "something was said", done)


def case_killed_by_a_signal(platforms):
    platform = platforms.shared()
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGSEGV):
        program = platform.begin("sh", "-c", f"kill -{int(number)} $$")
        check(program.wait() == -number, f"not seen as killed by {number}", program.returncode)
    words = " ".join(platform.command("sh", "-c", "'kill -TERM $$'"))
    done = platform.finish(["sh", "-c", f"{words}; echo $?"])
    check(done.out == "143\n", "a shell does not see 128+n", done)


def case_is_the_same_process(platforms):
    platform = platforms.shared()
    program = platform.begin("sh", "-c", "echo $$ $PPID", stdout=subprocess.PIPE)
    out, _ = program.communicate()
    check(out.split() == [str(program.pid), str(os.getpid())], "another pid or parent", out, program.pid)


def case_signals_reach_the_program(platforms):
    platform = platforms.shared()
    script = 'trap "echo got; exit 7" USR1; echo ready; while :; do sleep 0.01; done'
    program = platform.begin("bash", "-c", script, stdout=subprocess.PIPE)
    check(program.stdout.readline() == "ready\n", "did not start")
    program.send_signal(signal.SIGUSR1)
    check(program.stdout.read() == "got\n" and program.wait() == 7, "the trap did not run")


def case_signal_dispositions_and_mask(platforms):
    platform = platforms.up()

    def quiet():
        for number in (signal.SIGINT, signal.SIGCHLD, signal.SIGTSTP):
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, {signal.SIGUSR2, signal.SIGCHLD})

    # The program itself and not scripts/dcp-run: Debian's sh lets nobody ignore SIGCHLD beyond it.
    fields = ["grep", "-E", "^Sig(Blk|Ign|Cgt):", "/proc/self/status"]
    ours = [str(PROGRAMS / "dcp-run"), "--", *fields]
    expected = platform.finish(fields, preexec_fn=quiet, restore_signals=False, check_status=0)
    done = platform.finish(ours, preexec_fn=quiet, restore_signals=False, check_status=0)
    check(done.out == expected.out, "other dispositions or mask", expected, done)
    # And when dcp-run has to start the platform before.
    platform.down()
    done = platform.finish(ours, preexec_fn=quiet, restore_signals=False, check_status=0)
    check(done.out == expected.out, "other dispositions or mask after a start", expected, done)


def case_standard_descriptors(platforms):
    platform = platforms.shared()
    done = platform.run("sh", "-c", "cat; echo err >&2", input="in\n", check_status=0)
    check((done.out, done.err) == ("in\n", "err\n"), "stdin, stdout or stderr", done)


def case_closed_standard_descriptors(platforms):
    platform = platforms.shared()
    words = " ".join(platform.command("sh", "-c", "'ls /proc/self/fd | wc -l'"))
    done = platform.finish(["sh", "-c", f"{words} <&- 2>&-"], check_status=0)
    check(done.out.strip().isdigit(), "a program without stdin and stderr did not run", done)


def case_extra_descriptors(platforms):
    platform = platforms.shared()
    reader, writer = os.pipe()
    native = platform.finish(["ls", "/proc/self/fd"], pass_fds=[writer], check_status=0)
    ours = platform.run("ls", "/proc/self/fd", pass_fds=[writer], check_status=0)
    check(native.out == ours.out, "other descriptors are open", native, ours)
    platform.run("sh", "-c", f"echo through >&{writer}" if writer < 10 else f"eval 'echo through >/proc/self/fd/{writer}'",
                 pass_fds=[writer], check_status=0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        check(pipe.read() == "through\n", "a pipe did not pass, or is held open")


def case_start_holds_no_descriptor(platforms):
    """A platform that the program's start brought up does not keep the caller's pipe open."""
    platform = platforms.new()
    done = platform.run("echo", "once", check_status=0)
    check(done.out == "once\n", "a pipe's end was not seen", done)


def case_environment_and_arguments(platforms):
    platform = platforms.shared()
    odd = "a\nb \t'\"\\ \udcff é"
    script = "import os,sys; sys.stdout.buffer.write(os.fsencode(repr((sys.argv[1:], os.environ['ODD']))))"
    done = platform.run(sys.executable, "-c", script, odd, "", env={"ODD": odd}, check_status=0)
    check(done.out == repr(([odd, ""], odd)), "changed on the way", done)


def case_limits_and_umask(platforms):
    platform = platforms.shared()
    script = "umask 027; ulimit -n 200; ulimit -c 0; exec "
    words = " ".join(platform.command("sh", "-c", "'umask; ulimit -n; ulimit -c'"))
    done = platform.finish(["sh", "-c", script + words], check_status=0)
    check(done.out == "0027\n200\n0\n", "other limits", done)


def case_working_directory(platforms):
    platform = platforms.shared()
    deep = platform.directory / "deep é"
    deep.mkdir()
    check(platform.run("pwd", cwd=deep, check_status=0).out == f"{deep}\n", "another directory")
    words = " ".join(platform.command("true"))
    platform.finish(["sh", "-c", f"mkdir gone; cd gone; rmdir ../gone; {words}"], check_status=0)


def case_terminal_stays(platforms):
    platform = platforms.shared()
    terminal = platforms.terminal(platform, "sh", "-c", "test -t 0 && test -t 1 && test -t 2 && tty && stty size && exit 5")
    terminal.expect(r"/dev/pts/\d+\r\n\d+ \d+\r\n")
    check(terminal.status() == 5, "the program does not have the terminal")


def case_interrupt_key_kills_the_program(platforms):
    platform = platforms.shared()
    terminal = platforms.terminal(platform, "sh", "-c", "echo ready; exec sleep 1000")
    terminal.expect("ready")
    terminal.type("\x03")
    check(terminal.status() == 128 + signal.SIGINT, "not killed by SIGINT")


def case_interrupt_key_spares_the_platform(platforms):
    """^C while the platform that this dcp-run has started runs: the program dies, the platform stays."""
    platform = platforms.new()
    terminal = platforms.terminal(platform, "sh", "-c", "echo ready; exec sleep 1000")
    terminal.expect("ready")
    agent = platform.pid("agent")
    terminal.type("\x03")
    check(terminal.status() == 128 + signal.SIGINT, "not killed by SIGINT")
    check(platform.run("true").status == 0 and platform.pid("agent") == agent, "the agent went with it")


def case_job_control(platforms):
    platform = platforms.shared()
    # The program says itself that it goes on: bash names the job before the terminal is its own.
    script = "'trap \"echo going on\" CONT; echo ready; while :; do read -r line; done'"
    words = " ".join(platform.command("sh", "-c", script))
    terminal = platforms.terminal(platform, command=["bash", "--norc", "--noediting", "-i"])
    terminal.type("PS1='pro''mpt> '\n")
    terminal.expect("prompt> ")
    terminal.type(words + "\n")
    terminal.expect("\nready")
    terminal.type("\x1a")
    terminal.expect("Stopped")
    terminal.expect("prompt> ")
    terminal.type("jobs\n")
    terminal.expect(r"\[1\]\+ +Stopped")
    terminal.expect("prompt> ")
    terminal.type("fg\n")
    terminal.expect("\ngoing on")
    terminal.type("\x03")
    terminal.expect("prompt> ")
    terminal.type("echo status $?\n")
    terminal.expect("status 130")
    terminal.type("exit\n")
    terminal.status()


def case_stopped_and_continued(platforms):
    platform = platforms.shared()
    program = platform.begin("sh", "-c", "kill -STOP $$; exit 9")
    _, status = os.waitpid(program.pid, os.WUNTRACED)
    check(os.WIFSTOPPED(status), "the stop was not seen", status)
    os.kill(program.pid, signal.SIGCONT)
    _, status = os.waitpid(program.pid, 0)
    check(os.waitstatus_to_exitcode(status) == 9, "did not go on", status)
    program.returncode = 9


def case_nested(platforms):
    platform = platforms.shared()
    inner = f"{SCRIPTS}/dcp-run sh -c 'echo in $DCP_ROOT; pwd; exit 3'"
    done = platform.shell(f'cd "$DCP_ROOT" && {inner}', check_status=3)
    check(done.out == f"in {platform.root}\n{platform.root}\n", "not in the same platform", done)
    check(platform.shell("echo $LD_PRELOAD").out == platform.shell(f"{SCRIPTS}/dcp-run sh -c 'echo $LD_PRELOAD'").out,
          "the shim is named twice")


def case_nested_in_another_platform(platforms):
    outer, inner = platforms.up(), platforms.up()
    inner.shell('echo inner >"$DCP_ROOT/who"')
    outer.shell('echo outer >"$DCP_ROOT/who"')
    script = f'DCP_HOME={inner.home} {SCRIPTS}/dcp-run sh -c \'cat "$DCP_ROOT/who"\'; cat "$DCP_ROOT/who"'
    done = outer.shell(f"{script}")
    check(done.out == "inner\nouter\n", "the trees are mixed up", done)


def case_own_preload_stays(platforms):
    platform = platforms.shared()
    done = platform.run("sh", "-c", "echo $LD_PRELOAD; echo $ASAN_OPTIONS", check_status=0,
                        env={"LD_PRELOAD": "libm.so.6", "ASAN_OPTIONS": "detect_leaks=0"})
    preload, options = done.out.splitlines()
    check(preload.startswith("libm.so.6:") and preload.endswith("/libdcp.so"), "the user's own is not first", done)
    check(options == "detect_leaks=0:verify_asan_link_order=0", "ASAN_OPTIONS", done)


def case_dcp_bash(platforms):
    platform = platforms.shared()
    script = platform.directory / "script"
    script.write_text('#!/usr/bin/env dcp-bash\nset -o posix\necho "$0|$1|$2|$DCP_ROOT|$BASH"\nexit 6\n')
    script.chmod(0o755)
    path = f"{SCRIPTS}:{os.environ['PATH']}"
    done = platform.finish(["./script", "a b", "-c"], env={"PATH": path}, check_status=6)
    check(done.out.startswith(f"./script|a b|-c|{platform.root}|"), "not as bash would run it", done)
    done = platform.finish([str(SCRIPTS / "dcp-bash"), "-c", "echo $0 $#", "x", "y"], check_status=0)
    check(done.out == "x 1\n", "options are bash's", done)
    done = platform.finish([str(SCRIPTS / "dcp-bash")], input="echo piped; exit 4", check_status=4)
    check(done.out == "piped\n", "a script on stdin", done)


def case_scripts_through_a_link(platforms):
    platform = platforms.shared()
    link = platform.directory / "run-it"
    link.symlink_to(SCRIPTS / "dcp-run")
    check(platform.finish([str(link), "echo", "linked"], check_status=0).out == "linked\n", "not by a link")


def case_orphans_run_on(platforms):
    """A background process of the program outlives it, as it would natively."""
    platform = platforms.shared()
    mark = platform.directory / "mark"
    platform.shell('(sleep 0.3; echo late >"$1") >/dev/null 2>&1 &', mark)
    wait_for(lambda: mark.exists() and mark.read_text() == "late\n", "the orphan")
