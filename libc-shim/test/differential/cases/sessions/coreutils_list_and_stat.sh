mkdir -p d/e; printf 12345 > f; printf x > .hidden; ln -s f l; ln -s missing broken; ln f hard; mkfifo p; touch -h -d '2020-01-02 03:04:05' f d l broken
chmod 4711 hard
ls; ls -a; ls -A; ls -F; ls -p -1; ls -d */; ls -R
ls -l --time-style=+%s f l hard | awk '{print $1, $2, $5, $6, $7, $8, $9}'
ls -la | awk 'NR > 1 && $NF != ".." {print $1, $2, $3, $4, $NF}'
ls -i f hard | awk '{print $1}' | uniq | wc -l
ls -ld d | cut -c1-12
ls -S | head -3; ls -t f d | sort; ls --group-directories-first; ls -n f | awk '{print $3, $4}'
ls missing; echo $?
stat -c '%n %F %s %h %a %A %u %U %y' f l hard broken d/e/../../f
stat -L -c '%n %F' l; stat -c %N l broken
stat -L broken; echo $?
[ "$(stat -c %d f)" = "$(stat -c %d d)" ] && echo one device
[ "$(stat -c %W f)" -gt 0 ] && echo has a birth time
stat -f -c '%l' f
du -b --apparent-size f; du -ab d/../f l; du -s --inodes d
df --output=target . | tail -1 | wc -l
test -L l && test -p p && test ! -L f && echo test agrees
readlink l; readlink -f l; readlink -e broken; readlink -m broken/x; realpath d/../l; realpath --relative-to=d f
file_count=$(ls -U | wc -l); echo "$file_count"
dirname "$PWD/f" | sed 's|.*/||' > /dev/null; basename "$PWD/f"
pathchk -p f && echo portable
