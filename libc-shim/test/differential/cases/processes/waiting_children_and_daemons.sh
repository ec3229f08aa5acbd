# Background jobs and orphans go on working in the tree.
for i in 1 2 3 4; do (echo "$i" > "job$i") & done
wait; cat job1 job2 job3 job4
mkfifo done
(setsid sh -c '(cd / ; echo orphan > "$0/orphan"; echo finished > "$0/done") &' "$PWD" &)
read -r word < done; echo "$word"; cat orphan
echo "a b c" | xargs -n1 -P3 -I{} sh -c 'for x in {}; do echo $x > x-$x; done'
ls
seq 20 | xargs -P 4 -I{} sh -c 'mkdir n{} && mv n{} m{}'
ls -d m* | wc -l
coproc CO { cat -n > counted; }
echo one >&"${CO[1]}"; exec {CO[1]}>&-; wait; cat counted
