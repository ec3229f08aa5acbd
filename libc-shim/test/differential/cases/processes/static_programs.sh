# needs: command gcc
# Programs that no library can be loaded into: started, awaited, signalled and connected as others are, and what they
# start has the shim again.
cat > program.c <<'C'
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
static void *thread(void *number) { return number; }
int main(int count, char **words) {
  const char *what = count > 1 ? words[1] : "";
  if (strcmp(what, "status") == 0) return atoi(words[2]);
  if (strcmp(what, "signal") == 0) return raise(atoi(words[2])) + 100;
  if (strcmp(what, "wait") == 0) {
    puts("ready");
    fflush(stdout);
    for (;;) pause();
  }
  if (strcmp(what, "shell") == 0) {
    fflush(stdout);
    return WEXITSTATUS(system(words[2]));
  }
  if (strcmp(what, "read") == 0) {
    char text[64] = "";
    int fd = open(words[2], O_RDONLY);
    printf("%zd %s", read(fd, text, sizeof text - 1), text);
    return 0;
  }
  if (strcmp(what, "write") == 0) {
    FILE *file = fopen(words[2], "w");
    fprintf(file, "by a static program\n");
    return fclose(file);
  }
  if (strcmp(what, "threads") == 0) {
    pthread_t threads[8];
    for (long i = 0; i < 8; i++) pthread_create(&threads[i], NULL, thread, (void *)i);
    for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
    return puts("joined") < 0;
  }
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) printf("got %s", line);
  return 0;
}
C
for how in -static -static-pie; do
  gcc -O1 -Wno-unused-result $how -o program program.c -pthread 2>/dev/null || { echo "skip: no static libc"; exit 77; }
  echo "-- $how"
  for status in 0 3 255; do ./program status $status; echo $?; done
  ./program threads
  printf 'a\nb\n' | ./program | tr a-z A-Z
  env -i ./program shell 'echo from its shell; ls; exit 7'; echo $?
  echo text > file; ./program read file
  ./program write made; cat made; stat -c '%s %h %F' made; mv made moved; cat moved
  mkdir d; (cd d && ../program write inside); ls d; cat d/inside; rm -r d
  coproc ./program wait; read -r said <&"${COPROC[0]}"; pid=$COPROC_PID
  echo "$said"; kill -STOP $pid; kill -CONT $pid; kill -TERM $pid; wait $pid 2>/dev/null; echo $?
  timeout 0.2 ./program wait; echo $?
  echo ./program status 4 | sh; echo $?
  python3 -c '
import os, subprocess, sys
print(subprocess.run(["./program", "status", "5"]).returncode)
for number in 9, 10, 15:
    print(subprocess.run(["./program", "signal", str(number)]).returncode)
pid = os.posix_spawn("./program", ["program", "status", "6"], {})
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
print(subprocess.run(["./program", "shell", "cat moved"], env={}, stdout=subprocess.PIPE).stdout)'
  find . -name moved -exec ./program read {} \;
  xargs -n 1 ./program read <<< "moved moved"
  rm program moved file
done
rm program.c
