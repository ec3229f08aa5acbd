mkdir -p src/sub/deep; echo 1 > src/a; echo 22 > src/sub/b; ln src/a src/hard; ln -s a src/soft; ln -s sub/deep src/dirlink
mkfifo src/pipe; chmod 640 src/a; chmod 750 src/sub; touch -h -d '2001-02-03 04:05:06.789' src/* src/sub/*
cp -a src copy
(cd copy && find . -printf '%P %y %m %s %n %T@ %l\n' | grep -v ' d ' | sort)
stat -c '%n %Y %a' copy/sub
[ copy/a -ef copy/hard ] && echo hard link kept
cp -r src plain; ls -R plain | sort | head -20
cp -rL src/dirlink followed; ls followed
cp -u src/a copy/a; cp -n src/sub/b copy/a; cat copy/a
cp --reflink=auto src/a reflinked; cat reflinked
cp --sparse=always src/sub/b sparse; cat sparse
cp -l src/a linked; stat -c %h linked; cp -s "$PWD/src/a" symlinked; readlink symlinked
cp -p src/a preserved; stat -c '%Y %a' preserved
cp -t copy src/sub/b; cp -b src/a copy/b; ls copy | sort
cp src/a missing/x; cp src plain/a; echo $?
mv copy moved; ls moved | sort | head -3
mv -n src/a moved/a; mv moved/a renamed; cat renamed; mv -b renamed moved/b; ls moved | sort
mv missing x; echo $?
mkdir target; mv moved/b plain/a target; ls target | sort
mv target src/sub/; ls src/sub
mv src src/sub 2>&1; echo $?
mv plain "$CASE_OUTSIDE/plain" && ls "$CASE_OUTSIDE/plain" | sort && mv "$CASE_OUTSIDE/plain" back && ls back | sort
install -d -m 700 inst/bin; install -m 751 src/sub/b inst/bin/prog; stat -c '%a %n' inst inst/bin inst/bin/prog
install -D src/sub/b inst/deep/er/file; cat inst/deep/er/file
