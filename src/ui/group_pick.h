/* ui/group_pick.h - which group of the node's list a typed word names: #name, #name~id or the id.
 *
 * Names are compared as they are; two groups of one name are told apart by their marks
 * (base/marked_name.h) or ids only, for a guess could send words to the wrong people.
 */
#ifndef LTH_UI_GROUP_PICK_H
#define LTH_UI_GROUP_PICK_H

#include "node/event.h"

enum { GROUP_TEXT_LEN = 2 * CONVERSATION_ID_LEN };

/* groups: an EVENT_GROUPS; *out points into it. LTH_NOT_FOUND, LTH_AMBIGUOUS. */
LTH_MUST_USE enum lth_err group_pick(const struct event *groups, const char *word,
                                     const struct group_view **out);

/* 64 hex characters. */
void group_id_write(const uint8_t id[CONVERSATION_ID_LEN], char text[GROUP_TEXT_LEN + 1]);

#endif
