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

static bool has_namesake(const struct known_groups *k, const struct known_group *group)
{
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
    else if (has_namesake(k, group))
        snprintf(name, KNOWN_GROUP_SIZE, "%s~%.*s", group->name, SHORT_GROUP_LEN, text);
    else
        snprintf(name, KNOWN_GROUP_SIZE, "%s", group->name);
}

static char *write_completion(const struct known_groups *k, const struct known_group *group)
{
    char text[GROUP_TEXT_LEN + 1];
    group_id_write(group->id, text);
    return typed_word_can_be(group->name) && !has_namesake(k, group)
               ? typed_word_write("#", group->name)
               : strdup(text);
}

/* True when "#name" begins with start. */
static bool begins_with(const char *name, const char *start)
{
    const char *name_start = start + (*start == '#');
    return !*start || (*start == '#' && strncmp(name, name_start, strlen(name_start)) == 0);
}

char *known_groups_complete(const struct known_groups *k, const char *start, size_t *nth)
{
    for (const struct known_group *group = k->table; group; group = group->hh.next)
        if (begins_with(group->name, start) && (*nth)-- == 0)
            return write_completion(k, group);
    return NULL;
}
