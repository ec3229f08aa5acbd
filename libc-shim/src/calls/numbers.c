// Calls that make descriptors and are not otherwise ours: the program has all numbers below its limit, and so gets
// those of idle connections when it has run out of others. Rules as in files.c.

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "native.h"
#include "real.h"

DCP_EXPORT int pipe(int ends[2]) { return DCP_WITH_NUMBER(DCP_REAL(pipe)(ends)); }

DCP_EXPORT int pipe2(int ends[2], int flags) { return DCP_WITH_NUMBER(DCP_REAL(pipe2)(ends, flags)); }

DCP_EXPORT int socket(int domain, int type, int protocol) {
  return DCP_WITH_NUMBER(DCP_REAL(socket)(domain, type, protocol));
}

DCP_EXPORT int socketpair(int domain, int type, int protocol, int ends[2]) {
  return DCP_WITH_NUMBER(DCP_REAL(socketpair)(domain, type, protocol, ends));
}

DCP_EXPORT int accept(int fd, struct sockaddr *restrict address, socklen_t *restrict length) {
  return DCP_WITH_NUMBER(DCP_REAL(accept)(fd, address, length));
}

DCP_EXPORT int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict length, int flags) {
  return DCP_WITH_NUMBER(DCP_REAL(accept4)(fd, address, length, flags));
}

DCP_EXPORT int epoll_create(int size) { return DCP_WITH_NUMBER(DCP_REAL(epoll_create)(size)); }

DCP_EXPORT int epoll_create1(int flags) { return DCP_WITH_NUMBER(DCP_REAL(epoll_create1)(flags)); }

DCP_EXPORT int eventfd(unsigned count, int flags) { return DCP_WITH_NUMBER(DCP_REAL(eventfd)(count, flags)); }

DCP_EXPORT int timerfd_create(clockid_t clock, int flags) {
  return DCP_WITH_NUMBER(DCP_REAL(timerfd_create)(clock, flags));
}

DCP_EXPORT int inotify_init(void) { return DCP_WITH_NUMBER(DCP_REAL(inotify_init)()); }

DCP_EXPORT int inotify_init1(int flags) { return DCP_WITH_NUMBER(DCP_REAL(inotify_init1)(flags)); }

DCP_EXPORT int memfd_create(const char *name, unsigned flags) {
  return DCP_WITH_NUMBER(DCP_REAL(memfd_create)(name, flags));
}
