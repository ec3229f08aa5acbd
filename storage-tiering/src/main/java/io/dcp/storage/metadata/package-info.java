/**
 * The store of the namespace's metadata: ordered keys and values of bytes, changed by atomic batches.
 *
 * <p>{@link io.dcp.storage.metadata.MetadataStore} is the contract; {@link
 * io.dcp.storage.metadata.JournaledStore} is the embedded store in one directory.
 */
package io.dcp.storage.metadata;
