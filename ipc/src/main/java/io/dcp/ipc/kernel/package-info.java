/**
 * System calls of Linux as Java methods: file calls that return a negative errno instead of throwing, and credentials
 * that hold for one thread.
 */
package io.dcp.ipc.kernel;
