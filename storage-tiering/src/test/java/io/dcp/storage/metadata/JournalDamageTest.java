package io.dcp.storage.metadata;

import static io.dcp.storage.metadata.MetadataStoreContract.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store does with a directory that a killed process, a power loss or a bad disk has left behind. */
class JournalDamageTest {
    private static final int RECORDS = 6;
    /** Every offset is tried by {@link JournalReplayTest}. */
    private static final int STRIDE = 29;

    private static final String BOOT = "boot-1";
    private static final String NEXT_BOOT = "boot-2";

    @TempDir
    Path scratch;

    private Path killed;
    private Path journal;
    private byte[] content;
    private final List<Integer> ends = new ArrayList<>();

    /** A store as {@code kill -9} leaves it: six records in the journal, nothing in the base. */
    @BeforeEach
    void makeKilledStore() throws IOException {
        killed = killedStore(-1);
        journal = onlyJournal(killed);
        content = Files.readAllBytes(journal);
        for (int at = SegmentHeader.BYTES; JournalRecord.plausibleLength(content, at, content.length) != 0; ) {
            at += (int) JournalRecord.INT.get(content, at);
            ends.add(at);
        }
        assertEquals(RECORDS, ends.size());
    }

    @Test
    void shouldKeepEverythingThatWasCommitted() throws IOException {
        assertEquals(RECORDS, reopenAndCount(killed, BOOT));
    }

    @Test
    void shouldTakeATornTailAsTheEnd() throws IOException {
        for (int cut = SegmentHeader.BYTES; cut <= ends.get(RECORDS - 1); cut += STRIDE) {
            int offset = cut;
            int whole = (int) ends.stream().filter(end -> end <= offset).count();
            for (boolean preallocated : new boolean[] {false, true}) {
                byte[] torn = Arrays.copyOf(content, cut);
                Path copy = copyWith(preallocated ? Arrays.copyOf(torn, content.length) : torn);
                assertEquals(whole, reopenAndCount(copy, BOOT), () -> "cut at " + offset);
            }
        }
    }

    @Test
    void shouldRefuseAFlippedByteInTheMiddle() throws IOException {
        for (int at = 0; at < ends.get(RECORDS - 2); at += STRIDE) {
            byte[] flipped = content.clone();
            flipped[at] ^= 0x10;
            assertRefusedUnchanged(copyWith(flipped), BOOT, "byte " + at);
        }
    }

    @Test
    void shouldRefuseGarbageBehindTheEnd() throws IOException {
        byte[] dirty = Arrays.copyOf(content, content.length + 100);
        dirty[dirty.length - 10] = 1;
        assertRefusedUnchanged(copyWith(dirty), BOOT, "garbage");
    }

    @Test
    void shouldDropWhatFollowsAHoleAfterALossOfPower() throws IOException {
        byte[] holed = content.clone();
        Arrays.fill(holed, ends.get(1), ends.get(2), (byte) 0);
        assertRefusedUnchanged(copyWith(holed), BOOT, "same boot");
        assertEquals(2, reopenAndCount(copyWith(holed), NEXT_BOOT));
    }

    @Test
    void shouldRefuseAHoleInWhatHadBeenSynced() throws IOException {
        Path synced = killedStore(3);
        Path file = onlyJournal(synced);
        byte[] holed = Files.readAllBytes(file);
        Arrays.fill(holed, ends.get(1), ends.get(2), (byte) 0);
        Files.write(file, holed);
        assertRefusedUnchanged(synced, NEXT_BOOT, "synced record lost");
    }

    @Test
    void shouldRefuseAMissingSegment() throws IOException {
        Path where = scratch.resolve("segments");
        Path copy = scratch.resolve("segments-killed");
        StoreOptions tiny = new StoreOptions(4096, 8 << 20, 1L << 30, BOOT);
        try (JournaledStore store = JournaledStore.open(where, tiny)) {
            for (int i = 0; i < 20; i++) {
                store.commit(new WriteBatch().put(new byte[] {(byte) i}, new byte[1000]));
            }
            copyTree(where, copy);
        }
        try (var files = Files.list(copy)) {
            List<Path> segments = files.filter(file -> SegmentHeader.firstSequenceOf(file) > 0)
                    .sorted()
                    .toList();
            Files.delete(segments.get(2));
        }
        assertRefusedUnchanged(copy, BOOT, "segment lost");
        assertRefusedUnchanged(removeFirstSegment(copy), BOOT, "first segment lost too");
    }

    @Test
    void shouldRefuseABaseStoreThatCannotBeRead() throws IOException {
        Path data = Path.of("base", "data.mdb");
        byte[] good = Files.readAllBytes(killed.resolve(data));
        byte[] garbage = good.clone();
        Arrays.fill(garbage, 0, 8192, (byte) 0x5a);
        Map<String, byte[]> bad =
                Map.of("garbage", garbage, "cut short", Arrays.copyOf(good, 4096 * 2), "empty", new byte[0]);
        for (Map.Entry<String, byte[]> entry : bad.entrySet()) {
            Path copy = copyWith(content);
            Files.write(copy.resolve(data), entry.getValue());
            assertRefusedUnchanged(copy, BOOT, entry.getKey());
        }
        Path missing = copyWith(content);
        Files.delete(missing.resolve(data));
        assertRefusedUnchanged(missing, BOOT, "missing");
    }

