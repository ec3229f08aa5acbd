# leftovers: ignore
"""Byte code, imports, zip applications and a virtual environment in the tree."""
import compileall, importlib, json, os, pathlib, subprocess, sys, zipapp, zipfile, py_compile, shelve, dbm.dumb, pickle, csv, configparser, logging.handlers
sys.dont_write_bytecode = False
p = pathlib.Path("pkg"); p.mkdir(); (p / "__init__.py").write_text("from .mod import f\n"); (p / "mod.py").write_text("def f(): return __file__\n"); (p / "__main__.py").write_text("import sys\nprint('main', sys.argv[1:])\n")
sys.path.insert(0, os.getcwd()); import pkg; print(os.path.relpath(pkg.f()), sorted(os.listdir("pkg/__pycache__")) != [])
(p / "mod.py").write_text("def f(): return 'changed, with another length'\n"); importlib.invalidate_caches(); importlib.reload(pkg.mod); print(pkg.mod.f())
print(subprocess.run([sys.executable, "-m", "pkg", "a"], capture_output=True, text=True).stdout.strip(), compileall.compile_dir("pkg", quiet=1))
os.mkdir("app"); pathlib.Path("app/__main__.py").write_text("print('zip application')\n"); zipapp.create_archive("app", "app.pyz", interpreter=sys.executable); os.chmod("app.pyz", 0o755); print(subprocess.check_output(["./app.pyz"], text=True).strip())
with zipfile.ZipFile("z.zip", "w") as z: z.write("pkg/mod.py"); z.writestr("a/b", "text")
with zipfile.ZipFile("z.zip") as z: print(z.testzip(), z.namelist()); z.extractall("unzipped")
print(pathlib.Path("unzipped/a/b").read_text())
with shelve.open("shelf") as s: s["k"] = [1, 2]
with shelve.open("shelf") as s: print(dict(s))
json.dump({"a": 1}, open("j.json", "w")); print(json.load(open("j.json"))); pickle.dump((1, 2), open("p", "wb")); print(pickle.load(open("p", "rb")))
h = logging.handlers.RotatingFileHandler("log", maxBytes=100, backupCount=3); log = logging.getLogger("x"); log.addHandler(h)
for i in range(20): log.warning("message number %d", i)
print(sorted(n for n in os.listdir(".") if n.startswith("log")))
print(subprocess.run([sys.executable, "-m", "venv", "--without-pip", "v"]).returncode, os.path.exists("v/bin/python"), subprocess.check_output(["v/bin/python", "-c", "import sys, os; print(os.path.basename(sys.prefix))"], text=True).strip())
