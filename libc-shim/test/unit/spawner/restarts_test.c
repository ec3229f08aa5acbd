// How soon something that died is started again.
#include "../../../src/spawner/restarts.h"

#include <stdio.h>

static int failures;

static void should_wait(struct dcp_restarts *restarts, int64_t death_ms, int expected) {
  int delay = dcp_restarts_delay_ms(restarts, death_ms);
  if (delay == expected) return;
  printf("not ok - after a death at %lld ms: %d ms, not %d\n", (long long)death_ms, delay, expected);
  failures++;
}

int main(void) {
  struct dcp_restarts often = {0}, seldom = {0};
  for (int i = 1; i < DCP_RESTARTS_AT_ONCE; i++) should_wait(&often, 1000 * i, 0);
  should_wait(&often, 5000, DCP_RESTARTS_PAUSE_MS);
  should_wait(&often, 9000, DCP_RESTARTS_PAUSE_MS);
  should_wait(&often, 60000, 0);
  for (int i = 1; i < 100; i++) should_wait(&seldom, 3000 * i, 0);
  if (!failures) printf("ok - restarts: at once, then seldom\n");
  return failures != 0;
}
