#include "case.h"

static struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "socket"};

static void client(void) {
  int fd = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  SHOW(connect(fd, (struct sockaddr *)&name, sizeof name));
  SHOW(write(fd, "hello", 5));
  char text[16] = {0};
  SHOW(read(fd, text, 15));
  puts(text);
}

int main(void) {
  int server = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  SHOW(bind(server, (struct sockaddr *)&name, sizeof name));
  show_file("socket");
  SHOW(bind(MUST(socket(AF_UNIX, SOCK_STREAM, 0)), (struct sockaddr *)&name, sizeof name));
  SHOW(connect(MUST(socket(AF_UNIX, SOCK_STREAM, 0)), (struct sockaddr *)&name, sizeof name));
  SHOW(listen(server, 5));
  pid_t pid = MUST(fork());
  if (pid == 0) {
    client();
    _exit(0);
  }
  int connection = MUST(accept(server, NULL, NULL));
  char text[16] = {0};
  MUST(read(connection, text, 15));
  MUST(write(connection, "answer", 6));
  reap(pid);
  puts(text);
  SHOW(open("socket", O_RDWR));
  show_directory(".");
  SHOW(rename("socket", "moved"));
  strcpy(name.sun_path, "moved");
  SHOW(connect(MUST(socket(AF_UNIX, SOCK_STREAM, 0)), (struct sockaddr *)&name, sizeof name));
  SHOW(chmod("moved", 0600));
  struct sockaddr_un self;
  socklen_t length = sizeof self;
  SHOW(getsockname(server, (struct sockaddr *)&self, &length));
  puts(self.sun_path);
  SHOW(unlink("moved"));
  SHOW(connect(MUST(socket(AF_UNIX, SOCK_STREAM, 0)), (struct sockaddr *)&name, sizeof name));
  strcpy(name.sun_path, "missing/socket");
  SHOW(bind(MUST(socket(AF_UNIX, SOCK_STREAM, 0)), (struct sockaddr *)&name, sizeof name));
  return 0;
}
