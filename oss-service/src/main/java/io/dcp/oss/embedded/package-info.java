/**
 * The services of a cloud that one machine without an account gets inside the agent's own process: an S3 server on a
 * directory and a ZooKeeper server. Both listen on loopback only and keep everything under the home directory.
 */
package io.dcp.oss.embedded;
