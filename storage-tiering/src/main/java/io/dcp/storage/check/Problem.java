package io.dcp.storage.check;

/**
 * One thing that is wrong.
 *
 * @param kind what
 * @param where the path, inode number and object, as far as they are known
 * @param repaired whether it was repaired
 */
public record Problem(Kind kind, String where, boolean repaired) {

    /** What can be wrong. */
    public enum Kind {
        ENTRY_OF_NO_INODE("a name stands for an inode that does not exist"),
        ENTRY_IN_NO_DIRECTORY("a name is in a directory that does not exist"),
        ENTRY_TYPE("a name tells another type than its inode"),
        ENTRY_UNLISTED("a name is missing in its directory's listing"),
        ENTRY_UNNAMED("an inode does not know its name"),
        LISTING("a listing shows a name that is not there"),
        REVERSE_NAME("an inode remembers a name that it does not have"),
        LINK_COUNT("a wrong link count"),
        ORPHAN("an inode without a name"),
        ORPHAN_WITH_NAME("what is kept of an unlinked file stands for one that has a name"),
        DIRECTORY_NAMES("a directory with several names"),
        UNREACHABLE("a directory that cannot be reached from the root"),
        MIRROR_FILE("a mirror file's number leads to another inode"),
        ATTRIBUTE_OF_NO_INODE("an extended attribute of an inode that does not exist"),
        CHUNK_OF_NO_INODE("a chunk of an inode that does not exist"),
        DIRTY_MARK_OF_NO_INODE("a dirty mark of an inode that does not exist"),
        GARBAGE_IN_USE("an object is to be deleted that a file refers to"),
        CHUNK_MISSING("a file refers to an object that does not exist"),
        CHUNK_LENGTH("an object does not have the length of its chunk"),
        CHUNK_DAMAGED("an object's checksum is wrong"),
        OBJECT_UNUSED("an object that nothing refers to"),
        MIRROR_UNKNOWN_NAME("the mirror has a name that the tree does not have"),
        MIRROR_LACKS_NAME("the mirror lacks a name that should be there"),
        MIRROR_OTHER_FILE("the mirror has another file at a name"),
        MIRROR_CONTENTS("a clean file on the mirror differs from what was recorded");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** In words. */
        public String text() {
            return text;
        }
    }

    @Override
    public String toString() {
        return kind.text() + ": " + where + (repaired ? " (repaired)" : "");
    }
}
