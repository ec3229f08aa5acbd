/* build: -fsanitize=undefined */
#include "case.h"

int main(void) {
  put("f", "text");
  show_contents("f");
  volatile int big = INT_MAX;
  close(2);
  MUST(open("report", O_WRONLY | O_CREAT, 0644));
  big += 1;
  TRUTH(strstr(get("report"), "signed integer overflow") != NULL);
  SHOW(unlink("report"));
  return 0;
}
