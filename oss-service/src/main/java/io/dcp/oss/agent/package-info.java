/**
 * The agent: one process per instance that serves the programs' calls. Here is what starts its parts, in parallel where
 * they allow it, and what ends them in order; the parts themselves live in the packages of their concepts.
 */
package io.dcp.oss.agent;
