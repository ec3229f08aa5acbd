# The ways in which tools save files: in place, by rename, with backups, by appending, by following.
printf 'a\nb\nc\n' > f; ln f hard; sed -i s/b/B/ f; cat f hard; stat -c %h f hard
perl -pi -e 's/c/C/' f; cat f; ed -s f 2> /dev/null <<< $'1d\nw\nq' ; awk -i inplace '{ print NR, $0 }' f 2> /dev/null || awk '{ print NR, $0 }' f > f.tmp && mv f.tmp f 2> /dev/null; cat f | tail -1
sort -o f f; cp --backup=numbered f f 2> /dev/null; cp --backup=numbered -f hard f; cp --backup=numbered -f hard f; ls f*; cat f
patch --version > /dev/null 2>&1 && { cp hard p; printf 'x\nb\nc\n' > q; diff -u p q > d.patch; patch -s p d.patch; cat p; patch -s -R p d.patch; cat p; }
mkfifo go; (read -r _ < go; for i in 1 2 3; do echo "line $i" >> log; done; echo end >> log) & : > log; (echo "$BASHPID" > pid; exec tail -f -n +1 --pid=$$ log) | { echo > go; while read -r l; do echo "tailed $l"; [ "$l" = end ] && break; done; kill "$(cat pid)"; }; wait
mv log log.1; : > log; echo new >> log; cat log.1 log | wc -l; gzip -n log.1; ls log*; zcat log.1.gz | head -1; gunzip log.1.gz; bzip2 -k log.1 2> /dev/null && bzcat log.1.bz2 | wc -l; xz -k log.1 2> /dev/null && xzcat log.1.xz | wc -l; rm -f log.1.*
flock lockfile -c 'echo locked'; (flock -x 9; echo exclusive) 9> lockfile
script=$(mktemp -p . s.XXXXXX); echo 'echo "$0" | grep -c s' > "$script"; sh "$script"; rm -f "$script" pid d.patch
