#include "ops.h"

static uint64_t state;

/* splitmix64: any seed is good, and neighbours give unrelated numbers. */
uint64_t dice_bits(void) {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

void dice_seed(uint64_t seed, uint64_t index) {
  state = seed;
  state = dice_bits() ^ (index * 0xd1342543de82ef95);
  dice_bits();
}

unsigned roll(unsigned sides) { return (unsigned)(dice_bits() >> 16) % sides; }

bool chance(unsigned percent) { return roll(100) < percent; }

unsigned long roll_flags(const struct flag *flags, size_t count, unsigned percent) {
  unsigned long value = 0;
  for (size_t i = 0; i < count; i++)
    if (chance(percent)) value |= flags[i].bit;
  return value;
}
