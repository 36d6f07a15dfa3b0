/* node/places.h - where something stands that is known by 32 bytes: a hash, or an id.
 *
 * Sorted by those bytes, so that finding takes as many steps as the count has bits, whichever
 * bytes somebody chooses to send. Room is made first and used later: what must not fail half
 * way reserves all it needs before it begins.
 */
#ifndef LTH_NODE_PLACES_H
#define LTH_NODE_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PLACE_KEY_LEN = 32 };
#define NOWHERE UINT32_MAX

struct place_of {
    uint8_t key[PLACE_KEY_LEN];
    uint32_t at; /* in an array of the owner's */
};

struct places {
    struct place_of *items; /* owned; by key */
    size_t count, capacity;
};

void places_clear(struct places *p);

/* Room for more of them. False when memory is out: nothing has changed. */
bool places_reserve(struct places *p, size_t more);

/* Room was reserved, and nothing has that key. */
void places_put(struct places *p, const uint8_t key[PLACE_KEY_LEN], uint32_t at);

/* NOWHERE when nothing has that key. */
uint32_t places_find(const struct places *p, const uint8_t key[PLACE_KEY_LEN]);

#endif
