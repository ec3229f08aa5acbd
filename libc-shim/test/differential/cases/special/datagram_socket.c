#include "case.h"

int main(void) {
  struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "a"}, b = {.sun_family = AF_UNIX, .sun_path = "b"}, from;
  int first = MUST(socket(AF_UNIX, SOCK_DGRAM, 0)), second = MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
  SHOW(bind(first, (struct sockaddr *)&a, sizeof a));
  SHOW(bind(second, (struct sockaddr *)&b, sizeof b));
  SHOW(sendto(first, "datagram", 8, 0, (struct sockaddr *)&b, sizeof b));
  char text[16] = {0};
  socklen_t length = sizeof from;
  SHOW(recvfrom(second, text, 15, 0, (struct sockaddr *)&from, &length));
  printf("%s from %s\n", text, from.sun_path);
  struct iovec part = {"by sendmsg", 10};
  struct msghdr message = {.msg_name = &b, .msg_namelen = sizeof b, .msg_iov = &part, .msg_iovlen = 1};
  SHOW(sendmsg(first, &message, 0));
  SHOW(recv(second, text, 15, 0));
  show_file("a");
  SHOW(unlink("a"));
  SHOW(unlink("b"));
  SHOW(sendto(first, "x", 1, 0, (struct sockaddr *)&b, sizeof b));
  return 0;
}
