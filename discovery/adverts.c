#include "discovery/adverts.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_PAUSE_MS = 1000 }; /* after a failed resolution, then doubling */

enum seen_state { SEEN_QUEUED, SEEN_RESOLVING, SEEN_SETTLED /* resolved, or given up */ };

struct seen {
    int32_t interface, protocol;
    enum seen_state state;
    uint32_t tries;    /* resolutions begun */
    uint64_t due_ms;   /* when queued: not before */
    bool doubtful;     /* shown by a responder that is gone */
    bool has_endpoint; /* kept through a new resolution until that answers */
    struct endpoint endpoint;
};

struct instance {
    char name[INSTANCE_MAX + 1];
    uint32_t seen_count;
    struct seen seen[ADVERTS_SIGHTINGS_MAX]; /* dense */
};

struct adverts {
    struct adverts_events events;
    bool loopback, overflowed;
    char own[INSTANCE_MAX + 1];
    uint32_t under_way, count;
    uint64_t resolves;
    struct instance instances[ADVERTS_MAX]; /* dense; untouched pages cost nothing */
};

enum lth_err sighting_make(const char *instance, int32_t interface, int32_t protocol,
                           struct sighting *out)
{
    size_t len = strnlen(instance, INSTANCE_MAX + 1);
    if (len == 0 || len > INSTANCE_MAX)
        return LTH_MALFORMED;
    memset(out, 0, sizeof *out);
    memcpy(out->instance, instance, len);
    out->interface = interface;
    out->protocol = protocol;
    return LTH_OK;
}

struct adverts *adverts_new(const struct adverts_events *events, bool loopback)
{
    struct adverts *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->events = *events;
    a->loopback = loopback;
    return a;
}

void adverts_free(struct adverts *a)
{
    free(a);
}

void adverts_rename(struct adverts *a, const char *own)
{
    struct sighting s;
    if (sighting_make(own, 0, 0, &s) == LTH_OK)
        memcpy(a->own, s.instance, sizeof a->own);
}

static struct instance *find_instance(struct adverts *a, const char *name)
{
    for (uint32_t i = 0; i < a->count; i++)
        if (strcmp(a->instances[i].name, name) == 0)
            return &a->instances[i];
    return NULL;
}

static struct seen *find_seen(struct instance *in, const struct sighting *s)
{
    for (uint32_t i = 0; in && i < in->seen_count; i++)
        if (in->seen[i].interface == s->interface && in->seen[i].protocol == s->protocol)
            return &in->seen[i];
    return NULL;
}

/* NULL when the table is full. */
static struct instance *add_instance(struct adverts *a, const char *name)
{
    if (a->count == ADVERTS_MAX) {
        a->overflowed = true;
        return NULL;
    }
    struct instance *in = &a->instances[a->count++];
    memset(in, 0, sizeof *in);
    memcpy(in->name, name, sizeof in->name);
    return in;
}

/* NULL when the instance is seen in too many ways already. */
static struct seen *add_seen(struct instance *in, const struct sighting *s)
{
    if (in->seen_count == ADVERTS_SIGHTINGS_MAX)
        return NULL;
    struct seen *seen = &in->seen[in->seen_count++];
    memset(seen, 0, sizeof *seen);
    seen->interface = s->interface;
    seen->protocol = s->protocol;
    return seen;
}

static void queue(struct seen *seen, uint64_t due_ms)
{
    seen->state = SEEN_QUEUED;
    seen->due_ms = due_ms;
}

void adverts_seen(struct adverts *a, const struct sighting *s, uint64_t now_ms)
{
    if (strcmp(s->instance, a->own) == 0)
        return;
    struct instance *in = find_instance(a, s->instance);
    struct seen *seen = find_seen(in, s);
    if (seen && !seen->doubtful)
        return;
    if (!in)
        in = add_instance(a, s->instance);
    if (in && !seen)
        seen = add_seen(in, s);
    if (!seen)
        return;
    seen->doubtful = false;
    seen->tries = 0;
    queue(seen, now_ms);
}

static uint32_t sightings_of(const struct instance *in, const struct endpoint *e)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < in->seen_count; i++)
        n += in->seen[i].has_endpoint && endpoint_equal(&in->seen[i].endpoint, e);
    return n;
}

static void drop_endpoint(struct adverts *a, struct instance *in, struct seen *seen)
{
    if (!seen->has_endpoint)
        return;
    struct endpoint old = seen->endpoint;
    seen->has_endpoint = false;
    if (sightings_of(in, &old) == 0)
        a->events.on_lost(a->events.ctx, in->name, &old);
}

/* The new endpoint is found before the old one is lost: never a moment without. */
static void set_endpoint(struct adverts *a, struct instance *in, struct seen *seen,
                         const struct endpoint *e)
{
    if (seen->has_endpoint && endpoint_equal(&seen->endpoint, e))
        return;
    struct seen old = *seen;
    seen->has_endpoint = true;
    seen->endpoint = *e;
    if (sightings_of(in, e) == 1)
        a->events.on_found(a->events.ctx, in->name, e, strcmp(in->name, a->own) < 0);
    if (old.has_endpoint && sightings_of(in, &old.endpoint) == 0)
        a->events.on_lost(a->events.ctx, in->name, &old.endpoint);
}

