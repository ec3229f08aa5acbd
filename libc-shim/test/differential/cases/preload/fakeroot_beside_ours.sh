# needs: command fakeroot
echo text > f
fakeroot sh -c 'id -u; chown 123:456 f; stat -c "%u:%g %n" f; ln f g; stat -c "%u:%g %h %n" g; mv f d; stat -c "%u:%g %n" d'
stat -c '%n %s' d
fakeroot sh -c 'mknod dev c 1 3 && stat -c "%F %t:%T" dev; chmod 4755 g; stat -c %a g; tar cf t.tar g dev; tar tvf t.tar | cut -c1-24'
fakeroot -- python3 -c '
import os
open("p", "w").close()
os.chown("p", 7, 8)
st = os.stat("p")
print(st.st_uid, st.st_gid, [ (e.name, e.stat().st_uid) for e in sorted(os.scandir("."), key=lambda e: e.name) if e.name == "p"])'
rm -f t.tar dev
