package io.dcp.storage.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way in which one segment can be cut or damaged. */
class JournalReplayTest {
    private static final int SALT = 0x5eed;
    private static final int RECORDS = 6;
    private static final String BOOT = "boot-1";

    @TempDir
    Path directory;

    private Path segment;
    private byte[] content;
    private final List<Integer> ends = new ArrayList<>();

    @BeforeEach
    void writeSegment() throws IOException {
        StoreOptions options = new StoreOptions(4096, 1 << 20, 1L << 30, BOOT);
        try (Journal journal = new Journal(
                directory,
                options,
                SALT,
                0,
                0,
                List.of(),
                0,
                Durability.FDATASYNC,
                new SpaceReserve(directory, 4096),
                Witness.NONE,
                Runnable::run)) {
            for (int i = 0; i < RECORDS; i++) {
                journal.append(new WriteBatch().put(new byte[] {(byte) i}, new byte[i * 5]));
            }
        }
        segment = directory.resolve(SegmentHeader.fileName(1));
        content = Files.readAllBytes(segment);
        for (int at = SegmentHeader.BYTES; JournalRecord.plausibleLength(content, at, content.length) != 0; ) {
            at += JournalRecord.plausibleLength(content, at, content.length);
            ends.add(at);
        }
        assertEquals(RECORDS, ends.size());
        assertEquals(4096, content.length, "preallocated");
    }

    @Test
    void shouldTakeATornTailAtEveryOffsetAsTheEnd() throws IOException {
        for (int cut = SegmentHeader.BYTES; cut <= ends.get(RECORDS - 1); cut++) {
            int offset = cut;
            long whole = ends.stream().filter(end -> end <= offset).count();
            byte[] torn = Arrays.copyOf(content, cut);
            Files.write(segment, torn);
            assertEquals(whole, replay(BOOT).last(), () -> "file cut at " + offset);
            Files.write(segment, Arrays.copyOf(torn, content.length));
            assertEquals(whole, replay(BOOT).last(), () -> "record cut at " + offset);
        }
    }

    @Test
    void shouldCutATornTailOff() throws IOException {
        int end = ends.get(2);
        Files.write(segment, Arrays.copyOf(content, end + 13));
        replay(BOOT).repair();
        assertEquals(end, Files.size(segment));
        assertEquals(3, replay(BOOT).last());
    }

    /**
     * In the last record, the length and the end mark are what tells a complete record from one that was cut short, so
     * damage there cannot be told from that.
     */
    @Test
    void shouldRefuseAFlipOfAnyBit() throws IOException {
        int lastBegins = ends.get(RECORDS - 2);
        int lastEnds = ends.get(RECORDS - 1);
        for (int at = 0; at < lastEnds - 1; at++) {
            if (at >= lastBegins && at < lastBegins + Integer.BYTES) {
                continue;
            }
            for (int bit = 0; bit < 8; bit++) {
                byte[] flipped = content.clone();
                flipped[at] ^= (byte) (1 << bit);
                Files.write(segment, flipped);
                assertThrows(MetadataCorruptException.class, () -> replay(BOOT), "byte " + at + " bit " + bit);
            }
        }
    }

    @Test
    void shouldTakeAnyLostPageAsTheEndAfterALossOfPower() throws IOException {
        for (int lost = 0; lost < RECORDS; lost++) {
            int from = lost == 0 ? SegmentHeader.BYTES : ends.get(lost - 1);
            byte[] holed = content.clone();
            Arrays.fill(holed, from, ends.get(lost), (byte) 0);
            Files.write(segment, holed);
            assertEquals(lost, replay("boot-2").last());
            if (lost < RECORDS - 1) {
                assertThrows(MetadataCorruptException.class, () -> replay(BOOT), "no power was lost");
            }
        }
        Arrays.fill(content, 0, content.length, (byte) 0);
        Files.write(segment, content);
        assertEquals(0, replay("boot-2").last());
    }

    @Test
    void shouldForgetAfterALossOfPowerWhatTheWitnessDidNotReach() throws IOException {
        for (int reached = 0; reached <= RECORDS; reached++) {
            Files.write(segment, content);
            assertEquals(RECORDS, replay(BOOT, reached).last(), "no power was lost");
            JournalReplay replay = replay("boot-2", reached);
            assertEquals(reached, replay.last());
            replay.repair();
            assertEquals(reached, reached == 0 ? 0 : replay("boot-2").last(), "and for good");
        }
    }

    private JournalReplay replay(String boot) throws IOException {
        return replay(boot, Long.MAX_VALUE);
    }

    private JournalReplay replay(String boot, long reached) throws IOException {
        List<Long> sequences = new ArrayList<>();
        JournalReplay replay = JournalReplay.read(directory, 0, SALT, boot, reached, (batch, sequence) -> {
            sequences.add(sequence);
            assertEquals(sequence - 1, batch.key(0)[0]);
            assertEquals((sequence - 1) * 5, batch.value(0).length);
        });
        assertEquals(replay.last(), sequences.size());
        return replay;
    }
}
