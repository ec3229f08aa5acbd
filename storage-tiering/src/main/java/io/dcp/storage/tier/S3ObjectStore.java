package io.dcp.storage.tier;

import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.urlconnection.ProxyConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * An {@link ObjectStore} in a bucket of S3, or of a service that speaks its protocol, by the AWS SDK.
 *
 * <p>Each request is tried a few times, each attempt bounded in time. A conditional write that is tried again may meet
 * its own success, so each carries a token by which it knows its own.
 */
public final class S3ObjectStore implements ObjectStore {
    private static final String TOKEN = "dcp-token";
    private static final String CONTENT_TYPE = "application/octet-stream";
    private static final Set<String> LOCAL_HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final int PIECE_BYTES = 64 << 10;
    /** S3 answers 409 when conditional writes meet: "Upload the object again" (Conditional requests, S3 guide). */
    private static final int CONFLICT_ATTEMPTS = 5;

    private final String bucket;
    private final S3Client client;

    /** Connects lazily: nothing is asked before the first call. */
    public S3ObjectStore(S3Settings settings) {
        this.bucket = settings.bucket();
        this.client = client(settings);
    }

    /** The SDK client that a store with such settings uses; the caller closes it. */
    static S3Client client(S3Settings settings) {
        UrlConnectionHttpClient.Builder connections = UrlConnectionHttpClient.builder()
                .connectionTimeout(settings.attemptTimeout())
                .socketTimeout(settings.attemptTimeout())
                .proxyConfiguration(proxies(settings.endpoint()));
        if (settings.endpoint() != null && "http".equals(settings.endpoint().getScheme())) {
            NoTls.configure(connections);
        }
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(connections)
                .region(Region.of(settings.region()))
                .credentialsProvider(credentials(settings))
                .forcePathStyle(true)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(S3Configuration.builder()
                        .chunkedEncodingEnabled(false)
                        .expectContinueEnabled(false)
                        .build())
                .overrideConfiguration(override -> override.apiCallAttemptTimeout(settings.attemptTimeout())
                        .apiCallTimeout(settings.attemptTimeout().multipliedBy(settings.attempts() + 1L))
                        .retryStrategy(retries -> retries.maxAttempts(settings.attempts())));
        if (settings.endpoint() != null) {
            builder.endpointOverride(settings.endpoint());
        }
        return builder.build();
    }

    @Override
    public void ensureReady() {
        ask("head bucket", bucket, () -> {
            try {
                return client.headBucket(request -> request.bucket(bucket));
            } catch (S3Exception e) {
                if (e.statusCode() != 404) {
                    throw e;
                }
                return createBucket();
            }
        });
    }

    private Object createBucket() {
        try {
            return client.createBucket(request -> request.bucket(bucket));
        } catch (BucketAlreadyOwnedByYouException | BucketAlreadyExistsException e) {
            return client.headBucket(request -> request.bucket(bucket));
        }
    }

    @Override
    public void put(String key, ByteBuffer data) {
        ask("put", key, () -> client.putObject(request -> request.bucket(bucket).key(key), body(data)));
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer data) {
        return putConditionally(
                        key,
                        data,
                        PutObjectRequest.builder().bucket(bucket).key(key).ifNoneMatch("*"))
                != null;
    }

    @Override
    public String putIfMatch(String key, String etag, ByteBuffer data) {
        return putConditionally(
                key, data, PutObjectRequest.builder().bucket(bucket).key(key).ifMatch('"' + etag + '"'));
    }

