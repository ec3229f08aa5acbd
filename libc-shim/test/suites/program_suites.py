"""What is known of each program's own test suite: how it is built, into which parts it is divided, how a part is run,
and what its output says of each test. A part is what one command runs; a test is what the suite itself counts."""

import re
import shlex

PASS, FAIL, SKIP = "pass", "fail", "skip"
NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups --"


class Suite:
    """`build` is done once, natively, in the cache; then `copies` of what was built are put on each side, and `prepare`
    follows there. A suite without copies is run where it was built: only its scratch directories are on the sides."""

    name = package = ""
    build = "./configure -q && make -s"
    commands = {"gcc": "gcc", "make": "make"}
    copies = "."
    prepare = "true"
    timeout_s = 900

    def parts(self, source):
        """The names of the parts, in the order in which they are run."""
        raise NotImplementedError

    def command(self, part, tree):
        """The shell command that runs a part of the suite in `tree`; its working directory is a scratch directory."""
        raise NotImplementedError

    def results(self, part, done):
        """{test: PASS, FAIL or SKIP} of what one part said."""
        raise NotImplementedError


class Bash(Suite):
    """One part for each script run-*, which ends with 0 if bash said what it should say. As some of them demand: not as
    root, with a home of the user's own, and on a terminal on which nobody types (and which does not end)."""

    name = package = "bash"
    build = """
        ./configure -q && make -s && make -s recho zecho printenv xcase && cp recho zecho printenv xcase tests/
        mkdir -p locales
        for name in en_US.UTF-8 de_DE.UTF-8 fr_FR.ISO-8859-1 ja_JP.SHIFT_JIS zh_HK.BIG5-HKSCS; do
          localedef --force --inputfile=${name%%.*} --charmap=${name#*.} locales/$name || [ $? = 1 ]
        done
        ln -sfn fr_FR.ISO-8859-1 locales/fr_FR.ISO8859-1
        ln -sfn ja_JP.SHIFT_JIS locales/ja_JP.SJIS
        ln -sfn zh_HK.BIG5-HKSCS locales/zh_HK.big5hkscs
        # `locale -a` lists what is installed; what LOCPATH has can be used just as well.
        { echo '#!/bin/sh'; echo '/usr/bin/locale "$@"; [ "$*" != -a ] || ls "$LOCPATH"'; } >tests/locale
        chmod 755 tests/locale
    """
    commands = {**Suite.commands, "script": "bsdutils", "/usr/share/i18n/charmaps": "locales"}
    prepare = "chown -R 65534:65534 ."
    left_out = {"run-all", "run-minimal", "run-gprof"}

    def parts(self, source):
        return sorted(path.name for path in (source / "tests").glob("run-*") if path.name not in self.left_out)

    def command(self, part, tree):
        return (
            f'export THIS_SH={tree}/bash PATH={tree}/tests:"$PATH" BUILD_DIR={tree} BASH_TSTOUT="$PWD/out"; '
            f'export LOCPATH={tree}/locales HOME="$PWD/home" input="$PWD/input"; '
            f"mkfifo input && mkdir home && chown 65534:65534 home && cd {tree}/tests && "
            f'exec {NOBODY} script --quiet --return --command "sh ./{part}" /dev/null 0<>"$input"'
        )

    def results(self, part, done):
        return {part: PASS if done.status == 0 else FAIL}


class Make(Suite):
    """One part for each category; the suite says how many of its tests passed. Run with its own limits."""

    name, package = "make", "make-dfsg"
    build = "autoreconf -fi && ac_cv_lib_util_getloadavg=no ./configure -q && make -s && make -s tests/config-flags.pm"
    commands = {
        **Suite.commands,
        "autoreconf": "autoconf",
        "autopoint": "autopoint",
        "automake": "automake",
        "perl": "perl",
    }
    prepare = "./configure -q && make -s clean && make -s -j2 && make -s tests/config-flags.pm"
    line = re.compile(r"^(\S+) \.+ (ok|FAILED|N/A)\s*(?:\((\d+)(?:/(\d+))? passed\))?", re.MULTILINE)

    def parts(self, source):
        scripts = source / "tests" / "scripts"
        found = [path.relative_to(scripts) for path in scripts.glob("*/*") if path.is_file()]
        return sorted(path.as_posix() for path in found if path.parts[0] != "vms")

    def command(self, part, tree):
        # Its scratch directory is tests/work: a part has its own copy of tests/.
        return (
            f"ln -s {tree}/src {tree}/make {tree}/config.status . && cp -a {tree}/tests . && cd tests && "
            f"ulimit -n 128 && perl ./run_make_tests.pl -srcdir {tree} -make {tree}/make {part}"
        )

    def results(self, part, done):
        found = {}
        for name, verdict, passed, total in self.line.findall(done.output):
            right = int(passed or 0)
            for number in range(int(total or passed or 1)):
                found[f"{name}#{number + 1}"] = SKIP if verdict == "N/A" else PASS if number < right else FAIL
        return found


def quoted(words):
    return shlex.quote(" ".join(words))


