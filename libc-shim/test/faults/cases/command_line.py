"""What dcp-run makes of its command line, and how it says that it cannot run the program."""

from platforms import PLATFORM_FAILED, check


def refused(platforms, words, line, usage):
    platform = platforms.new()
    done = platform.run(*words, check_status=PLATFORM_FAILED)
    lines = done.err.splitlines()
    check(lines[0] == line, f"not {line!r}", done)
    check(len(lines) == (2 if usage else 1), "more or fewer lines than expected", done)
    check(not usage or lines[1].startswith("usage: dcp-run "), "no usage line", done)
    check(done.out == "", "something on stdout", done)
    check(not platform.home.exists(), "a platform was started for a wrong command line")


def case_unknown_option(platforms):
    refused(platforms, ["--frobnicate", "true"], "dcp-run: unknown option: --frobnicate", usage=True)
    refused(platforms, ["-x", "true"], "dcp-run: unknown option: -x", usage=True)
    refused(platforms, ["--in=1", "true"], "dcp-run: unknown option: --in=1", usage=True)


def case_no_command(platforms):
    refused(platforms, [], "dcp-run: no command", usage=True)
    refused(platforms, ["--"], "dcp-run: no command", usage=True)
    refused(platforms, ["--cwd", "/"], "dcp-run: no command", usage=True)


def case_option_without_value(platforms):
    refused(platforms, ["--cwd"], "dcp-run: --cwd: no value", usage=True)


def case_wrong_values(platforms):
    refused(platforms, ["--env", "A", "true"], "dcp-run: --env A: not K=V", usage=False)
    refused(platforms, ["--env", "=1", "true"], "dcp-run: --env =1: not K=V", usage=False)
    refused(platforms, ["--budget", "much", "true"], "dcp-run: --budget much: not an amount", usage=False)
    refused(platforms, ["--instances", "0", "true"], "dcp-run: --instances 0: not a number from 1", usage=False)


def case_not_in_this_version(platforms):
    refused(
        platforms,
        ["--instances", "2", "true"],
        "dcp-run: --instances 2: this version runs everything on 1 instance",
        usage=False,
    )
    refused(
        platforms,
        ["--cluster=a:1", "true"],
        "dcp-run: --cluster a:1: this version has no clusters, only the platform of DCP_HOME",
        usage=False,
    )


def case_help(platforms):
    platform = platforms.new()
    done = platform.run("--help", check_status=0)
    check(done.out.startswith("usage: dcp-run ") and done.err == "", "no usage line on stdout", done)
    check(not platform.home.exists(), "help started a platform")


def case_accepted_options(platforms):
    platform = platforms.shared()
    done = platform.run(
        *["--instances", "1", "--place=home", "--budget", "1.50", "--env", "A=1", "--env=B=2=3", "--env", "A=4"],
        *["--cwd", "/usr", "--", "sh", "-c", "echo $A $B $PWD $*", "sh", "--env", "--", "-x"],
        check_status=0,
    )
    check(done.out == "4 2=3 /usr --env -- -x\n", "the options did not have their effect", done)
    done = platform.run("sh", "-c", "echo $*", "sh", "--help", check_status=0)
    check(done.out == "--help\n", "an argument of the program was taken as an option", done)


def case_cwd_missing(platforms):
    platform = platforms.shared()
    for directory in ("/no/such", f"{platform.root}/no-such"):
        done = platform.run("--cwd", directory, "true", check_status=PLATFORM_FAILED)
        check(done.err == f"dcp-run: --cwd {directory}: No such file or directory\n", "another message", done)


def case_cwd_in_the_tree(platforms):
    platform = platforms.shared()
    platform.shell('mkdir -p "$DCP_ROOT/a/b"')
    done = platform.run("--cwd", f"{platform.root}/a", "sh", "-c", "pwd; ls", check_status=0)
    check(done.out == f"{platform.root}/a\nb\n", "not in the directory", done)


def case_command_not_found(platforms):
    platform = platforms.shared()
    for command in ("no-such-command", "./no-such-command", "/no/such/command", ""):
        done = platform.run("--", command, check_status=127)
        check(done.err == f"dcp-run: {command}: No such file or directory\n", "another message", done)
    done = platform.run("--env", "PATH=/no/such", "ls", check_status=127)
    check("ls: No such file" in done.err, "PATH of the new environment was not used", done)


def case_command_not_executable(platforms):
    platform = platforms.shared()
    (platform.directory / "plain").write_text("echo plain\n")
    for command in ("./plain", "/etc", "/etc/passwd"):
        done = platform.run(command, check_status=126)
        check(done.err == f"dcp-run: {command}: Permission denied\n", "another message", done)


def case_command_in_the_tree(platforms):
    platform = platforms.shared()
    platform.shell(
        'mkdir -p "$DCP_ROOT/bin" && cd "$DCP_ROOT/bin" && cp "$(command -v env)" mine && chmod 755 mine &&'
        ' printf "#!/bin/sh\\necho script \\"\\$@\\"\\n" >script && printf "echo bare\\n" >bare &&'
        ' chmod 755 script bare && printf "#!/bin/sh\\n" >plain'
    )
    tools = platform.root / "bin"
    check(platform.run(tools / "script", "a b", check_status=0).out == "script a b\n", "by its path")
    check(platform.run("--cwd", tools, "./bare", check_status=0).out == "bare\n", "relative, without #!")
    done = platform.run("--env", f"PATH={tools}:/usr/bin:/bin", "mine", "true", check_status=0)
    check(done.out == "", "by PATH", done)
    check(platform.run(tools / "plain").status == 126, "not executable")
    check(platform.run(tools / "nothing").status == 127, "not found")
