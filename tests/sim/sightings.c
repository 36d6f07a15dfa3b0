#include "sightings.h"

#include "world.h"

#include <string.h>

enum { FIRST_MS = 20, REFRESH_MS = 10000, TTL_LOOKS = 6 };

static void plan_look(struct world *w, struct host *h, struct host *at, uint64_t in_ms);

static void tell_core(struct world *w, struct host *h, const struct host *of, enum input_type type,
                      const struct sighting *s)
{
    struct host then = *of; /* at the address it was told with */
    then.address = s->address;
    const struct node_input input = {
        .type = type,
        .sighting = {.instance = s->instance,
                     .endpoint = ways_address(&then),
                     .we_wait = strcmp(s->instance, h->instance) < 0},
    };
    tell(w, h, "%s h%u, instance %s", type == INPUT_FOUND ? "finds" : "loses sight of", of->index,
         s->instance);
    world_input(w, h, w->now_ms, &input);
}

static void lose(struct world *w, struct host *h, struct host *of)
{
    struct sighting *s = &h->sightings[of->index];
    tell_core(w, h, of, INPUT_LOST, s);
    s->told = false;
}

static void find(struct world *w, struct host *h, struct host *of)
{
    struct sighting *s = &h->sightings[of->index];
    s->told = true;
    s->life = of->life;
    s->address = of->address;
    memcpy(s->instance, of->instance, sizeof s->instance);
    tell_core(w, h, of, INPUT_FOUND, s);
}

/* One host looks for another one. */
static void look(struct world *w, struct host *h, struct host *at)
{
    struct sighting *s = &h->sightings[at->index];
    bool is_there =
        at->core && ways_pass(w, at->index, h->index) && ways_pass(w, h->index, at->index);
    bool is_same = s->life == at->life && s->address == at->address;
    if (s->told && !is_there) {
        if (chance_below(&w->chance, TTL_LOOKS) == 0)
            lose(w, h, at);
        return;
    }
    if (!is_there || (w->sightings.lost && chance_per_mille(&w->chance, w->sightings.lost)))
        return;
    if (s->told && (!is_same || chance_per_mille(&w->chance, w->sightings.flaps))) {
        w->tally.lost_sight++;
        lose(w, h, at);
    }
    if (!s->told)
        find(w, h, at);
}

static void on_look(struct world *w, struct happening *happening)
{
    struct host *h = happening->host, *at = happening->about;
    look(w, h, at);
    free(happening);
}

static void on_refresh(struct world *w, struct happening *happening)
{
    for (size_t i = 0; i < w->host_count; i++)
        if (&w->hosts[i] != happening->host)
            look(w, happening->host, &w->hosts[i]);
    queue_put(&w->queue, happening,
              w->now_ms + chance_between(&w->chance, REFRESH_MS / 2, REFRESH_MS));
}

static void plan_look(struct world *w, struct host *h, struct host *at, uint64_t in_ms)
{
    uint64_t late_ms = w->sightings.late_ms ? chance_below(&w->chance, w->sightings.late_ms) : 0;
    struct happening *planned = queue_plan(&w->queue, w->now_ms + in_ms + late_ms, on_look, 0);
    planned->host = h;
    planned->life = h->life;
    planned->about = at;
}

void sightings_on_start(struct world *w, struct host *h)
{
    struct happening *refresh = queue_plan(&w->queue, w->now_ms + REFRESH_MS, on_refresh, 0);
    refresh->host = h;
    refresh->life = h->life;
    for (size_t i = 0; i < w->host_count; i++) {
        struct host *other = &w->hosts[i];
        h->sightings[i].told = false;
        if (other == h || !other->core)
            continue;
        plan_look(w, h, other, chance_below(&w->chance, FIRST_MS));
        plan_look(w, other, h, chance_below(&w->chance, FIRST_MS));
    }
}

void sightings_refresh(struct world *w)
{
    for (size_t i = 0; i < w->host_count; i++)
        for (size_t other = 0; other < w->host_count; other++)
            if (i != other && w->hosts[i].core)
                plan_look(w, &w->hosts[i], &w->hosts[other], chance_below(&w->chance, FIRST_MS));
}
