package io.dcp.oss.controller;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;

/** The secret that callers of the HTTP API show: a line of hexadecimal digits in a file that only its owner reads. */
public final class AccessToken {
    private static final int RANDOM_BYTES = 24;

    private final byte[] bearer;
    private final String text;

    private AccessToken(String text) {
        this.text = text;
        this.bearer = ("Bearer " + text).getBytes(US_ASCII);
    }

    /**
     * Reads a token.
     *
     * @throws NoSuchFileException if there is none
     */
    public static AccessToken read(Path file) throws IOException {
        String text = Files.readString(file, US_ASCII).strip();
        if (text.length() < 2 * RANDOM_BYTES) {
            throw new IOException(file + " is not a token");
        }
        return new AccessToken(text);
    }

    /** Reads the token, or makes one for good if there is none, or an empty file, as a loss of power may leave it. */
    public static AccessToken readOrCreate(Path file) throws IOException {
        return Files.notExists(file) || Files.size(file) == 0 ? create(file) : read(file);
    }

    /** The secret itself, for the header that a client sends. */
    public String text() {
        return text;
    }

    /** Whether an {@code Authorization} header, null if absent, shows this token; takes the same time for any guess. */
    public boolean admits(String authorization) {
        return authorization != null && MessageDigest.isEqual(bearer, authorization.getBytes(US_ASCII));
    }

    private static AccessToken create(Path file) throws IOException {
        byte[] random;
        // Straight from the kernel: SecureRandom would load the security providers during start-up.
        try (InputStream source = Files.newInputStream(Path.of("/dev/urandom"))) {
            random = source.readNBytes(RANDOM_BYTES);
        }
        AccessToken token = new AccessToken(HexFormat.of().formatHex(random));
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try (FileChannel channel = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap((token.text + "\n").getBytes(US_ASCII)));
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        return token;
    }
}
