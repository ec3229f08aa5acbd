/*
 * random-ops: operations drawn from a seed, each printed with its outcome in a form that every file system that behaves
 * must repeat. One operation is one call of a family's function; operation i depends on nothing but the seed, i, and
 * what the operations before it left behind, so that any subset can be run again.
 */
#ifndef DCP_RANDOM_OPS_H
#define DCP_RANDOM_OPS_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define COUNT_OF(list) (sizeof(list) / sizeof *(list))
#define PICK(list) ((list)[roll(COUNT_OF(list))])

/* --- dice.c --- */
void dice_seed(uint64_t seed, uint64_t index);
uint64_t dice_bits(void);
unsigned roll(unsigned sides); /* 0 .. sides - 1 */
bool chance(unsigned percent);

/* Bits of a flag word with their names. */
struct flag {
  unsigned long bit;
  const char *name;
};
/* Each flag with its chance, independently. */
unsigned long roll_flags(const struct flag *flags, size_t count, unsigned percent);

/* --- log.c --- shared with children, which write into it while the parent waits. */
void log_open(void);
void log_begin(uint64_t index, const char *family);
void log_end(void);
void log_flush(void);
/* The number of the operation, for the watchdog and the handler of crashes. */
uint64_t log_index(void);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_bytes(const void *bytes, size_t length); /* quoted; the working directory's path as @W, long ones shortened */
void say_text(const char *text);
void say_flags(unsigned long value, const struct flag *flags, size_t count);
void say_result(long result, int error);
void say_hash(const void *bytes, size_t length);
const char *error_name(int error);
void *shared_memory(size_t bytes);

/* Prints " = result ERRNO" of a call and is its result. */
#define RESULT(call)             \
  ({                             \
    errno = 0;                   \
    long result_ = (long)(call); \
    int error_ = errno;          \
    say_result(result_, error_); \
    errno = error_;              \
    result_;                     \
  })

/* --- state.c --- */
#define SLOTS 12
extern int slots[SLOTS];         /* descriptors, -1 if empty */
extern char work[PATH_MAX];      /* where it all happens, below a chain of directories that bounds ".." */
extern char elsewhere[PATH_MAX]; /* the same on another file system, "" if there is none */
extern char base[PATH_MAX];      /* the directory that was given */
extern char elsewhere_base[PATH_MAX];
extern bool privileged; /* started as root */
extern void *no_memory; /* an address that cannot be read or written */

void state_begin(const char *directory, const char *outside);
extern bool state_moved;              /* the working directory, a directory or a slot is another one */
void state_guard(void);               /* brings home what has climbed too far up for ".." to be safe */
void slot_put(unsigned slot, int fd); /* closes what was there */
bool rewind_directory(int fd);        /* of a directory offsets have no meaning but 0; false if it is none */
extern unsigned *rewound;             /* how often that was done */
int choose_slot(void);                /* an index, mostly of an open descriptor */
int choose_fd(void);                  /* its descriptor; sometimes one that is not open; says it */
int choose_data_fd(void);             /* likewise, and a directory is rewound */
void become(uid_t uid, gid_t gid, size_t groups, const gid_t *list);
void become_root(void);

/* --- paths.c --- */
enum want { FILES, DIRECTORIES, LINKS, ANYTHING };
struct place {
  int dir;          /* AT_FDCWD or a descriptor */
  const char *path; /* text, or an address that faults */
  char text[PATH_MAX + 600];
};
void choose_path(struct place *place, enum want want);     /* relative to the working directory, or absolute */
void choose_at(struct place *place, enum want want);       /* any descriptor; says nothing */
void choose_readable(struct place *place, enum want want); /* choose_at for functions of libc that look at the text */
void choose_target(char *text, size_t size);               /* what a symbolic link says */
void say_place(const struct place *place);
const char *choose_name(enum want want);
bool would_block(int dir, const char *path); /* a FIFO, whose open would wait */

/* --- observe.c --- */
void observe_begin(void);
void observe_path(int dir, const char *path, int flags); /* AT_SYMLINK_NOFOLLOW or 0; by a random form of stat */
void observe_fd(int fd);
void observe_place(const struct place *place); /* sometimes, itself or its parent */
void observe_contents(int dir, const char *path);
void observe_atime(int dir, const char *path, int flags);
/* Marks that what SEEK_DATA says depends on the page cache: preallocated blocks. */
void observe_preallocated(int fd);
bool observed_as_preallocated(int fd);
void survey(const char *directory); /* everything below it, one line for each */

/* --- families --- */
struct family {
  const char *name;
  unsigned weight;
  void (*run)(void);
  bool in_child; /* may run in a child too, and while something is watched */
};
extern const struct family families[];
extern const size_t family_count;
const struct family *choose_family(bool for_child);

void family_open(void);
void family_openat2(void);
void family_close(void);
void family_data(void);
void family_vectors(void);
void family_seek(void);
void family_truncate(void);
void family_fallocate(void);
void family_copies(void);
void family_mapping(void);
void family_held_mapping(void);
void family_synchronise(void);
void family_stat(void);
void family_access(void);
void family_chmod(void);
void family_chown(void);
void family_umask(void);
void family_times(void);
void family_xattr(void);
void family_xattr_query(void);
void family_link(void);
void family_symlink(void);
void family_readlink(void);
void family_rename(void);
void family_unlink(void);
void family_mkdir(void);
void family_mknod(void);
void family_socket(void);
void family_cwd(void);
void family_listing(void);
void family_stream_of_directory(void);
void family_walk(void);
void family_glob(void);
void family_realpath(void);
void family_dup(void);
void family_fcntl(void);
void family_ioctl(void);
void family_locks(void);
void family_stdio(void);
void family_temporary(void);
void family_statfs(void);
void family_child(void);
void family_program(void);
void family_identity(void);
void family_notify(void);
void family_faulty(void);
void family_home(void);

#endif