/* The last of the dense arrays moves into the hole, so whoever walks them while
 * removing walks backwards. */
static void remove_seen(struct adverts *a, struct instance *in, struct seen *seen)
{
    drop_endpoint(a, in, seen);
    *seen = in->seen[--in->seen_count];
    if (in->seen_count > 0)
        return;
    const struct instance *last = &a->instances[--a->count];
    if (in != last)
        *in = *last;
}

void adverts_unseen(struct adverts *a, const struct sighting *s)
{
    struct instance *in = find_instance(a, s->instance);
    struct seen *seen = find_seen(in, s);
    if (seen)
        remove_seen(a, in, seen);
}

/* Fewest tries first: sightings that never resolve cannot hold up a fresh one. */
static bool is_sooner(const struct seen *x, const struct seen *y)
{
    return !y || x->tries < y->tries || (x->tries == y->tries && x->due_ms < y->due_ms);
}

static bool is_queued(const struct seen *seen)
{
    return seen->state == SEEN_QUEUED && !seen->doubtful;
}

bool adverts_next_resolve(struct adverts *a, uint64_t now_ms, struct sighting *out)
{
    struct seen *next = NULL;
    const struct instance *of = NULL;
    if (a->under_way >= ADVERTS_RESOLVES_MAX)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        for (uint32_t k = 0; k < a->instances[i].seen_count; k++) {
            struct seen *seen = &a->instances[i].seen[k];
            if (is_queued(seen) && seen->due_ms <= now_ms && is_sooner(seen, next)) {
                next = seen;
                of = &a->instances[i];
            }
        }
    if (!next || sighting_make(of->name, next->interface, next->protocol, out) != LTH_OK)
        return false;
    next->state = SEEN_RESOLVING;
    next->tries++;
    a->under_way++;
    a->resolves++;
    return true;
}

static void on_failed(struct seen *seen, uint64_t now_ms)
{
    if (seen->tries >= ADVERTS_TRIES_MAX)
        seen->state = SEEN_SETTLED;
    else
        queue(seen, now_ms + ((uint64_t)FIRST_PAUSE_MS << (seen->tries - 1)));
}

void adverts_resolved(struct adverts *a, const struct sighting *s, const struct endpoint *e,
                      uint64_t now_ms)
{
    if (a->under_way > 0)
        a->under_way--;
    struct instance *in = find_instance(a, s->instance);
    struct seen *seen = find_seen(in, s);
    if (!seen || seen->state != SEEN_RESOLVING)
        return;
    if (!e) {
        on_failed(seen, now_ms);
        return;
    }
    seen->state = SEEN_SETTLED;
    if (endpoint_is_dialable(e) && (a->loopback || !endpoint_is_loopback(e)))
        set_endpoint(a, in, seen, e);
    else
        drop_endpoint(a, in, seen);
}

uint64_t adverts_wait_ms(const struct adverts *a, uint64_t now_ms)
{
    uint64_t due_ms = UINT64_MAX;
    if (a->under_way >= ADVERTS_RESOLVES_MAX)
        return UINT64_MAX;
    for (uint32_t i = 0; i < a->count; i++)
        for (uint32_t k = 0; k < a->instances[i].seen_count; k++) {
            const struct seen *seen = &a->instances[i].seen[k];
            if (is_queued(seen) && seen->due_ms < due_ms)
                due_ms = seen->due_ms;
        }
    if (due_ms == UINT64_MAX)
        return UINT64_MAX;
    return due_ms > now_ms ? due_ms - now_ms : 0;
}

void adverts_doubt(struct adverts *a)
{
    a->under_way = 0;
    for (uint32_t i = 0; i < a->count; i++)
        for (uint32_t k = 0; k < a->instances[i].seen_count; k++) {
            struct seen *seen = &a->instances[i].seen[k];
            seen->doubtful = true;
            if (seen->state == SEEN_RESOLVING)
                queue(seen, 0);
        }
}

void adverts_sweep(struct adverts *a)
{
    for (uint32_t i = a->count; i-- > 0;) {
        struct instance *in = &a->instances[i];
        for (uint32_t k = in->seen_count; k-- > 0;)
            if (in->seen[k].doubtful)
                remove_seen(a, in, &in->seen[k]);
    }
}

bool adverts_needs_rescan(struct adverts *a)
{
    bool needs = a->overflowed && a->count <= ADVERTS_MAX - ADVERTS_MAX / 4;
    if (needs)
        a->overflowed = false;
    return needs;
}

uint32_t adverts_count(const struct adverts *a)
{
    return a->count;
}

uint64_t adverts_resolves(const struct adverts *a)
{
    return a->resolves;
}
