/* node/group_say.c - what the user is told of a group. */
#include "node/group.h"
#include "node/state.h"

#include <string.h>

const char *group_name_of(struct node *n, const struct group *g, const uint8_t id[ID_LEN])
{
    const struct contact *c = contacts_get(&n->contacts, id);
    const struct member *m = roster_member(g->roster, id);
    if (memcmp(id, n->me.public.id, ID_LEN) == 0)
        return keep_string(n, n->name);
    return keep_string(n, c ? contact_label(c) : m ? m->name : "");
}

static void view_member(struct node *n, const struct group *g, const struct member *m,
                        struct member_view *out)
{
    const struct contact *c = contacts_get(&n->contacts, m->identity.id);
    *out = (struct member_view){.name = group_name_of(n, g, m->identity.id), .admin = m->admin};
    memcpy(out->id, m->identity.id, ID_LEN);
    out->is_me = memcmp(m->identity.id, n->me.public.id, ID_LEN) == 0;
    out->online = out->is_me || (c && c->link);
    out->verified = c && c->verified;
    out->introduced = c && c->introduced;
    if (!out->introduced)
        return;
    memcpy(out->introduced_by, c->introduced_by, ID_LEN);
    out->introducer = group_name_of(n, g, c->introduced_by);
}

void group_view(struct node *n, const struct group *g, struct group_view *out)
{
    size_t count = roster_member_count(g->roster);
    struct member_view *views = todo_room(n->todo, (count + 1) * sizeof *views);
    const struct member *me = roster_member(g->roster, n->me.public.id);
    *out = (struct group_view){
        .name = keep_string(n, roster_name(g->roster)),
        .epoch = roster_epoch(g->roster),
        .members = views,
        .member_count = views ? count : 0,
        .all_history = roster_history(g->roster) == HISTORY_ALL,
        .is_member = me != NULL,
        .is_admin = me && me->admin,
    };
    memcpy(out->id, roster_id(g->roster), HASH_LEN);
    for (size_t i = 0; views && i < count; i++)
        view_member(n, g, &roster_members(g->roster)[i], &views[i]);
}

static const char *word_of(enum operation_type type)
{
    switch (type) {
    case OPERATION_CREATE: return "create";
    case OPERATION_ADD: return "add";
    case OPERATION_REMOVE: return "remove";
    case OPERATION_LEAVE: return "leave";
    case OPERATION_PROMOTE: return "promote";
    case OPERATION_DEMOTE: return "demote";
    case OPERATION_RENAME: return "rename";
    case OPERATION_HISTORY: return "history";
    }
    return "";
}

static bool has_subject(enum operation_type type)
{
    return type == OPERATION_ADD || type == OPERATION_REMOVE || type == OPERATION_PROMOTE ||
           type == OPERATION_DEMOTE;
}

void group_change_of(struct node *n, const struct group *g, const struct operation *op,
                     struct group_change *out)
{
    *out = (struct group_change){.is_any = true, .what = word_of(op->type)};
    memcpy(out->by, op->author, ID_LEN);
    out->by_name = group_name_of(n, g, op->author);
    out->by_me = memcmp(op->author, n->me.public.id, ID_LEN) == 0;
    if (!has_subject(op->type))
        return;
    memcpy(out->subject, op->subject, ID_LEN);
    out->subject_name = op->type == OPERATION_ADD ? keep_string(n, op->person.name)
                                                  : group_name_of(n, g, op->subject);
    out->subject_is_me = memcmp(op->subject, n->me.public.id, ID_LEN) == 0;
}

static void say_change(struct node *n, struct group *g, enum event_type type,
                       const struct operation *op)
{
    struct event *event = say(n, type);
    group_view(n, g, &event->group);
    if (op)
        group_change_of(n, g, op, &event->group.change);
    g->told_left = g->told_left || type == EVENT_LEFT;
}

void group_say(struct node *n, struct group *g, const struct operation *op)
{
    const struct operation_record *departure = roster_departure(g->roster, n->me.public.id);
    bool is_departure = departure && memcmp(departure->op.hash, op->hash, HASH_LEN) == 0;
    if (g->is_member && roster_stands(g->roster, op->hash))
        say_change(n, g, EVENT_GROUP, op);
    else if (!g->is_member && is_departure && !g->told_left)
        say_change(n, g, EVENT_LEFT, op);
}

void group_say_dropped(struct node *n, struct group *g)
{
    const struct operation_record *departure = roster_departure(g->roster, n->me.public.id);
    const struct operation_record *taken = roster_nth(g->roster, roster_count(g->roster) - 1);
    if (departure != taken && !g->told_left) /* else it is told once it is durable */
        say_change(n, g, EVENT_LEFT, NULL);
}

void group_say_joined(struct node *n, struct group *g)
{
    const struct member *me = roster_member(g->roster, n->me.public.id);
    const struct operation_record *at = roster_find(g->roster, roster_head(g->roster));
    while (me && at && at->height > me->joined)
        at = roster_find(g->roster, at->op.parent);
    if (me && at)
        group_say(n, g, &at->op);
}
