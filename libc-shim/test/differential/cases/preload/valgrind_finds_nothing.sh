# needs: command valgrind
# timeout: 180
# Programs without a fault have none under valgrind either: what the shim does for them is no fault of theirs.
mkdir d; { echo 0; printf '%0900d\n' 1; } >d/in
clean() { valgrind --quiet --error-exitcode=99 "$@"; echo "status $?"; }
clean /usr/bin/sort -S32b -u -T d -o d/out d/in
clean /bin/mv d/out d/moved
clean /bin/ls -la --time-style=+ d/../d | wc -l
clean /bin/cat d/none
clean /bin/rm -r d
