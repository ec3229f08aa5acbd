/**
 * The file tree as the platform knows it: inodes, directory entries, extended attributes and the chunks that hold the
 * contents, as keys of a {@link io.dcp.storage.metadata.MetadataStore}. Nothing here touches a file.
 */
package io.dcp.storage.namespace;
