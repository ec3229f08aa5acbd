# needs: command java, command javac
# leftovers: ignore
# timeout: 180
cat > Main.java <<'J'
import java.io.*;
import java.nio.ByteBuffer;
import java.nio.channels.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.nio.file.attribute.*;
import java.util.*;
import java.util.stream.*;

public class Main {
  interface Step { Object run() throws Exception; }
  static void show(String what, Step step) {
    try { System.out.println(what + " = " + step.run()); } catch (Exception e) { System.out.println(what + " ! " + e.getClass().getSimpleName()); }
  }
  public static void main(String[] a) throws Exception {
    Path d = Files.createDirectories(Path.of("d/e")).getParent(), f = d.resolve("f");
    show("write", () -> Files.size(Files.writeString(f, "hello\nworld\n")));
    show("append", () -> Files.readAllLines(Files.writeString(f, "more", StandardOpenOption.APPEND)));
    show("create again", () -> Files.createFile(f));
    show("mkdir again", () -> Files.createDirectory(d));
    show("link", () -> Files.createLink(d.resolve("hard"), f));
    show("symlink", () -> Files.readSymbolicLink(Files.createSymbolicLink(d.resolve("soft"), Path.of("f"))));
    show("same", () -> Files.isSameFile(f, d.resolve("hard")) + " " + Files.getAttribute(f, "unix:ino").equals(Files.getAttribute(d.resolve("soft"), "unix:ino")) + " " + Files.getAttribute(f, "unix:nlink"));
    show("key", () -> Files.readAttributes(f, BasicFileAttributes.class).fileKey().equals(Files.readAttributes(d.resolve("hard"), BasicFileAttributes.class).fileKey()));
    show("permissions", () -> PosixFilePermissions.toString(Files.getPosixFilePermissions(Files.setPosixFilePermissions(f, PosixFilePermissions.fromString("rw-r-----")))));
    show("time", () -> Files.getLastModifiedTime(Files.setLastModifiedTime(f, FileTime.fromMillis(1234567890123L))));
    show("list", () -> { try (Stream<Path> s = Files.list(d)) { return s.map(Path::toString).sorted().toList(); } });
    show("walk", () -> { try (Stream<Path> s = Files.walk(d)) { return s.map(Path::toString).sorted().toList(); } });
    show("glob", () -> { try (DirectoryStream<Path> s = Files.newDirectoryStream(d, "h*")) { return s.iterator().next(); } });
    show("copy", () -> Files.copy(f, d.resolve("copy"), StandardCopyOption.COPY_ATTRIBUTES));
    show("copied", () -> Files.getLastModifiedTime(d.resolve("copy")) + " " + Files.mismatch(f, d.resolve("copy")));
    show("move", () -> Files.move(d.resolve("copy"), d.resolve("moved"), StandardCopyOption.ATOMIC_MOVE));
    show("move over", () -> Files.move(d.resolve("moved"), f));
    show("delete full", () -> { Files.delete(d); return "deleted"; });
    show("delete missing", () -> Files.deleteIfExists(d.resolve("missing")));
    show("read missing", () -> Files.readString(d.resolve("missing")));
    show("read directory", () -> Files.readString(d));
    show("xattr", () -> { var v = Files.getFileAttributeView(f, UserDefinedFileAttributeView.class); v.write("k", ByteBuffer.wrap("v".getBytes())); return v.list() + " " + v.size("k"); });
    show("channel", () -> { try (FileChannel c = FileChannel.open(d.resolve("c"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      c.write(ByteBuffer.wrap("0123456789".getBytes())); c.position(3); ByteBuffer b = ByteBuffer.allocate(4); c.read(b); FileLock l = c.lock(); var m = c.map(FileChannel.MapMode.READ_WRITE, 0, 4096); m.put(100, (byte) 'x'); m.force(); c.truncate(50); c.force(true); l.release(); return new String(b.array()) + c.size(); } });
    show("transfer", () -> { try (FileChannel i = FileChannel.open(f); FileChannel o = FileChannel.open(d.resolve("t"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) { return i.transferTo(0, 100, o); } });
    show("delete on close", () -> { Path t = d.resolve("temp"); try (OutputStream o = Files.newOutputStream(t, StandardOpenOption.CREATE, StandardOpenOption.DELETE_ON_CLOSE)) { o.write(1); } return Files.exists(t); });
    show("temp", () -> { Path t = Files.createTempFile(d, "a", "b"); Files.delete(t); return PosixFilePermissions.toString(Files.getPosixFilePermissions(Files.createTempDirectory(d, "x"))); });
    show("random access", () -> { try (RandomAccessFile r = new RandomAccessFile("d/r", "rw")) { r.setLength(1000); r.seek(500); r.writeInt(42); r.seek(500); return r.readInt() + " " + r.length() + " " + new File("d/r").length(); } });
    show("old file", () -> new File("d").list().length + " " + new File("d/f").renameTo(new File("d/g")) + new File("nope").delete() + new File("d/g").setLastModified(5000) + new File("d/g").lastModified() + new File("d/./../d/g").getCanonicalPath().endsWith("/d/g"));
    show("real path", () -> Path.of("d/../d/soft/..").toRealPath(LinkOption.NOFOLLOW_LINKS).equals(Path.of("").toAbsolutePath().resolve("d")));
    show("store", () -> Files.getFileStore(d).getTotalSpace() > 0);
    show("process", () -> { Process p = new ProcessBuilder("sh", "-c", "cat; ls e; exit 4").directory(d.toFile()).redirectInput(new File("d/g")).redirectOutput(new File("out")).start(); return p.waitFor() + Files.readString(Path.of("out")); });
    show("no such program", () -> new ProcessBuilder("./missing").start());
    show("many", () -> IntStream.range(0, 200).parallel().mapToObj(i -> { try { Path p = Files.writeString(Path.of("m" + i), "" + i); Files.move(p, Path.of("n" + i)); return Files.size(Path.of("n" + i)); } catch (IOException e) { throw new UncheckedIOException(e); } }).mapToLong(x -> x).sum());
    System.exit(9);
  }
}
J
javac Main.java; ls *.class; java -Xshare:auto -XX:TieredStopAtLevel=1 -cp . Main; echo "exit $?"
jar cfe app.jar Main *.class && java -XX:TieredStopAtLevel=1 -jar app.jar > out2; echo "exit $?"; jar tf app.jar | sort; grep -c = out2
java Main.java > out3; echo "exit $?"
