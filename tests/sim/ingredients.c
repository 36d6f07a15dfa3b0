#include "ingredients.h"

#include <string.h>

enum { CLONES_MAX = 6 };

const char *ingredient_word(enum ingredient i)
{
    static const char *const words[] = {
#define INGREDIENT_WORD(name, every_ms) [WITH_##name] = #name,
        INGREDIENTS(INGREDIENT_WORD)
#undef INGREDIENT_WORD
    };
    return words[i];
}

static void on_cut_end(struct world *w, struct happening *h)
{
    size_t a = h->number & 0xff, b = h->number >> 8 & 0xff;
    bool both = h->number >> 16;
    if (plot_of(h)) {
        tell(w, NULL, "h%zu and h%zu are joined", a, b);
        ways_cut(w, a, b, false);
        if (both)
            ways_cut(w, b, a, false);
    }
    free(h);
}

static void cut_pair(struct story *s, bool both)
{
    struct world *w = s->w;
    size_t a = chance_below(s->chance, w->host_count), b = chance_below(s->chance, w->host_count);
    if (a == b)
        return;
    tell(w, NULL, both ? "h%zu and h%zu are cut off" : "nothing passes from h%zu to h%zu", a, b);
    ways_cut(w, a, b, true);
    if (both)
        ways_cut(w, b, a, true);
    plot_plan(s, plot_while(s, 1000, 180000), on_cut_end, NULL, a | b << 8 | (uint64_t)both << 16);
}

static void do_cuts(struct story *s)
{
    s->w->tally.cuts++;
    cut_pair(s, true);
}

static void do_one_way_cuts(struct story *s)
{
    s->w->tally.one_way++;
    cut_pair(s, false);
}

static void plug(struct world *w, struct host *h, bool in)
{
    tell(w, h, in ? "has its cable back" : "has its cable pulled");
    for (size_t i = 0; i < w->host_count; i++)
        if (i != h->index) {
            ways_cut(w, h->index, i, !in);
            ways_cut(w, i, h->index, !in);
        }
}

void ingredients_tell_of_cable(struct story *s, struct host *h)
{
    static const struct node_input network = {.type = INPUT_NETWORK};
    if (s->told_of_cable[h->index] && h->core)
        world_input(s->w, h, s->w->now_ms + plot_draw(s, 0, 50), &network);
}

static void on_plugged(struct world *w, struct happening *h)
{
    struct story *s = plot_of(h);
    if (s) {
        plug(w, h->host, true);
        ingredients_tell_of_cable(s, h->host);
        s->told_of_cable[h->host->index] = false;
    }
    free(h);
}

static void do_unplugged(struct story *s)
{
    struct host *h = plot_host(s, false);
    if (!h || s->w->host_count > s->w->people)
        return; /* a clone that comes meanwhile would be joined more often than cut */
    s->w->tally.unplugged++;
    s->told_of_cable[h->index] = s->told_of_cable[h->index] || plot_happens(s, 500);
    plug(s->w, h, false);
    ingredients_tell_of_cable(s, h);
    plot_plan(s, plot_while(s, 1000, 180000), on_plugged, h, 0);
}

static void on_loss_end(struct world *w, struct happening *h)
{
    if (plot_of(h))
        w->network.loss = 0;
    free(h);
}

static void do_loss(struct story *s)
{
    s->w->network.loss = (unsigned)plot_draw(s, 10, 400);
    tell(s->w, NULL, "of 1000 pieces %u are lost", s->w->network.loss);
    plot_plan(s, plot_while(s, 5000, 90000), on_loss_end, NULL, 0);
}

static void do_resets(struct story *s)
{
    struct host *h = plot_host(s, true);
    if (h && network_break_one(s->w, h))
        s->w->tally.resets++;
}

static void on_faults_end(struct world *w, struct happening *h)
{
    if (plot_of(h))
        memset(w->network.faults, 0, sizeof w->network.faults);
    free(h);
}

static void do_faults(struct story *s)
{
    for (enum fault f = FAULT_DROP; f < FAULT_COUNT; f++)
        s->w->network.faults[f] = (unsigned)plot_draw(s, 0, 20);
    tell(s->w, NULL, "pieces are dropped, doubled, swapped and changed");
    plot_plan(s, plot_while(s, 1000, 60000), on_faults_end, NULL, 0);
}

static void on_restart(struct world *w, struct happening *h)
{
    struct story *s = plot_of(h);
    if (s && !h->host->core) {
        h->host->blind = h->number;
        host_start(w, h->host);
    }
    free(h);
}

static enum end end_host(struct story *s, struct host *h)
{
    struct world *w = s->w;
    enum end how = plot_happens(s, 250)   ? END_IN_ORDER
                   : plot_happens(s, 500) ? END_KILLED
                                          : END_POWER;
    w->tally.stops += how == END_IN_ORDER;
    w->tally.kills += how == END_KILLED;
    w->tally.power_cuts += how == END_POWER;
    host_end(w, h, how);
    return how;
}

static void crash(struct story *s, struct host *h)
{
    if (end_host(s, h) == END_POWER && plot_happens(s, 300))
        disk_lose_mark(h);
}

static void do_crashes(struct story *s)
{
    struct host *h = plot_host(s, false);
    if (!h)
        return;
    crash(s, h);
    plot_plan(s, plot_while(s, 10, 60000), on_restart, h, 0);
}

