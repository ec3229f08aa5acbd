/**
 * Contents of files in tiers: so far, as chunks in an object store.
 *
 * <p>{@link io.dcp.storage.tier.FileTransfer} moves whole files, {@link io.dcp.storage.tier.ChunkStore} single chunks with
 * their checksums, {@link io.dcp.storage.tier.ObjectStore} objects of any kind.
 */
package io.dcp.storage.tier;
