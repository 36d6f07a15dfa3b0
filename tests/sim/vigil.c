#include "vigil.h"

#include "world.h"

enum {
    STANDSTILL_MS = 30000,
    DEAD_MS = 30500,       /* 30 s, and what was on its way when the cable was cut */
    TWINS_MEET_MS = 90000, /* dials to strangers may wait for a minute */
};

void vigil_on_step(struct world *w, struct host *h)
{
    struct witness *v = &h->witness;
    if (w->now_ms - v->stepped_ms > STANDSTILL_MS)
        v->keys_from_ms = v->disturbed_ms = w->now_ms;
    if (h->held || node_is_busy(h->core))
        v->disturbed_ms = w->now_ms;
    v->stepped_ms = w->now_ms;
}

void vigil_on_write(struct world *w, const struct host *h, uint64_t up_ms)
{
    if (up_ms < h->witness.keys_from_ms)
        broken(w, RULE_STANDSTILL, "h%u", h->index);
}

/* No way to any machine of a person since; 0 = there is one. */
static uint64_t shut_since(const struct world *w, const struct host *h, uint32_t person)
{
    uint64_t since = 0;
    for (size_t i = 0; i < w->host_count; i++) {
        if (w->hosts[i].person != person)
            continue;
        if (!w->ways.shut_ms[h->index][i])
            return 0;
        if (w->ways.shut_ms[h->index][i] > since)
            since = w->ways.shut_ms[h->index][i];
    }
    return since;
}

static void look_for_the_dead(struct world *w, struct host *h)
{
    for (uint32_t p = 0; p < w->people; p++) {
        uint64_t since = h->witness.online[p] ? shut_since(w, h, p) : 0;
        if (since && since < h->witness.disturbed_ms)
            since = h->witness.disturbed_ms;
        if (since && w->now_ms - since > DEAD_MS)
            broken(w, RULE_DEAD_NOTICED, "p%u at h%u", p, h->index);
    }
}

static bool is_attentive(const struct host *h)
{
    return h->core && !h->held && !h->is_still;
}

static bool see_each_other(const struct world *w, const struct host *a, const struct host *b)
{
    return is_attentive(a) && is_attentive(b) && a->sightings[b->index].told &&
           b->sightings[a->index].told && ways_pass(w, a->index, b->index) &&
           ways_pass(w, b->index, a->index) && !w->network.loss && !w->is_hostile;
}

/* Two machines that run as the same person, and could have met. */
static void look_at_twins(struct world *w, struct host *a, struct host *b)
{
    uint64_t *alone_ms = &b->witness.alone_ms;
    if (*alone_ms < a->witness.alone_ms)
        *alone_ms = a->witness.alone_ms; /* it started later */
    if (!see_each_other(w, a, b))
        *alone_ms = w->now_ms;
    else if (w->now_ms - *alone_ms > TWINS_MEET_MS &&
             (!a->witness.clones_now || !b->witness.clones_now))
        broken(w, RULE_CLONE_TOLD, "h%u and h%u", a->index, b->index);
}

void vigil_look_around(struct world *w)
{
    for (size_t i = 0; i < w->host_count; i++) {
        struct host *h = &w->hosts[i];
        if (!h->core)
            continue;
        if (!is_attentive(h))
            h->witness.disturbed_ms = w->now_ms;
        look_for_the_dead(w, h);
    }
    for (size_t i = w->people; i < w->host_count; i++)
        look_at_twins(w, &w->hosts[w->hosts[i].person], &w->hosts[i]);
}
