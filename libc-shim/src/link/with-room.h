// Something done in a moment in which the program has no descriptor free, nor may have more.
#ifndef DCP_LINK_WITH_ROOM_H
#define DCP_LINK_WITH_ROOM_H

// Calls ACT(ARGUMENT) in a short-lived child that shares all memory but has a copy of the descriptor table, in which
// some numbers are made free: neither KEEP nor KEEP2, nor anything that the program notices. The caller is suspended
// meanwhile; to dcp_process_is_own the child is a vfork child. 0, or negative errno if there can be no child.
int dcp_with_room(int keep, int keep2, int (*act)(void *), void *argument);

// The same, and MEANWHILE(ARGUMENT) here, while the child still has what ACT has got. It is not called if the child was
// killed; negative errno then, too.
int dcp_with_room_kept(int keep, int keep2, int (*act)(void *), void (*meanwhile)(void *), void *argument);

#endif
