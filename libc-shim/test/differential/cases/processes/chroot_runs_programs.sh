#!/bin/bash
# needs: root, command unshare, command ldd, command chroot
# Programs in a root directory that is in the tree, with /proc and without.
root=$PWD/root
mkdir -p root/bin root/etc root/tmp root/proc root/dev
for program in sh ls cat mv ln mkdir rm readlink chmod stat find env; do
  path=$(command -v $program)
  cp -L "$path" root/bin/
  for library in $(ldd "$path" | grep -v libdcp | grep -o '/[^ ]*'); do
    mkdir -p "root${library%/*}"
    [ -e "root$library" ] || cp -L "$library" "root$library"
  done
done
echo "the root's own" > root/etc/name
ln -s /etc/name root/absolute
chmod 1777 root/tmp
cat > root/session <<'S'
cat /absolute
echo made > /tmp/made
mkdir /tmp/d
mv /tmp/made /tmp/d/moved
ln -s /tmp/d/moved /tmp/link
cat /tmp/link
readlink /tmp/link
( cd /tmp/d && ls && cat ../link && /bin/sh -c 'echo deeper > deeper; cat deeper' )
for i in 1 2 3; do echo $i | cat > /tmp/$i; done
cat /tmp/1 /tmp/2 /tmp/3 | cat
ls / /tmp /tmp/d
stat -c '%n %s %h %a %F' /tmp/d/moved /absolute /tmp/link
[ "$(stat -c %i:%d /tmp/d/moved)" = "$(stat -L -c %i:%d /tmp/link)" ] && echo same
env -i /bin/sh -c 'echo without environment > /tmp/env; cat /tmp/env'
chmod 600 /tmp/1; rm /tmp/2
find /tmp | while read -r name; do echo "$name"; done | wc -c 2>/dev/null || echo "no wc"
echo "status $?"
S
echo "== without /proc"
chroot root /bin/sh /session
echo "status $?"
find root/tmp | sort
rm -rf root/tmp/*
echo "== with /proc"
unshare -m /bin/sh -c 'mount -t proc proc root/proc && chroot root /bin/sh /session'
echo "status $?"
find root/tmp | sort
cat root/tmp/d/deeper root/tmp/env
chroot root /bin/missing 2>&1 | grep -c 'No such file'
mkdir -p root/in && echo inner > root/in/file
chroot --userspec=65534:65534 root /bin/sh -c 'echo by a user > /tmp/user; cat /in/file; echo no > /in/no' 2>&1 | sed 's/.*: //'
stat -c '%n %u %g' root/tmp/user
rm -rf root
