// UNIX sockets with a name in the tree. The kernel makes the socket's file on the mirror, the agent takes it in.

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../link/ask.h"
#include "../table/place.h"
#include "../table/readable.h"
#include "names.h"
#include "real.h"

int __connect(int fd, const struct sockaddr *address, socklen_t length);

typedef char path_buffer[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];

// The path of a UNIX address, NULL if it has none that is ours. It need not end with a NUL: unix(7).
static const char *tree_path(const struct sockaddr *address, socklen_t length, path_buffer into) {
  const size_t head = offsetof(struct sockaddr_un, sun_path);
  if (address == NULL || length <= head || length > sizeof(struct sockaddr_un) ||
      !dcp_range_is_readable(address, length) || address->sa_family != AF_UNIX)
    return NULL;
  const char *path = ((const struct sockaddr_un *)address)->sun_path;
  if (path[0] == '\0') return NULL;  // abstract
  size_t bytes = strnlen(path, length - head);
  memcpy(into, path, bytes);
  into[bytes] = '\0';
  return dcp_path_is_ours(AT_FDCWD, into) ? into : NULL;
}

// The kernel has made PATH: the tree takes it in, or it goes again.
static int adopt(const char *path) {
  struct dcp_request request = {.operation = DCP_OP(ADOPT), .directory = AT_FDCWD, .path = path};
  if (dcp_tell(&request) >= 0) return 0;
  int error = errno;
  DCP_REAL(unlink)(path);
  errno = error;
  return -1;
}

DCP_EXPORT int bind(int fd, const struct sockaddr *address, socklen_t length) {
  path_buffer buffer;
  const char *path = tree_path(address, length, buffer);
  if (path == NULL) return DCP_REAL(bind)(fd, address, length);
  if (dcp_ready(AT_FDCWD, path, DCP_PREPARE_PARENT | DCP_PREPARE_NO_FOLLOW) < 0) return -1;
  int result = DCP_REAL(bind)(fd, address, length);
  return result == 0 ? adopt(path) : result;
}

static int ready(const struct sockaddr *address, socklen_t length) {
  path_buffer buffer;
  const char *path = tree_path(address, length, buffer);
  return path == NULL ? 0 : dcp_ready(AT_FDCWD, path, DCP_PREPARE_FOLLOW);
}

DCP_EXPORT int connect(int fd, const struct sockaddr *address, socklen_t length) {
  return ready(address, length) < 0 ? -1 : DCP_REAL(connect)(fd, address, length);
}

DCP_EXPORT int __connect(int fd, const struct sockaddr *address, socklen_t length) __attribute__((alias("connect")));

DCP_EXPORT ssize_t sendto(int fd, const void *bytes, size_t size, int flags, const struct sockaddr *address,
                          socklen_t length) {
  return ready(address, length) < 0 ? -1 : DCP_REAL(sendto)(fd, bytes, size, flags, address, length);
}

DCP_EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  if (message != NULL && dcp_range_is_readable(message, sizeof *message) && message->msg_name != NULL &&
      ready(message->msg_name, message->msg_namelen) < 0)
    return -1;
  return DCP_REAL(sendmsg)(fd, message, flags);
}
