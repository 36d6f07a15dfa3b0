#include "ledger.h"

#include "need.h"

#include <stdio.h>
#include <string.h>

enum { PREFIX_MAX = 80 };

/* "s17 h0.2>3 #5": saying, author's host and life, audience, number. */
static size_t write_prefix(const struct ledger *l, uint32_t index, char *text)
{
    const struct saying *s = l->sayings[index];
    int len = snprintf(text, PREFIX_MAX, "s%u h%u.%u>%u #%u", index, s->author, s->life, s->to,
                       s->number);
    return (size_t)len;
}

uint32_t ledger_add(struct ledger *l, const struct saying *saying)
{
    char prefix[PREFIX_MAX];
    struct saying *s = need(malloc(sizeof *s));
    uint32_t index = (uint32_t)l->count;
    *s = *saying;
    s->index = index;
    l->sayings = grown(l->sayings, l->count, &l->size, sizeof(struct saying *));
    l->sayings[l->count++] = s;
    uint32_t len = (uint32_t)write_prefix(l, index, prefix);
    s->len = s->len > len ? s->len : len;
    return index;
}

void ledger_text(const struct ledger *l, uint32_t index, char text[SAYING_TEXT_MAX + 1])
{
    size_t len = write_prefix(l, index, text);
    memset(text + len, 'a' + (int)(index % 26), l->sayings[index]->len - len);
    text[l->sayings[index]->len] = '\0';
}

uint32_t ledger_find(const struct ledger *l, const uint8_t *text, size_t len)
{
    char expected[SAYING_TEXT_MAX + 1];
    uint64_t index = 0;
    if (len == 0 || text[0] != 's')
        return NO_SAYING;
    for (size_t i = 1; i < len && i < 12 && text[i] >= '0' && text[i] <= '9'; i++)
        index = index * 10 + (uint64_t)(text[i] - '0');
    if (index >= l->count || l->sayings[index]->len != len)
        return NO_SAYING;
    ledger_text(l, (uint32_t)index, expected);
    return memcmp(expected, text, len) == 0 ? (uint32_t)index : NO_SAYING;
}

void ledger_set_id(struct ledger *l, uint32_t index, const uint8_t id[HASH_LEN])
{
    struct saying *s = l->sayings[index];
    if (s->is_stored)
        HASH_DEL(l->by_id, s); /* the disk refused it the first time */
    memcpy(s->id, id, HASH_LEN);
    s->is_stored = true;
    HASH_ADD(hh, l->by_id, id, HASH_LEN, s);
}

uint32_t ledger_find_id(const struct ledger *l, const uint8_t id[HASH_LEN])
{
    struct saying *found;
    HASH_FIND(hh, l->by_id, id, HASH_LEN, found);
    return found ? found->index : NO_SAYING;
}

void ledger_clear(struct ledger *l)
{
    HASH_CLEAR(hh, l->by_id);
    for (size_t i = 0; i < l->count; i++)
        free(l->sayings[i]);
    free(l->sayings);
    *l = (struct ledger){0};
}
