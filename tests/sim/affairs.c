#include "affairs.h"

#include <stdio.h>
#include <string.h>

enum { DECISIONS_ENOUGH = 150 /* in one group: then it stays as it is */ };

/* How often each is done, of all of them. */
static const struct {
    enum command_type type;
    unsigned weight;
} doings[] = {
    {COMMAND_GROUP_ADD, 28},     {COMMAND_GROUP_REMOVE, 18}, {COMMAND_GROUP_LEAVE, 6},
    {COMMAND_GROUP_PROMOTE, 16}, {COMMAND_GROUP_DEMOTE, 8},  {COMMAND_GROUP_RENAME, 7},
    {COMMAND_GROUP_HISTORY, 7},  {COMMAND_GROUP_REKEY, 10},
};

static enum command_type draw_doing(struct story *s)
{
    unsigned sum = 0;
    for (size_t i = 0; i < LENGTH(doings); i++)
        sum += doings[i].weight;
    unsigned drawn = (unsigned)plot_draw(s, 1, sum);
    size_t i = 0;
    for (; drawn > doings[i].weight; i++)
        drawn -= doings[i].weight;
    return doings[i].type;
}

/* One of them, by bit; NOBODY when there are none. */
static uint32_t draw_person(struct story *s, uint64_t among)
{
    size_t from = chance_below(s->chance, s->w->people);
    for (size_t i = 0; i < s->w->people; i++) {
        uint32_t p = (uint32_t)((from + i) % s->w->people);
        if (among >> p & 1)
            return p;
    }
    return NOBODY;
}

/* Somebody awake who is in the group by their own roster, and decides there if so wished. */
static struct host *draw_member(struct story *s, uint32_t council, bool is_admin)
{
    struct world *w = s->w;
    size_t from = chance_below(s->chance, w->host_count);
    for (size_t i = 0; i < w->host_count; i++) {
        struct host *h = &w->hosts[(from + i) % w->host_count];
        if (!plot_is_awake(h) || !registry_is_member(w, h, council))
            continue;
        if (!is_admin || registry_now(w, h, council)->admins >> h->person & 1)
            return h;
    }
    return NULL;
}

struct host *affairs_speaker(struct story *s, uint32_t *audience)
{
    struct world *w = s->w;
    if (!w->registry.count)
        return NULL;
    uint32_t council = (uint32_t)chance_below(s->chance, w->registry.count);
    *audience = (uint32_t)w->people + council;
    struct host *h = plot_happens(s, 20) ? plot_host(s, true) : draw_member(s, council, false);
    return h && h->minutes[council].head != NO_DECISION ? h : NULL;
}

/* ---- making one ---- */

static void create(struct story *s)
{
    struct host *h = plot_host(s, true);
    char name[16], ids[PEOPLE_MAX][ID_TEXT_LEN + 1];
    const char *members[PEOPLE_MAX];
    struct command c = {.type = COMMAND_GROUP_CREATE, .name = name, .members = members};
    unsigned share = (unsigned)plot_draw(s, 200, 1000);
    if (!h || node_is_busy(h->core) || s->w->registry.count == COUNCILS_MAX)
        return;
    for (uint32_t p = 0; p < s->w->people; p++) {
        if (p == h->person || !plot_happens(s, share))
            continue;
        id_write(s->w->ids[p], ids[c.member_count]);
        members[c.member_count] = ids[c.member_count];
        c.member_count++;
    }
    snprintf(name, sizeof name, "group %zu", s->w->registry.count);
    tell(s->w, h, "makes a group of %zu others", c.member_count);
    asks_put(s->w, h, NO_COUNCIL, &c);
}

/* ---- deciding ---- */

/* Whom a decision is about: mostly somebody it can be about. */
static uint32_t draw_subject(struct story *s, const struct host *h, uint32_t council,
                             enum command_type type)
{
    const struct standing_orders *now = registry_now(s->w, h, council);
    uint64_t all = UINT64_MAX;
    if (!now || plot_happens(s, 60))
        return draw_person(s, all);
    uint32_t drawn = NOBODY;
    if (type == COMMAND_GROUP_ADD)
        drawn = draw_person(s, ~now->members);
    else if (type == COMMAND_GROUP_PROMOTE)
        drawn = draw_person(s, now->members & ~now->admins);
    else if (type == COMMAND_GROUP_DEMOTE)
        drawn = draw_person(s, now->admins);
    else
        drawn = draw_person(s, now->members & ~((uint64_t)1 << h->person));
    return drawn == NOBODY ? draw_person(s, all) : drawn;
}

static void decide(struct story *s, struct host *h, uint32_t council, enum command_type type)
{
    char group[AUDIENCE_TEXT_LEN + 1], who[ID_TEXT_LEN + 1], name[24];
    uint32_t subject = draw_subject(s, h, council, type);
    struct command c = {.type = type, .group = group, .who = who, .name = name};
    if (node_is_busy(h->core))
        return;
    world_name(s->w, s->w->people + council, group);
    id_write(s->w->ids[subject], who);
    snprintf(name, sizeof name, "group %u.%u", council, (unsigned)plot_draw(s, 0, 99));
    c.history = plot_happens(s, 500) ? "all" : "none";
    tell(s->w, h, "wants %s in g%u, of p%u", command_word(type), council, subject);
    asks_put(s->w, h, council, &c);
}

/* A group that has shrunk grows rather than shrinks. */
static enum command_type draw_sensible(struct story *s, const struct host *h, uint32_t council)
{
    const struct standing_orders *now = registry_now(s->w, h, council);
    size_t members = 0;
    for (size_t p = 0; now && p < s->w->people; p++)
        members += now->members >> p & 1;
    return members < 3 && plot_happens(s, 600) ? COMMAND_GROUP_ADD : draw_doing(s);
}

static void decide_something(struct story *s)
{
    struct world *w = s->w;
    uint32_t council = (uint32_t)chance_below(s->chance, w->registry.count);
    struct host *h =
        plot_happens(s, 20) ? plot_host(s, true) : draw_member(s, council, plot_happens(s, 850));
    if (!h || w->registry.councils[council].count > DECISIONS_ENOUGH)
        return;
    enum command_type type = draw_sensible(s, h, council);
    for (uint64_t count = plot_happens(s, 100) ? plot_draw(s, 2, 6) : 1; count; count--) {
        decide(s, h, council, type);
        type = draw_sensible(s, h, council);
    }
}

static void on_affair(struct world *w, struct happening *happening)
{
    struct story *s = plot_of(happening);
    bool too_few = w->registry.count < (s ? s->groups : 0);
    uint64_t next_ms = s && plot_happens(s, 250) ? 300 : 0; /* others do something at once */
    if (s && too_few && (!w->registry.count || plot_happens(s, 100)))
        create(s);
    else if (s)
        decide_something(s);
    if (s)
        plot_plan(s, plot_draw(s, 0, next_ms ? next_ms : s->affairs_ms), on_affair, NULL, 0);
    free(happening);
}

void affairs_begin(struct story *s)
{
    s->groups = (unsigned)plot_draw(s, 1, 3);
    s->affairs_ms = (unsigned)plot_draw(s, 2000, 60000);
    plot_plan(s, plot_draw(s, 3000, 20000), on_affair, NULL, 0);
}
