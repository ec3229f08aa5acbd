package io.dcp.storage.metadata;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * One portion of a scan: the entries of two tables and the base store in key order, the newer hiding the older.
 *
 * <p>A portion is collected first and visited then, so that a visitor may take its time and call the store.
 */
final class MergingScan {
    private static final int PORTION_BYTES = 1 << 20;

    private final List<byte[]> keys = new ArrayList<>();
    private final List<byte[]> values = new ArrayList<>();
    private final int maxEntries;
    private final TableEntries newer;
    private final TableEntries older;
    private int bytes;

    private MergingScan(JournaledStore.Tables tables, byte[] from, boolean inclusive, byte[] to, int maxEntries) {
        this.maxEntries = maxEntries;
        this.newer = new TableEntries(tables.active(), from, inclusive, to);
        this.older = new TableEntries(tables.frozen(), from, inclusive, to);
    }

    /** Visits a whole range, in portions that begin small. */
    static void scan(JournaledStore store, byte[] from, byte[] to, MetadataStore.Visitor visitor) {
        byte[] begin = from;
        boolean inclusive = true;
        for (int entries = 8; ; entries = Math.min(entries * 4, 512)) {
            // Tables before base: what a checkpoint moves in between is then seen in the table, or in both.
            MergingScan portion = new MergingScan(store.tables(), begin, inclusive, to, entries);
            boolean atEnd = portion.collect(store.base(), begin, inclusive, to);
            for (int i = 0; i < portion.keys.size(); i++) {
                if (!visitor.visit(portion.keys.get(i), portion.values.get(i))) {
                    return;
                }
            }
            if (atEnd) {
                return;
            }
            begin = portion.keys.get(portion.keys.size() - 1);
            inclusive = false;
        }
    }

    private boolean collect(LmdbBase base, byte[] from, boolean inclusive, byte[] to) {
        boolean atEnd = base.range(from, inclusive, to, (key, value) -> {
            if (!drainTables(key)) {
                return false;
            }
            if (newer.isAt(key) || older.isAt(key)) {
                return true; // hidden: the tables' own entry follows with the next drain
            }
            add(key, value);
            return !isFull();
        });
        return atEnd && drainTables(null) && !isFull();
    }

    /** Takes entries of the tables before a key (null: all); tells whether there is room left. */
    private boolean drainTables(byte[] before) {
        while (!isFull()) {
            int order = TableEntries.compare(newer, older);
            TableEntries first = order <= 0 ? newer : older;
            if (first.key == null || (before != null && Arrays.compareUnsigned(first.key, before) >= 0)) {
                return true;
            }
            if (first.value != MemoryTable.REMOVED) {
                add(first.key, first.value);
            }
            if (order == 0) {
                older.advance();
            }
            first.advance();
        }
        return false;
    }

    private void add(byte[] key, byte[] value) {
        keys.add(key);
        values.add(value);
        bytes += key.length + value.length;
    }

    private boolean isFull() {
        return keys.size() >= maxEntries || bytes >= PORTION_BYTES;
    }

    /** A walk through a part of a table; an absent table is empty. */
    private static final class TableEntries {
        private final Iterator<Map.Entry<byte[], byte[]>> entries;
        private byte[] key;
        private byte[] value;

        TableEntries(MemoryTable table, byte[] from, boolean inclusive, byte[] to) {
            boolean isEmptyRange = to != null && Arrays.compareUnsigned(from, to) >= 0;
            this.entries = table == null || isEmptyRange
                    ? Map.<byte[], byte[]>of().entrySet().iterator()
                    : table.range(from, inclusive, to).entrySet().iterator();
            advance();
        }

        void advance() {
            if (entries.hasNext()) {
                Map.Entry<byte[], byte[]> entry = entries.next();
                key = entry.getKey();
                value = entry.getValue();
            } else {
                key = null;
            }
        }

        boolean isAt(byte[] other) {
            return key != null && Arrays.equals(key, other);
        }

        /** Orders by key, an ended walk last. */
        static int compare(TableEntries a, TableEntries b) {
            if (a.key == null || b.key == null) {
                return a.key == null ? (b.key == null ? 0 : 1) : -1;
            }
            return Arrays.compareUnsigned(a.key, b.key);
        }
    }
}
