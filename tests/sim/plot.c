#include "plot.h"

uint64_t plot_draw(struct story *s, uint64_t low, uint64_t high)
{
    return chance_between(s->chance, low, high);
}

bool plot_happens(struct story *s, unsigned per_mille)
{
    return chance_per_mille(s->chance, per_mille);
}

uint64_t plot_while(struct story *s, uint64_t low_ms, uint64_t high_ms)
{
    return plot_draw(s, low_ms, plot_happens(s, 500) ? low_ms + (high_ms - low_ms) / 8 : high_ms);
}

bool plot_is_awake(const struct host *h)
{
    return h->core && !h->is_still;
}

struct host *plot_host(struct story *s, bool clones_too)
{
    struct world *w = s->w;
    size_t from = chance_below(s->chance, w->host_count);
    for (size_t i = 0; i < w->host_count; i++) {
        struct host *h = &w->hosts[(from + i) % w->host_count];
        if (plot_is_awake(h) && (clones_too || !h->is_clone))
            return h;
    }
    return NULL;
}

void plot_plan(struct story *s, uint64_t in_ms, deed *what, struct host *h, uint64_t number)
{
    struct happening *planned = queue_plan(&s->w->queue, s->w->now_ms + in_ms, what, 0);
    planned->about = s;
    planned->host = h;
    planned->number = number;
}

void plot_plan_now(struct story *s, uint64_t in_ms, deed *what, struct host *h)
{
    struct happening *planned = queue_plan(&s->w->queue, s->w->now_ms + in_ms, what, 0);
    planned->about = s;
    planned->host = h;
    planned->life = h->life;
}

struct story *plot_of(const struct happening *h)
{
    struct story *s = h->about;
    return s->is_healed ? NULL : s;
}
