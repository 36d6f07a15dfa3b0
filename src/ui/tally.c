#include "ui/tally.h"

#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

static struct tally_item *find(const struct tally *t,
                               const uint8_t conversation[CONVERSATION_ID_LEN],
                               const uint8_t person[ID_LEN])
{
    for (struct tally_item *i = t->items; i && i < t->items + t->count; i++)
        if (memcmp(i->conversation, conversation, CONVERSATION_ID_LEN) == 0 &&
            memcmp(i->person, person, ID_LEN) == 0)
            return i;
    return NULL;
}

void tally_add(struct tally *t, const uint8_t conversation[CONVERSATION_ID_LEN],
               const uint8_t person[ID_LEN])
{
    struct tally_item *item = find(t, conversation, person);
    if (!item) {
        if (t->count == TALLY_MAX ||
            !grow((void **)&t->items, t->count, &t->capacity, sizeof *t->items))
            return;
        item = &t->items[t->count++];
        memcpy(item->conversation, conversation, CONVERSATION_ID_LEN);
        memcpy(item->person, person, ID_LEN);
        item->messages = 0;
    }
    item->messages++;
}

void tally_drop(struct tally *t, const uint8_t conversation[CONVERSATION_ID_LEN])
{
    size_t kept = 0;
    for (size_t i = 0; i < t->count; i++)
        if (memcmp(t->items[i].conversation, conversation, CONVERSATION_ID_LEN) != 0)
            t->items[kept++] = t->items[i];
    t->count = kept;
}

void tally_clear(struct tally *t)
{
    free(t->items);
    *t = (struct tally){0};
}
