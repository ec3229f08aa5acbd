/**
 * The controller: who leads, which instances there are, and the HTTP API through which people and tools look at the
 * platform and end it.
 */
package io.dcp.oss.controller;
