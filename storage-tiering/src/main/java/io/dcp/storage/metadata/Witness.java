package io.dcp.storage.metadata;

import java.io.IOException;

/**
 * Something outside of a store that its commits tell of, and that is written before they are: the mirror. After a loss of
 * power it may lack what was not synced, and a journal that tells of such things would mislead. So the store has it
 * brought to the disk before a commit becomes durable, and after a loss of power forgets the commits for which that was
 * not done; what they told is found by looking at it.
 */
public interface Witness {

    /** For a store whose commits tell of nothing else. */
    Witness NONE = new Witness() {
        @Override
        public long reached() {
            return Long.MAX_VALUE;
        }

        @Override
        public void reach(long sequence) {}

        @Override
        public void reset(long sequence) {}
    };

    /** The last commit of which all that it tells is on the disk; {@code Long.MAX_VALUE} if there is no saying. */
    long reached() throws IOException;

    /** Brings to the disk what the commits up to this one tell of, and that this was done. Any thread; blocks. */
    void reach(long sequence) throws IOException;

    /** As {@link #reach}, also if more was reached before: the commits after this one are forgotten. */
    void reset(long sequence) throws IOException;
}
