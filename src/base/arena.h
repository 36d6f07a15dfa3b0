/* base/arena.h - memory that is all given back at once.
 *
 * One step of the node fills a to-do list; its bytes live in an arena until the
 * list is carried out. Blocks never move, so pointers stay good until the reset.
 */
#ifndef LTH_BASE_ARENA_H
#define LTH_BASE_ARENA_H

#include <stddef.h>

struct arena {
    struct arena_block *blocks; /* newest first; owned */
};

/* size bytes, aligned for any type, not cleared; NULL when memory is out. */
void *arena_take(struct arena *a, size_t size);
void arena_reset(struct arena *a); /* keeps one block of ordinary size for the next round */
void arena_clear(struct arena *a);

#endif
