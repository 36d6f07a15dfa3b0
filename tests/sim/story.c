#include "story.h"

#include "ending.h"
#include "need.h"

#include <string.h>

enum {
    CLONES_MAX = 6,
    TALK_MAX = 1200, /* sayings in one story */
    MEET_MS = 15000, /* on a quiet network all have met by then */
    ONLINE_MS = 15000,
    ONLINE_AFTER_FAULTS_MS = 35000, /* what was swallowed in silence is noticed by silence */
    SETTLE_MS = 150000,
    MINUTE_MS = 60000,
    STATUS_MS = 45000,
    SNAPSHOT_MS = 20000,
    ALL = ((uint32_t)1 << INGREDIENT_COUNT) - 1,
};

/* What a disk held once, to be put back later. */
struct snapshot {
    bool taken;
    uint64_t records, shown;
};

struct story {
    struct world *w;
    struct chance *chance;
    uint32_t ingredients;
    bool is_healed; /* what was planned before does not happen any more */
    unsigned talk_ms;
    unsigned long_per_mille, burst_per_mille;
    bool told_of_cable[HOSTS_MAX];
    struct snapshot snapshots[HOSTS_MAX];
};

const char *ingredient_word(enum ingredient i)
{
    static const char *const words[] = {
#define INGREDIENT_WORD(name, every_ms) [WITH_##name] = #name,
        INGREDIENTS(INGREDIENT_WORD)
#undef INGREDIENT_WORD
    };
    return words[i];
}

/* ---- drawing ---- */

static uint64_t draw(struct story *s, uint64_t low, uint64_t high)
{
    return chance_between(s->chance, low, high);
}

static bool happens(struct story *s, unsigned per_mille)
{
    return chance_per_mille(s->chance, per_mille);
}

/* Mostly short, sometimes as long as may be. */
static uint64_t draw_while(struct story *s, uint64_t low_ms, uint64_t high_ms)
{
    return draw(s, low_ms, happens(s, 500) ? low_ms + (high_ms - low_ms) / 8 : high_ms);
}

static bool is_awake(const struct host *h)
{
    return h->core && !h->is_still;
}

/* Somebody who is awake, clones included if so wished; or NULL. */
static struct host *draw_host(struct story *s, bool clones_too)
{
    struct world *w = s->w;
    size_t from = chance_below(s->chance, w->host_count);
    for (size_t i = 0; i < w->host_count; i++) {
        struct host *h = &w->hosts[(from + i) % w->host_count];
        if (is_awake(h) && (clones_too || !h->is_clone))
            return h;
    }
    return NULL;
}

static void plan(struct story *s, uint64_t in_ms, deed *what, struct host *h, uint64_t number)
{
    struct happening *planned = queue_plan(&s->w->queue, s->w->now_ms + in_ms, what, 0);
    planned->about = s;
    planned->host = h;
    planned->number = number;
}

/* The same, but only to the process that runs now. */
static void plan_now(struct story *s, uint64_t in_ms, deed *what, struct host *h)
{
    struct happening *planned = queue_plan(&s->w->queue, s->w->now_ms + in_ms, what, 0);
    planned->about = s;
    planned->host = h;
    planned->life = h->life;
}

/* The story a happening belongs to; NULL, and the happening is freed, when it is healed. */
static struct story *story_of(const struct happening *h)
{
    struct story *s = h->about;
    return s->is_healed ? NULL : s;
}

/* ---- talk ---- */

static uint32_t draw_len(struct story *s)
{
    if (happens(s, s->long_per_mille))
        return (uint32_t)draw(s, 1000, SAYING_TEXT_MAX);
    return (uint32_t)(happens(s, 200) ? draw(s, 100, 1000) : draw(s, 0, 100));
}

static size_t draw_count(struct story *s)
{
    if (!happens(s, s->burst_per_mille))
        return 1;
    if (happens(s, 40))
        return draw(s, 60, 300);
    return draw(s, 2, happens(s, 200) ? 60 : 10);
}

static void say(struct story *s, struct host *h, uint32_t to)
{
    for (size_t count = draw_count(s); count && !node_is_busy(h->core); count--)
        host_say(s->w, h, to, draw_len(s));
}

static void on_talk(struct world *w, struct happening *happening)
{
    struct story *s = story_of(happening);
    struct host *h = s ? draw_host(s, true) : NULL;
    if (h && w->ledger.count < TALK_MAX) {
        uint32_t to = (uint32_t)chance_below(s->chance, w->people);
        if (to == h->person)
            to = (to + 1) % (uint32_t)w->people;
        say(s, h, to);
        if (happens(s, 300) && is_awake(&w->hosts[to]))
            say(s, &w->hosts[to], h->person);
    }
    if (s)
        plan(s, draw(s, 0, 2 * s->talk_ms), on_talk, NULL, 0);
    free(happening);
}

