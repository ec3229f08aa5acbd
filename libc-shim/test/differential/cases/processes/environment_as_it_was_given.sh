# needs: command perl
# A program that was given an environment finds just that one, by environ, by main's argument and in its shells.
env -i /usr/bin/env
env -i A=1 B= /usr/bin/env
env -i A=1 /usr/bin/env B=2 /usr/bin/env | sort
env -i /usr/bin/env -i /usr/bin/env | wc -l
env -i A=1 /bin/bash --norc -c 'export -p'
env -i A=1 /bin/sh -c 'export -p; /usr/bin/env -u PWD'
env -i A=1 /bin/sh -c 'unset A PWD; exec /usr/bin/env'
env -i A=1 /usr/bin/perl -e 'print "$_=$ENV{$_}\n" for sort keys %ENV; system("/usr/bin/env"); $ENV{B} = 2; system("/usr/bin/env | /usr/bin/sort")'
env -i LD_PRELOAD= /usr/bin/env -u LD_PRELOAD /usr/bin/env
# and still sees the tree as it is
mkdir d; touch d/f; env -i A=1 /usr/bin/env -i /bin/sh -c 'echo x >d/g; /bin/mv d/f d/h; /bin/ls d; exec /bin/ls /proc/self/cwd/d'
