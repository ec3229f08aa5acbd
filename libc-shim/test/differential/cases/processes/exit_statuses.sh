# What a parent sees of its children.
for s in 0 1 2 42 125 126 127 255; do bash -c "exit $s"; echo -n "$? "; done; echo
for s in TERM KILL INT HUP PIPE ABRT; do { (ulimit -c 0; bash -c "kill -$s \$\$"); } 2>/dev/null; echo -n "$? "; done; echo
yes | head -1; echo "${PIPESTATUS[@]}"
./missing 2>/dev/null; echo $?
touch plain; ./plain 2>/dev/null; echo $?
mkdir dir; ./dir 2>/dev/null; echo $?
python3 -c 'import subprocess; print(subprocess.run(["false"]).returncode, subprocess.run("kill -9 $$", shell=True).returncode)'
exec sh -c 'kill -USR1 $$'
