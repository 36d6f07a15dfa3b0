#include "node/roster_state.h"

#include <assert.h>
#include <string.h>

size_t roster_count(const struct roster *r)
{
    return r->count;
}

const struct operation_record *roster_nth(const struct roster *r, size_t i)
{
    assert(i < r->count);
    return r->held[i].record;
}

const struct operation_record *roster_find(const struct roster *r, const uint8_t hash[HASH_LEN])
{
    uint32_t at = places_find(&r->by_hash, hash);
    return at == NOWHERE ? NULL : r->held[at].record;
}

bool roster_knows(const struct roster *r, const uint8_t hash[HASH_LEN])
{
    return places_find(&r->by_hash, hash) != NOWHERE;
}

bool roster_stands(const struct roster *r, const uint8_t hash[HASH_LEN])
{
    uint32_t at = places_find(&r->by_hash, hash);
    return at != NOWHERE && r->held[at].anchor == r->held[at].height;
}

size_t roster_bytes(const struct roster *r)
{
    return r->bytes;
}

size_t roster_leaves(const struct roster *r, uint8_t (*out)[HASH_LEN], size_t max)
{
    size_t count = 0;
    if (r->count > 0 && max > 0)
        memcpy(out[count++], roster_head(r), HASH_LEN);
    for (size_t i = 0; i < r->count && count < max; i++) {
        const struct held *h = &r->held[i];
        if (h->best == NOWHERE && h != roster_on_path(r, r->epoch))
            memcpy(out[count++], h->record->op.hash, HASH_LEN);
    }
    return count;
}

/* ---- what somebody lacks ---- */

static bool is_marked(const uint8_t *marks, size_t at)
{
    return marks[at / 8] >> at % 8 & 1;
}

/* Marks the operation at that place and those it stands on; behind a marked one all are. */
static void mark_up(uint8_t *marks, const struct roster *r, uint32_t at)
{
    for (; at != NOWHERE && !is_marked(marks, at); at = r->held[at].parent)
        marks[at / 8] |= (uint8_t)(1 << at % 8);
}

void roster_missing_begin(struct roster_missing *m, const struct roster *r, const uint8_t *upto)
{
    uint32_t at = upto ? places_find(&r->by_hash, upto) : NOWHERE;
    assert(!upto || at != NOWHERE);
    memset(m, 0, sizeof *m);
    if (upto)
        mark_up(m->within, r, at);
    else
        memset(m->within, 0xff, sizeof m->within);
}

bool roster_missing_has(struct roster_missing *m, const struct roster *r,
                        const uint8_t leaf[HASH_LEN])
{
    uint32_t at = places_find(&r->by_hash, leaf);
    if (at != NOWHERE)
        mark_up(m->has, r, at);
    return at != NOWHERE;
}

const struct operation_record *roster_missing_next(struct roster_missing *m, const struct roster *r)
{
    while (m->next < r->count) {
        size_t at = m->next++;
        if (is_marked(m->within, at) && !is_marked(m->has, at))
            return r->held[at].record;
    }
    return NULL;
}