class Coreutils(Suite):
    """One part for each folder of tests, as root and as another user: many tests are for one of the two only."""

    name = package = "coreutils"
    build = """
        FORCE_UNSAFE_CONFIGURE=1 ./configure -q && make -s && make -s check TESTS= SUBDIRS=.
        make -s --eval='listed: ; @echo $(TESTS)' listed >tests.listed
    """
    commands = {**Suite.commands, "setpriv": "util-linux"}
    # The paths of the copy instead of those of the cache; and one more copy, which is the other user's.
    prepare = "./config.status -q && cp -a . ../user && cd ../user && ./config.status -q && chown -R 65534:65534 ."
    timeout_s = 3600
    line = re.compile(r"^(PASS|FAIL|XFAIL|XPASS|SKIP|ERROR): (\S+)", re.MULTILINE)
    kinds = {"PASS": PASS, "XFAIL": PASS, "SKIP": SKIP}

    def parts(self, source):
        self.tests = {}
        for test in (source / "tests.listed").read_text().split():
            self.tests.setdefault(test.split("/")[1], []).append(test)
        return [f"{user}/{folder}" for folder in sorted(self.tests) for user in ("root", "user")]

    def command(self, part, tree):
        user, folder = part.split("/")
        tests = quoted(self.tests[folder])
        check = f"make -s check SUBDIRS=. VERBOSE=yes TEST_SUITE_LOG=tests/{folder}.log TESTS={tests}"
        return f"cd {tree} && {check}" if user == "root" else f"cd {tree}/../user && {NOBODY} {check}"

    def results(self, part, done):
        user = part.split("/")[0]
        return {f"{user}/{name}": self.kinds.get(kind, FAIL) for kind, name in self.line.findall(done.output)}


class Git(Suite):
    """One part for each script."""

    name = package = "git"
    copies = None
    build = "./configure -q && make -s -j2"
    commands = {
        **Suite.commands,
        "/usr/include/zlib.h": "zlib1g-dev",
        "/usr/include/expat.h": "libexpat1-dev",
        "/usr/include/openssl/ssl.h": "libssl-dev",
        "msgfmt": "gettext",
        "perl": "perl",
    }
    line = re.compile(r"^(ok|not ok) (\d+) - (.*?)( # (?:skip|SKIP|TODO).*)?$", re.MULTILINE)

    def parts(self, source):
        return sorted(path.stem for path in (source / "t").glob("t[0-7]*.sh") if re.match(r"t\d{4}-", path.name))

    def command(self, part, tree):
        # The scripts are checked for broken chains of && in git's own development, not here.
        return (
            f'export GIT_TEST_CHAIN_LINT=0 TEST_NO_MALLOC_CHECK=1 TEST_OUTPUT_DIRECTORY="$PWD" scratch="$PWD"; '
            f'cd {tree}/t && sh ./{part}.sh --root="$scratch"'
        )

    def results(self, part, done):
        found = {}
        for verdict, number, _, remark in self.line.findall(done.output):
            skipped = "skip" in remark.lower()
            expected = "TODO" in remark
            found[f"{part}#{number}"] = SKIP if skipped else PASS if verdict == "ok" or expected else FAIL
        if not found or done.status != 0:
            whole = re.search(r"^1\.\.0 # SKIP", done.output, re.MULTILINE)
            found[f"{part}#end"] = SKIP if whole else PASS if done.status == 0 else FAIL
        return found


class Sqlite(Suite):
    """One part for each file of veryquick, as a user other than root, which the suite demands."""

    name, package = "sqlite", "sqlite3"
    build = "./configure -q && make -s testfixture"
    copies = "testfixture test"
    commands = {**Suite.commands, "tclsh": "tcl", "/usr/include/tcl/tcl.h": "tcl-dev", "setpriv": "util-linux"}
    line = re.compile(r"^(\S+)\.\.\. Ok$", re.MULTILINE)
    wrong = re.compile(r"^! (\S+) (?:expected|got)|^! (\S+)", re.MULTILINE)
    omitted = re.compile(r"^(\S+)\.\.\. Omitted", re.MULTILINE)
    # Simulations of failing memory and files inside of the library, and drivers of other files.
    left_out = re.compile(
        r"malloc|fault|^(all|quick|veryquick|full|extraquick|permutations|soak|speed\w*|threadtest\d?)$"
    )

    def parts(self, source):
        names = sorted(path.stem for path in (source / "test").glob("*.test") if not self.left_out.search(path.stem))
        files_first = re.compile(r"^(lock|shm|wal|mmap|crash|journal|pager|exclusive|unix|symlink|sync|temp)")
        return sorted(names, key=lambda name: (not files_first.match(name), name))

    def command(self, part, tree):
        return f"chown 65534 . && exec {NOBODY} {tree}/testfixture {tree}/test/{part}.test"

    def results(self, part, done):
        found = {}
        for name in self.omitted.findall(done.output):
            found[f"{part}/{name}"] = SKIP
        for name in self.line.findall(done.output):
            found[f"{part}/{name}"] = PASS
        for names in self.wrong.findall(done.output):
            found[f"{part}/{names[0] or names[1]}"] = FAIL
        found[f"{part}/end"] = PASS if done.status == 0 else FAIL
        return found


ALL = {suite.name: suite for suite in (Make(), Bash(), Coreutils(), Git(), Sqlite())}
