#include "case.h"

static void send_descriptors(int socket, const int *fds, int count) {
  char byte = 'd', control[CMSG_SPACE(sizeof(int) * 4)] = {0};
  struct iovec part = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(sizeof(int) * count)};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int) * count);
  memcpy(CMSG_DATA(header), fds, sizeof(int) * count);
  MUST(sendmsg(socket, &message, 0));
}

int main(void) {
  int pair[2];
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  pid_t pid = MUST(fork());
  if (pid == 0) {
    put("f", "passed");
    MUST(mkdir("d", 0755));
    put("d/inner", "inner");
    int fds[3] = {MUST(open("f", O_RDWR)), MUST(open("d", O_RDONLY)), MUST(open("/etc/passwd", O_RDONLY))};
    MUST(lseek(fds[0], 2, SEEK_SET));
    send_descriptors(pair[1], fds, 3);
    _exit(0);
  }
  char byte, control[CMSG_SPACE(sizeof(int) * 4)], text[16] = {0};
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  SHOW(recvmsg(pair[0], &message, MSG_CMSG_CLOEXEC));
  int fds[3];
  memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fds);
  reap(pid);
  struct stat st;
  SHOW(fstat(fds[0], &st));
  TRUTH(st.st_ino == stat_of("f").st_ino);
  SHOW(fcntl(fds[0], F_GETFD));
  SHOW(read(fds[0], text, 15));
  puts(text);
  SHOW(fchmod(fds[0], 0640));
  show_file("f");
  SHOW(openat(fds[1], "inner", O_RDONLY));
  SHOW(openat(fds[1], "../f", O_RDONLY));
  SHOW(fchdir(fds[1]));
  show_contents("inner");
  SHOW(fstat(fds[2], &st));
  TRUTH(st.st_ino == stat_of("/etc/passwd").st_ino);
  return 0;
}
