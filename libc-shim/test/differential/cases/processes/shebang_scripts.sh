# Scripts in the tree, with interpreters in and out of the tree.
printf '#!/bin/sh\necho "$0: $*"\n' > a
printf '#!/usr/bin/env bash\necho "bash ${BASH_VERSINFO[0]}: $0: $*"\n' > b
printf '#!/bin/sh -e\nfalse\necho not reached\n' > c
printf '#!%s/a extra\nignored\n' "$PWD" > d
printf '#!./a\n' > e
printf '#!/no/such/interpreter\n' > f
printf '#!/usr/bin/awk -f\nBEGIN { print "awk", ARGV[1] }\n' > g
printf '#! /bin/cat\ntext of a script\n' > h
printf 'echo no shebang "$@"\n' > i
printf '#!/usr/bin/env -S python3 -B\nimport sys\nprint("python", sys.argv[1:])\n' > j
chmod +x ?
mkdir d1; cp a d1; ln -s ../a d1/l
./a 1 2; ./b x; ./c; echo "status $?"; ./d y; ./e z; ./f; echo "status $?"; ./g arg; ./h; ./i 1; ./j q
d1/a; d1/l; (cd d1; ./a; ./l; ../b)
PATH=$PWD:$PATH; a found; hash -r; b found
rm a; ./d; echo "status $?"; rm d
