/* tests/sim/chance.h - numbers that look random and are decided by a seed.
 *
 * The story, the network and the cores draw from streams of their own, so that a change in
 * one of them does not shuffle what the others do.
 */
#ifndef LTH_TESTS_SIM_CHANCE_H
#define LTH_TESTS_SIM_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chance {
    uint64_t state;
};

/* stream: any number; two streams of one seed have nothing in common. */
struct chance chance_of(uint64_t seed, uint64_t stream);

uint64_t chance_u64(struct chance *c);
uint64_t chance_below(struct chance *c, uint64_t end);                  /* 0 to end - 1; end > 0 */
uint64_t chance_between(struct chance *c, uint64_t low, uint64_t high); /* both included */
bool chance_per_mille(struct chance *c, unsigned of_1000);

/* From now on libsodium's randomness comes from c. Borrowed until the next call. */
void chance_feeds_sodium(struct chance *c);

#endif
