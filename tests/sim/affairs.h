/* tests/sim/affairs.h - what people do in groups: make them, talk, decide, come and go.
 *
 * Anybody does it at any moment, on both sides of a cut, several at once, and mostly but not
 * always when it is theirs to do.
 */
#ifndef LTH_TESTS_SIM_AFFAIRS_H
#define LTH_TESTS_SIM_AFFAIRS_H

#include "plot.h"

/* From now on there are affairs. */
void affairs_begin(struct story *s);

/* A group, as an audience, and somebody awake who is in it; NULL: there is none. */
struct host *affairs_speaker(struct story *s, uint32_t *audience);

#endif
