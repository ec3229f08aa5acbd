import multiprocessing, os, signal, sqlite3, subprocess, sys, threading, concurrent.futures, pathlib

def square(n):
    pathlib.Path(f"m{n}").write_text(str(n * n))
    return n * n

def child(lock, count):
    for _ in range(50):
        with lock:
            text = pathlib.Path("count").read_text()
            pathlib.Path("count.new").write_text(str(int(text) + 1))
            os.replace("count.new", "count")

if __name__ == "__main__":
    print(subprocess.run(["cat"], stdin=open(__file__), stdout=open("copy", "wb")).returncode, os.path.getsize("copy") == os.path.getsize(__file__))
    os.mkdir("d")
    print(subprocess.check_output("pwd -P; ls", shell=True, cwd="d", text=True).count("\n"))
    p = subprocess.Popen(["sort", "-r"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, close_fds=True, start_new_session=True)
    print(p.communicate("a\nb\n"))
    fd = os.open("copy", os.O_RDONLY)
    print(subprocess.run(["sh", "-c", f"head -c 10 <&{fd} | wc -c"], pass_fds=[fd], capture_output=True, text=True, env={}).stdout)
    print(subprocess.run(["./missing"], shell=True, stderr=subprocess.DEVNULL).returncode)
    for name in ("./missing", "./d", "./copy"):
        try: subprocess.run([name])
        except OSError as e: print(type(e).__name__, os.path.basename(e.filename))
    try: subprocess.run(["true"], cwd="missing")
    except OSError as e: print(type(e).__name__, e.filename)
    print(subprocess.run([sys.executable, "-c", "import os; os.kill(os.getpid(), 15)"]).returncode)
    for method in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(3) as pool: print(method, pool.map(square, range(8)))
    print(sorted(n for n in os.listdir(".") if n.startswith("m")))
    pathlib.Path("count").write_text("0"); lock = multiprocessing.Lock()
    ps = [multiprocessing.Process(target=child, args=(lock, 1)) for _ in range(4)]
    [x.start() for x in ps]; [x.join() for x in ps]; print(pathlib.Path("count").read_text(), [x.exitcode for x in ps])
    with concurrent.futures.ThreadPoolExecutor(8) as e: print(sum(e.map(lambda n: len(pathlib.Path("copy").read_bytes()) > 0, range(100))))
    r, w = os.pipe(); pid = os.fork()
    if pid == 0: os.write(w, os.getcwdb()[-16:]); os._exit(7)
    print(len(os.read(r, 100)), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", "cat; echo done"], {}, file_actions=[(os.POSIX_SPAWN_OPEN, 0, "count", os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, "spawned", os.O_WRONLY | os.O_CREAT, 0o600)])
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), repr(pathlib.Path("spawned").read_text()), oct(os.stat("spawned").st_mode))
    c = sqlite3.connect("t.db", isolation_level=None); c.execute("pragma journal_mode=wal"); c.execute("create table t(x)"); c.execute("begin"); c.executemany("insert into t values(?)", [(i,) for i in range(1000)]); c.execute("commit")
    def reader(out): out.append(sqlite3.connect("t.db").execute("select sum(x) from t").fetchone()[0])
    out = []; ts = [threading.Thread(target=reader, args=(out,)) for _ in range(4)]; [t.start() for t in ts]; [t.join() for t in ts]; print(out); c.close(); print(sorted(n for n in os.listdir(".") if n.startswith("t.db"))); [os.remove(n) for n in os.listdir(".") if n.startswith("t.db")]
    shared = multiprocessing.Array("i", 4); print(list(shared)); q = multiprocessing.Queue(); q.put("x"); print(q.get()); os.remove("copy")
    sys.stdout.flush(); os.execv("/bin/sh", ["sh", "-c", "cat count; exit 5"])
