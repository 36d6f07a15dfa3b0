#include "store/frames.h"

#include <assert.h>
#include <stdlib.h>

enum { FIRST_SIZE = 64 };

enum lth_err frames_reserve(struct frames *f, size_t more)
{
    size_t size = f->size ? f->size : FIRST_SIZE;
    while (size - f->count < more)
        size *= 2;
    if (size == f->size)
        return LTH_OK;
    struct frames_entry *grown = realloc(f->at, size * sizeof *grown);
    if (!grown)
        return LTH_NO_MEMORY;
    f->at = grown;
    f->size = size;
    return LTH_OK;
}

void frames_add(struct frames *f, const struct frames_entry *entry)
{
    assert(f->count < f->size);
    assert(f->count == 0 || f->at[f->count - 1].first < entry->first);
    f->at[f->count++] = *entry;
}

/* How many entries start at or before number. */
static size_t count_up_to(const struct frames *f, uint64_t number)
{
    size_t low = 0, high = f->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->at[middle].first <= number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct frames_entry *frames_find(const struct frames *f, uint64_t number)
{
    size_t count = count_up_to(f, number);
    return count ? &f->at[count - 1] : NULL;
}

void frames_cut(struct frames *f, uint64_t first)
{
    f->count = first ? count_up_to(f, first - 1) : 0;
}

void frames_clear(struct frames *f)
{
    free(f->at);
    *f = (struct frames){0};
}
