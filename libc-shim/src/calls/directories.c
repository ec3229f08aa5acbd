// Directories of the tree: streams of our own over READDIR, told from libc's by where they lie.
//
// The position of a stream is the descriptor's offset, as in libc: shared with duplicates and forked processes. The
// kernel keeps whatever cookie the agent gave, so getdents64, readdir and lseek agree.
//
// Streams lie in chunks that are never given back: telling whose a DIR is needs no lock and no allocation, and a forked
// child finds its parent's streams.

#include "directories.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../link/kernel.h"
#include "../table/place.h"
#include "calls.h"
#include "real.h"

enum {
  BUFFER_BYTES = 32768,
  ANSWER_BYTES = 65536,  // the most that one question asks for: a message holds 72 KiB
  FIRST_CHUNK = 32,
  CHUNKS = 16,
};

struct tree_stream {
  atomic_bool taken;
  int fd;
  int error;  // what ended the reading, for readdir_r
  pthread_mutex_t lock;
  long position;  // d_off of the last entry given out
  size_t at, length;
  char *buffer;  // struct dirent records as READDIR gives them
};

_Static_assert(offsetof(struct dirent, d_name) == 19 && sizeof(ino_t) == 8 && sizeof(off_t) == 8,
               "struct dirent is the kernel's linux_dirent64");

static struct tree_stream first_chunk[FIRST_CHUNK];
// Chunk k holds FIRST_CHUNK << k streams; chunk 0 is first_chunk and not listed.
static struct tree_stream *_Atomic chunks[CHUNKS];

static struct tree_stream *tree_stream_of(DIR *stream) {
  uintptr_t address = (uintptr_t)stream;
  if (address - (uintptr_t)first_chunk < sizeof first_chunk) return (struct tree_stream *)stream;
  for (int k = 1; k < CHUNKS; k++) {
    struct tree_stream *chunk = atomic_load_explicit(&chunks[k], memory_order_acquire);
    if (chunk == NULL) return NULL;
    if (address - (uintptr_t)chunk < sizeof *chunk * ((size_t)FIRST_CHUNK << k)) return (struct tree_stream *)stream;
  }
  return NULL;
}

static struct tree_stream *chunk_at(int k) {
  if (k == 0) return first_chunk;
  struct tree_stream *chunk = atomic_load_explicit(&chunks[k], memory_order_acquire);
  if (chunk != NULL) return chunk;
  size_t bytes = sizeof *chunk * ((size_t)FIRST_CHUNK << k);
  void *fresh = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (fresh == MAP_FAILED) return NULL;
  struct tree_stream *expected = NULL;
  if (atomic_compare_exchange_strong(&chunks[k], &expected, fresh)) return fresh;
  munmap(fresh, bytes);
  return expected;
}

static struct tree_stream *take_stream(int fd) {
  char *buffer = malloc(BUFFER_BYTES);
  for (int k = 0; buffer != NULL && k < CHUNKS; k++) {
    struct tree_stream *chunk = chunk_at(k);
    for (size_t i = 0; chunk != NULL && i < (size_t)FIRST_CHUNK << k; i++) {
      bool expected = false;
      if (atomic_load_explicit(&chunk[i].taken, memory_order_relaxed) ||
          !atomic_compare_exchange_strong(&chunk[i].taken, &expected, true))
        continue;
      chunk[i].fd = fd;
      chunk[i].error = 0;
      chunk[i].position = 0;
      chunk[i].at = chunk[i].length = 0;
      chunk[i].buffer = buffer;
      pthread_mutex_init(&chunk[i].lock, NULL);
      return &chunk[i];
    }
  }
  free(buffer);
  errno = ENOMEM;
  return NULL;
}

// The agent takes a file that is open neither for reading nor for writing (access mode 3) for one of these.
static bool is_path_only(int fd) {
  long flags = dcp_kernel(SYS_fcntl, fd, F_GETFL);
  return flags < 0 || (flags & O_PATH) != 0;
}

