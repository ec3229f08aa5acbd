package io.dcp.oss.controller;

/**
 * The answer to {@code POST /down}.
 *
 * @param cacheDropped whether the mirror was emptied
 * @param dirtyBytes contents that stay on the mirror only, to be uploaded after the next start
 * @param problem what did not go as asked although nothing is lost, or null
 */
public record DownReport(boolean cacheDropped, long dirtyBytes, String problem) {}
