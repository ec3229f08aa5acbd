// dlopen and dlmopen: the library and its companions are on the mirror before libc maps them.
// libc looks at its return address to learn who loads (RUNPATH, namespace), so we must be gone from the stack when it
// runs: the entries are a few instructions that ask C for the next definition and jump to it.

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../table/place.h"
#include "../table/region.h"
#include "processes.h"
#include "real.h"

// Called by the entries below.
void *dcp_dlopen_ready(const char *file);
void *dcp_dlmopen_ready(Lmid_t space, const char *file);

// A bare name may lie in a directory of LD_LIBRARY_PATH. One that only a RUNPATH leads to is not looked for.
static void prepare_by_search(const char *file) {
  const char *list = getenv("LD_LIBRARY_PATH");
  char path[PATH_MAX];
  while (list != NULL && *list != '\0') {
    size_t length = strcspn(list, ":;");
    int written = snprintf(path, sizeof path, "%.*s/%s", (int)length, list, file);
    if (written > 0 && written < (int)sizeof path && dcp_path_is_ours(AT_FDCWD, path))
      dcp_prepare(AT_FDCWD, path, DCP_PREPARE_EXEC | DCP_PREPARE_CONTENT);
    list += length + (list[length] != '\0');
  }
}

// A failure is libc's to report: it will not find the file, or find it too short.
static void prepare(const char *file) {
  if (file == NULL || !dcp_attached() || !dcp_region_cold()) return;
  if (strchr(file, '/') == NULL)
    prepare_by_search(file);
  else
    dcp_exec_ready(AT_FDCWD, file, environ);
}

void *dcp_dlopen_ready(const char *file) {
  prepare(file);
  return (void *)DCP_REAL(dlopen);
}

void *dcp_dlmopen_ready(Lmid_t space, const char *file) {
  (void)space;
  prepare(file);
  return (void *)DCP_REAL(dlmopen);
}

#if defined(__x86_64__)

__asm__(
    ".text\n"
    ".globl dlopen\n"
    ".type dlopen, @function\n"
    "dlopen:\n"
    "  endbr64\n"
    "  push %rdi\n"
    "  push %rsi\n"
    "  sub $8, %rsp\n"
    "  call dcp_dlopen_ready\n"
    "  add $8, %rsp\n"
    "  pop %rsi\n"
    "  pop %rdi\n"
    "  jmp *%rax\n"
    ".size dlopen, .-dlopen\n"
    ".globl dlmopen\n"
    ".type dlmopen, @function\n"
    "dlmopen:\n"
    "  endbr64\n"
    "  push %rdi\n"
    "  push %rsi\n"
    "  push %rdx\n"
    "  call dcp_dlmopen_ready\n"
    "  pop %rdx\n"
    "  pop %rsi\n"
    "  pop %rdi\n"
    "  jmp *%rax\n"
    ".size dlmopen, .-dlmopen\n");

#elif defined(__aarch64__)

__asm__(
    ".text\n"
    ".globl dlopen\n"
    ".type dlopen, %function\n"
    "dlopen:\n"
    "  stp x0, x1, [sp, #-32]!\n"
    "  stp x2, x30, [sp, #16]\n"
    "  bl dcp_dlopen_ready\n"
    "  b dcp_load_jump\n"
    ".size dlopen, .-dlopen\n"
    ".globl dlmopen\n"
    ".type dlmopen, %function\n"
    "dlmopen:\n"
    "  stp x0, x1, [sp, #-32]!\n"
    "  stp x2, x30, [sp, #16]\n"
    "  bl dcp_dlmopen_ready\n"
    "dcp_load_jump:\n"
    "  mov x16, x0\n"
    "  ldp x2, x30, [sp, #16]\n"
    "  ldp x0, x1, [sp], #32\n"
    "  br x16\n"
    ".size dlmopen, .-dlmopen\n");

#endif
