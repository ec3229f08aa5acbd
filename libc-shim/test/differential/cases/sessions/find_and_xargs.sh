mkdir -p t/{a,b}/{c,d}; for f in t/a/1.c t/a/c/2.c t/b/3.h t/b/d/4.txt; do echo "$f" > $f; done; ln -s ../a t/b/link; : > t/empty; chmod 600 t/a/1.c; touch -d 2001-01-01 t/b/3.h
find t | sort; find t -name '*.c' | sort; find t -type d -empty | sort; find t -type l; find -L t -name 2.c | sort
find t -maxdepth 1 -mindepth 1 | sort; find t -perm 600; find t -size 0 -type f; find t -newermt 2010-01-01 -type f | sort; find t ! -newermt 2010-01-01 -type f
find t -samefile t/a/1.c; find t -inum "$(stat -c %i t/b/3.h)"; find t -links 2 -type f; ln t/a/1.c t/one; find t -links +1 -type f | sort
find t -type f -exec wc -l {} + | tail -1; find t -name '*.h' -exec cat {} \;; find t -type f -print0 | xargs -0 -n1 basename | sort
find t -printf '%y %P %d %m\n' | sort; find t -path '*/d/*'; find t -regex '.*/[0-9]\.[ch]' | sort; find t -name d -prune -o -type f -print | sort
find t -depth | tail -1; find t -name '*.txt' -delete; find t -name '4*' | wc -l; find missing; echo $?
(cd t/a && find .. -name 3.h); find "$PWD/t/b" -name '*.h'
find t -type f -execdir sh -c 'basename "$PWD"' \; | sort; find t -fstype none | wc -l; find t -user "$(id -u)" | wc -l
find t -delete; ls
