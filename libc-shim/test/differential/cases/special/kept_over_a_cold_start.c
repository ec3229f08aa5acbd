/* FIFOs, sockets and sparse files after everything has gone from this machine and come back from the object store. */
/* parts: cold start between */
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/un.h>

#include "case.h"

enum { FAR = 9 << 20, PAGE = 4096 };

static struct sockaddr_un address(const char *path) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  strcpy(at.sun_path, path);
  return at;
}

static void put_at(int fd, off_t at, char byte) {
  char page[PAGE];
  memset(page, byte, sizeof page);
  MUST(pwrite(fd, page, sizeof page, at));
}

static void prepare(void) {
  MUST(mkdir("d", 0755));
  MUST(mkfifo("d/fifo", 0620));
  int listener = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  struct sockaddr_un at = address("d/socket");
  MUST(bind(listener, (struct sockaddr *)&at, sizeof at));
  MUST(listen(listener, 1));
  int fd = MUST(open("d/sparse", O_RDWR | O_CREAT, 0644));
  put_at(fd, FAR, 'f');
  MUST(ftruncate(fd, 3 * FAR));
  MUST(close(fd));
  fd = MUST(open("d/allocated", O_RDWR | O_CREAT, 0644));
  MUST(fallocate(fd, 0, 0, 4 * PAGE));
  put_at(fd, PAGE, 'a');
  MUST(close(fd));
  put("d/empty", "");
  MUST(truncate("d/empty", FAR));
}

static void fifo(void) {
  show_file("d/fifo");
  SHOW(open("d/fifo", O_WRONLY | O_NONBLOCK));
  int reader = MUST(open("d/fifo", O_RDONLY | O_NONBLOCK)), writer = MUST(open("d/fifo", O_WRONLY));
  char got[8] = "";
  SHOW(write(writer, "through", 7));
  SHOW(read(reader, got, sizeof got));
  puts(got);
  close(reader);
  close(writer);
}

static void sockets(void) {
  struct sockaddr_un at = address("d/socket");
  int listener = MUST(socket(AF_UNIX, SOCK_STREAM, 0)), client = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  show_file("d/socket");
  SHOW(connect(client, (struct sockaddr *)&at, sizeof at));
  SHOW(bind(listener, (struct sockaddr *)&at, sizeof at));
  SHOW(open("d/socket", O_RDWR));
  SHOW(unlink("d/socket"));
  SHOW(bind(listener, (struct sockaddr *)&at, sizeof at));
  SHOW(listen(listener, 1));
  SHOW(connect(client, (struct sockaddr *)&at, sizeof at));
  int served = MUST(accept(listener, NULL, NULL));
  SHOW(write(client, "x", 1));
  char got;
  SHOW(read(served, &got, 1));
  SHOW(unlink("d/socket"));
}

/* Where data are is the file system's to say within limits: they must be found, and what is beyond the last is a hole.
 */
static void sparse(void) {
  int fd = MUST(open("d/sparse", O_RDWR));
  char page[PAGE];
  SHOW(stat_of("d/sparse").st_size);
  SHOW(lseek(fd, 0, SEEK_DATA) <= FAR);
  SHOW(lseek(fd, FAR, SEEK_DATA) == FAR);
  SHOW(lseek(fd, 2 * FAR, SEEK_DATA));
  SHOW(lseek(fd, 2 * FAR, SEEK_HOLE) == 2 * FAR);
  SHOW(lseek(fd, 3 * FAR, SEEK_HOLE));
  SHOW(pread(fd, page, PAGE, FAR) == PAGE && page[0] == 'f' && page[PAGE - 1] == 'f');
  SHOW(pread(fd, page, PAGE, 0) == PAGE && page[0] == 0 && page[PAGE - 1] == 0);
  SHOW(stat_of("d/sparse").st_blocks * 512 < FAR);
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, FAR, PAGE));
  SHOW(pread(fd, page, PAGE, FAR) == PAGE && page[0] == 0);
  SHOW(fallocate(fd, FALLOC_FL_KEEP_SIZE, 4L * FAR, PAGE));
  SHOW(stat_of("d/sparse").st_size);
  close(fd);

  fd = MUST(open("d/allocated", O_RDWR));
  SHOW(stat_of("d/allocated").st_size);
  SHOW(pread(fd, page, PAGE, PAGE) == PAGE && page[0] == 'a');
  SHOW(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, PAGE));
  SHOW(pread(fd, page, PAGE, 0) == PAGE && page[0] == 'a');
  SHOW(fallocate(fd, FALLOC_FL_INSERT_RANGE, 0, PAGE));
  SHOW(fallocate(fd, FALLOC_FL_ZERO_RANGE, PAGE, PAGE));
  SHOW(pread(fd, page, PAGE, PAGE) == PAGE && page[0] == 0);
  SHOW(stat_of("d/allocated").st_size);
  close(fd);

  fd = MUST(open("d/empty", O_RDONLY));
  SHOW(lseek(fd, 0, SEEK_DATA));
  SHOW(lseek(fd, 0, SEEK_HOLE));
  SHOW(stat_of("d/empty").st_blocks);
}

static void use(void) {
  struct statfs there;
  SHOW(statfs("d/sparse", &there));
  SHOW(there.f_namelen);
  SHOW(there.f_blocks > 0 && there.f_bfree <= there.f_blocks && there.f_bavail <= there.f_bfree);
  SHOW(statfs("d/missing", &there));
  fifo();
  sockets();
  sparse();
  show_directory("d");
}

PARTS(prepare, use)
