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
#include <unistd.h>

#include "../table/newroot.h"
#include "../table/place.h"

#define LIBRARY "/libdcp.so"
#define PRELOAD "LD_PRELOAD"
#define ASAN "ASAN_OPTIONS"
#define LINK_ORDER "verify_asan_link_order=0"
#define ADDED "DCP_ADDED" /* which entries an exec added, as bits 1 << index, in hexadecimal digits */

enum { RUN, ROOT, HOME, KEPT, PRELOADED = KEPT, SANITIZED, ADDABLE };

static const char *const own_name[ADDABLE] = {"DCP_RUN", "DCP_ROOT", "DCP_HOME", PRELOAD, ASAN};
enum { ADDED_SIZE = sizeof ADDED + 2 + 1 };

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

static bool is_added(const char *entry, unsigned long added) {
  for (int i = 0; i < ADDABLE; i++) {
    if ((added >> i & 1) != 0 && names(entry, own_name[i], strlen(own_name[i]))) {
      return true;
    }
  }
  return names(entry, ADDED, sizeof ADDED - 1);
}

/*
 * The program shall find the environment that it was given. What an exec added stays before the place where environ
 * begins from now on: a program that walks from its arguments to the auxiliary vector, past libc, finds no gap and
 * passes it on.
 */
static void hide_added(void) {
  const char *value = getenv(ADDED);
  if (value == NULL) {
    return;
  }
  unsigned long added = strtoul(value, NULL, 16);
  size_t hidden = 0;
  for (size_t i = 0; environ[i] != NULL; i++) {
    char *entry = environ[i];
    if (is_added(entry, added)) {
      memmove(environ + hidden + 1, environ + hidden, (i - hidden) * sizeof *environ);
      environ[hidden++] = entry;
    }
  }
  environ += hidden;
}

__attribute__((constructor)) void dcp_environment_attach(void) {
  if (attached) {
    return;
  }
  attached = true;
  dcp_attach(); /* looks into the environment too */
  for (int i = 0; i < KEPT; i++) {
    const char *value = getenv(own_name[i]);
    size_t name_length = strlen(own_name[i]);
    if (value != NULL && strlen(value) < PATH_MAX) {
      memcpy(kept[i], own_name[i], name_length);
      kept[i][name_length] = '=';
      strcpy(kept[i] + name_length + 1, value);
    }
  }
  hide_added();
}

/* What is to be done to one environment. */
struct plan {
  size_t count;        /* entries of envp */
  size_t preload;      /* index of the LD_PRELOAD that counts, the last; SIZE_MAX: none */
  size_t asan;         /* likewise ASAN_OPTIONS */
  size_t note;         /* likewise DCP_ADDED */
  unsigned long added; /* what the new DCP_ADDED says; 0: stays */
  bool missing[KEPT];  /* to be added */
  const char *run;     /* the run directory that the new program shall use */
  size_t preload_size; /* bytes of the new LD_PRELOAD entry, with its NUL; 0: stays */
  size_t asan_size;    /* likewise ASAN_OPTIONS */
  bool moved;          /* the run directory has another name in the root directory of now, or none: moved_run is "" */
  size_t run_at;       /* index of the DCP_RUN that is to be replaced; SIZE_MAX: none */
  char moved_run[DCP_RUN_PATH];
};

/* Is the token a shim: that of the run directory, or of this process's own, which another platform's replaces? */
static bool is_shim(const char *token, size_t length, const char *run) {
  const char *own = kept[RUN] + sizeof "DCP_RUN";
  const char *candidates[2] = {own, run};
  for (int i = 0; i < 2 && candidates[i] != NULL; i++) {
    size_t directory = strlen(candidates[i]);
    if (length == directory + sizeof LIBRARY - 1 && memcmp(token, candidates[i], directory) == 0 &&
        memcmp(token + directory, LIBRARY, sizeof LIBRARY - 1) == 0) {
      return true;
    }
  }
  return false;
}

static bool is_separator(char c) { return c == ':' || c == ' '; }

