/**
 * What the agent can be told, as small immutable records, one for each part. Every setting comes from the environment
 * ({@code DCP_S3_ENDPOINT}) or else from {@code dcp.properties} in the home directory ({@code s3.endpoint}), and has a
 * default. Bad values are refused with one line that names the setting and where it was found.
 */
package io.dcp.oss.config;