static void do_blind(struct story *s)
{
    struct host *h = plot_host(s, false);
    if (!h)
        return;
    s->w->tally.blind++;
    crash(s, h);
    plot_plan(s, plot_draw(s, 100, 2000), on_restart, h, true);
}

static void do_restores(struct story *s)
{
    struct host *h = plot_host(s, false);
    struct snapshot *shot = h ? &s->snapshots[h->index] : NULL;
    if (!h || !shot->taken || shot->records > h->disk.durable)
        return;
    s->w->tally.restores++;
    (void)end_host(s, h);
    uint64_t torn = plot_happens(s, 200) ? plot_draw(s, 0, 5) : 0;
    if (shot->records > torn)
        shot->records -= torn;
    host_restore(s->w, h, shot->records, shot->shown);
    plot_plan(s, plot_while(s, 10, 60000), on_restart, h, 0);
}

static void on_clone_end(struct world *w, struct happening *h)
{
    if (plot_of(h) && h->host->core)
        host_end(w, h->host, END_POWER);
    free(h);
}

static void do_clones(struct story *s)
{
    struct world *w = s->w;
    struct host *of = plot_host(s, false), *h;
    if (!of || w->host_count >= w->people + CLONES_MAX || !(h = host_clone(w, of)))
        return;
    w->tally.clones++;
    host_start(w, h);
    plot_plan(s, plot_while(s, 1000, 180000), on_clone_end, h, 0);
}

static void do_clocks(struct story *s)
{
    static const int64_t hour_ms = 3600000, years_ms = (int64_t)10 * 365 * 24 * 3600000;
    struct host *h = plot_host(s, true);
    if (!h)
        return;
    int64_t most = plot_happens(s, 300) ? years_ms : hour_ms;
    h->wall_ms += (int64_t)plot_draw(s, 0, 2 * (uint64_t)most) - most;
    s->w->tally.jumps++;
    tell(s->w, h, "has its clock set %d s wrong", (int)(h->wall_ms / 1000));
}

static void do_standstills(struct story *s)
{
    struct host *h = plot_host(s, true);
    if (!h)
        return;
    s->w->tally.standstills++;
    host_stand_still(s->w, h, plot_while(s, 5000, 300000));
}

static void do_roaming(struct story *s)
{
    struct host *h = plot_host(s, true);
    if (!h)
        return;
    s->w->tally.roams++;
    host_roam(s->w, h);
}

static void on_room(struct world *w, struct happening *h)
{
    (void)w;
    if (plot_of(h))
        h->host->disk.refuse = LTH_OK;
    free(h);
}

static void do_full_disks(struct story *s)
{
    struct host *h = plot_host(s, true);
    if (!h)
        return;
    s->w->tally.full_disks++;
    h->disk.refuse = LTH_DISK_FULL;
    plot_plan(s, plot_while(s, 500, 60000), on_room, h, 0);
}

static void on_fast_again(struct world *w, struct happening *h)
{
    (void)w;
    if (plot_of(h))
        h->host->disk.sync_ms = 3;
    free(h);
}

static void do_slow_disks(struct story *s)
{
    struct host *h = plot_host(s, true);
    if (!h)
        return;
    s->w->tally.slow_disks++;
    h->disk.sync_ms = (uint32_t)plot_draw(s, 20, 2000);
    plot_plan(s, plot_while(s, 1000, 90000), on_fast_again, h, 0);
}

void ingredients_hold(struct world *w, struct host *h, bool held)
{
    const struct node_input input = {.type = held ? INPUT_HOLD : INPUT_RELEASE};
    h->held = held;
    h->witness.disturbed_ms = w->now_ms;
    tell(w, h, held ? "is held by its user interface" : "is released");
    world_input(w, h, w->now_ms, &input);
}

static void on_release(struct world *w, struct happening *h)
{
    if (plot_of(h) && h->host->core && h->host->held)
        ingredients_hold(w, h->host, false);
    free(h);
}

static void do_holds(struct story *s)
{
    struct host *h = plot_host(s, true);
    if (!h || h->held)
        return;
    s->w->tally.holds++;
    ingredients_hold(s->w, h, true);
    plot_plan_now(s, plot_while(s, 500, 60000), on_release, h);
}

static void do_sightings(struct story *s)
{
    struct sightings *sightings = &s->w->sightings;
    sightings->lost = (unsigned)plot_draw(s, 0, 800);
    sightings->flaps = (unsigned)plot_draw(s, 0, 200);
    sightings->late_ms = (uint32_t)plot_draw(s, 0, 10000);
}

static const struct {
    void (*happen)(struct story *s);
    uint64_t every_ms;
} ingredients[] = {
#define INGREDIENT_ROW(name, every) [WITH_##name] = {do_##name, every},
    INGREDIENTS(INGREDIENT_ROW)
#undef INGREDIENT_ROW
};

static void on_ingredient(struct world *w, struct happening *h)
{
    struct story *s = plot_of(h);
    (void)w;
    if (s) {
        ingredients[h->number].happen(s);
        plot_plan(s, plot_draw(s, 0, 2 * ingredients[h->number].every_ms), on_ingredient, NULL,
                  h->number);
    }
    free(h);
}

void ingredients_begin(struct story *s)
{
    for (enum ingredient i = 0; i < INGREDIENT_COUNT; i++)
        if (s->ingredients >> i & 1)
            plot_plan(s, plot_draw(s, 0, ingredients[i].every_ms), on_ingredient, NULL, i);
}
