#include "node/told.h"

#include "base/grow.h"

#include <stdlib.h>

void told_clear(struct told *t)
{
    free(t->messages);
    *t = (struct told){0};
}

void told_add(struct told *t, const struct place *place, uint64_t as)
{
    t->is_cut_off = t->is_cut_off || t->count == TOLD_MAX ||
                    !grow((void **)&t->messages, t->count, &t->capacity, sizeof *t->messages);
    if (!t->is_cut_off)
        t->messages[t->count++] = (struct told_message){*place, as};
}

uint64_t told_shown(struct told *t, uint64_t record)
{
    uint64_t last = 0;
    for (; t->shown < t->count && t->messages[t->shown].as <= record; t->shown++)
        last = t->messages[t->shown].as;
    if (t->shown == t->count) /* as nearly always, where there is a user */
        t->shown = t->count = 0;
    return last;
}
