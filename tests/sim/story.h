/* tests/sim/story.h - what happens to a world: all of it drawn from its seed.
 *
 * People talk; meanwhile the ingredients of this seed happen to them: most seeds have a few,
 * some have all, some have none, and then nothing may go wrong at all. When the time is up
 * everything is healed, the world settles, and the ending is checked.
 */
#ifndef LTH_TESTS_SIM_STORY_H
#define LTH_TESTS_SIM_STORY_H

#include "world.h"

struct story_options {
    bool groups;      /* people are in groups, too */
    size_t people;    /* 0: drawn from the seed */
    unsigned minutes; /* before everything is healed */
    uint32_t only;    /* bits of ingredients that may be drawn */
    uint32_t surely;  /* those that are, whatever the seed says */
};

/* The world of a seed, when all was said and done, or a rule broken. The caller frees it. */
struct world *story_run(uint64_t seed, const struct story_options *options, FILE *trace);

#endif
