/* ui/seek.h - turning WHO into an id, and waiting for them to appear.
 *
 * The rules of what WHO may be are the node's, so we ask it: for a person a VERIFY without a
 * number changes nothing and answers with the id; a group is picked from the list of groups.
 * While the answer is that there is none we ask again each time somebody appears or a group
 * changes. One question is open at a time, under SEEK_TICKET.
 */
#ifndef LTH_UI_SEEK_H
#define LTH_UI_SEEK_H

#include "node/event.h"

static const uint64_t SEEK_TICKET = UINT64_MAX; /* no line and no other command gets this far */

struct seek {
    const char *who;      /* borrowed; NULL = nobody is sought */
    bool is_due, is_open; /* a question should be asked; has been, without an answer yet */
    uint8_t id[ID_LEN];   /* who it is, once found: a person's or a group's */
    bool is_group;
};

void seek_init(struct seek *s, const char *who);

/* True, once, when a question should be asked: hand *out to the node. */
bool seek_ask(struct seek *s, struct command *out);

/* Every event goes through here. SEEK_FOUND: id is set, the search is over. SEEK_WAITING:
 * they are not here yet. SEEK_AMBIGUOUS: several groups have the name, which ends the search too.
 * SEEK_REFUSED: the event is the error that ends the search. */
enum seek_result { SEEK_OTHER, SEEK_FOUND, SEEK_WAITING, SEEK_AMBIGUOUS, SEEK_REFUSED };
enum seek_result seek_event(struct seek *s, const struct event *e);

#endif
