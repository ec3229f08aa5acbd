/**
 * The mirror: the part of the tree that is real files on this instance's disk, and the only code that changes it.
 *
 * <p>A change is made on the mirror by the kernel, under the credentials of the caller, so that the kernel decides what
 * is allowed; then {@link io.dcp.storage.mirror.Reconciler} makes the namespace say what the mirror shows. The same step
 * finishes what a killed agent had begun and takes in what unattached programs did.
 */
package io.dcp.storage.mirror;
