/* timeout: 120
   A large directory read by several streams while entries come and go: what stays is seen exactly once. */
#include "case.h"

enum { STAYING = 4000, GOING = 1500, COMING = 1500 };

static unsigned char seen[3][STAYING];

static void name_of(char into[64], const char *kind, int i) { sprintf(into, "%s-%05d", kind, i); }

static void count(int stream, struct dirent *entry, int *strange) {
  int i;
  if (sscanf(entry->d_name, "stays-%d", &i) == 1 && i >= 0 && i < STAYING) {
    seen[stream][i]++;
  } else if (strncmp(entry->d_name, "goes-", 5) != 0 && strncmp(entry->d_name, "comes-", 6) != 0 &&
             entry->d_name[0] != '.') {
    ++*strange;
  }
}

static void verdict(int stream) {
  int missing = 0, twice = 0;
  for (int i = 0; i < STAYING; i++) {
    missing += seen[stream][i] == 0;
    twice += seen[stream][i] > 1;
  }
  printf("stream %d: %d missing, %d more than once\n", stream, missing, twice);
}

int main(void) {
  char name[64];
  MUST(mkdir("big", 0755));
  int d = MUST(open("big", O_RDONLY | O_DIRECTORY));
  for (int i = 0; i < STAYING || i < GOING; i++) {
    if (i < STAYING) {
      name_of(name, "stays", i);
      if (i % 8 == 0) {
        MUST(close(MUST(openat(d, name, O_WRONLY | O_CREAT, 0644))));
      } else {
        MUST(linkat(d, "stays-00000", d, name, 0));
      }
    }
    if (i < GOING) {
      name_of(name, "goes", i);
      MUST(symlinkat("x", d, name));
    }
  }
  DIR *streams[3];
  for (int i = 0; i < 3; i++) streams[i] = opendir("big");
  int strange = 0, going = 0, coming = 0, step = 0;
  long cookie = 0;
  bool live[3] = {true, true, true};
  while (live[0] || live[1] || live[2]) {
    for (int i = 0; i < 3; i++) {
      struct dirent *entry = NULL;
      for (int n = 0; live[i] && n <= i * 5; n++) {
        if ((entry = readdir(streams[i])) == NULL) {
          live[i] = false;
          break;
        }
        count(i, entry, &strange);
      }
    }
    if (++step % 2 == 0 && going < GOING) {
      name_of(name, "goes", (going * 7) % GOING);
      MUST(unlinkat(d, name, 0));
      going++;
    }
    if (step % 2 == 1 && coming < COMING) {
      name_of(name, "comes", coming++);
      MUST(symlinkat("y", d, name));
    }
    if (step == 1000) {
      cookie = telldir(streams[1]);
      seekdir(streams[1], cookie);
    }
    if (step % 500 == 0) MUST(renameat(d, "stays-00000", d, "stays-00000"));
  }
  for (int i = 0; i < 3; i++) verdict(i);
  SHOW(strange);
  SHOW(going);
  /* rewinddir shows what is there now */
  int gone = 0, new = 0;
  rewinddir(streams[2]);
  memset(seen[2], 0, sizeof seen[2]);
  for (struct dirent *entry; (entry = readdir(streams[2])) != NULL;) {
    count(2, entry, &strange);
    gone += strncmp(entry->d_name, "goes-", 5) == 0;
    new += strncmp(entry->d_name, "comes-", 6) == 0;
  }
  verdict(2);
  SHOW(gone == GOING - going);
  SHOW(new == coming);
  /* everything goes while it is listed */
  rewinddir(streams[0]);
  int removed = 0, failed = 0;
  for (struct dirent *entry; (entry = readdir(streams[0])) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    if (unlinkat(d, entry->d_name, 0) == 0) {
      removed++;
    } else {
      failed++;
    }
  }
  SHOW(removed == STAYING + coming + GOING - going);
  SHOW(failed);
  for (int i = 0; i < 3; i++) MUST(closedir(streams[i]));
  SHOW(rmdir("big"));
  return 0;
}
