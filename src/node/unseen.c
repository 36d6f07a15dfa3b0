#include "node/unseen.h"

#include "base/grow.h"
#include "node/state.h"

#include <stdlib.h>

void unseen_clear(struct unseen *u)
{
    free(u->places);
    free(u->as);
    *u = (struct unseen){0};
}

bool unseen_is_empty(const struct unseen *u)
{
    return u->shown == u->count;
}

enum lth_err unseen_add(struct unseen *u, const struct place *place, uint64_t as)
{
    if (!grow((void **)&u->places, u->count, &u->capacity, sizeof *u->places) ||
        !grow((void **)&u->as, u->count, &u->as_capacity, sizeof *u->as))
        return LTH_NO_MEMORY;
    u->as[u->count] = as;
    u->places[u->count++] = *place;
    return LTH_OK;
}

uint64_t unseen_as(const struct unseen *u, size_t nth)
{
    return u->as[u->shown + nth];
}

void unseen_go_on(struct node *n)
{
    struct unseen *u = &n->unseen;
    size_t count = u->count - u->shown;
    if (unseen_is_empty(u) || u->reading || n->held)
        return;
    count = count < UNSEEN_AT_ONCE ? count : UNSEEN_AT_ONCE;
    u->reading = reads_ask(n, READ_TO_SHOW, u->places + u->shown, count, 0) != NULL;
}

void unseen_on_shown(struct node *n, size_t count)
{
    struct unseen *u = &n->unseen;
    u->shown += count;
    u->reading = false;
    if (unseen_is_empty(u))
        unseen_clear(u);
}