static ssize_t tree_getdents64(int fd, void *buffer, size_t size) {
  off_t cookie = lseek(fd, 0, SEEK_CUR);
  if (cookie < 0) {
    if (errno == ESPIPE) errno = ENOTDIR;
    return -1;
  }
  struct dcp_request request = {
      .operation = DCP_OP(READDIR),
      .directory = fd,
      .cookie = (uint64_t)cookie,
      .size = size < ANSWER_BYTES ? (int64_t)size : ANSWER_BYTES,
  };
  struct dcp_answer answer = {.payload = buffer, .payload_capacity = (size_t)request.size};
  if (dcp_ask(&request, &answer) < 0) return -1;
  if (answer.native) return DCP_REAL(getdents64)(fd, buffer, size);
  if (answer.error != 0) {
    errno = answer.error == EBADF && !is_path_only(fd) ? ENOTDIR : answer.error;
    return -1;
  }
  const struct dirent *last = NULL;
  for (size_t at = 0; at + offsetof(struct dirent, d_name) < answer.payload_length;) {
    last = (const struct dirent *)((char *)buffer + at);
    if (last->d_reclen <= offsetof(struct dirent, d_name) || last->d_reclen > answer.payload_length - at) {
      errno = EIO;
      return -1;
    }
    at += last->d_reclen;
  }
  if (last != NULL && lseek(fd, last->d_off, SEEK_SET) < 0) return -1;
  return (ssize_t)answer.payload_length;
}

ssize_t dcp_getdents64(int fd, void *buffer, size_t size) {
  if (dcp_fd_is_private(fd)) {
    errno = EBADF;
    return -1;
  }
  return dcp_fd_is_tree(fd) ? tree_getdents64(fd, buffer, size) : DCP_REAL(getdents64)(fd, buffer, size);
}

#ifdef SYS_getdents
// A record of the old call has the same length: its type stands behind the name instead of before it.
ssize_t dcp_getdents(int fd, void *buffer, size_t size) {
  if (!dcp_fd_is_tree(fd)) {
    long result = dcp_kernel(SYS_getdents, fd, buffer, size);
    if (result >= 0) return result;
    errno = (int)-result;
    return -1;
  }
  ssize_t length = dcp_getdents64(fd, buffer, size);
  for (ssize_t at = 0; at < length;) {
    struct dirent *entry = (struct dirent *)((char *)buffer + at);
    unsigned short bytes = entry->d_reclen;
    unsigned char type = entry->d_type;
    memmove(&entry->d_type, entry->d_name, bytes - offsetof(struct dirent, d_name));
    ((char *)entry)[bytes - 1] = (char)type;
    at += bytes;
  }
  return length;
}
#endif

DCP_EXPORT ssize_t getdents64(int fd, void *buffer, size_t size) { return dcp_getdents64(fd, buffer, size); }

DCP_EXPORT ssize_t getdirentries(int fd, char *restrict buffer, size_t size, off_t *restrict base) {
  if (!dcp_fd_is_tree(fd)) return DCP_REAL(getdirentries)(fd, buffer, size, base);
  off_t before = lseek(fd, 0, SEEK_CUR);
  ssize_t length = tree_getdents64(fd, buffer, size);
  if (length >= 0) *base = before;
  return length;
}

DCP_EXPORT ssize_t getdirentries64(int fd, char *restrict buffer, size_t size, off64_t *restrict base)
    __attribute__((alias("getdirentries")));

// A stream on FD, which is the stream's from now on if it succeeds.
static DIR *stream_on(int fd) {
  if (!dcp_fd_is_tree(fd)) return DCP_REAL(fdopendir)(fd);
  return (DIR *)take_stream(fd);
}

DIR *dcp_opendirat(int dirfd, const char *path) {
  int fd = dcp_openat(dirfd, path, O_RDONLY | O_NONBLOCK | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd < 0) return NULL;
  DIR *stream = stream_on(fd);
  if (stream == NULL) {
    int error = errno;
    dcp_close(fd);
    errno = error;
  }
  return stream;
}

// A path from outside may lead into the tree by a symbolic link: the descriptor tells.
DCP_EXPORT DIR *opendir(const char *path) {
  if (dcp_path_is_ours(AT_FDCWD, path)) return dcp_opendirat(AT_FDCWD, path);
  DIR *stream = DCP_REAL(opendir)(path);
  if (stream == NULL || !dcp_attached() || !dcp_fd_is_tree(DCP_REAL(dirfd)(stream))) return stream;
  DCP_REAL(closedir)(stream);
  return dcp_opendirat(AT_FDCWD, path);
}

DIR *dcp_fdopendir(int fd) {
  if (dcp_fd_is_private(fd)) {
    errno = EBADF;
    return NULL;
  }
  if (!dcp_fd_is_tree(fd)) return DCP_REAL(fdopendir)(fd);
  struct stat status;
  if (dcp_fstat(fd, &status) < 0) return NULL;
  if (!S_ISDIR(status.st_mode)) {
    errno = ENOTDIR;
    return NULL;
  }
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return NULL;
  if ((flags & O_ACCMODE) == O_WRONLY) {
    errno = EINVAL;
    return NULL;
  }
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return NULL;
  return (DIR *)take_stream(fd);
}

