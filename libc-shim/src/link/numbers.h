// Numbers of descriptors: where the shim's own are, and how many the program may have.
#ifndef DCP_LINK_NUMBERS_H
#define DCP_LINK_NUMBERS_H

// A socket on a private number: beyond the soft limit if there is no room below it. Negative errno.
int dcp_private_socket(void);

// The soft limit: the program's numbers are below.
unsigned long dcp_number_limit(void);

#endif
