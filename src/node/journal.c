#include "node/journal.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

void journal_init(struct journal *j, uint64_t next)
{
    *j = (struct journal){.first = next, .written = next - 1, .durable = next - 1, .next = next};
}

static struct journal_item *slot(const struct journal *j, uint64_t record)
{
    return &j->ring[record & (j->capacity - 1)];
}

void journal_clear(struct journal *j)
{
    for (uint64_t n = j->first; n < j->next; n++)
        free(slot(j, n)->bytes);
    free(j->ring);
    journal_init(j, j->next);
}

static enum lth_err grow(struct journal *j)
{
    size_t capacity = j->capacity ? j->capacity * 2 : FIRST_CAPACITY;
    struct journal_item *ring = calloc(capacity, sizeof *ring);
    if (!ring)
        return LTH_NO_MEMORY;
    for (uint64_t n = j->first; n < j->next; n++)
        ring[n & (capacity - 1)] = *slot(j, n);
    free(j->ring);
    j->ring = ring;
    j->capacity = capacity;
    return LTH_OK;
}

enum lth_err journal_push(struct journal *j, const struct journal_item *item, const uint8_t *bytes,
                          size_t len)
{
    if (j->next - j->first == j->capacity && grow(j) != LTH_OK)
        return LTH_NO_MEMORY;
    uint8_t *copy = malloc(len);
    if (!copy)
        return LTH_NO_MEMORY;
    memcpy(copy, bytes, len);
    struct journal_item *at = slot(j, j->next);
    *at = *item;
    at->bytes = copy;
    at->len = len;
    j->bytes += len;
    j->next++;
    return LTH_OK;
}

const struct journal_item *journal_get(const struct journal *j, uint64_t record)
{
    return record >= j->first && record < j->next ? slot(j, record) : NULL;
}

void journal_forget(struct journal *j, const struct contact *contact)
{
    for (uint64_t n = j->first; n < j->next; n++)
        if (slot(j, n)->contact == contact)
            slot(j, n)->contact = NULL;
}

void journal_trim(struct journal *j, size_t keep)
{
    while (j->bytes > keep && j->first <= j->durable) {
        struct journal_item *oldest = slot(j, j->first++);
        j->bytes -= oldest->len;
        free(oldest->bytes);
        oldest->bytes = NULL;
    }
}

bool journal_pop(struct journal *j, uint64_t from, struct journal_item *item)
{
    if (j->next <= from || j->next == j->first)
        return false;
    struct journal_item *newest = slot(j, --j->next);
    j->bytes -= newest->len;
    free(newest->bytes);
    newest->bytes = NULL;
    *item = *newest;
    return true;
}
