/** The commands of {@code dcp} that talk to a platform that runs. {@code dcp up} needs no JVM and is not here. */
package io.dcp.oss.cli;
