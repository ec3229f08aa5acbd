# needs: command sqlite3
# leftovers: ignore
sqlite3 a.db 'create table t(id integer primary key, x text); insert into t(x) values ("one"), ("two"); select * from t;'
sqlite3 a.db 'begin; insert into t(x) values ("rolled back"); rollback; select count(*) from t; pragma integrity_check; pragma journal_mode;'
seq 1 3000 | awk 'BEGIN {print "begin;"} {print "insert into t(x) values (\x27row " $1 "\x27);"} END {print "commit;"}' | sqlite3 a.db; sqlite3 a.db 'select count(*), max(id) from t'
ls a.db*
sqlite3 a.db 'pragma journal_mode=wal; insert into t(x) values ("wal"); select count(*) from t;'
sqlite3 a.db 'pragma journal_mode=wal; create index i on t(x);' '.backup b.db' 'pragma wal_checkpoint(truncate);'
sqlite3 b.db 'select count(*) from t; pragma integrity_check'; ls *.db*
for i in 1 2 3; do sqlite3 -cmd '.timeout 30000' a.db "insert into t(x) select 'from $i' from t limit 100" & done; wait; sqlite3 a.db 'select x, count(*) from t where x like "from%" group by x'
sqlite3 a.db .dump | wc -l; sqlite3 a.db 'select x from t order by x' | md5sum; sqlite3 a.db 'delete from t where id > 100; vacuum; select count(*) from t'; for mode in delete truncate persist memory off; do sqlite3 a.db "pragma journal_mode=$mode; insert into t(x) values ('$mode'); select count(*) from t"; ls a.db*; done
sqlite3 a.db 'pragma locking_mode=exclusive; pragma journal_mode=wal; insert into t(x) values(1); select count(*) from t'; sqlite3 -readonly a.db 'insert into t(x) values(1)'; echo $?
sqlite3 "file:$PWD/a.db?mode=ro" 'select count(*) from t'; printf '1,a\n2,b\n' > in.csv; sqlite3 c.db '.mode csv' '.import in.csv imported' 'select count(*) from imported'; sqlite3 c.db '.output out.txt' 'select 5;'; cat out.txt
python3 - <<'P'
import sqlite3
c = sqlite3.connect("p.db"); c.execute("pragma synchronous=full"); c.execute("create table t(x)")
for i in range(50):
    with c: c.execute("insert into t values(?)", (i,))
d = sqlite3.connect("p.db", timeout=0.05)
c.execute("begin immediate"); c.execute("insert into t values(99)")
try: d.execute("begin immediate")
except sqlite3.OperationalError as e: print(e)
c.commit(); print(d.execute("select sum(x) from t").fetchone())
P
