package io.dcp.storage.tier;

import java.net.URI;
import java.time.Duration;

/**
 * How to reach an S3 bucket.
 *
 * @param endpoint the service's address, or null for Amazon's own in the region
 * @param bucket the bucket, made by {@link S3ObjectStore#ensureReady} if it does not exist
 * @param region the region that requests are signed for
 * @param accessKey the access key, or null for the SDK's default chain of credentials
 * @param secretKey its secret
 * @param attemptTimeout bound on one attempt of a request, connecting included
 * @param attempts how often a request is tried, at least once
 */
public record S3Settings(
        URI endpoint,
        String bucket,
        String region,
        String accessKey,
        String secretKey,
        Duration attemptTimeout,
        int attempts) {
    static final Duration DEFAULT_ATTEMPT_TIMEOUT = Duration.ofSeconds(10);
    static final int DEFAULT_ATTEMPTS = 3;

    /** Checks ranges. */
    public S3Settings {
        if (attempts < 1 || attemptTimeout.isNegative() || attemptTimeout.isZero()) {
            throw new IllegalArgumentException(
                    "settings out of range: attempts=" + attempts + " attemptTimeout=" + attemptTimeout);
        }
    }

    /** Settings with the usual bounds of time: 3 attempts of 10 s. */
    public S3Settings(URI endpoint, String bucket, String region, String accessKey, String secretKey) {
        this(endpoint, bucket, region, accessKey, secretKey, DEFAULT_ATTEMPT_TIMEOUT, DEFAULT_ATTEMPTS);
    }

    /** The same with other bounds of time. */
    public S3Settings withTimeout(Duration newAttemptTimeout, int newAttempts) {
        return new S3Settings(endpoint, bucket, region, accessKey, secretKey, newAttemptTimeout, newAttempts);
    }

    /** Leaves the secret out. */
    @Override
    public String toString() {
        return "S3Settings[endpoint=" + endpoint + ", bucket=" + bucket + ", region=" + region + "]";
    }
}
