# Redirections, here documents, substitutions, globbing, traps and tests of bash.
set -u
cat > greet.sh <<'S'
#!/bin/bash
name=${1:-nobody}
printf 'hello, %s\n' "$name"
S
chmod +x greet.sh
./greet.sh; ./greet.sh world
mkdir -p a/{b,c}/{1,2}
echo a/*/*; shopt -s globstar nullglob; echo **/; echo nothing*; shopt -u nullglob; echo nothing*
for i in {1..5}; do echo "$i" > "a/b/1/f$i"; done
cat a/b/1/f*
{ echo one; echo two >&2; } > out 2> err; cat out err
echo three >> out; echo four 1>> out; cat < out
exec 5<> out; read -r -u 5 line; echo "read: $line"; echo appended >&5; exec 5>&-; cat out
set -C; echo no > out 2> /dev/null; echo "noclobber: $?"; set +C; echo yes >| out; cat out
while read -r n; do echo "line $n"; done < <(sort -r a/b/1/*)
diff <(echo 1) <(echo 2)
x=$(< out); echo "x=$x"
mapfile -t lines < <(ls a/b/1); echo "${#lines[@]} ${lines[2]}"
[[ -f out && -d a && ! -e nope && -s out && -x greet.sh && -r out ]] && echo tests
[[ out -nt a/b/1/f1 ]] && echo newer
trap 'echo trapped; rm -f temporary' EXIT
(cd a && pwd && cd b && pwd && cd .. && pwd && cd - > /dev/null && pwd)
pushd a > /dev/null; pushd c > /dev/null; dirs -l; popd > /dev/null; pwd; popd > /dev/null
source ./greet.sh sourced
touch temporary
f() { local IFS=,; echo "$*"; }; f a/b/1/*
echo 'echo from stdin; ls a' | bash
bash -c 'exit 7'; echo $?
type -t ./greet.sh
hash -r; PATH=.:$PATH greet.sh by-path
umask 077; : > private; stat -c %a private
ulimit -n > /dev/null && echo limits
select_=$(ls | wc -l); echo "$select_ entries"
set -o pipefail; false | true; echo $?
