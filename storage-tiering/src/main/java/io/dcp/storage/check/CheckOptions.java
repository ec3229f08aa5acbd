package io.dcp.storage.check;

/**
 * What a check does.
 *
 * @param repair whether what can be repaired without losing data is repaired
 * @param data whether every object is read and its checksum compared; else existence and length are
 */
public record CheckOptions(boolean repair, boolean data) {}