    /** Returns the tag of what was written, or null if the condition did not hold. */
    private String putConditionally(String key, ByteBuffer data, PutObjectRequest.Builder request) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String token =
                HexFormat.of().toHexDigits(random.nextLong()) + HexFormat.of().toHexDigits(random.nextLong());
        PutObjectRequest conditional = request.metadata(Map.of(TOKEN, token)).build();
        return ask("put conditionally", key, () -> {
            for (int attempt = 1; ; attempt++) {
                try {
                    PutObjectResponse response = client.putObject(conditional, body(data));
                    return unquoted(response.eTag());
                } catch (S3Exception e) {
                    boolean again = e.statusCode() == 409 && attempt < CONFLICT_ATTEMPTS;
                    if (!again && e.statusCode() != 412 && !isMissingKey(e)) {
                        throw e;
                    }
                    HeadObjectResponse now = headOrNull(key);
                    if (now != null && token.equals(now.metadata().get(TOKEN))) {
                        return unquoted(now.eTag()); // an earlier attempt had succeeded
                    }
                    if (!again) {
                        return null;
                    }
                }
            }
        });
    }

    @Override
    public int get(String key, ByteBuffer into) {
        return get(key, into, null);
    }

    @Override
    public int get(String key, ByteBuffer into, MessageDigest digest) {
        int start = into.position();
        boolean complete = false;
        try {
            int length = ask(
                    "get",
                    key,
                    () -> client.getObject(
                            request -> request.bucket(bucket).key(key),
                            (head, body) -> receive(head.contentLength(), body, into.position(start), digest)));
            if (length < 0) {
                throw new BufferOverflowException();
            }
            complete = true;
            return length;
        } finally {
            if (!complete) {
                into.position(start);
            }
        }
    }

    /** Fills the buffer from a response; returns its length, or -1 if there is not enough room. */
    private static int receive(long contentLength, AbortableInputStream body, ByteBuffer into, MessageDigest digest) {
        if (contentLength > into.remaining()) {
            body.abort();
            return -1;
        }
        if (digest != null) {
            digest.reset();
        }
        int length = (int) contentLength;
        byte[] piece = new byte[Math.min(length, PIECE_BYTES)];
        try {
            for (int done = 0; done < length; ) {
                int count = body.readNBytes(piece, 0, Math.min(length - done, piece.length));
                if (count == 0) {
                    throw new EOFException("body ends early: bytes=" + done + " of=" + length);
                }
                if (digest != null) {
                    digest.update(piece, 0, count);
                }
                into.put(piece, 0, count);
                done += count;
            }
            body.read(); // the end of the stream, so that the connection can be used again
            return length;
        } catch (IOException e) {
            body.abort();
            throw RetryableException.create("body cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void delete(String key) {
        ask("delete", key, () -> {
            try {
                return client.deleteObject(request -> request.bucket(bucket).key(key));
            } catch (S3Exception e) {
                if (isMissingKey(e)) {
                    return null; // some services answer 404 where S3 answers 204
                }
                throw e;
            }
        });
    }

    @Override
    public void list(String prefix, ListVisitor visitor) {
        String after = null;
        while (true) {
            String continuation = after;
            ListObjectsV2Response page = ask(
                    "list",
                    prefix,
                    () -> client.listObjectsV2(
                            request -> request.bucket(bucket).prefix(prefix).continuationToken(continuation)));
            for (S3Object object : page.contents()) {
                if (!visitor.visit(new ObjectInfo(object.key(), object.size(), unquoted(object.eTag())))) {
                    return;
                }
            }
            if (!Boolean.TRUE.equals(page.isTruncated())) {
                return;
            }
            after = page.nextContinuationToken();
        }
    }

    @Override
    public ObjectInfo head(String key) {
        return ask("head", key, () -> {
            HeadObjectResponse response = headOrNull(key);
            return response == null ? null : new ObjectInfo(key, response.contentLength(), unquoted(response.eTag()));
        });
    }

    @Override
    public void close() {
        client.close();
    }

    private HeadObjectResponse headOrNull(String key) {
        try {
            return client.headObject(request -> request.bucket(bucket).key(key));
        } catch (S3Exception e) {
            if (e.statusCode() == 404) {
                return null;
            }
            throw e;
        }
    }

    private <T> T ask(String what, String key, Supplier<T> request) {
        try {
            return request.get();
        } catch (SdkException e) {
            throw translated("object store: " + what + " failed: key=" + key + " bucket=" + bucket, e);
        } catch (IllegalArgumentException e) { // a name that no store takes
            throw new ObjectStoreRefused(
                    "object store: " + what + " refused: key=" + key + " bucket=" + bucket + " reason="
                            + e.getMessage(),
                    e);
        }
    }

    private static ObjectStoreException translated(String what, SdkException e) {
        if (!(e instanceof SdkServiceException answer)) {
            return new ObjectStoreUnavailable(what + " reason=" + rootMessage(e), e);
        }
        int status = answer.statusCode();
        String message = what + " status=" + status + " reason=" + reason(answer);
        if (answer instanceof S3Exception s3 && isMissingKey(s3)) {
            return new NoSuchObject(message, e);
        }
        boolean later =
                status >= 500 || status == 408 || status == 409 || status == 429 || answer.isThrottlingException();
        boolean slow = answer instanceof S3Exception s3 && "RequestTimeout".equals(code(s3));
        return later || slow ? new ObjectStoreUnavailable(message, e) : new ObjectStoreRefused(message, e);
    }

    /** A missing bucket also has the status 404, but another code; a head request has no code. */
    private static boolean isMissingKey(S3Exception e) {
        String code = code(e);
        return e.statusCode() == 404 && !"NoSuchBucket".equals(code);
    }

    private static String code(S3Exception e) {
        return e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorCode();
    }

    private static String reason(SdkServiceException e) {
        return e instanceof S3Exception s3 && s3.awsErrorDetails() != null
                ? code(s3) + ": " + s3.awsErrorDetails().errorMessage()
                : e.getMessage();
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName() + ": " + root.getMessage();
    }

    private static RequestBody body(ByteBuffer data) {
        ByteBuffer view = data.duplicate();
        return RequestBody.fromContentProvider(() -> new ByteBufferInputStream(view), view.remaining(), CONTENT_TYPE);
    }

    private static String unquoted(String etag) {
        return etag == null ? "" : etag.replace("\"", "");
    }

    private static AwsCredentialsProvider credentials(S3Settings settings) {
        return settings.accessKey() == null
                ? DefaultCredentialsProvider.builder().build()
                : StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(settings.accessKey(), settings.secretKey()));
    }

    /** An endpoint on this very machine is never reached by a proxy. */
    private static ProxyConfiguration proxies(URI endpoint) {
        boolean local = endpoint != null && LOCAL_HOSTS.contains(endpoint.getHost());
        return ProxyConfiguration.builder()
                .useSystemPropertyValues(!local)
                .useEnvironmentVariablesValues(!local)
                .build();
    }
}
