/* ui/known_peers.h - the people the user has been told about: their names and presence.
 *
 * A memory for the prompt, filled from peer events: it turns an id into a name, a repeated
 * event into silence, and the start of a name into a completion. At most KNOWN_PEERS_MAX
 * are kept; ids beyond it are shown by their first letters.
 */
#ifndef LTH_UI_KNOWN_PEERS_H
#define LTH_UI_KNOWN_PEERS_H

#include "base/marked_name.h"
#include "node/event.h"

enum {
    KNOWN_PEERS_MAX = 1024,
    SHORT_ID_LEN = MARK_LEN, /* letters of an id that name it on the screen */
    KNOWN_NAME_SIZE = NAME_MAX_LEN + 1 + SHORT_ID_LEN + 1, /* name, ~, short id, zero */
};

struct known_peers {
    struct known_peer *table; /* owned, by id */
};

void known_peers_clear(struct known_peers *k);

/* What an event changed, in the user's eyes. */
enum peer_change { PEER_AS_BEFORE, PEER_CAME, PEER_WENT, PEER_RENAMED };
enum peer_change known_peers_update(struct known_peers *k, const struct peer_view *peer);

bool known_peers_has(const struct known_peers *k, const uint8_t id[ID_LEN]);

/* The petname, or the announced name, or the short id. When another known person has the same
 * name, or an id that begins so, or a tilde stands in it, with a mark: "bob~q7xk2mfa"
 * (base/marked_name.h). So nobody passes for somebody else, and what is behind the last tilde is
 * the beginning of their id. A stranger's words. */
void known_peers_name(const struct known_peers *k, const uint8_t id[ID_LEN],
                      char name[KNOWN_NAME_SIZE]);

/* A person met in a group only: never news, and no name is changed. */
void known_peers_introduce(struct known_peers *k, const uint8_t id[ID_LEN], const char *name);

/* The nth way to complete start into a WHO: a name, with its mark; in quotes when it has spaces;
 * the short id when the name could not be typed or shown, or reads like a group. Caller frees; NULL
 * behind the last: then *nth is less by as many as there are. */
char *known_peers_complete(const struct known_peers *k, const char *start, size_t *nth);

#endif
