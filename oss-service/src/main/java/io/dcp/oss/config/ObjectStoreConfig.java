package io.dcp.oss.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where objects go.
 *
 * @param endpoint the S3 service, or empty for the embedded one
 * @param bucket the bucket's name
 * @param region the region that requests are signed for
 * @param accessKey the key's public half; empty when the embedded store shall make one up
 * @param secretKey the key's secret half; empty when the embedded store shall make one up
 * @param embeddedPort the loopback port of the embedded store, 0 meaning any
 */
public record ObjectStoreConfig(
        Optional<URI> endpoint,
        String bucket,
        String region,
        Optional<String> accessKey,
        Optional<String> secretKey,
        int embeddedPort) {
    // The rules for general purpose buckets in the Amazon S3 user guide, as far as they can be told by form.
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

    static ObjectStoreConfig of(Settings settings) throws BadSettingException {
        Optional<URI> endpoint = endpoint(settings);
        Optional<String> accessKey = settings.text("DCP_S3_ACCESS_KEY");
        Optional<String> secretKey = settings.text("DCP_S3_SECRET_KEY");
        if (accessKey.isPresent() != secretKey.isPresent()) {
            throw new BadSettingException("DCP_S3_ACCESS_KEY and DCP_S3_SECRET_KEY must be given together");
        }
        if (endpoint.isPresent() && accessKey.isEmpty()) {
            throw new BadSettingException(
                    "DCP_S3_ENDPOINT is given, but DCP_S3_ACCESS_KEY and DCP_S3_SECRET_KEY are not");
        }
        String bucket = settings.text("DCP_S3_BUCKET").orElse("dcp");
        if (!BUCKET.matcher(bucket).matches()) {
            throw settings.bad("DCP_S3_BUCKET", "not a bucket name (3 to 63 of a-z 0-9 . -)");
        }
        return new ObjectStoreConfig(
                endpoint,
                bucket,
                settings.text("DCP_S3_REGION").orElse("us-east-1"),
                accessKey,
                secretKey,
                settings.port("DCP_S3_PORT", 0));
    }

    private static Optional<URI> endpoint(Settings settings) throws BadSettingException {
        Optional<String> text = settings.text("DCP_S3_ENDPOINT");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(text.get());
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return Optional.of(uri);
            }
        } catch (URISyntaxException e) {
            // Told below, like any other address that is not one.
        }
        throw settings.bad("DCP_S3_ENDPOINT", "not an address like http://host:port");
    }

    /** Leaves the secret out. */
    @Override
    public String toString() {
        return "ObjectStoreConfig[endpoint=" + endpoint + ", bucket=" + bucket + ", region=" + region
                + ", embeddedPort=" + embeddedPort + "]";
    }
}
