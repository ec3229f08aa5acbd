package io.dcp.storage.namespace;

/**
 * An extended attribute.
 *
 * @param name with its space ("user.x"), not to be changed
 * @param value not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record Xattr(byte[] name, byte[] value) {}
