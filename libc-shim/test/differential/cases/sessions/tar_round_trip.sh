# needs: command tar, command setfattr, command getfattr
mkdir -p t/d/e; echo 1 > t/f; ln t/f t/hard; ln -s d/e t/soft; ln -s missing t/broken; mkfifo t/pipe; chmod 4755 t/f; chmod 1777 t/d; touch -d '2001-02-03 04:05:06.123456789' t/f t/d/e
printf x > $'t/d/new\nline'; mkdir "t/$(printf 'n%.0s' {1..200})"; setfattr -n user.color -v blue t/f; setfattr -n user.dir -v yes t/d; dd if=/dev/zero of=t/sparse bs=1 count=1 seek=1M status=none
tar --format=posix --xattrs --sort=name -cf t.tar t; tar tf t.tar | wc -l
mkdir out; tar --xattrs -xpf t.tar -C out; diff -r --no-dereference t out/t 2>&1 | grep -v 'is a fifo'
list() { find "$1" -printf '%P|%y|%m|%n|%l|%T@\n' | grep -v '^|' | sort | md5sum; }
a=$(cd t && list .); b=$(cd out/t && list .); [ "$a" = "$b" ] && echo the same attributes
getfattr -d out/t/f out/t/d; [ out/t/f -ef out/t/hard ] && echo hard link; stat -c '%a %y' out/t/f out/t/d/e
tar --sort=name -czf t.tgz t && tar tzf t.tgz | md5sum; tar -cf - t | tar -tf - | wc -l; (cd out && tar df ../t.tar) && echo no difference
echo changed >> out/t/f; (cd out && tar df ../t.tar) | sort; tar rf t.tar --transform s/^/added-/ t/f; tar tf t.tar | tail -1; tar --delete -f t.tar added-t/f; tar tf t.tar | tail -1
tar xf t.tar -O t/f; rm -rf out/*; tar xf t.tar -C out --strip-components=1 t/d; ls -b out; tar --keep-old-files -xf t.tar -C out 2> /dev/null; echo $?; tar -xf t.tar -C out --overwrite; echo $?
tar -c -f inc.tar -g snapshot t; echo new > t/new; tar -c -f inc2.tar -g snapshot t; tar tf inc2.tar | grep new; rm snapshot *.tar *.tgz
for i in $(seq 300); do echo $i > t/many$i; done; tar cf - t | (cd out && tar xf -); ls out/t | wc -l; cpio --version > /dev/null 2>&1; rm -rf t out
