#include "ui/names.h"

#include <stdio.h>

void names_clear(struct names *n)
{
    known_peers_clear(&n->peers);
    known_groups_clear(&n->groups);
}

static void learn_group(struct names *n, const struct group_view *g)
{
    known_groups_update(&n->groups, g);
    for (size_t i = 0; i < g->member_count; i++)
        if (!g->members[i].is_me)
            known_peers_introduce(&n->peers, g->members[i].id, g->members[i].name);
}

/* Who is not known passes for nobody either. name: the beginning of the id, MARK_LEN letters. */
static void use_otherwise(const char *otherwise, char *name, size_t size)
{
    char mark[1 + MARK_LEN + 1] = "";
    if (marked_name_is_like(otherwise))
        snprintf(mark, sizeof mark, "~%.*s", MARK_LEN, name);
    snprintf(name, size, "%.*s%s", NAME_MAX_LEN, otherwise, mark);
}

void names_learn(struct names *n, const struct event *e)
{
    if (e->type == EVENT_CONTACT)
        known_peers_update(&n->peers, &e->peer);
    else if (e->type == EVENT_GROUP || e->type == EVENT_LEFT)
        learn_group(n, &e->group);
    for (size_t i = 0; e->type == EVENT_PEERS && i < e->peers.count; i++)
        known_peers_update(&n->peers, &e->peers.peers[i]);
    for (size_t i = 0; e->type == EVENT_GROUPS && i < e->groups.count; i++)
        learn_group(n, &e->groups.groups[i]);
}

static void write_person(const struct names *n, const uint8_t id[ID_LEN], const char *otherwise,
                         char name[KNOWN_NAME_SIZE])
{
    known_peers_name(&n->peers, id, name);
    if (otherwise && !known_peers_has(&n->peers, id))
        use_otherwise(otherwise, name, KNOWN_NAME_SIZE);
}

static void write_group(const struct names *n, const uint8_t id[CONVERSATION_ID_LEN],
                        const char *otherwise, char name[KNOWN_GROUP_SIZE])
{
    known_groups_name(&n->groups, id, name);
    if (otherwise && !known_groups_has(&n->groups, id))
        use_otherwise(otherwise, name, KNOWN_GROUP_SIZE);
}

void names_quote_person(const struct names *n, const uint8_t id[ID_LEN], const char *otherwise,
                        struct pen *pen)
{
    char name[KNOWN_NAME_SIZE];
    write_person(n, id, otherwise, name);
    pen_person(pen, name);
}

void names_quote_group(const struct names *n, const uint8_t id[CONVERSATION_ID_LEN],
                       struct pen *pen)
{
    char name[KNOWN_GROUP_SIZE];
    known_groups_name(&n->groups, id, name);
    pen_group(pen, name);
}

struct message_view names_of_message(const struct names *n, const struct message_view *m,
                                     struct names_room *room)
{
    struct message_view known = *m;
    write_person(n, m->from, m->name, room->person);
    write_group(n, m->conversation, m->group_name, room->group);
    known.name = room->person;
    if (m->group_name)
        known.group_name = room->group;
    return known;
}
