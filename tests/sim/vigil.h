/* tests/sim/vigil.h - what must not last: silence unnoticed, old keys in use, twins unaware.
 *
 * These rules are about time rather than about single events.
 */
#ifndef LTH_TESTS_SIM_VIGIL_H
#define LTH_TESTS_SIM_VIGIL_H

#include <stdint.h>

struct world;
struct host;

/* Before a step; and when it writes to a link that came up at up_ms. */
void vigil_on_step(struct world *w, struct host *h);
void vigil_on_write(struct world *w, const struct host *h, uint64_t up_ms);

/* Every second. */
void vigil_look_around(struct world *w);

#endif
