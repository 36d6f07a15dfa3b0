/* tests/sim/ingredients.h - what may go wrong in a story.
 *
 * Each ingredient is one kind of trouble. A story that has it meets it again and again, and
 * whatever it does is over some time later, at the latest when the story is healed.
 */
#ifndef LTH_TESTS_SIM_INGREDIENTS_H
#define LTH_TESTS_SIM_INGREDIENTS_H

#include "plot.h"

/*    name          how often, in ms: on average */
#define INGREDIENTS(X)                                                                             \
    X(cuts, 40000)                                                                                 \
    X(one_way_cuts, 50000)                                                                         \
    X(unplugged, 60000)                                                                            \
    X(loss, 60000)                                                                                 \
    X(resets, 30000)                                                                               \
    X(faults, 60000)                                                                               \
    X(crashes, 40000)                                                                              \
    X(restores, 60000)                                                                             \
    X(clones, 120000)                                                                              \
    X(clocks, 60000)                                                                               \
    X(standstills, 100000)                                                                         \
    X(roaming, 80000)                                                                              \
    X(full_disks, 80000)                                                                           \
    X(slow_disks, 60000)                                                                           \
    X(holds, 60000)                                                                                \
    X(blind, 100000)                                                                               \
    X(sightings, 600000)

enum ingredient {
#define INGREDIENT_ENUM(name, every_ms) WITH_##name,
    INGREDIENTS(INGREDIENT_ENUM)
#undef INGREDIENT_ENUM
        INGREDIENT_COUNT
};

const char *ingredient_word(enum ingredient i);

/* From now on the ingredients of s happen. */
void ingredients_begin(struct story *s);

/* Parts of healing: the user interface holds or releases, the core hears of its cable. */
void ingredients_hold(struct world *w, struct host *h, bool held);
void ingredients_tell_of_cable(struct story *s, struct host *h);

#endif
