/**
 * The channel between a program's shim and the agent of its instance: a UNIX socket, one packet per message, with
 * credentials that the kernel vouches for and descriptors that travel with replies.
 */
package io.dcp.ipc.channel;
