# needs: root, command gcc, command setpriv
# Programs that change their user when they start: the loader leaves out every preload, silently, and they run.
cat > program.c <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int count, char **words) {
  printf("user %d for %d\n", geteuid(), getuid());
  fflush(stdout);
  int fd = open("secret", O_RDONLY);
  char text[32] = "";
  printf("%zd %s", read(fd, text, sizeof text - 1), text);
  fflush(stdout);
  if (count > 1) return WEXITSTATUS(system(words[1]));
  return 0;
}
C
gcc -O1 -Wno-unused-result -o program program.c
chmod 755 .; echo text > secret; chmod 600 secret
chown 0:0 program; chmod 4755 program
as_user() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
as_user ./program
as_user sh -c './program; echo $?; cat secret 2>&1'
as_user ./program 'exit 3'; echo $?
as_user sh -c './program "ls; cat secret" 2>&1; ls'
chmod 2755 program; chown 0:0 program; chmod 2755 program
as_user ./program 2>&1
./program
chmod 755 program; as_user ./program
rm program program.c secret
