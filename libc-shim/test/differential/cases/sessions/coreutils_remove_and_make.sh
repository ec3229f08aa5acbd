mkdir -p a/b/c x; mkdir a; echo $?; mkdir -m 1770 sticky; stat -c %a sticky; mkdir -pv p/q/r
touch -- f1 f2 '-dash' 'sp ace' $'new\nline'; ls -b
rm f1; rm -v f2; rm -- -dash 'sp ace'; rm $'new\nline'
rm a; echo $?; rm -r a; rm missing; echo $?; rm -f missing; echo $?
rmdir -p p/q/r; rmdir sticky; ls
touch -d '@1000000000.123456789' t; stat -c %.9Y t; touch -r t u; stat -c %.9Y u; touch -a -d '@1' t; stat -c '%X %Y' t; touch -c nothing; ls
touch -h -d '@5' -- t; ln -s t l; touch -h -d '@7' l; stat -c %Y l t
ln t h; ln t h; echo $?; ln -f u h; stat -c %h t u; ln -s t l2; ln -sfn x l2; readlink l2; ln -sr t x/rel; readlink x/rel; ln -d x y; echo $?
link t t2; unlink t2; unlink x; echo $?
f=$(mktemp -p . tmp.XXXXXX); [ -f "$f" ] && stat -c '%a %s' "$f"; rm "$f"; d=$(mktemp -d -p .); stat -c %a "$d"; rmdir "$d"
mkfifo -m 600 fifo; (echo through > fifo &); cat fifo
mknod m p; stat -c %F m
dd if=/dev/zero of=z bs=1k count=64 status=none; stat -c %s z; printf 12345 | dd of=z bs=1 count=5 seek=10 conv=notrunc status=none; stat -c %s z
dd if=z of=z2 bs=4k iflag=fullblock oflag=append conv=notrunc,fsync status=none; cmp z z2 && echo same
chmod -R u+rwX,go-rwx x; stat -c %a x; chmod 000 z2; stat -c %A z2; chmod u=rw,g=r,o= z2; stat -c %a z2; chmod +t x; stat -c %a x
chown "$(id -u):$(id -g)" z && echo owned; chgrp "$(id -g)" z && echo grouped
sync z; sync -f .; sync -d z && echo synced
yes | rm -ri x > /dev/null 2>&1; ls
mkdir -p deep/{1,2,3}/{a,b}; touch deep/{1,2,3}/{a,b}/{f,g}; rm -rf deep/*/a; find deep | sort; rm -rf deep; ls -d deep
rm -rf . ; echo $?; rm -rf /dev/null/x; echo $?
