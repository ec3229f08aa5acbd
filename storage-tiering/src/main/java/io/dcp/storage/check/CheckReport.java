package io.dcp.storage.check;

import java.util.List;

/**
 * The result of a check.
 *
 * @param found how many problems there were
 * @param repaired how many of them are repaired
 * @param problems the first of them
 */
public record CheckReport(long found, long repaired, List<Problem> problems) {
    private static final int CORRECTED = 1;
    private static final int LEFT = 4;

    /** As fsck(8): 0 nothing found, 1 all corrected, 4 errors left. */
    public int exitStatus() {
        return found == 0 ? 0 : found == repaired ? CORRECTED : LEFT;
    }
}