/* ---- what may happen: each function is one ingredient, once ---- */

static void on_cut_end(struct world *w, struct happening *h)
{
    size_t a = h->number & 0xff, b = h->number >> 8 & 0xff;
    bool both = h->number >> 16;
    if (story_of(h)) {
        tell(w, NULL, "h%zu and h%zu are joined", a, b);
        network_cut(w, a, b, false);
        if (both)
            network_cut(w, b, a, false);
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
    network_cut(w, a, b, true);
    if (both)
        network_cut(w, b, a, true);
    plan(s, draw_while(s, 1000, 180000), on_cut_end, NULL, a | b << 8 | (uint64_t)both << 16);
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
            network_cut(w, h->index, i, !in);
            network_cut(w, i, h->index, !in);
        }
}

static void tell_of_cable(struct story *s, struct host *h)
{
    static const struct node_input network = {.type = INPUT_NETWORK};
    if (s->told_of_cable[h->index] && h->core)
        world_input(s->w, h, s->w->now_ms + draw(s, 0, 50), &network);
}

static void on_plugged(struct world *w, struct happening *h)
{
    struct story *s = story_of(h);
    if (s) {
        plug(w, h->host, true);
        tell_of_cable(s, h->host);
        s->told_of_cable[h->host->index] = false;
    }
    free(h);
}

static void do_unplugged(struct story *s)
{
    struct host *h = draw_host(s, false);
    if (!h || s->w->host_count > s->w->people)
        return; /* a clone that comes meanwhile would be joined more often than cut */
    s->w->tally.unplugged++;
    s->told_of_cable[h->index] = s->told_of_cable[h->index] || happens(s, 500);
    plug(s->w, h, false);
    tell_of_cable(s, h);
    plan(s, draw_while(s, 1000, 180000), on_plugged, h, 0);
}

static void on_loss_end(struct world *w, struct happening *h)
{
    if (story_of(h))
        w->network.loss = 0;
    free(h);
}

static void do_loss(struct story *s)
{
    s->w->network.loss = (unsigned)draw(s, 10, 400);
    tell(s->w, NULL, "of 1000 pieces %u are lost", s->w->network.loss);
    plan(s, draw_while(s, 5000, 90000), on_loss_end, NULL, 0);
}

static void do_resets(struct story *s)
{
    struct host *h = draw_host(s, true);
    if (h && network_break_one(s->w, h))
        s->w->tally.resets++;
}

static void on_faults_end(struct world *w, struct happening *h)
{
    if (story_of(h))
        memset(w->network.faults, 0, sizeof w->network.faults);
    free(h);
}

static void do_faults(struct story *s)
{
    for (enum fault f = FAULT_DROP; f < FAULT_COUNT; f++)
        s->w->network.faults[f] = (unsigned)draw(s, 0, 20);
    tell(s->w, NULL, "pieces are dropped, doubled, swapped and changed");
    plan(s, draw_while(s, 1000, 60000), on_faults_end, NULL, 0);
}

static void on_restart(struct world *w, struct happening *h)
{
    struct story *s = story_of(h);
    if (s && !h->host->core) {
        h->host->blind = h->number;
        host_start(w, h->host);
    }
    free(h);
}

static enum end end_host(struct story *s, struct host *h)
{
    struct world *w = s->w;
    enum end how = happens(s, 250) ? END_IN_ORDER : happens(s, 500) ? END_KILLED : END_POWER;
    w->tally.stops += how == END_IN_ORDER;
    w->tally.kills += how == END_KILLED;
    w->tally.power_cuts += how == END_POWER;
    host_end(w, h, how);
    return how;
}

static void crash(struct story *s, struct host *h)
{
    if (end_host(s, h) == END_POWER && happens(s, 300))
        disk_lose_mark(h);
}

static void do_crashes(struct story *s)
{
    struct host *h = draw_host(s, false);
    if (!h)
        return;
    crash(s, h);
    plan(s, draw_while(s, 10, 60000), on_restart, h, 0);
}

static void do_blind(struct story *s)
{
    struct host *h = draw_host(s, false);
    if (!h)
        return;
    s->w->tally.blind++;
    crash(s, h);
    plan(s, draw(s, 100, 2000), on_restart, h, true);
}

static void do_restores(struct story *s)
{
    struct host *h = draw_host(s, false);
    struct snapshot *shot = h ? &s->snapshots[h->index] : NULL;
    if (!h || !shot->taken || shot->records > h->disk.durable)
        return;
    s->w->tally.restores++;
    (void)end_host(s, h);
    uint64_t torn = happens(s, 200) ? draw(s, 0, 5) : 0;
    if (shot->records > torn)
        shot->records -= torn;
    host_restore(s->w, h, shot->records, shot->shown);
    plan(s, draw_while(s, 10, 60000), on_restart, h, 0);
}

