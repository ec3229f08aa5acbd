// A platform of one directory for tests of the shim: a run directory with a region, and an agent that performs calls on
// the mirror itself and notes what it was asked. Its inode numbers differ from the mirror's by FAKE_INODES.
#ifndef DCP_TEST_FAKE_PLATFORM_H
#define DCP_TEST_FAKE_PLATFORM_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "check.h"

enum { FAKE_INODES = 1000000 };

// Runs TESTS in a process inside a fresh platform, whose working directory is the tree's root. Returns its exit status.
// The test program executes itself for that: call it first in main, with main's arguments.
int fake_platform_run(char **arguments, void (*tests)(void));

// For the tests: the tree's root; what the agent was asked since the last call, one "operation path" a line; flags of
// the region.
extern char fake_root[];
const char *fake_asked(void);
void fake_set_cold(bool cold);
void fake_set_throttle(bool throttle);

#endif
