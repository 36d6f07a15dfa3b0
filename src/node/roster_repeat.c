#include "node/roster_state.h"

#include <string.h>

/* Something about the same has been said on the path since it parted from h. */
static bool was_settled(const struct roster *r, const struct held *h)
{
    switch (h->record->op.type) {
    case OPERATION_RENAME: return r->name_at > h->anchor;
    case OPERATION_HISTORY: return r->history_at > h->anchor;
    case OPERATION_ADD:
    case OPERATION_REMOVE:
    case OPERATION_LEAVE:
    case OPERATION_PROMOTE:
    case OPERATION_DEMOTE: return r->people[h->about].about > h->anchor;
    case OPERATION_CREATE: break;
    }
    return true;
}

static bool wants_repeating(const struct roster *r, const struct held *h)
{
    const struct operation *op = &h->record->op;
    bool lost = h->anchor != h->height;
    return lost && !h->repeated && !was_settled(r, h) &&
           roster_can(r, op->author, op) == ROSTER_VALID;
}

/* Those that others were built on first; among equals any, but everywhere the same. */
static bool comes_before(const struct held *a, const struct held *b)
{
    if (a->height != b->height)
        return a->height < b->height;
    return memcmp(a->record->op.hash, b->record->op.hash, HASH_LEN) < 0;
}

static const struct held *find_lost(const struct roster *r, uint32_t me)
{
    const struct held *lowest = NULL;
    for (size_t i = 0; i < r->count; i++) {
        const struct held *h = &r->held[i];
        if (h->author == me && wants_repeating(r, h) && (!lowest || comes_before(h, lowest)))
            lowest = h;
    }
    return lowest;
}

bool roster_repeat(const struct roster *r, const uint8_t me[ID_LEN], struct operation *op,
                   bool *wants_cut)
{
    uint32_t author = places_find(&r->by_id, me);
    const struct held *lost = author == NOWHERE ? NULL : find_lost(r, author);
    if (!lost)
        return false;
    *op = lost->record->op;
    memcpy(op->parent, roster_head(r), HASH_LEN);
    memcpy(op->again, op->hash, HASH_LEN);
    op->cut_count = 0;
    op->cut = NULL;
    *wants_cut = op->type == OPERATION_REMOVE || op->type == OPERATION_LEAVE;
    return true;
}
