// What the kernel alone takes for question and answer: roundtrip COUNT. Two processes on one CPU pass packets of the
// size of a stat's to and fro by a UNIX socket. Prints the median of a round trip in nanoseconds.
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

enum { QUESTION_BYTES = 120, ANSWER_BYTES = 163 };

static void answer_all(int socket) {
  char bytes[256] = {0};
  while (recv(socket, bytes, sizeof bytes, 0) > 0) {
    if (send(socket, bytes, ANSWER_BYTES, MSG_NOSIGNAL) < 0) {
      break;
    }
  }
  _exit(0);
}

int main(int argc, char **argv) {
  size_t count = argc > 1 ? (size_t)atol(argv[1]) : 0;
  int64_t *samples = calloc(count, sizeof *samples);
  int sockets[2];
  cpu_set_t here;
  CPU_ZERO(&here);
  CPU_SET((size_t)sched_getcpu(), &here);
  if (count == 0 || samples == NULL || sched_setaffinity(0, sizeof here, &here) != 0 ||
      socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets) != 0) {
    fprintf(stderr, "usage: roundtrip COUNT\n");
    return 2;
  }
  if (fork() == 0) {
    close(sockets[0]);
    answer_all(sockets[1]);
  }
  close(sockets[1]);
  char bytes[256] = {0};
  for (size_t i = 0; i < count; i++) {
    int64_t start = now_ns();
    if (send(sockets[0], bytes, QUESTION_BYTES, 0) < 0 || recv(sockets[0], bytes, sizeof bytes, 0) < 0) {
      perror("roundtrip");
      return 1;
    }
    samples[i] = now_ns() - start;
  }
  printf("%lld\n", (long long)quantile(samples, count, 0.5));
  return 0;
}
