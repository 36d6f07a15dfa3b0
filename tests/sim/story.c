#include "story.h"

#include "affairs.h"
#include "ending.h"
#include "ingredients.h"

#include <string.h>

enum {
    TALK_MAX = 1200, /* sayings in one story */
    GROUP_TALK_MAX = 400,
    MEET_MS = 15000, /* on a quiet network all have met by then */
    ONLINE_MS = 15000,
    ONLINE_AFTER_SILENCE_MS = 35000, /* bytes swallowed, or a clone gone: noticed by silence */
    SETTLE_MS = 150000,
    MINUTE_MS = 60000,
    STATUS_MS = 90000,
    SNAPSHOT_MS = 40000,
    ALL = ((uint32_t)1 << INGREDIENT_COUNT) - 1,
};

/* ---- talk ---- */

static uint32_t draw_len(struct story *s)
{
    if (plot_happens(s, s->long_per_mille))
        return (uint32_t)plot_draw(s, 1000, SAYING_TEXT_MAX);
    return (uint32_t)(plot_happens(s, 200) ? plot_draw(s, 100, 1000) : plot_draw(s, 0, 100));
}

static size_t draw_count(struct story *s)
{
    if (!plot_happens(s, s->burst_per_mille))
        return 1;
    if (plot_happens(s, 40))
        return plot_draw(s, 60, 300);
    return plot_draw(s, 2, plot_happens(s, 200) ? 60 : 10);
}

static void say(struct story *s, struct host *h, uint32_t to)
{
    for (size_t count = draw_count(s); count && !node_is_busy(h->core); count--)
        host_say(s->w, h, to, draw_len(s));
}

static void talk(struct story *s)
{
    struct world *w = s->w;
    struct host *h = plot_host(s, true);
    uint32_t to = (uint32_t)chance_below(s->chance, w->people);
    if (!h)
        return;
    if (to == h->person)
        to = (to + 1) % (uint32_t)w->people;
    say(s, h, to);
    if (plot_happens(s, 300) && plot_is_awake(&w->hosts[to]))
        say(s, &w->hosts[to], h->person);
}

static void talk_in_group(struct story *s)
{
    uint32_t to;
    for (uint64_t turns = plot_happens(s, 300) ? plot_draw(s, 2, 4) : 1; turns; turns--) {
        struct host *h = affairs_speaker(s, &to);
        if (h)
            say(s, h, to);
    }
}

static void on_talk(struct world *w, struct happening *happening)
{
    struct story *s = plot_of(happening);
    if (s && w->ledger.count < (s->groups ? GROUP_TALK_MAX : TALK_MAX)) {
        if (s->groups && plot_happens(s, 650))
            talk_in_group(s);
        else
            talk(s);
    }
    if (s)
        plot_plan(s, plot_draw(s, 0, s->talk_ms), on_talk, NULL, 0);
    free(happening);
}

/* ---- looking on ---- */

static void on_snapshot(struct world *w, struct happening *happening)
{
    struct story *s = plot_of(happening);
    struct host *h = s ? plot_host(s, false) : NULL;
    if (h) {
        s->snapshots[h->index] = (struct snapshot){true, h->disk.durable, h->disk.shown};
        tell(w, h, "is copied: %u records", (unsigned)h->disk.durable);
    }
    if (s)
        plot_plan(s, plot_draw(s, 0, SNAPSHOT_MS), on_snapshot, NULL, 0);
    free(happening);
}

static void on_status(struct world *w, struct happening *happening)
{
    const struct command status = {.type = COMMAND_STATUS};
    struct story *s = plot_of(happening);
    struct host *h = s ? plot_host(s, true) : NULL;
    if (h)
        host_command(w, h, &status);
    if (s)
        plot_plan(s, plot_draw(s, 0, STATUS_MS), on_status, NULL, 0);
    free(happening);
}

/* ---- beginning and end ---- */

static uint32_t draw_ingredients(struct story *s, const struct story_options *o)
{
    uint32_t drawn = 0;
    unsigned kind = (unsigned)plot_draw(s, 0, 99);
    if (kind >= 90)
        drawn = ALL;
    else if (kind >= 10)
        for (unsigned i = (unsigned)plot_draw(s, 1, 5); i; i--)
            drawn |= (uint32_t)1 << plot_draw(s, 0, INGREDIENT_COUNT - 1);
    return ((drawn & o->only) | o->surely) & ALL;
}

static void draw_world(struct story *s)
{
    struct world *w = s->w;
    uint64_t slowest = plot_happens(s, 500) ? 5 : 300;
    for (size_t a = 0; a < w->people; a++)
        for (size_t b = 0; b < a; b++)
            w->ways.latency_ms[a][b] = w->ways.latency_ms[b][a] =
                (uint32_t)plot_draw(s, 0, slowest);
    for (size_t i = 0; i < w->people; i++)
        w->hosts[i].wall_ms = (int64_t)plot_draw(s, 0, 7200000) - 3600000;
    s->talk_ms = (unsigned)plot_draw(s, 1000, 20000);
    s->burst_per_mille = (unsigned)plot_draw(s, 0, 400);
    s->long_per_mille = (unsigned)plot_draw(s, 0, 60);
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
    plot_plan(s, plot_draw(s, 0, s->talk_ms), on_talk, NULL, 0);
    if (o->groups)
        affairs_begin(s);
    ingredients_begin(s);
    if (!s->ingredients)
        return;
    plot_plan(s, SNAPSHOT_MS, on_snapshot, NULL, 0);
    plot_plan(s, STATUS_MS, on_status, NULL, 0);
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
        ingredients_hold(w, h, false);
    ingredients_tell_of_cable(s, h);
}

static void heal(struct story *s)
{
    struct world *w = s->w;
    s->is_healed = true;
    tell(w, NULL, "everything is healed");
    memset(w->ways.cut, 0, sizeof w->ways.cut);
    memset(w->network.faults, 0, sizeof w->network.faults);
    w->network.loss = 0;
    w->sightings = (struct sightings){0};
    ways_on_change(w);
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
    const uint32_t silent = (uint32_t)1 << WITH_faults | (uint32_t)1 << WITH_clones;
    uint64_t online_ms = s->ingredients & silent ? ONLINE_AFTER_SILENCE_MS : ONLINE_MS;
    world_run(w, online_ms);
    if (w->verdict.rule == RULE_NONE)
        ending_check_online(w);
    world_run(w, SETTLE_MS - online_ms);
    if (w->verdict.rule == RULE_NONE)
        ending_check(w);
}

/* Few as well as many: with groups, everything takes as many steps more. */
static size_t draw_people(struct chance *chance, bool groups)
{
    if (!groups)
        return chance_between(chance, 2, 8);
    uint64_t kind = chance_below(chance, 100);
    if (kind < 45)
        return chance_between(chance, 2, 4);
    return kind < 90 ? chance_between(chance, 5, 8) : chance_between(chance, 9, 20);
}

struct world *story_run(uint64_t seed, const struct story_options *options, FILE *trace)
{
    struct chance chance = chance_of(seed, 4);
    size_t people = options->people ? options->people : draw_people(&chance, options->groups);
    struct story s = {.w = world_new(seed, people, trace), .chance = &chance};
    play(&s, options);
    return s.w;
}