DCP_EXPORT DIR *fdopendir(int fd) { return dcp_fdopendir(fd); }

// The next entry, NULL at the end or on an error (which is in stream->error). A directory that was removed has ended.
static struct dirent *next_entry(struct tree_stream *stream) {
  if (stream->at >= stream->length) {
    ssize_t length = dcp_getdents64(stream->fd, stream->buffer, BUFFER_BYTES);
    if (length <= 0) {
      stream->error = length < 0 && errno != ENOENT ? errno : 0;
      stream->at = stream->length = 0;
      return NULL;
    }
    stream->at = 0;
    stream->length = (size_t)length;
  }
  struct dirent *entry = (struct dirent *)(stream->buffer + stream->at);
  stream->at += entry->d_reclen;
  stream->position = entry->d_off;
  return entry;
}

struct dirent *dcp_readdir(DIR *stream) {
  struct tree_stream *tree = tree_stream_of(stream);
  if (tree == NULL) return DCP_REAL(readdir)(stream);
  int error = errno;
  pthread_mutex_lock(&tree->lock);
  struct dirent *entry = next_entry(tree);
  errno = entry == NULL && tree->error != 0 ? tree->error : error;
  pthread_mutex_unlock(&tree->lock);
  return entry;
}

DCP_EXPORT struct dirent *readdir(DIR *stream) { return dcp_readdir(stream); }

DCP_EXPORT struct dirent64 *readdir64(DIR *stream) { return (struct dirent64 *)dcp_readdir(stream); }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
DCP_EXPORT int readdir_r(DIR *restrict stream, struct dirent *restrict into, struct dirent **restrict result) {
  struct tree_stream *tree = tree_stream_of(stream);
  if (tree == NULL) return DCP_REAL(readdir_r)(stream, into, result);
  int before = errno;
  pthread_mutex_lock(&tree->lock);
  tree->error = 0;
  const struct dirent *entry = next_entry(tree);
  int error = 0;
  if (entry == NULL) {
    *result = NULL;
    error = tree->error;
  } else {
    *result = memcpy(into, entry, entry->d_reclen < sizeof *into ? entry->d_reclen : sizeof *into);
  }
  pthread_mutex_unlock(&tree->lock);
  errno = before;
  return error;
}

DCP_EXPORT int readdir64_r(DIR *restrict stream, struct dirent64 *restrict into, struct dirent64 **restrict result)
    __attribute__((alias("readdir_r")));
#pragma GCC diagnostic pop

static void reposition(struct tree_stream *stream, off_t position) {
  pthread_mutex_lock(&stream->lock);
  lseek(stream->fd, position, SEEK_SET);
  stream->at = stream->length = 0;
  stream->position = position;
  stream->error = 0;
  pthread_mutex_unlock(&stream->lock);
}

DCP_EXPORT void rewinddir(DIR *stream) {
  struct tree_stream *tree = tree_stream_of(stream);
  if (tree == NULL)
    DCP_REAL(rewinddir)(stream);
  else
    reposition(tree, 0);
}

DCP_EXPORT void seekdir(DIR *stream, long position) {
  struct tree_stream *tree = tree_stream_of(stream);
  if (tree == NULL)
    DCP_REAL(seekdir)(stream, position);
  else
    reposition(tree, position);
}

DCP_EXPORT long telldir(DIR *stream) {
  struct tree_stream *tree = tree_stream_of(stream);
  if (tree == NULL) return DCP_REAL(telldir)(stream);
  pthread_mutex_lock(&tree->lock);
  long position = tree->position;
  pthread_mutex_unlock(&tree->lock);
  return position;
}

DCP_EXPORT int dirfd(DIR *stream) {
  struct tree_stream *tree = tree_stream_of(stream);
  return tree == NULL ? DCP_REAL(dirfd)(stream) : tree->fd;
}

int dcp_closedir(DIR *stream) {
  if (stream == NULL) {
    errno = EINVAL;
    return -1;
  }
  struct tree_stream *tree = tree_stream_of(stream);
  if (tree == NULL) {
    int fd = DCP_REAL(dirfd)(stream);
    int result = DCP_REAL(closedir)(stream);
    dcp_fd_forget(fd);
    return result;
  }
  int fd = tree->fd;
  free(tree->buffer);
  tree->buffer = NULL;
  pthread_mutex_destroy(&tree->lock);
  atomic_store_explicit(&tree->taken, false, memory_order_release);
  return dcp_close(fd);
}

DCP_EXPORT int closedir(DIR *stream) { return dcp_closedir(stream); }
