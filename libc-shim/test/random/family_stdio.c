/* Streams, and names that libc makes up. */
#include "ops.h"

#define STREAMS 3
static FILE *streams[STREAMS];
static char buffer[8192];

static void say_stream(unsigned which) {
  if (streams[which] == NULL) return;
  rewind_directory(fileno(streams[which])); /* when its descriptor was closed behind it */
  say(" at %ld%s%s", ftell(streams[which]), feof(streams[which]) ? " eof" : "", ferror(streams[which]) ? " error" : "");
}

static const char *choose_mode(void) {
  static const char *const modes[] = {"r", "w", "a", "r+", "w+", "a+", "rb", "we", "wx", "w+x", "re", "r+b", "q"};
  return PICK(modes);
}

static void open_stream(unsigned which, bool again) {
  static struct place place;
  const char *mode = choose_mode();
  choose_readable(&place, chance(95) ? FILES : ANYTHING);
  place.dir = AT_FDCWD;
  if (would_block(place.dir, place.path)) strcpy(place.text, "F1");
  if (would_block(place.dir, place.path)) strcpy(place.text, "no/such");
  say("%s ", again ? "freopen" : "fopen");
  say_place(&place);
  say(" %s", mode);
  streams[which] = again ? freopen(place.path, mode, streams[which]) : fopen(place.path, mode);
  if (streams[which] == NULL) {
    say(" = %s", error_name(errno));
  } else {
    say(" fd %d", fileno(streams[which]));
    observe_fd(fileno(streams[which]));
  }
  observe_place(&place);
}

static void from_descriptor(unsigned which) {
  int slot = choose_slot();
  const char *mode = choose_mode();
  say("fdopen s%d %s", slot, mode);
  streams[which] = fdopen(slots[slot], mode);
  if (streams[which] == NULL) {
    say(" = %s", error_name(errno));
  } else {
    slots[slot] = -1;
  }
}

static void transfer(FILE *stream) {
  size_t length = chance(70) ? roll(300) : roll(sizeof buffer);
  switch (roll(9)) {
    case 0: {
      memset(buffer, 0, sizeof buffer);
      say("fread %zu", length);
      size_t n = (size_t)RESULT(fread(buffer, 1, length, stream));
      say(" ");
      say_hash(buffer, n);
      break;
    }
    case 1:
    case 2:
    case 3:
      for (size_t i = 0; i < length; i++) buffer[i] = (char)(i % 41 == 40 ? '\n' : 'a' + (i + length) % 26);
      say("fwrite %zu", length);
      RESULT(fwrite(buffer, 1, length, stream));
      break;
    case 4: {
      long offset = chance(85) ? (long)roll(9000) : -(long)roll(500);
      int whence = (int)roll(3);
      say("fseek %ld %d", offset, whence);
      RESULT(fseek(stream, offset, whence));
      break;
    }
    case 5: {
      char *line = NULL;
      size_t size = 0;
      say("getline");
      long n = RESULT(getline(&line, &size, stream));
      if (n > 0) {
        say(" ");
        say_hash(line, (size_t)n);
      }
      free(line);
      break;
    }
    case 6:
      say("ftruncate");
      RESULT(fflush(stream));
      RESULT(ftruncate(fileno(stream), roll(9000)));
      break;
    case 7:
      say("fprintf");
      RESULT(fprintf(stream, "%d %s\n", 4711, "line"));
      break;
    default:
      say("fflush");
      RESULT(fflush(stream));
      observe_fd(fileno(stream));
  }
}

void family_stdio(void) {
  unsigned which = roll(STREAMS);
  say("f%u ", which);
  if (streams[which] == NULL) {
    if (chance(15)) {
      from_descriptor(which);
    } else {
      open_stream(which, false);
    }
  } else if (chance(12)) {
    int fd = dup(fileno(streams[which]));
    say("fclose");
    RESULT(fclose(streams[which]));
    streams[which] = NULL;
    observe_fd(fd);
    close(fd);
    return;
  } else if (chance(5)) {
    open_stream(which, true);
  } else {
    for (unsigned i = 1 + roll(3); i > 0; i--) {
      rewind_directory(fileno(streams[which]));
      transfer(streams[which]);
      say(" ");
    }
  }
  say_stream(which);
}

/* Names that libc invents differ: the file gets one of ours, or goes away. */
void family_temporary(void) {
  static struct place place;
  char made[PATH_MAX];
  unsigned form = roll(5);
  static const char *const names[] = {"mkstemp", "mkostemp", "mkstemps", "mkdtemp", "tmpfile"};
  choose_path(&place, form == 3 ? DIRECTORIES : FILES);
  const char *directory = chance(60) ? "" : "D0/";
  say("%s %s to ", names[form], directory);
  say_place(&place);
  snprintf(made, sizeof made, "%stemporary-XXXXXX%s", directory, form == 2 ? ".txt" : "");
  if (form == 4) {
    FILE *stream = tmpfile();
    say(" = %s", stream != NULL ? "stream" : error_name(errno));
    if (stream != NULL) fclose(stream);
    return;
  }
  if (form == 3) {
    char *answer = mkdtemp(made);
    say(" = %s", answer != NULL ? "name" : error_name(errno));
    if (answer == NULL) return;
    observe_path(AT_FDCWD, made, 0);
    say(" rename");
    if (RESULT(rename(made, place.path)) != 0) RESULT(rmdir(made));
    state_moved = true;
  } else {
    int fd = form == 0 ? mkstemp(made) : form == 1 ? mkostemp(made, O_CLOEXEC | O_APPEND) : mkstemps(made, 4);
    say(" = %d", fd);
    if (fd < 0) {
      say(" %s", error_name(errno));
      return;
    }
    observe_fd(fd);
    RESULT(write(fd, "temporary", 9));
    say(" rename");
    if (RESULT(rename(made, place.path)) != 0) RESULT(unlink(made));
    slot_put(roll(SLOTS), fd);
  }
  observe_place(&place);
}
