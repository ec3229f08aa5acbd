#include "case.h"
#include <sys/socket.h>
#include <sys/un.h>

#pragma GCC diagnostic ignored "-Wnonnull"

static void try_all(const char *what, void *bad) {
  printf("%s\n", what);
  int stream = MUST(socket(AF_UNIX, SOCK_STREAM, 0)), datagram = MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
  struct msghdr message = {.msg_name = bad, .msg_namelen = sizeof(struct sockaddr_un)};
  struct iovec part = {"x", 1};
  struct msghdr bad_parts = {.msg_iov = bad, .msg_iovlen = 1};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  SHOW(connect(stream, bad, sizeof(struct sockaddr_un)));
  SHOW(bind(stream, bad, sizeof(struct sockaddr_un)));
  SHOW(sendto(datagram, "x", 1, 0, bad, sizeof(struct sockaddr_un)));
  SHOW(sendmsg(datagram, &message, 0));
  SHOW(sendmsg(datagram, &bad_parts, 0));
  SHOW(sendmsg(datagram, bad, 0));
  SHOW(connect(stream, bad, 0));
  SHOW(connect(-1, bad, sizeof(struct sockaddr_un)));
  SHOW(connect(0, bad, sizeof(struct sockaddr_un)));
  SHOW(writev(1, bad, 1));
  close(stream);
  close(datagram);
}

int main(void) {
  char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(mprotect(pages + 4096, 4096, PROT_NONE));
  try_all("unmapped", (void *)0x10);
  try_all("at the end of all memory", (void *)-1);
  try_all("may not be read", pages + 4096);
  struct sockaddr_un *half = (void *)(pages + 4096 - 8);
  half->sun_family = AF_UNIX;
  try_all("begins in a page that may be read", half);
  return 0;
}
