package io.dcp.storage.namespace;

/**
 * A file time.
 *
 * @param seconds since 1970-01-01, may be negative
 * @param nanos 0 to 999,999,999
 */
public record Moment(long seconds, int nanos) implements Comparable<Moment> {
    /** The epoch, also "never recorded". */
    public static final Moment ZERO = new Moment(0, 0);

    @Override
    public int compareTo(Moment other) {
        int bySeconds = Long.compare(seconds, other.seconds);
        return bySeconds != 0 ? bySeconds : Integer.compare(nanos, other.nanos);
    }
}
