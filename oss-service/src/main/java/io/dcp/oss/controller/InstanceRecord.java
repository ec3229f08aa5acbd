package io.dcp.oss.controller;

/**
 * What an instance says about itself in its membership node.
 *
 * @param name unique among the instances of a platform
 * @param host the machine's host name
 * @param pid its agent's process number on that machine
 * @param httpPort the loopback port of its HTTP API
 * @param startedAt when its agent began, ISO 8601 in UTC
 */
public record InstanceRecord(String name, String host, long pid, int httpPort, String startedAt) {}
