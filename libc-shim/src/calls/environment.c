/*
 * What an exec must pass on: see environment.h.
 * May be called in a vfork child and in a signal handler: no allocation, no locks, no calls that keep state.
 */
#include "environment.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "/libdcp.so"
#define PRELOAD "LD_PRELOAD"
#define ASAN "ASAN_OPTIONS"
#define LINK_ORDER "verify_asan_link_order=0"

enum { RUN, ROOT, HOME, KEPT };

static const char *const kept_name[KEPT] = {"DCP_RUN", "DCP_ROOT", "DCP_HOME"};

/* NAME=value of this process at its start; empty if it had none. */
static char kept[KEPT][PATH_MAX + 16];
static bool attached;

static bool names(const char *entry, const char *name, size_t length) {
  return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

const char *dcp_environment_value(char *const envp[], const char *name) {
  size_t length = strlen(name);
  for (; envp != NULL && *envp != NULL; envp++) {
    if (names(*envp, name, length)) {
      return *envp + length + 1;
    }
  }
  return NULL;
}

__attribute__((constructor)) void dcp_environment_attach(void) {
  if (attached) {
    return;
  }
  attached = true;
  for (int i = 0; i < KEPT; i++) {
    const char *value = getenv(kept_name[i]);
    size_t name_length = strlen(kept_name[i]);
    if (value != NULL && strlen(value) < PATH_MAX) {
      memcpy(kept[i], kept_name[i], name_length);
      kept[i][name_length] = '=';
      strcpy(kept[i] + name_length + 1, value);
    }
  }
}

/* What is to be done to one environment. */
struct plan {
  size_t count;        /* entries of envp */
  size_t preload;      /* index of the LD_PRELOAD that counts, the last; SIZE_MAX: none */
  size_t asan;         /* likewise ASAN_OPTIONS */
  bool missing[KEPT];  /* to be added */
  const char *run;     /* the run directory that the new program shall use */
  size_t preload_size; /* bytes of the new LD_PRELOAD entry, with its NUL; 0: stays */
  size_t asan_size;    /* likewise ASAN_OPTIONS */
};

/* Is the token a shim: that of the run directory, or of this process's own, which another platform's replaces? */
static bool is_shim(const char *token, size_t length, const char *run) {
  const char *own = kept[RUN] + sizeof "DCP_RUN";
  const char *candidates[2] = {run, own};
  for (int i = 0; i < 2; i++) {
    size_t directory = strlen(candidates[i]);
    if (length == directory + sizeof LIBRARY - 1 && memcmp(token, candidates[i], directory) == 0 &&
        memcmp(token + directory, LIBRARY, sizeof LIBRARY - 1) == 0) {
      return true;
    }
  }
  return false;
}

static bool is_separator(char c) { return c == ':' || c == ' '; }

/* Writes the new LD_PRELOAD entry to out (NULL: only counts). Returns its bytes with the NUL. */
static size_t write_preload(char *out, const char *value, const char *run) {
  size_t at = 0;
#define PUT(text, length)                 \
  do {                                    \
    if (out != NULL) {                    \
      memcpy(out + at, (text), (length)); \
    }                                     \
    at += (length);                       \
  } while (0)
  PUT(PRELOAD "=", sizeof PRELOAD);
  while (value != NULL && *value != '\0') {
    size_t length = 0;
    while (value[length] != '\0' && !is_separator(value[length])) {
      length++;
    }
    if (length > 0 && !is_shim(value, length, run)) {
      PUT(value, length);
      PUT(":", 1);
    }
    value += length;
    value += *value != '\0';
  }
  PUT(run, strlen(run));
  PUT(LIBRARY, sizeof LIBRARY);
#undef PUT
  return at;
}

/* Does the entry's value name the shim of run last, and no shim before? */
static bool preload_in_order(const char *value, const char *run) {
  size_t last = strlen(value);
  while (last > 0 && !is_separator(value[last - 1])) {
    last--;
  }
  size_t directory = strlen(run);
  if (strncmp(value + last, run, directory) != 0 || strcmp(value + last + directory, LIBRARY) != 0) {
    return false;
  }
  for (size_t from = 0; from < last;) {
    size_t length = 0;
    while (!is_separator(value[from + length])) {
      length++;
    }
    if (is_shim(value + from, length, run)) {
      return false;
    }
    from += length + 1;
  }
  return true;
}

/* Is LINK_ORDER one of the options in value? Sanitizers separate options by ':', ',' and white space. */
static bool asan_in_order(const char *value) {
  for (const char *found = value; (found = strstr(found, LINK_ORDER)) != NULL; found++) {
    char before = found == value ? ':' : found[-1];
    char after = found[sizeof LINK_ORDER - 1];
    if (strchr(":, \t\n", before) != NULL && strchr(":, \t\n", after) != NULL) {
      return true; /* strchr finds the NUL too */
    }
  }
  return false;
}

/* Returns whether anything is to be done. */
static bool make_plan(struct plan *plan, char *const envp[]) {
  dcp_environment_attach();
  *plan = (struct plan){.preload = SIZE_MAX, .asan = SIZE_MAX};
  bool present[KEPT] = {false};
  for (; envp != NULL && envp[plan->count] != NULL; plan->count++) {
    const char *entry = envp[plan->count];
    switch (entry[0]) {
      case 'L':
        if (names(entry, PRELOAD, sizeof PRELOAD - 1)) {
          plan->preload = plan->count;
        }
        break;
      case 'A':
        if (names(entry, ASAN, sizeof ASAN - 1)) {
          plan->asan = plan->count;
        }
        break;
      case 'D':
        for (int i = 0; i < KEPT; i++) {
          size_t length = strlen(kept_name[i]);
          if (names(entry, kept_name[i], length)) {
            present[i] = true;
            if (i == RUN) {
              plan->run = entry + length + 1;
            }
          }
        }
        break;
      default:
        break;
    }
  }
  bool change = false;
  for (int i = 0; i < KEPT; i++) {
    plan->missing[i] = !present[i] && kept[i][0] != '\0';
    change |= plan->missing[i];
  }
  if (plan->run == NULL || plan->run[0] == '\0') {
    plan->run = kept[RUN][0] != '\0' ? kept[RUN] + sizeof "DCP_RUN" : NULL;
  }
  if (plan->run == NULL) {
    return change; /* no platform: nothing to preload */
  }
  const char *preload = plan->preload == SIZE_MAX ? NULL : envp[plan->preload] + sizeof PRELOAD;
  if (preload == NULL || !preload_in_order(preload, plan->run)) {
    plan->preload_size = write_preload(NULL, preload, plan->run);
    change = true;
  }
  const char *options = plan->asan == SIZE_MAX ? NULL : envp[plan->asan] + sizeof ASAN;
  if (options == NULL || !asan_in_order(options)) {
    plan->asan_size = sizeof ASAN + (options == NULL ? 0 : strlen(options) + 1) + sizeof LINK_ORDER;
    change = true;
  }
  return change;
}

size_t dcp_environment_room(char *const envp[]) {
  struct plan plan;
  if (!make_plan(&plan, envp)) {
    return 0;
  }
  return (plan.count + KEPT + 3) * sizeof(char *) + plan.preload_size + plan.asan_size;
}

char **dcp_environment_build(char *const envp[], void *room) {
  struct plan plan;
  make_plan(&plan, envp);
  char **entries = room;
  char *text = (char *)(entries + plan.count + KEPT + 3);
  size_t count = plan.count;
  if (count > 0) {
    memcpy(entries, envp, count * sizeof *entries);
  }
  for (int i = 0; i < KEPT; i++) {
    if (plan.missing[i]) {
      entries[count++] = kept[i];
    }
  }
  if (plan.preload_size > 0) {
    bool had = plan.preload != SIZE_MAX;
    write_preload(text, had ? envp[plan.preload] + sizeof PRELOAD : NULL, plan.run);
    entries[had ? plan.preload : count++] = text;
    text += plan.preload_size;
  }
  if (plan.asan_size > 0) {
    bool had = plan.asan != SIZE_MAX;
    const char *options = had ? envp[plan.asan] + sizeof ASAN : "";
    char *end = stpcpy(stpcpy(text, ASAN "="), options);
    if (options[0] != '\0') {
      *end++ = ':';
    }
    strcpy(end, LINK_ORDER);
    entries[had ? plan.asan : count++] = text;
  }
  entries[count] = NULL;
  return entries;
}
