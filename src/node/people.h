/* node/people.h - meeting somebody: pinning, renaming, and making room for others.
 *
 * Whoever completes a handshake becomes a contact and is pinned. The table is bounded; at the
 * limit somebody met only in passing is forgotten, never anybody to whom something was said, who
 * is in a group with us, or whom the user named, verified or blocked.
 */
#ifndef LTH_NODE_PEOPLE_H
#define LTH_NODE_PEOPLE_H

#include "node/contacts.h"
#include "wire/hello.h"

enum { RENAME_MS = 1000 }; /* a peer's name is taken no more often, the last of several then */

struct node;

/* A new contact; LTH_LIMIT when the table is full of people who matter. */
LTH_MUST_USE enum lth_err people_add(struct node *n, const struct identity *identity,
                                     struct contact **out);

/* Finds or pins the contact behind a hello. NULL when there is no room. */
struct contact *people_meet(struct node *n, const struct hello *hello);

struct member;

/* A member of a group that we have not met: pinned by the word of somebody. is_replay: the log is
 * being read. LTH_LIMIT. */
LTH_MUST_USE enum lth_err people_introduce(struct node *n, const struct member *m,
                                           const uint8_t by[ID_LEN], bool is_replay,
                                           struct contact **out);

/* The contact announces another name, of at most NAME_MAX_LEN bytes. */
void people_rename(struct node *n, struct contact *c, const char *name);

#endif
