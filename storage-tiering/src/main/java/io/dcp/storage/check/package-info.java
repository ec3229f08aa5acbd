/**
 * Finds what is wrong with a tree: tables that contradict each other, objects that are missing, damaged or not referred to,
 * a mirror that differs from the namespace; and repairs what can be repaired without losing data.
 */
package io.dcp.storage.check;
