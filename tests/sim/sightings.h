/* tests/sim/sightings.h - discovery: who hears of whom, late, lost or flapping if so wished.
 *
 * As discovery/: an instance at an address is told of once, until it is lost. Each host looks
 * around when something started, and again every few seconds.
 */
#ifndef LTH_TESTS_SIM_SIGHTINGS_H
#define LTH_TESTS_SIM_SIGHTINGS_H

#include "ways.h"

/* What one host was told of another. */
struct sighting {
    bool told;
    unsigned life, address;
    char instance[16];
};

struct sightings {
    unsigned lost;    /* of 1000 looks, so many see nothing */
    unsigned flaps;   /* so many lose sight and find again */
    uint32_t late_ms; /* seen up to so much later */
};

/* h has just started. */
void sightings_on_start(struct world *w, struct host *h);

/* Everybody looks around now. */
void sightings_refresh(struct world *w);

#endif
