# Programs that count on being refused: sort opens what it can, merges that, and goes on.
for i in $(seq 31); do echo $i | tee -a in >t$i; done
(ulimit -n 6; sort -n -m t1 t2 t3 t4 t5 t6 t7 t8 t9 t10 t11 t12 -T . ; echo "status $?")
(ulimit -n 6; echo 32 | sort -n -m t? t?? - -T . -o out; echo "status $?"; cat out | wc -l)
(ulimit -n 10; sort -n -m --batch-size=7 -o in in t1 t2 t3 t4 t5 in; echo "status $?"; wc -l <in)
ls
