/* ui/names.h - people and groups by the names under which the user knows them.
 *
 * Whoever prints a name prints it from here, so that two of one name are told apart wherever
 * they are spoken of.
 */
#ifndef LTH_UI_NAMES_H
#define LTH_UI_NAMES_H

#include "ui/known_groups.h"
#include "ui/known_peers.h"
#include "ui/pen.h"

struct names {
    struct known_peers peers;
    struct known_groups groups;
};

void names_clear(struct names *n);

/* What lists, contacts and groups say of names; EVENT_PEER, which may be news, does not pass
 * here. */
void names_learn(struct names *n, const struct event *e);

/* otherwise: a stranger's words for somebody who is not known; NULL: the id's first letters. */
void names_quote_person(const struct names *n, const uint8_t id[ID_LEN], const char *otherwise,
                        struct pen *pen);
void names_quote_group(const struct names *n, const uint8_t id[CONVERSATION_ID_LEN],
                       struct pen *pen);

/* The message under the names by which the user knows its author and its group, which are kept in
 * *room. */
struct names_room {
    char person[KNOWN_NAME_SIZE], group[KNOWN_GROUP_SIZE];
};
struct message_view names_of_message(const struct names *n, const struct message_view *m,
                                     struct names_room *room);

#endif
