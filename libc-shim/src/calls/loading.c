// dlopen and dlmopen: the library and its companions are on the mirror before libc maps them.
// libc looks at its return address to learn who loads (RUNPATH, namespace), so we must be gone from the stack when it
// runs: the entries are a few instructions that ask C for the next definition and jump to it.

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../table/place.h"
#include "../table/region.h"
#include "processes.h"
#include "real.h"

// Called by the entries below; CALLER is the address to which the program's call returns.
void *dcp_dlopen_ready(const char *file, const void *caller);
void *dcp_dlmopen_ready(Lmid_t space, const char *file, const void *caller);

// FILE in the directories of LIST, separated by colons or semicolons; an element may begin with $ORIGIN.
static void prepare_in(const char *list, const char *origin, const char *file) {
  char path[PATH_MAX];
  while (list != NULL && *list != '\0') {
    size_t length = strcspn(list, ":;"), token = 0;
    if (strncmp(list, "$ORIGIN", 7) == 0)
      token = 7;
    else if (strncmp(list, "${ORIGIN}", 9) == 0)
      token = 9;
    if (token == 0 || origin != NULL) {
      int written =
          snprintf(path, sizeof path, "%s%.*s/%s", token == 0 ? "" : origin, (int)(length - token), list + token, file);
      if (written > 0 && written < (int)sizeof path && dcp_path_is_ours(AT_FDCWD, path))
        dcp_prepare(AT_FDCWD, path, DCP_PREPARE_EXEC | DCP_PREPARE_CONTENT);
    }
    list += length + (list[length] != '\0');
  }
}

// The directory of an object, NULL if it is not known. The program itself has no name in the loader's list.
static const char *origin_of(const struct link_map *object, char directory[static PATH_MAX]) {
  size_t length = strlen(object->l_name);
  if (length == 0) {
    ssize_t got = readlink("/proc/self/exe", directory, PATH_MAX - 1);
    length = got < 0 ? 0 : (size_t)got;
  } else if (length < PATH_MAX) {
    memcpy(directory, object->l_name, length);
  }
  if (length == 0 || length >= PATH_MAX) return NULL;
  directory[length] = '\0';
  char *last = strrchr(directory, '/');
  if (last == NULL) return NULL;
  *last = '\0';
  return directory;
}

// The directories that the object which makes the call was linked with: DT_RUNPATH, or else DT_RPATH.
static void prepare_by_object(const void *caller, const char *file) {
  Dl_info info;
  struct link_map *object = NULL;
  if (dladdr1(caller, &info, (void **)&object, RTLD_DL_LINKMAP) == 0 || object == NULL) return;
  const char *strings = NULL;
  const ElfW(Dyn) *run_path = NULL, *old_path = NULL;
  for (const ElfW(Dyn) *entry = object->l_ld; entry->d_tag != DT_NULL; entry++) {
    if (entry->d_tag == DT_STRTAB) strings = (const char *)entry->d_un.d_ptr;
    if (entry->d_tag == DT_RUNPATH) run_path = entry;
    if (entry->d_tag == DT_RPATH) old_path = entry;
  }
  if (run_path == NULL) run_path = old_path;
  if (run_path == NULL || strings == NULL) return;
  char directory[PATH_MAX];
  prepare_in(strings + run_path->d_un.d_val, origin_of(object, directory), file);
}

// A failure is libc's to report: it will not find the file, or find it too short.
static void prepare(const char *file, const void *caller) {
  if (file == NULL || !dcp_attached() || !dcp_region_cold()) return;
  if (strchr(file, '/') == NULL) {
    prepare_in(getenv("LD_LIBRARY_PATH"), NULL, file);
    prepare_by_object(caller, file);
  } else {
    dcp_exec_ready(AT_FDCWD, file, environ);
  }
}

void *dcp_dlopen_ready(const char *file, const void *caller) {
  prepare(file, caller);
  return (void *)DCP_REAL(dlopen);
}

void *dcp_dlmopen_ready(Lmid_t space, const char *file, const void *caller) {
  (void)space;
  prepare(file, caller);
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
    "  mov 24(%rsp), %rsi\n"
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
    "  mov 24(%rsp), %rdx\n"
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
    "  mov x1, x30\n"
    "  bl dcp_dlopen_ready\n"
    "  b dcp_load_jump\n"
    ".size dlopen, .-dlopen\n"
    ".globl dlmopen\n"
    ".type dlmopen, %function\n"
    "dlmopen:\n"
    "  stp x0, x1, [sp, #-32]!\n"
    "  stp x2, x30, [sp, #16]\n"
    "  mov x2, x30\n"
    "  bl dcp_dlmopen_ready\n"
    "dcp_load_jump:\n"
    "  mov x16, x0\n"
    "  ldp x2, x30, [sp, #16]\n"
    "  ldp x0, x1, [sp], #32\n"
    "  br x16\n"
    ".size dlmopen, .-dlmopen\n");

#endif
