/* The dice's paths: few names, so that operations meet; by habit D* are directories, F* files, L* links, but anything
 * goes. */
#include "ops.h"

static char longest[256]; /* 255 bytes, the most that a name may have */

static const char *const files[] = {"F0", "F1", "F2", "F3", "F4", longest, "F\n\xc3\xbc \xff"};
static const char *const directories[] = {"D0", "D1", "D2", "D3"};
static const char *const links[] = {"L0", "L1", "L2", "L3"};

const char *choose_name(enum want want) {
  if (longest[0] == '\0') memset(longest, 'F', sizeof longest - 1);
  if (want == ANYTHING || chance(12)) want = (enum want)roll(3);
  switch (want) {
    case DIRECTORIES:
      return PICK(directories);
    case LINKS:
      return PICK(links);
    default:
      return PICK(files);
  }
}

/* Appends the components that come before the last one. */
static void add_directories(char *text, unsigned depth) {
  unsigned climbed = 0;
  for (unsigned i = 0; i < depth; i++) {
    unsigned kind = roll(100);
    if (kind < 70) {
      strcat(text, PICK(directories));
    } else if (kind < 82) {
      strcat(text, PICK(links));
    } else if (kind < 93 && climbed < 2) {
      strcat(text, "..");
      climbed++;
    } else if (kind < 97) {
      strcat(text, ".");
    } else {
      strcat(text, PICK(files));
    }
    strcat(text, chance(4) ? "//" : "/");
  }
}

static void add_last(char *text, enum want want) {
  unsigned kind = roll(200);
  if (kind < 2) {
    strcat(text, "..");
  } else if (kind < 5) {
    strcat(text, ".");
  } else {
    strcat(text, choose_name(want));
    if (kind < 8) {
      strcat(text, "/");
    } else if (kind < 10) {
      strcat(text, "/.");
    } else if (kind < 11) {
      strcat(text, "/..");
    }
  }
}

/* What programs do not write every day. Returns false if it is nothing odd this time. */
static bool choose_odd_path(struct place *place, enum want want) {
  char *text = place->text;
  switch (roll(260)) {
    case 0:
      text[0] = '\0';
      return true;
    case 1:
      place->path = no_memory;
      return true;
    case 2:
      memset(text, 'n', 256);
      text[256] = '\0';
      return true;
    case 3: /* PATH_MAX: one byte too long, or just not */
      for (unsigned i = 0; i < PATH_MAX; i += 2) memcpy(text + i, "./", 2);
      text[PATH_MAX - (chance(50) ? 1 : 0)] = '\0';
      return true;
    case 4:
    case 5:
    case 6:
      sprintf(text, "/proc/self/fd/%d", slots[choose_slot()]);
      if (chance(40)) {
        strcat(text, "/");
        add_last(text, want);
      }
      return true;
    case 7:
      sprintf(text, "/dev/fd/%d", slots[choose_slot()]);
      return true;
    case 8:
      strcpy(text, "/proc/self/cwd/");
      add_last(text, want);
      return true;
    case 9:
      sprintf(text, "%s/", elsewhere[0] ? elsewhere : work);
      add_last(text, want);
      return true;
    case 10:
      sprintf(text, "/proc/thread-self/cwd/%s/", PICK(directories));
      add_last(text, want);
      return true;
    case 11: /* a long way that stays */
      for (unsigned i = 0; i < 200; i++) strcat(text, i % 7 ? "./" : ".//");
      add_last(text, want);
      return true;
    default:
      return false;
  }
}

void choose_path(struct place *place, enum want want) {
  place->dir = AT_FDCWD;
  place->path = place->text;
  place->text[0] = '\0';
  if (choose_odd_path(place, want)) return;
  if (chance(18)) sprintf(place->text, "%s/", work);
  unsigned depth = roll(10);
  add_directories(place->text, depth < 5 ? 0 : depth < 8 ? 1 : 2);
  add_last(place->text, want);
}

void choose_at(struct place *place, enum want want) {
  choose_path(place, want);
  if (chance(25)) place->dir = chance(97) ? slots[choose_slot()] : 9999;
}

void choose_readable(struct place *place, enum want want) {
  choose_at(place, want);
  if (place->path != no_memory) return;
  place->path = place->text;
  strcpy(place->text, ".");
}

void choose_target(char *text, size_t size) {
  struct place target;
  choose_path(&target, ANYTHING);
  if (chance(15)) {
    snprintf(text, size, "../%s", choose_name(ANYTHING));
  } else if (target.path != target.text || strstr(target.text, "..") != NULL || strlen(target.text) >= size ||
             strncmp(target.text, "/proc", 5) == 0 || strncmp(target.text, "/dev", 4) == 0) {
    snprintf(text, size, "%s", choose_name(ANYTHING)); /* links climb one step at most, see state.c */
  } else {
    snprintf(text, size, "%s", target.text);
  }
}

void say_place(const struct place *place) {
  if (place->dir != AT_FDCWD) {
    int slot = -1;
    for (int i = 0; i < SLOTS; i++)
      if (slots[i] >= 0 && slots[i] == place->dir) slot = i;
    if (slot >= 0) {
      say("s%d:", slot);
    } else {
      say("fd %d:", place->dir);
    }
  }
  say_text(place->path);
}

bool would_block(int dir, const char *path) {
  struct stat st;
  if (path == no_memory || fstatat(dir, path, &st, 0) != 0) return false;
  return S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode);
}