static void on_clone_end(struct world *w, struct happening *h)
{
    if (story_of(h) && h->host->core)
        host_end(w, h->host, END_POWER);
    free(h);
}

static void do_clones(struct story *s)
{
    struct world *w = s->w;
    struct host *of = draw_host(s, false), *h;
    if (!of || w->host_count >= w->people + CLONES_MAX || !(h = host_clone(w, of)))
        return;
    w->tally.clones++;
    host_start(w, h);
    plan(s, draw_while(s, 1000, 180000), on_clone_end, h, 0);
}

static void do_clocks(struct story *s)
{
    static const int64_t years_ms = (int64_t)10 * 365 * 24 * 3600 * 1000;
    struct host *h = draw_host(s, true);
    if (!h)
        return;
    int64_t most = happens(s, 300) ? years_ms : 3600 * 1000;
    h->wall_ms += (int64_t)draw(s, 0, 2 * (uint64_t)most) - most;
    s->w->tally.jumps++;
    tell(s->w, h, "has its clock set %d s wrong", (int)(h->wall_ms / 1000));
}

static void do_standstills(struct story *s)
{
    struct host *h = draw_host(s, true);
    if (!h)
        return;
    s->w->tally.standstills++;
    host_stand_still(s->w, h, draw_while(s, 5000, 300000));
}

static void do_roaming(struct story *s)
{
    struct host *h = draw_host(s, true);
    if (!h)
        return;
    s->w->tally.roams++;
    host_roam(s->w, h);
}

static void on_room(struct world *w, struct happening *h)
{
    (void)w;
    if (story_of(h))
        h->host->disk.refuse = LTH_OK;
    free(h);
}

static void do_full_disks(struct story *s)
{
    struct host *h = draw_host(s, true);
    if (!h)
        return;
    s->w->tally.full_disks++;
    h->disk.refuse = LTH_DISK_FULL;
    plan(s, draw_while(s, 500, 60000), on_room, h, 0);
}

static void on_fast_again(struct world *w, struct happening *h)
{
    (void)w;
    if (story_of(h))
        h->host->disk.sync_ms = 3;
    free(h);
}

static void do_slow_disks(struct story *s)
{
    struct host *h = draw_host(s, true);
    if (!h)
        return;
    s->w->tally.slow_disks++;
    h->disk.sync_ms = (uint32_t)draw(s, 20, 2000);
    plan(s, draw_while(s, 1000, 90000), on_fast_again, h, 0);
}

static void hold(struct world *w, struct host *h, bool held)
{
    const struct node_input input = {.type = held ? INPUT_HOLD : INPUT_RELEASE};
    h->held = held;
    h->witness.disturbed_ms = w->now_ms;
    tell(w, h, held ? "is held by its user interface" : "is released");
    world_input(w, h, w->now_ms, &input);
}

static void on_release(struct world *w, struct happening *h)
{
    if (story_of(h) && h->host->core && h->host->held)
        hold(w, h->host, false);
    free(h);
}

static void do_holds(struct story *s)
{
    struct host *h = draw_host(s, true);
    if (!h || h->held)
        return;
    s->w->tally.holds++;
    hold(s->w, h, true);
    plan_now(s, draw_while(s, 500, 60000), on_release, h);
}

static void do_sightings(struct story *s)
{
    struct sightings *sightings = &s->w->sightings;
    sightings->lost = (unsigned)draw(s, 0, 800);
    sightings->flaps = (unsigned)draw(s, 0, 200);
    sightings->late_ms = (uint32_t)draw(s, 0, 10000);
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
    struct story *s = story_of(h);
    (void)w;
    if (s) {
        ingredients[h->number].happen(s);
        plan(s, draw(s, 0, 2 * ingredients[h->number].every_ms), on_ingredient, NULL, h->number);
    }
    free(h);
}

/* ---- looking on ---- */

static void on_snapshot(struct world *w, struct happening *happening)
{
    struct story *s = story_of(happening);
    struct host *h = s ? draw_host(s, false) : NULL;
    if (h) {
        s->snapshots[h->index] = (struct snapshot){true, h->disk.durable, h->disk.shown};
        tell(w, h, "is copied: %u records", (unsigned)h->disk.durable);
    }
    if (s)
        plan(s, draw(s, 0, 2 * SNAPSHOT_MS), on_snapshot, NULL, 0);
    free(happening);
}

static void on_status(struct world *w, struct happening *happening)
{
    const struct command status = {.type = COMMAND_STATUS};
    struct story *s = story_of(happening);
    struct host *h = s ? draw_host(s, true) : NULL;
    if (h)
        host_command(w, h, &status);
    if (s)
        plan(s, draw(s, 0, 2 * STATUS_MS), on_status, NULL, 0);
    free(happening);
}

