#include "node/proofs.h"

#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

void proofs_clear(struct proofs *p)
{
    free(p->items);
    *p = (struct proofs){0};
}

void proofs_on_entry(struct proofs *p, size_t len)
{
    p->bytes += len;
}

/* Drops the newest ones that a head at the end makes superfluous: the chunk from the one before
 * them to the end is not too long. */
static void thin(struct proofs *p, uint64_t number, uint64_t durable)
{
    while (p->count) {
        const struct proof *newest = &p->items[p->count - 1];
        uint64_t before = p->count > 1 ? newest[-1].at : 0;
        bool is_better = number <= durable || newest->number > durable;
        if (!is_better || p->bytes - before > PROOF_SPACING)
            return;
        p->count--;
    }
}

enum lth_err proofs_add(struct proofs *p, uint64_t number, uint64_t durable,
                        const uint8_t signature[SIGNATURE_LEN])
{
    if (!grow((void **)&p->items, p->count, &p->capacity, sizeof *p->items))
        return LTH_NO_MEMORY;
    thin(p, number, durable);
    struct proof *newest = &p->items[p->count++];
    newest->number = number;
    newest->at = p->bytes;
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