    @Test
    void shouldNoticeADamagedEntryOfTheBaseStore() throws IOException {
        Path where = scratch.resolve("damaged");
        byte[] value = bytes("a value that is found again");
        try (JournaledStore store = open(where, BOOT)) {
            store.commit(new WriteBatch().put(bytes("key"), value));
        }
        Path data = where.resolve("base").resolve("data.mdb");
        byte[] file = Files.readAllBytes(data);
        int at = indexOf(file, value);
        while (at >= 0) {
            file[at] ^= 1;
            at = indexOf(file, value);
        }
        Files.write(data, file);
        try (JournaledStore store = open(where, BOOT)) {
            assertThrows(UncheckedIOException.class, () -> store.get(bytes("key")));
            assertNull(store.get(bytes("other")));
        }
    }

    @Test
    void shouldRefuseAnotherFormat() throws IOException {
        Path copy = copyWith(content);
        Files.writeString(copy.resolve("format"), "dcp-metadata 2\n");
        assertRefusedUnchanged(copy, BOOT, "newer format");
        Files.delete(copy.resolve("format"));
        assertRefusedUnchanged(copy, BOOT, "no format");
    }

    @Test
    void shouldMakeAStoreAgainWhoseMakingWasCutShort() throws IOException {
        Path where = scratch.resolve("unfinished");
        Files.createDirectories(where.resolve("base"));
        Files.writeString(where.resolve("format"), "dcp-metadata in the making\n");
        Files.write(where.resolve("base").resolve("data.mdb"), new byte[4096]);
        try (JournaledStore store = open(where, BOOT)) {
            store.commit(new WriteBatch().put(bytes("a"), bytes("1")));
        }
        try (JournaledStore store = open(where, BOOT)) {
            assertArrayEquals(bytes("1"), store.get(bytes("a")));
        }
    }

    private Path killedStore(int syncAfter) throws IOException {
        Path where = Files.createTempDirectory(scratch, "live");
        Path copy = Files.createTempDirectory(scratch, "killed");
        try (JournaledStore store = open(where, BOOT)) {
            for (int i = 0; i < RECORDS; i++) {
                store.commit(record(i));
                if (i == syncAfter) {
                    store.sync();
                }
            }
            copyTree(where, copy);
        }
        return copy;
    }

    private static WriteBatch record(int number) {
        return new WriteBatch()
                .put(new byte[] {'k', (byte) number}, bytes("value " + number))
                .put(bytes("last"), new byte[] {(byte) number});
    }

    /** Opens, counts the batches, which must be the first ones, and makes sure that the store goes on from there. */
    private int reopenAndCount(Path where, String boot) throws IOException {
        Path again = Files.createTempDirectory(scratch, "again");
        int count = 0;
        try (JournaledStore store = open(where, boot)) {
            while (store.get(new byte[] {'k', (byte) count}) != null) {
                count++;
            }
            for (int i = count; i <= RECORDS; i++) {
                assertNull(store.get(new byte[] {'k', (byte) i}));
            }
            byte[] last = count == 0 ? null : new byte[] {(byte) (count - 1)};
            assertArrayEquals(last, store.get(bytes("last")));
            store.commit(record(99));
            copyTree(where, again);
        }
        try (JournaledStore store = open(again, boot)) {
            assertArrayEquals(new byte[] {99}, store.get(bytes("last")));
        }
        return count;
    }

    private void assertRefusedUnchanged(Path where, String boot, String what) throws IOException {
        Map<Path, byte[]> before = contents(where);
        assertThrows(MetadataCorruptException.class, () -> open(where, boot).close(), what);
        Map<Path, byte[]> after = contents(where);
        assertEquals(before.keySet(), after.keySet(), what);
        before.forEach((file, data) -> assertArrayEquals(data, after.get(file), () -> what + ": " + file));
    }

    private static JournaledStore open(Path where, String boot) throws IOException {
        return JournaledStore.open(where, new StoreOptions(4096, 8 << 20, 1L << 30, boot));
    }

    private static Path onlyJournal(Path where) throws IOException {
        try (var files = Files.list(where)) {
            List<Path> found = files.filter(file -> SegmentHeader.firstSequenceOf(file) >= 0)
                    .toList();
            assertEquals(1, found.size());
            return found.get(0);
        }
    }

    private static Path removeFirstSegment(Path where) throws IOException {
        try (var files = Files.list(where)) {
            Files.delete(files.filter(file -> SegmentHeader.firstSequenceOf(file) == 1)
                    .findFirst()
                    .orElseThrow());
        }
        return where;
    }

    private Path copyWith(byte[] journalContent) throws IOException {
        Path copy = Files.createTempDirectory(scratch, "copy");
        copyTree(killed, copy);
        Files.write(copy.resolve(journal.getFileName()), journalContent);
        return copy;
    }

    /** Copies what counts: the files of locks are left out, and what is being prepared may vanish meanwhile. */
    private static void copyTree(Path from, Path to) throws IOException {
        for (Map.Entry<Path, byte[]> file : contents(from).entrySet()) {
            Path target = to.resolve(file.getKey());
            Files.createDirectories(target.getParent());
            Files.write(target, file.getValue());
        }
    }

    private static Map<Path, byte[]> contents(Path where) throws IOException {
        Map<Path, byte[]> contents = new TreeMap<>();
        for (String name : new String[] {"format", "base/data.mdb"}) {
            if (Files.exists(where.resolve(name))) {
                contents.put(Path.of(name), Files.readAllBytes(where.resolve(name)));
            }
        }
        try (var files = Files.newDirectoryStream(where, "journal-*")) {
            for (Path file : files) {
                contents.put(file.getFileName(), Files.readAllBytes(file));
            }
        }
        return contents;
    }

    private static int indexOf(byte[] data, byte[] what) {
        for (int at = 0; at + what.length <= data.length; at++) {
            if (Arrays.equals(data, at, at + what.length, what, 0, what.length)) {
                return at;
            }
        }
        return -1;
    }
}
