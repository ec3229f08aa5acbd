package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Stat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * What programs watch by inotify or fanotify, as the kernel tells in {@code /proc/PID/fdinfo}: nothing that is watched
 * leaves the mirror. So it counts also for programs without the shim, and ends by itself with the program. Of other users'
 * processes only root is told.
 */
final class Watches {
    private static final String INOTIFY = "anon_inode:inotify";
    private static final String FANOTIFY = "anon_inode:[fanotify]";

    private Watches() {}

    /** The inode numbers, on the file system of the mirror, that some program watches. */
    static Set<Long> onDevice(long dev) {
        Set<Long> watched = new HashSet<>();
        Path own = Path.of("/proc", Long.toString(ProcessHandle.current().pid()));
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                // The agent marks files by fanotify for the moment in which it opens them unseen.
                ofProcess(process, process.equals(own) ? Set.of(INOTIFY) : Set.of(INOTIFY, FANOTIFY), dev, watched);
            }
        } catch (IOException e) {
            return watched;
        }
        return watched;
    }

    private static void ofProcess(Path process, Set<String> kinds, long dev, Set<Long> watched) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (kinds.contains(Files.readSymbolicLink(descriptor).toString())) {
                    Path info = process.resolve("fdinfo").resolve(descriptor.getFileName());
                    read(Files.readString(info, StandardCharsets.ISO_8859_1), dev, watched);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // It has ended, or is another user's.
            return;
        }
    }

    /** Lines such as {@code inotify wd:1 ino:2b1 sdev:fd00001 mask:fce}: numbers in hexadecimal. */
    private static void read(String info, long dev, Set<Long> watched) {
        for (String line : info.lines().toList()) {
            String ino = field(line, " ino:");
            String device = field(line, " sdev:");
            if (ino != null && device != null && deviceOf(Long.parseLong(device, 16)) == dev) {
                watched.add(Long.parseUnsignedLong(ino, 16));
            }
        }
    }

    /** The kernel's own form of a device number: 12 bits and 20 bits. */
    private static long deviceOf(long internal) {
        return Stat.makeDevice((int) (internal >> 20), (int) (internal & 0xfffff));
    }

    private static String field(String line, String name) {
        int at = line.indexOf(name);
        if (at < 0) {
            return null;
        }
        int from = at + name.length();
        int to = line.indexOf(' ', from);
        return line.substring(from, to < 0 ? line.length() : to);
    }
}
