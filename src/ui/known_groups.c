#include "ui/known_groups.h"

#include "ui/group_pick.h"
#include "ui/typed_word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct known_group {
    uint8_t id[CONVERSATION_ID_LEN];
    char name[NAME_MAX_LEN + 1];
    bool is_left, is_empty;
    UT_hash_handle hh;
};

void known_groups_clear(struct known_groups *k)
{
    struct known_group *group = k->table, *next;
    HASH_CLEAR(hh, k->table);
    for (; group; group = next) {
        next = group->hh.next;
        free(group);
    }
}

static struct known_group *find(const struct known_groups *k, const uint8_t id[CONVERSATION_ID_LEN])
{
    struct known_group *group;
    HASH_FIND(hh, k->table, id, CONVERSATION_ID_LEN, group);
    return group;
}

static struct known_group *add(struct known_groups *k, const uint8_t id[CONVERSATION_ID_LEN])
{
    struct known_group *group;
    if (HASH_COUNT(k->table) >= KNOWN_GROUPS_MAX || !(group = calloc(1, sizeof *group)))
        return NULL;
    memcpy(group->id, id, CONVERSATION_ID_LEN);
    HASH_ADD(hh, k->table, id, CONVERSATION_ID_LEN, group);
    return group;
}

void known_groups_update(struct known_groups *k, const struct group_view *g)
{
    struct known_group *group = find(k, g->id);
    if (!group && !(group = add(k, g->id)))
        return;
    snprintf(group->name, sizeof group->name, "%s", g->name);
    group->is_left = !g->is_member;
    group->is_empty = g->is_member && g->member_count == 1;
}

bool known_groups_has(const struct known_groups *k, const uint8_t id[CONVERSATION_ID_LEN])
{
    return find(k, id) != NULL;
}

bool known_groups_is_left(const struct known_groups *k, const uint8_t id[CONVERSATION_ID_LEN])
{
    const struct known_group *group = find(k, id);
    return group && group->is_left;
}

bool known_groups_is_empty(const struct known_groups *k, const uint8_t id[CONVERSATION_ID_LEN])
{
    const struct known_group *group = find(k, id);
    return group && group->is_empty;
}

/* True when the bare name could be taken for another group's name or mark. */
static bool wants_mark(const struct known_groups *k, const struct known_group *group)
{
    if (marked_name_is_like(group->name))
        return true;
    for (const struct known_group *other = k->table; other; other = other->hh.next)
        if (other != group && strcmp(other->name, group->name) == 0)
            return true;
    return false;
}

void known_groups_name(const struct known_groups *k, const uint8_t id[CONVERSATION_ID_LEN],
                       char name[KNOWN_GROUP_SIZE])
{
    const struct known_group *group = find(k, id);
    char text[GROUP_TEXT_LEN + 1];
    group_id_write(id, text);
    if (!group)
        snprintf(name, KNOWN_GROUP_SIZE, "%.*s", SHORT_GROUP_LEN, text);
    else if (wants_mark(k, group))
        snprintf(name, KNOWN_GROUP_SIZE, "%s~%.*s", group->name, SHORT_GROUP_LEN, text);
    else
        snprintf(name, KNOWN_GROUP_SIZE, "%s", group->name);
}

static char *write_completion(const struct known_groups *k, const struct known_group *group)
{
    char text[GROUP_TEXT_LEN + 1], name[KNOWN_GROUP_SIZE];
    group_id_write(group->id, text);
    known_groups_name(k, group->id, name);
    return typed_word_can_be(group->name) ? typed_word_write("#", name) : strdup(text);
}

/* True when start is the beginning of "#name", or goes on into its mark. */
static bool begins_with(const struct known_groups *k, const struct known_group *group,
                        const char *start)
{
    char name[KNOWN_GROUP_SIZE];
    size_t name_len = strlen(group->name);
    if (*start != '#')
        return !*start;
    start++;
    if (strlen(start) <= name_len || start[name_len] != '~')
        return strncmp(group->name, start, strlen(start)) == 0;
    known_groups_name(k, group->id, name);
    return strncmp(name, start, strlen(start)) == 0;
}

char *known_groups_complete(const struct known_groups *k, const char *start, size_t *nth)
{
    for (const struct known_group *group = k->table; group; group = group->hh.next)
        if (begins_with(k, group, start) && (*nth)-- == 0)
            return write_completion(k, group);
    return NULL;
}
