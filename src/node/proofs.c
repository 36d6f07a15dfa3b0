#include "node/proofs.h"

#include <stdlib.h>
#include <string.h>

void proofs_clear(struct proofs *p)
{
    free(p->items);
    *p = (struct proofs){0};
}

void proofs_on_entry(struct proofs *p, size_t len)
{
    p->since_kept += len;
    p->since_newest += len;
}

static enum lth_err reserve(struct proofs *p)
{
    if (p->count < p->capacity)
        return LTH_OK;
    size_t capacity = p->capacity ? p->capacity * 2 : 2;
    struct proof *grown = realloc(p->items, capacity * sizeof *grown);
    if (!grown)
        return LTH_NO_MEMORY;
    p->items = grown;
    p->capacity = capacity;
    return LTH_OK;
}

enum lth_err proofs_add(struct proofs *p, uint64_t number, const uint8_t signature[SIGNATURE_LEN])
{
    bool keep_newest = p->count && p->since_kept > PROOF_SPACING;
    if ((p->count == 0 || keep_newest) && reserve(p) != LTH_OK)
        return LTH_NO_MEMORY;
    if (keep_newest)
        p->since_kept = p->since_newest;
    p->count += p->count == 0 || keep_newest;
    p->since_newest = 0;
    struct proof *newest = &p->items[p->count - 1];
    newest->number = number;
    memcpy(newest->signature, signature, SIGNATURE_LEN);
    return LTH_OK;
}

void proofs_cut(struct proofs *p, uint64_t number)
{
    while (p->count && p->items[p->count - 1].number > number)
        p->count--;
}

const struct proof *proofs_next(const struct proofs *p, uint64_t number)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->items[i].number > number)
            return &p->items[i];
    return NULL;
}

uint64_t proofs_highest(const struct proofs *p, uint64_t upto)
{
    for (size_t i = p->count; i-- > 0;)
        if (p->items[i].number <= upto)
            return p->items[i].number;
    return 0;
}
