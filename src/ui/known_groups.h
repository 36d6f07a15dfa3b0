/* ui/known_groups.h - the groups the user has been told about: their names, and who is in.
 *
 * What ui/known_peers.h is for people: a memory for the prompt, filled from the node's events,
 * that turns an id into a name and the start of a name into a completion. At most
 * KNOWN_GROUPS_MAX are kept.
 */
#ifndef LTH_UI_KNOWN_GROUPS_H
#define LTH_UI_KNOWN_GROUPS_H

#include "base/marked_name.h"
#include "node/event.h"

enum {
    KNOWN_GROUPS_MAX = 1024,
    SHORT_GROUP_LEN = MARK_LEN, /* hex characters of an id that name it on the screen */
    KNOWN_GROUP_SIZE = NAME_MAX_LEN + 1 + SHORT_GROUP_LEN + 1, /* name, ~, short id, zero */
};

struct known_groups {
    struct known_group *table; /* owned, by id */
};

void known_groups_clear(struct known_groups *k);
void known_groups_update(struct known_groups *k, const struct group_view *g);

bool known_groups_has(const struct known_groups *k, const uint8_t id[CONVERSATION_ID_LEN]);

/* True when it is known that we are not in it any more. */
bool known_groups_is_left(const struct known_groups *k, const uint8_t id[CONVERSATION_ID_LEN]);

/* True when it is known that nobody but us is in it. */
bool known_groups_is_empty(const struct known_groups *k, const uint8_t id[CONVERSATION_ID_LEN]);

/* The name without #; with a mark, "ops~3f2a91bc", when another known group has the same or a tilde
 * stands in it (base/marked_name.h); the short id of one that is not known. A stranger's words. */
void known_groups_name(const struct known_groups *k, const uint8_t id[CONVERSATION_ID_LEN],
                       char name[KNOWN_GROUP_SIZE]);

/* The nth way to complete start into a group: #name with its mark, in quotes when it has spaces;
 * the whole id when the name could not be typed. Caller frees; NULL behind
 * the last: then *nth is less by as many as there are. */
char *known_groups_complete(const struct known_groups *k, const char *start, size_t *nth);

#endif
