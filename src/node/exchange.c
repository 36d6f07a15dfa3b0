#include "node/exchange.h"

#include "node/lost.h"

#include <stdlib.h>
#include <string.h>

struct exchange *exchange_with(const struct conversation *c, const struct contact *contact)
{
    for (struct exchange *x = contact->exchanges; x; x = x->next_of_contact)
        if (x->conversation == c)
            return x;
    return NULL;
}

bool exchange_is_author(const struct exchange *x, const struct feed *f)
{
    return memcmp(f->id.author, x->contact->identity.id, ID_LEN) == 0;
}

struct reach *exchange_reach(const struct exchange *x, const struct feed *f)
{
    return x->index < f->reach_count ? f->reaches[x->index] : NULL;
}

/* Makes f->reaches reach as far as index. */
static bool widen(struct feed *f, size_t index)
{
    if (index < f->reach_count)
        return true;
    struct reach **reaches = realloc(f->reaches, (index + 1) * sizeof(struct reach *));
    if (!reaches)
        return false;
    f->reaches = reaches;
    while (f->reach_count <= index)
        reaches[f->reach_count++] = NULL;
    return true;
}

struct reach *exchange_make_reach(struct exchange *x, struct feed *f)
{
    struct reach *reach = exchange_reach(x, f);
    if (reach || !widen(f, x->index) || !(reach = calloc(1, sizeof *reach)))
        return reach;
    reach->feed = f;
    reach->exchange = x;
    f->reaches[x->index] = reach;
    return reach;
}

struct reach *exchange_of_author(const struct feed *f)
{
    for (size_t i = 0; !f->mine && i < f->reach_count; i++)
        if (f->reaches[i] && exchange_is_author(f->reaches[i]->exchange, f))
            return f->reaches[i];
    return NULL;
}

static bool concerns(const struct exchange *x, const struct feed *f)
{
    return f->mine || exchange_is_author(x, f);
}

enum lth_err exchange_cover(struct conversation *c, struct feed *f)
{
    for (size_t i = 0; i < c->exchange_count; i++)
        if (concerns(c->exchanges[i], f) && !exchange_make_reach(c->exchanges[i], f))
            return LTH_NO_MEMORY;
    return LTH_OK;
}

static void free_exchange(struct exchange *x)
{
    struct exchange **at = &x->contact->exchanges;
    while (*at && *at != x)
        at = &(*at)->next_of_contact;
    if (*at)
        *at = x->next_of_contact;
    lost_free(x->lost);
    free(x);
}

/* A new exchange with a reach for each feed it concerns; NULL, and nothing changed but room made,
 * when memory is out. */
static struct exchange *exchange_new(struct conversation *c, struct contact *contact)
{
    struct exchange **exchanges =
        realloc(c->exchanges, (c->exchange_count + 1) * sizeof(struct exchange *));
    if (!exchanges)
        return NULL;
    c->exchanges = exchanges;
    struct exchange *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->conversation = c;
    x->contact = contact;
    x->index = c->exchange_count;
    for (size_t i = 0; i < c->feed_count; i++) {
        if (!concerns(x, c->feeds[i]) || exchange_make_reach(x, c->feeds[i]))
            continue;
        while (i-- > 0) {
            free(exchange_reach(x, c->feeds[i]));
            if (x->index < c->feeds[i]->reach_count)
                c->feeds[i]->reaches[x->index] = NULL;
        }
        free(x);
        return NULL;
    }
    x->next_of_contact = contact->exchanges;
    contact->exchanges = x;
    c->exchanges[c->exchange_count++] = x;
    return x;
}

struct exchange *exchange_open(struct conversation *c, struct contact *contact)
{
    struct exchange *x = exchange_with(c, contact);
    if (!x)
        x = exchange_new(c, contact);
    if (x)
        x->is_open = true;
    return x;
}

struct link *exchange_session(const struct exchange *x)
{
    return x && x->is_open ? x->contact->link : NULL;
}

void exchanges_free(struct conversation *c)
{
    for (size_t i = 0; i < c->exchange_count; i++)
        free_exchange(c->exchanges[i]);
    free(c->exchanges);
}

void reaches_free(struct feed *f)
{
    for (size_t i = 0; i < f->reach_count; i++)
        free(f->reaches[i]);
    free(f->reaches);
}
