package io.dcp.oss.bench;

import io.dcp.storage.tier.S3Settings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;

/**
 * The baseline: the SDK's client and nothing else, in its fastest setting (no checksums, no chunked encoding), with a
 * plain array for each thread and no copy on the way to and from the client. Chunks are not verified.
 */
final class BareTransfer {
    private static final String CONTENT_TYPE = "application/octet-stream";

    private final S3Client client;
    private final String bucket;
    private final int chunkBytes;
    private final ExecutorService threads;
    private final ThreadLocal<byte[]> piece;

    BareTransfer(S3Settings settings, int chunkBytes, int concurrency) {
        this.bucket = settings.bucket();
        this.chunkBytes = chunkBytes;
        this.threads = Executors.newFixedThreadPool(concurrency);
        this.piece = ThreadLocal.withInitial(() -> new byte[chunkBytes]);
        this.client = S3Client.builder()
                .endpointOverride(settings.endpoint())
                .region(Region.of(settings.region()))
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(settings.accessKey(), settings.secretKey())))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .forcePathStyle(true)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(S3Configuration.builder()
                        .chunkedEncodingEnabled(false)
                        .expectContinueEnabled(false)
                        .build())
                .build();
    }

    void upload(FileChannel file, long sizeBytes) throws IOException {
        forEachChunk(sizeBytes, (index, length) -> {
            ByteBuffer data = ByteBuffer.wrap(piece.get(), 0, length);
            while (data.hasRemaining() && file.read(data, index * chunkBytes + data.position()) > 0) {
                // goes on until the chunk is full
            }
            RequestBody body = RequestBody.fromContentProvider(
                    () -> new ByteArrayInputStream(data.array(), 0, length), length, CONTENT_TYPE);
            client.putObject(request -> request.bucket(bucket).key(key(index)), body);
        });
    }

    void download(FileChannel into, long sizeBytes) throws IOException {
        forEachChunk(sizeBytes, (index, length) -> {
            ByteBuffer data = client.getObject(request -> request.bucket(bucket).key(key(index)), (head, body) -> {
                int count = body.readNBytes(piece.get(), 0, length);
                body.read(); // the end of the stream, so that the connection can be used again
                return ByteBuffer.wrap(piece.get(), 0, count);
            });
            while (data.hasRemaining()) {
                into.write(data, index * chunkBytes + data.position());
            }
        });
    }

    void delete(long sizeBytes) throws IOException {
        forEachChunk(
                sizeBytes,
                (index, length) ->
                        client.deleteObject(request -> request.bucket(bucket).key(key(index))));
    }

    private interface Step {
        void run(long index, int lengthBytes) throws IOException;
    }

    private void forEachChunk(long sizeBytes, Step step) throws IOException {
        List<Future<?>> pending = new ArrayList<>();
        for (long at = 0; at < sizeBytes; at += chunkBytes) {
            long index = at / chunkBytes;
            int length = (int) Math.min(chunkBytes, sizeBytes - at);
            pending.add(threads.submit(() -> {
                step.run(index, length);
                return null;
            }));
        }
        try {
            for (Future<?> each : pending) {
                each.get();
            }
        } catch (ExecutionException | InterruptedException e) {
            throw new IOException("transfer by the bare client failed: " + e.getMessage(), e);
        }
    }

    private static String key(long index) {
        return "bare/" + index;
    }
}
