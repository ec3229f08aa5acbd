package io.dcp.storage.namespace;

import io.dcp.storage.check.Findings;
import io.dcp.storage.check.Problem;
import io.dcp.storage.metadata.MetadataStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Looks whether the records of a tree agree with each other. */
public final class TreeCheck {
    private TreeCheck() {}

    /** What is wrong; empty if nothing is. */
    public static List<String> problems(MetadataStore store) {
        try {
            Namespace namespace = Namespace.open(store);
            Findings findings = new Findings();
            TableCheck tables = new TableCheck(namespace, store, findings, false);
            tables.names();
            new LostAndFound(namespace, findings, false).run();
            tables.inodes();
            return findings.report().problems().stream().map(Problem::toString).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