/* ---- beginning and end ---- */

static uint32_t draw_ingredients(struct story *s, const struct story_options *o)
{
    uint32_t drawn = 0;
    unsigned kind = (unsigned)draw(s, 0, 99);
    if (kind >= 90)
        drawn = ALL;
    else if (kind >= 10)
        for (unsigned i = (unsigned)draw(s, 1, 5); i; i--)
            drawn |= (uint32_t)1 << draw(s, 0, INGREDIENT_COUNT - 1);
    return ((drawn & o->only) | o->surely) & ALL;
}

static void draw_world(struct story *s)
{
    struct world *w = s->w;
    uint64_t slowest = happens(s, 500) ? 5 : 300;
    for (size_t a = 0; a < w->people; a++)
        for (size_t b = 0; b < a; b++)
            w->network.latency_ms[a][b] = w->network.latency_ms[b][a] =
                (uint32_t)draw(s, 0, slowest);
    for (size_t i = 0; i < w->people; i++)
        w->hosts[i].wall_ms = (int64_t)draw(s, 0, 7200000) - 3600000;
    s->talk_ms = (unsigned)draw(s, 500, 10000);
    s->burst_per_mille = (unsigned)draw(s, 0, 400);
    s->long_per_mille = (unsigned)draw(s, 0, 60);
}

static void tell_ingredients(const struct story *s)
{
    for (enum ingredient i = 0; i < INGREDIENT_COUNT; i++)
        if (s->ingredients >> i & 1)
            tell(s->w, NULL, "with %s", ingredient_word(i));
}

static void begin(struct story *s, const struct story_options *o)
{
    s->ingredients = draw_ingredients(s, o);
    tell_ingredients(s);
    draw_world(s);
    for (size_t i = 0; i < s->w->people; i++)
        host_start(s->w, &s->w->hosts[i]);
    plan(s, draw(s, 0, 2 * s->talk_ms), on_talk, NULL, 0);
    for (enum ingredient i = 0; i < INGREDIENT_COUNT; i++)
        if (s->ingredients >> i & 1)
            plan(s, draw(s, 0, ingredients[i].every_ms), on_ingredient, NULL, i);
    if (!s->ingredients)
        return;
    plan(s, SNAPSHOT_MS, on_snapshot, NULL, 0);
    plan(s, STATUS_MS, on_status, NULL, 0);
}

static void heal_host(struct story *s, struct host *h)
{
    struct world *w = s->w;
    h->disk.refuse = LTH_OK;
    h->disk.sync_ms = 3;
    host_go_on(w, h);
    if (h->is_clone && h->core)
        host_end(w, h, END_POWER);
    if (h->is_clone)
        return;
    if (h->core && h->blind)
        host_end(w, h, END_IN_ORDER);
    h->blind = false;
    if (!h->core)
        host_start(w, h);
    else if (h->held)
        hold(w, h, false);
    tell_of_cable(s, h);
}

static void heal(struct story *s)
{
    struct world *w = s->w;
    s->is_healed = true;
    tell(w, NULL, "everything is healed");
    memset(w->network.cut, 0, sizeof w->network.cut);
    memset(w->network.faults, 0, sizeof w->network.faults);
    w->network.loss = 0;
    w->sightings = (struct sightings){0};
    network_on_change(w);
    for (size_t i = 0; i < w->host_count; i++)
        heal_host(s, &w->hosts[i]);
    sightings_refresh(w);
}

static void play(struct story *s, const struct story_options *o)
{
    struct world *w = s->w;
    uint64_t story_ms = (uint64_t)o->minutes * MINUTE_MS;
    begin(s, o);
    world_run(w, MEET_MS);
    w->is_quiet = !s->ingredients;
    world_run(w, story_ms > MEET_MS ? story_ms - MEET_MS : 0);
    if (w->verdict.rule == RULE_NONE)
        heal(s);
    uint64_t online_ms = s->ingredients >> WITH_faults & 1 ? ONLINE_AFTER_FAULTS_MS : ONLINE_MS;
    world_run(w, online_ms);
    if (w->verdict.rule == RULE_NONE)
        ending_check_online(w);
    world_run(w, SETTLE_MS - online_ms);
    if (w->verdict.rule == RULE_NONE)
        ending_check(w);
}

struct world *story_run(uint64_t seed, const struct story_options *options, FILE *trace)
{
    struct chance chance = chance_of(seed, 4);
    size_t people = options->people ? options->people : chance_between(&chance, 2, 8);
    struct story s = {.w = world_new(seed, people, trace), .chance = &chance};
    play(&s, options);
    return s.w;
}
