package io.dcp.storage.mirror;

import java.util.SortedMap;

/** What can be done to a tree of files and seen of it, natively or through the mirror; 0 or a positive errno. */
interface FileOperations {
    int mkdir(String path);

    int mknod(String path, int mode);

    int symlink(String target, String path);

    int link(String from, String to);

    int unlink(String path);

    int rmdir(String path);

    int rename(String from, String to, int flags);

    int chmod(String path, int mode);

    int setMtime(String path, long seconds, int nanos);

    int truncate(String path, long size);

    int setxattr(String path, String name, String value);

    int removexattr(String path, String name);

    /** Opens, writes at a place, closes. */
    int write(String path, int flags, long at, byte[] contents);

    /** Everything that is there: path, and in words what it is. */
    SortedMap<String, String> everything();
}
