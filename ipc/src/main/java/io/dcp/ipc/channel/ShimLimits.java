package io.dcp.ipc.channel;

/**
 * What clients may use of the agent. Who exceeds {@code queuedBytesPerConnection} is dropped, who exceeds another is
 * refused with TOO_MANY and may connect again.
 *
 * @param connectionsPerUser open connections of one user
 * @param callsPerConnection calls of one connection that are not yet answered
 * @param bytesPerUser size of one user's calls that are not yet answered and replies that are not yet taken
 * @param queuedBytesPerConnection size of the replies that a client has not taken, beyond its socket's own buffer
 */
public record ShimLimits(
        int connectionsPerUser, int callsPerConnection, long bytesPerUser, long queuedBytesPerConnection) {
    public static final ShimLimits DEFAULT = new ShimLimits(8192, 1024, 32L << 20, 4L << 20);

    public ShimLimits {
        if (connectionsPerUser <= 0 || callsPerConnection <= 0 || bytesPerUser <= 0 || queuedBytesPerConnection < 0) {
            throw new IllegalArgumentException("limits must be positive: connectionsPerUser=" + connectionsPerUser
                    + " callsPerConnection=" + callsPerConnection + " bytesPerUser=" + bytesPerUser
                    + " queuedBytesPerConnection=" + queuedBytesPerConnection);
        }
    }
}
