// Execs, for the other families.
#ifndef DCP_CALLS_PROCESSES_H
#define DCP_CALLS_PROCESSES_H

#include <alloca.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "environment.h"

// An environment brought into order. envp is what to pass on; the rest is its memory.
struct dcp_passed {
  char *const *envp;
  void *mapping;
  size_t mapping_size;
};

enum { DCP_STACK_ROOM = 65536 };

// STACK has ROOM bytes or is NULL: then they are mapped. 0, or -1 ENOMEM.
int dcp_pass_environment(struct dcp_passed *passed, char *const envp[], size_t room, void *stack);
void dcp_passed_release(struct dcp_passed *passed);

// Brings ENVP into order for as long as the calling function runs; release it before it returns. 0, or -1 ENOMEM.
#define DCP_PASS(passed, envp)                                                                                        \
  ({                                                                                                                  \
    size_t room_ = dcp_environment_room(envp);                                                                        \
    dcp_pass_environment(passed, envp, room_, room_ > 0 && room_ <= DCP_STACK_ROOM ? __builtin_alloca(room_) : NULL); \
  })

// Has everything on the mirror that an exec of PATH needs, while the tree is cold: the file, its interpreter, its
// libraries in the tree. 0: exec it, the kernel tells what is wrong with it; -1: EIO, EPROTO.
int dcp_exec_ready(int dirfd, const char *path, char *const envp[]);

// As the functions of libc, with an environment that is in order already. They return only on failure, -1.
int dcp_exec_passed(const char *path, char *const argv[], char *const passed[]);
// FILE is looked up in this process's PATH; SCRIPT: what the kernel does not know is given to /bin/sh.
int dcp_exec_search(const char *file, char *const argv[], char *const passed[], bool script);

// True if a directory of the colon-separated LIST (NULL: none) lies in the tree.
bool dcp_list_touches_tree(const char *list);

int dcp_execve(const char *path, char *const argv[], char *const envp[]);
int dcp_execveat(int dirfd, const char *path, char *const argv[], char *const envp[], int flags);

#endif
