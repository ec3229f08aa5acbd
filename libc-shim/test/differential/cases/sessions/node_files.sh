# needs: command node
cat > main.js <<'J'
const fs = require('fs'), path = require('path'), cp = require('child_process'), os = require('os');
fs.mkdirSync('d/e/f', { recursive: true }); fs.writeFileSync('d/a', 'hello'); fs.appendFileSync('d/a', ' world'); console.log(fs.readFileSync('d/a', 'utf8'), fs.existsSync('d/none'));
const st = fs.statSync('d/a'), big = fs.statSync('d/a', { bigint: true }); console.log(st.size, st.nlink, st.isFile(), (st.mode & 0o777).toString(8), BigInt(st.ino) === big.ino, st.birthtimeMs > 0);
fs.linkSync('d/a', 'd/b'); fs.symlinkSync('a', 'd/l'); console.log(fs.statSync('d/b').ino === st.ino, fs.lstatSync('d/l').isSymbolicLink(), fs.readlinkSync('d/l'), fs.readdirSync('d').sort(), path.relative('.', fs.realpathSync('d/l')), path.relative('.', fs.realpathSync.native('d/l')));
for (const bad of [() => fs.readFileSync('none'), () => fs.mkdirSync('d'), () => fs.rmdirSync('d'), () => fs.openSync('d/a', 'wx'), () => fs.readdirSync('d/a'), () => fs.unlinkSync('d')]) { try { bad(); console.log('no error') } catch (e) { console.log(e.code, e.syscall) } }
const fd = fs.openSync('d/n', 'w+', 0o600); fs.writeSync(fd, 'abcdef', 2); fs.ftruncateSync(fd, 5); fs.futimesSync(fd, 100, 200.5); fs.fsyncSync(fd); const buffer = Buffer.alloc(10); console.log(fs.readSync(fd, buffer, 0, 10, 0), fs.fstatSync(fd).mtimeMs); fs.closeSync(fd);
fs.copyFileSync('d/n', 'd/c'); fs.chmodSync('d/c', 0o644); fs.renameSync('d/c', 'c'); fs.truncateSync('c', 1); console.log(fs.readdirSync('.', { withFileTypes: true }).map(e => e.name + e.isDirectory()).sort()); fs.cpSync('d', 'd2', { recursive: true }); console.log(fs.readdirSync('d2').sort()); const t = fs.mkdtempSync('tmp-'); fs.rmSync(t, { recursive: true });
(async () => {
  const p = fs.promises; await p.writeFile('p', 'x'.repeat(100000)); const h = await p.open('p', 'r+'); console.log((await h.stat()).size, (await h.read(Buffer.alloc(4), 0, 4, 10)).bytesRead); await h.write('Y', 0); await h.sync(); await h.close();
  await Promise.all([...Array(60).keys()].map(async i => { await p.writeFile(`many${i}`, `${i}`); await p.rename(`many${i}`, `done${i}`) })); console.log((await p.readdir('.')).filter(n => n.startsWith('done')).length); await Promise.all([...Array(60).keys()].map(i => p.unlink(`done${i}`)));
  await new Promise(r => fs.createReadStream('p').pipe(fs.createWriteStream('q')).on('close', r)); console.log((await p.stat('q')).size, (await p.readFile('q', 'utf8'))[0]); for await (const e of await p.opendir('d')) fs.accessSync(path.join('d', e.name)); await p.rm('d2', { recursive: true }); await p.access('d2').catch(e => console.log(e.code));
  console.log(cp.execSync('cat c; ls d | sort', { encoding: 'utf8' })); console.log(cp.spawnSync('sh', ['-c', 'pwd -P | sed "s|.*/||"; exit 3'], { cwd: 'd', encoding: 'utf8' }).stdout, cp.spawnSync('./missing').error.code);
  const out = fs.openSync('out', 'w'); await new Promise(r => cp.spawn('sh', ['-c', 'echo to file; cat'], { stdio: [fs.openSync('p'), out, 'inherit'], env: {} }).on('close', r)); console.log(fs.statSync('out').size); fs.writeFileSync('child.js', 'process.on("message", m => { process.send(require("fs").readFileSync(m, "utf8").length); process.disconnect() })');
  const k = cp.fork('child.js'); k.send('p'); k.on('message', m => console.log('child says', m)); await new Promise(r => k.on('close', r)); process.chdir('d'); console.log(path.basename(process.cwd()), fs.existsSync('a')); process.chdir('..');
  const { Worker } = require('worker_threads'); const w = new Worker('require("worker_threads").parentPort.postMessage(require("fs").readdirSync("d").length)', { eval: true }); w.on('message', m => console.log('worker', m)); await new Promise(r => w.on('exit', r)); process.exitCode = 6;
})();
J
node main.js; echo "exit $?"
mkdir -p node_modules/mod; echo 'exports.x = __filename.split("/").pop()' > node_modules/mod/index.js; echo '{"name":"mod","main":"index.js"}' > node_modules/mod/package.json; echo 'import m from "mod"; import fs from "node:fs"; console.log(m.x, import.meta.url.startsWith("file:"), fs.existsSync(new URL(import.meta.url)))' > esm.mjs; node esm.mjs; node -p 'require("mod").x'
