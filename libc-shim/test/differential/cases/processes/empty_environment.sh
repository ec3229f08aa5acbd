# Children without an environment still see the tree as it is.
mkdir d; echo text > d/f; ln d/f d/g
env -i /bin/cat d/f
env -i /bin/sh -c 'echo made > d/new; /bin/ls d; /usr/bin/stat -c "%h %n" d/f'
env -i /usr/bin/env -i /bin/sh -c '/bin/mv d/new d/moved && /bin/cat d/moved'
env -i PATH=/bin:/usr/bin sh -c 'cd d && pwd -P && python3 -c "import os; print(os.stat(\"f\").st_ino == os.stat(\"g\").st_ino)" 2>/dev/null || echo no python3 in /usr/bin'
env -u LD_PRELOAD /bin/ls d
LD_PRELOAD= ls d
(unset LD_PRELOAD; ls d; rm d/moved; ls d)
perl -e 'delete $ENV{LD_PRELOAD}; system("/bin/ls d"); %ENV = (); exec "/bin/sh", "-c", "/bin/cat d/f; echo \$PATH | /usr/bin/wc -l"'
a=$(stat -c %i d/f); b=$(env -i /usr/bin/stat -c %i d/f); [ "$a" = "$b" ] && echo same inode