/* Writes the new LD_PRELOAD entry to out (NULL: only counts), without a shim if run is NULL. Returns its bytes with the
 * NUL. */
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
  if (run != NULL) {
    PUT(run, strlen(run));
    PUT(LIBRARY, sizeof LIBRARY);
  } else {
    PUT("", 1);
  }
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
  *plan = (struct plan){.preload = SIZE_MAX, .asan = SIZE_MAX, .note = SIZE_MAX, .run_at = SIZE_MAX};
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
        if (names(entry, ADDED, sizeof ADDED - 1)) {
          plan->note = plan->count;
        }
        for (int i = 0; i < KEPT; i++) {
          size_t length = strlen(own_name[i]);
          if (names(entry, own_name[i], length)) {
            present[i] = true;
            if (i == RUN) {
              plan->run = entry + length + 1;
              plan->run_at = plan->count;
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
    plan->added |= (unsigned long)plan->missing[i] << i;
    change |= plan->missing[i];
  }
  if (plan->run == NULL || plan->run[0] == '\0') {
    plan->run = kept[RUN][0] != '\0' ? kept[RUN] + sizeof "DCP_RUN" : NULL;
  }
  if (plan->run == NULL) {
    return change; /* no platform: nothing to preload */
  }
  if (strcmp(plan->run, kept[RUN] + sizeof "DCP_RUN") == 0 && dcp_run_for_exec(plan->moved_run)) {
    plan->moved = strcmp(plan->run, plan->moved_run) != 0;
    plan->missing[RUN] &= !plan->moved;
    change |= plan->moved;
    plan->run = plan->moved_run[0] != '\0' ? plan->moved_run : NULL;
  }
  if (plan->run == NULL) {
    if (plan->preload != SIZE_MAX) { /* nothing to preload it by */
      plan->preload_size = write_preload(NULL, envp[plan->preload] + sizeof PRELOAD, NULL);
    }
    return true;
  }
  const char *preload = plan->preload == SIZE_MAX ? NULL : envp[plan->preload] + sizeof PRELOAD;
  if (preload == NULL || !preload_in_order(preload, plan->run)) {
    plan->preload_size = write_preload(NULL, preload, plan->run);
    plan->added |= (unsigned long)(preload == NULL) << PRELOADED;
    change = true;
  }
  const char *options = plan->asan == SIZE_MAX ? NULL : envp[plan->asan] + sizeof ASAN;
  if (options == NULL || !asan_in_order(options)) {
    plan->asan_size = sizeof ASAN + (options == NULL ? 0 : strlen(options) + 1) + sizeof LINK_ORDER;
    plan->added |= (unsigned long)(options == NULL) << SANITIZED;
    change = true;
  }
  if (plan->added != 0 && plan->note != SIZE_MAX) {
    plan->added |= strtoul(envp[plan->note] + sizeof ADDED, NULL, 16) & ((1 << ADDABLE) - 1);
  }
  return change;
}

size_t dcp_environment_room(char *const envp[]) {
  struct plan plan;
  if (!make_plan(&plan, envp)) {
    return 0;
  }
  return (plan.count + ADDABLE + 2) * sizeof(char *) + plan.preload_size + plan.asan_size + ADDED_SIZE +
         sizeof "DCP_RUN=" + DCP_RUN_PATH;
}

char **dcp_environment_build(char *const envp[], void *room) {
  struct plan plan;
  make_plan(&plan, envp);
  char **entries = room;
  char *text = (char *)(entries + plan.count + ADDABLE + 2);
  size_t count = plan.count;
  if (count > 0) {
    memcpy(entries, envp, count * sizeof *entries);
  }
  for (int i = 0; i < KEPT; i++) {
    if (plan.missing[i]) {
      entries[count++] = kept[i];
    }
  }
  if (plan.moved && plan.run != NULL) {
    entries[plan.run_at != SIZE_MAX ? plan.run_at : count++] = text;
    text = stpcpy(stpcpy(text, "DCP_RUN="), plan.moved_run) + 1;
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
    text += plan.asan_size;
  }
  if (plan.added != 0) {
    static const char digit[] = "0123456789abcdef";
    char *end = stpcpy(text, ADDED "=");
    *end++ = digit[plan.added >> 4 & 15];
    *end++ = digit[plan.added & 15];
    *end = '\0';
    entries[plan.note != SIZE_MAX ? plan.note : count++] = text;
  }
  entries[count] = NULL;
  return entries;
}
