# needs: command make
# Whether a target is up to date depends on the order of modification times.
printf 'out: in\n\tcp in out\n' > Makefile
echo one > in
make
make
touch -d '2001-01-01 00:00:00.5' out
make
touch -r in out
make
[ in -nt out ] && echo newer || echo not newer
[ in -ot out ] && echo older || echo not older
touch -d '2001-01-01' in; touch -d '2001-01-01 00:00:00.000000001' out
[ out -nt in ] && echo one nanosecond newer
[ in -ef ./in ] && echo same file
stat -c '%y' in out
