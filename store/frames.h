/* store/frames.h - where each record is: one small entry a frame, in order.
 *
 * Sixteen bytes for a whole group commit, so that a million records need little memory and
 * finding one is a binary search.
 */
#ifndef LTH_STORE_FRAMES_H
#define LTH_STORE_FRAMES_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct frames_entry {
    uint64_t first;  /* number of the frame's first record */
    uint32_t slot;   /* which segment, counted as in the vault */
    uint32_t offset; /* of the frame in it */
};

struct frames {
    struct frames_entry *at; /* owned, ascending by first */
    size_t count, size;
};

/* Makes room for more entries, so that frames_add cannot fail. LTH_NO_MEMORY. */
LTH_MUST_USE enum lth_err frames_reserve(struct frames *f, size_t more);

/* After frames_reserve. Its first is above all others. */
void frames_add(struct frames *f, const struct frames_entry *entry);

/* The last frame that starts at or before number; NULL when there is none. */
const struct frames_entry *frames_find(const struct frames *f, uint64_t number);

/* Forgets the frames that start at first or later. */
void frames_cut(struct frames *f, uint64_t first);

void frames_clear(struct frames *f);

#endif
