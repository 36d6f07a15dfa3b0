/* tests/sim/ending.h - what must be true when everything was healed and had time to settle. */
#ifndef LTH_TESTS_SIM_ENDING_H
#define LTH_TESTS_SIM_ENDING_H

struct world;

/* Everybody sees everybody. */
void ending_check_online(struct world *w);

/* Nothing is queued, missing, unseen, in another order, or still to be done. */
void ending_check(struct world *w);

#endif
