package io.dcp.oss.embedded;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.tier.S3Settings;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.TimeoutException;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;

/**
 * An S3 server in this process, on loopback, with its objects as files of a directory: what one machine without an
 * account uses as its object store.
 *
 * <p>Conditional writes are atomic ({@link ConditionalBlobStore}). An object that was written survives {@code kill -9};
 * the loss of power only after {@link #sync()}. A key cannot be a folder of another ({@code x} and {@code x/y}), and
 * there are no versions.
 */
public final class EmbeddedObjectStore implements AutoCloseable {
    private static final String PROVIDER = "filesystem-nio2";
    private static final String REGION = "us-east-1";
    private static final int MAX_THREADS = 32;
    /** For requests in flight. Jetty waits as long for connections that are only kept, and this JVM's HTTP client keeps all. */
    private static final long STOP_TIMEOUT_MILLIS = 100;

    private final Path directory;
    private final S3Proxy server;
    private final String accessKey;
    private final String secretKey;

    private EmbeddedObjectStore(Path directory, S3Proxy server, String accessKey, String secretKey) {
        this.directory = directory;
        this.server = server;
        this.accessKey = accessKey;
        this.secretKey = secretKey;
    }

    /**
     * Starts a server.
     *
     * @param directory where objects are, made if it does not exist
     * @param port where to listen on 127.0.0.1; 0 for any free one
     * @param accessKey the only access key that it accepts; random ones of the same home, kept secret by the caller
     * @param secretKey its secret
     * @throws IOException if the directory cannot be written or the port is taken: the message says so in one line
     */
    public static EmbeddedObjectStore start(Path directory, int port, String accessKey, String secretKey)
            throws IOException {
        refuseUnwritable(directory);
        Properties properties = new Properties();
        properties.setProperty("jclouds.provider", PROVIDER);
        properties.setProperty("jclouds.filesystem.basedir", directory.toString());
        properties.setProperty("jclouds.identity", accessKey);
        properties.setProperty("jclouds.credential", secretKey);
        S3Proxy server = S3Proxy.builder()
                .blobStore(new ConditionalBlobStore(
                        BlobStores.create(PROVIDER, properties),
                        () -> directory.toFile().getUsableSpace()))
                .endpoint(URI.create("http://127.0.0.1:" + port))
                .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
                .jettyMaxThreads(MAX_THREADS)
                .stopTimeout(STOP_TIMEOUT_MILLIS)
                .build();
        EmbeddedObjectStore store = new EmbeddedObjectStore(directory, server, accessKey, secretKey);
        try {
            server.start();
            return store;
        } catch (Exception e) {
            store.closeAfter(e);
            if (isBindFailure(e)) {
                throw new IOException("port of the object store is taken: port=" + port, e);
            }
            throw new IOException("object store cannot start: directory=" + directory + " reason=" + e, e);
        }
    }

    /** Where the server listens. */
    public int port() {
        return server.getPort();
    }

    /** How a client reaches a bucket of this server. */
    public S3Settings settings(String bucket) {
        return new S3Settings(URI.create("http://127.0.0.1:" + port()), bucket, REGION, accessKey, secretKey);
    }

    /**
     * Makes all objects that have been written durable against the loss of power, with everything else on that file
     * system. Blocks as long as the disk needs.
     *
     * @throws IOException if the kernel reports that something could not be written
     */
    public void sync() throws IOException {
        Kernel kernel = Kernel.system();
        byte[] path = directory.toString().getBytes(StandardCharsets.UTF_8);
        int descriptor = kernel.openat(Stat.AT_FDCWD, path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0);
        int result = descriptor < 0 ? descriptor : kernel.syncfs(descriptor);
        if (descriptor >= 0) {
            kernel.close(descriptor);
        }
        if (result < 0) {
            throw new IOException("objects cannot be synced: directory=" + directory + " errno=" + -result);
        }
    }

    /** Ends requests in flight, gives them a tenth of a second, and stops listening. */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (TimeoutException e) {
            // A client kept its connection. Jetty reports it after it has stopped all the same.
        } catch (Exception e) {
            throw new IllegalStateException("object store cannot be stopped: " + e.getMessage(), e);
        }
    }

    private void closeAfter(Exception cause) {
        try {
            close();
        } catch (IllegalStateException e) {
            cause.addSuppressed(e);
        }
    }

    private static void refuseUnwritable(Path directory) throws IOException {
        try {
            Files.createDirectories(directory);
            Files.delete(Files.createTempFile(directory, ".probe", ""));
        } catch (IOException e) {
            throw new IOException("directory of the object store cannot be written: directory=" + directory, e);
        }
    }

    private static boolean isBindFailure(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return true;
            }
        }
        return false;
    }
}
