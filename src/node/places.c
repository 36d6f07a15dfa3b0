#include "node/places.h"

#include "base/grow.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void places_clear(struct places *p)
{
    free(p->items);
    *p = (struct places){0};
}

bool places_reserve(struct places *p, size_t more)
{
    return grow_to((void **)&p->items, p->count + more, &p->capacity, sizeof *p->items);
}

/* The first whose key is not lower. */
static size_t search(const struct places *p, const uint8_t key[PLACE_KEY_LEN])
{
    size_t low = 0, high = p->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (memcmp(p->items[middle].key, key, PLACE_KEY_LEN) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void places_put(struct places *p, const uint8_t key[PLACE_KEY_LEN], uint32_t at)
{
    size_t i = search(p, key);
    assert(p->count < p->capacity);
    memmove(p->items + i + 1, p->items + i, (p->count++ - i) * sizeof *p->items);
    memcpy(p->items[i].key, key, PLACE_KEY_LEN);
    p->items[i].at = at;
}

uint32_t places_find(const struct places *p, const uint8_t key[PLACE_KEY_LEN])
{
    size_t i = search(p, key);
    bool found = i < p->count && memcmp(p->items[i].key, key, PLACE_KEY_LEN) == 0;
    return found ? p->items[i].at : NOWHERE;
}
