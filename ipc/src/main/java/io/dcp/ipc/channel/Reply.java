package io.dcp.ipc.channel;

/**
 * The answer to one {@link FileCall}.
 *
 * @param errno 0 or the call's positive errno
 * @param nativeCall true: the caller makes the same call natively
 * @param descriptor passed to the caller, -1 for none; {@link Replier#reply} takes it over and closes it
 * @param attributes or null
 * @param value result that is neither attributes nor bytes
 * @param payload at most {@value #MAX_PAYLOAD_BYTES} bytes
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, and copying costs
public record Reply(int errno, boolean nativeCall, int descriptor, Attributes attributes, long value, byte[] payload) {
    /** The wire's bound on a field of bytes. */
    public static final int MAX_PAYLOAD_BYTES = 73_728;

    private static final byte[] NO_BYTES = {};
    private static final Reply DONE = new Reply(0, false, -1, null, 0, NO_BYTES);
    private static final Reply NATIVE = new Reply(0, true, -1, null, 0, NO_BYTES);

    public static Reply done() {
        return DONE;
    }

    /** A failed call; {@code errno} is positive. */
    public static Reply error(int errno) {
        return new Reply(errno, false, -1, null, 0, NO_BYTES);
    }

    public static Reply natively() {
        return NATIVE;
    }

    public static Reply attributes(Attributes attributes) {
        return new Reply(0, false, -1, attributes, 0, NO_BYTES);
    }

    public static Reply descriptor(int descriptor, Attributes attributes) {
        return new Reply(0, false, descriptor, attributes, 0, NO_BYTES);
    }

    public static Reply payload(byte[] payload, long value) {
        return new Reply(0, false, -1, null, value, payload);
    }
}
