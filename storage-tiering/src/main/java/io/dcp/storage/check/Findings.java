package io.dcp.storage.check;

import java.util.ArrayList;
import java.util.List;

/** Collects problems; keeps the first ones and counts all. Any thread. */
public final class Findings {
    private static final int MOST = 10_000;

    private final List<Problem> problems = new ArrayList<>();
    private long found;
    private long repaired;

    /** Adds one. */
    public synchronized void add(Problem.Kind kind, String where, boolean isRepaired) {
        found++;
        if (isRepaired) {
            repaired++;
        }
        if (problems.size() < MOST) {
            problems.add(new Problem(kind, where, isRepaired));
        }
    }

    /** What was found so far. */
    public synchronized CheckReport report() {
        return new CheckReport(found, repaired, List.copyOf(problems));
    }
}
