import glob, mmap, os, pathlib, shutil, stat, tempfile, fcntl, io

def attempt(what, *arguments, **options):
    try:
        print(what.__name__, "->", what(*arguments, **options))
    except OSError as error:
        print(what.__name__, "->", type(error).__name__, error.errno)

os.mkdir("d")
attempt(os.mkdir, "d")
attempt(os.listdir, "missing")
with open("d/f", "w+") as f:
    print(f.write("one\ntwo\n"), f.seek(4), f.read(), f.tell(), f.truncate(6))
attempt(open, "d/f", "x")
pathlib.Path("d/g").write_bytes(b"\0\1\2")
os.symlink("f", "d/link")
os.link("d/f", "d/hard")
os.mkfifo("d/fifo")
print(sorted(os.listdir("d")), sorted(os.listdir(b"d")))
for entry in sorted(os.scandir("d"), key=lambda e: e.name):
    st = entry.stat(follow_symlinks=False)
    print(entry.name, entry.is_file(), entry.is_dir(), entry.is_symlink(), entry.inode() == st.st_ino, st.st_nlink, stat.filemode(st.st_mode))
print(os.path.samefile("d/f", "d/hard"), os.path.realpath("d/link") == os.path.join(os.getcwd(), "d/f"), os.path.exists("d/none"), os.path.islink("d/link"), os.readlink("d/link"))
os.makedirs("t/a/b/c"); os.makedirs("t/a/b/c", exist_ok=True); attempt(os.makedirs, "t/a")
pathlib.Path("t/a/x.txt").write_text("x"); pathlib.Path("t/a/b/y.txt").touch(); os.rename("t/a/x.txt", "t/x.txt"); os.replace("t/x.txt", "t/a/b/y.txt")
print(sorted((r, sorted(d), sorted(f)) for r, d, f in os.walk("t")), sorted((r, sorted(f)) for r, d, f, fd in os.fwalk("t")))
print(sorted(str(p) for p in pathlib.Path(".").rglob("*")), sorted(glob.glob("**/*.txt", recursive=True)))
os.chmod("d/f", 0o640); os.utime("d/f", ns=(10**18 + 1, 10**18 + 2)); st = os.stat("d/f"); print(oct(st.st_mode), st.st_atime_ns, st.st_mtime_ns, st.st_size)
shutil.copytree("d", "copy", symlinks=True, ignore=shutil.ignore_patterns("fifo")); shutil.copy2("d/f", "copy/two"); print(os.stat("copy/two").st_mtime_ns, sorted(os.listdir("copy")))
shutil.move("copy", "t/moved"); print(sorted(os.listdir("t/moved"))); shutil.rmtree("t"); print(os.path.exists("t"), shutil.disk_usage(".").total > 0)
archive = shutil.make_archive("archive", "zip", "d" if False else ".", "d/g"); shutil.unpack_archive(archive, "unpacked"); print(os.listdir("unpacked"))
with tempfile.TemporaryDirectory(dir=".") as name, tempfile.NamedTemporaryFile(dir=name) as named, tempfile.TemporaryFile(dir=name) as unnamed, tempfile.SpooledTemporaryFile(10, dir=name) as spooled:
    named.write(b"x"); unnamed.write(b"y" * 100); spooled.write(b"z" * 100); print(os.fstat(unnamed.fileno()).st_size, os.fstat(unnamed.fileno()).st_nlink, len(os.listdir(name)) in (1, 2))
print(len([n for n in os.listdir(".") if n.startswith("tmp")]))
fd = os.open("low", os.O_RDWR | os.O_CREAT, 0o600); print(fd, os.write(fd, b"0123456789"), os.pread(fd, 4, 3), os.pwrite(fd, b"AB", 0), os.lseek(fd, 0, 2), os.get_inheritable(fd)); os.ftruncate(fd, 5000); fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB); fcntl.lockf(fd, fcntl.LOCK_EX)
with mmap.mmap(fd, 5000) as m: m[100:105] = b"mmap!"; m.flush(); print(m.find(b"mmap!"), os.pread(fd, 5, 100))
os.posix_fallocate(fd, 0, 6000); os.fsync(fd); os.fdatasync(fd); print(os.fstat(fd).st_size); os.sendfile(os.open("sent", os.O_WRONLY | os.O_CREAT), fd, 0, 12); print(open("sent", "rb").read()); os.close(fd)
here = os.open(".", os.O_RDONLY); os.mkdir("rel", dir_fd=here); print(os.stat("rel", dir_fd=here).st_ino == os.stat("rel").st_ino, os.listdir(here) == os.listdir(".")); os.rename("rel", "rel2", src_dir_fd=here, dst_dir_fd=here); os.rmdir("rel2", dir_fd=here); os.chdir("d"); print(os.path.basename(os.getcwd()), os.getcwdb() == os.getcwd().encode()); os.fchdir(here)
attempt(os.rmdir, "d"); attempt(os.unlink, "d"); attempt(os.rename, "d", "d/x"); attempt(os.stat, "low/x"); attempt(os.stat, "n" * 256); attempt(os.truncate, "missing", 3); attempt(os.remove, "missing")
open(b"\xff\xfe", "w").close(); print(os.listdir(".").count("\udcff\udcfe"), os.path.exists("\udcff\udcfe")); os.remove(b"\xff\xfe"); os.umask(0o77); open("masked", "w").close(); print(oct(os.stat("masked").st_mode)); print(os.access("masked", os.R_OK), os.statvfs(".").f_namemax, os.pathconf(".", "PC_NAME_MAX"))
print(io.FileIO("low").readall()[:5], open("low", "rb", buffering=0).read(3)); os.remove("archive.zip"); os.setxattr("low", "user.k", b"v") ; print(os.listxattr("low"), os.getxattr("low", "user.k"))
