/* node/dialer.h - whom to call, and when.
 *
 * A candidate is an address somebody might answer at: found by discovery, typed by the
 * user, or remembered from an earlier meeting. Each is dialled until one of the addresses
 * of its instance leads to a person who is online; after a failure it waits twice as
 * long as before. Candidates, dials at once and waits are bounded, so adverts can neither
 * fill memory nor aim us at a victim.
 */
#ifndef LTH_NODE_DIALER_H
#define LTH_NODE_DIALER_H

#include "node/contacts.h"

enum {
    CANDIDATES_MAX = 512,
    CANDIDATES_KEPT = 128, /* of them for addresses typed or remembered: adverts are cheap */
    DIALS_AT_ONCE = 8,
    DIALS_KEPT = 2, /* of them likewise */
    CANDIDATE_ADDRESS_MAX = 255,
    INSTANCE_MAX = 63,
    DIAL_TURN_MS = 1000, /* the lower instance name or id dials first, the other waits so long */
    DIAL_BACK_MS = 100,  /* before calling somebody who just went: a restart takes a moment */
    DIAL_FIRST_WAIT_MS = 500,
    DIAL_AGAIN_MS = 200,        /* the network changed: everybody, but not at one moment */
    DIAL_RECENT_WAIT_MS = 2000, /* longest wait for somebody who was here a moment ago */
    DIAL_RECENT_FOR_MS = 10 * 60 * 1000,
    DIAL_REBUFF_WAIT_MS = 5000,   /* and up to twice that */
    DIAL_KNOWN_WAIT_MS = 10000,   /* longest wait for somebody we have met */
    DIAL_STRANGER_WAIT_MS = 60000 /* longest wait for an address nobody answered at */
};

enum { CANDIDATE_ADVERT = 0x01, CANDIDATE_TYPED = 0x02, CANDIDATE_REMEMBERED = 0x04 };

struct candidate {
    char address[CANDIDATE_ADDRESS_MAX + 1]; /* key: host:port */
    char instance[INSTANCE_MAX + 1];         /* "" unless discovery found it */
    uint8_t sources;
    bool stored;      /* as typed, in the log */
    unsigned adverts; /* instances that name the address */
    uint64_t next_ms;
    uint32_t backoff_ms;
    uint32_t link;           /* dialling or connected through it; 0 = not */
    struct contact *contact; /* who answered there last, or NULL */
    UT_hash_handle hh;
};

struct dialer {
    struct candidate *table; /* by address; owned */
    uint32_t last_link;
    uint64_t idle_until_ms; /* nothing to be dialled before, unless something changes */
};

struct node;

void dialer_clear(struct dialer *d);

/* A source names an address; source is one of CANDIDATE_…. wait_ms: before the first dial.
 * LTH_LIMIT when the table is full, LTH_TOO_LONG. */
LTH_MUST_USE enum lth_err dialer_add(struct node *n, const char *address, uint8_t source,
                                     const char *instance, uint64_t wait_ms);

bool dialer_is_typed(const struct node *n, const char *address);

/* The log has the typed address; dialer_is_stored then says so until it is removed. */
void dialer_on_stored(struct node *n, const char *address);
bool dialer_is_stored(const struct node *n, const char *address);

/* True when link goes to an address that the user typed. */
bool dialer_link_is_typed(const struct node *n, uint32_t link);

/* The source no longer names it; it goes when nobody does. False if it did not. */
bool dialer_remove(struct node *n, const char *address, uint8_t source);

/* A session with contact, who accepts connections at address, is there. */
void dialer_on_session(struct node *n, struct contact *contact, const struct endpoint *address,
                       uint32_t link);

/* address is where contact was reached before: nobody else is told who we are there. */
void dialer_on_remembered(struct node *n, const char *address, struct contact *contact);

/* The contact that is expected to answer on link and nobody else may, or NULL. */
const struct contact *dialer_expected(const struct node *n, uint32_t link);

/* contact answered on link; it is online already, so this address is not needed now. */
void dialer_on_alias(struct node *n, uint32_t link, struct contact *contact);

/* contact is about to be freed. */
void dialer_forget(struct node *n, const struct contact *contact);

/* Dials the address behind link again, to replace an old session. */
void dialer_renew(struct node *n, uint32_t link);

/* The session with contact is stalled: dials one of their addresses in parallel. */
void dialer_rescue(struct node *n, const struct contact *contact);

/* Our network changed: nobody waits any more, and dials that go nowhere begin again; but for
 * strangers' adverts, which must not aim us at anybody that often. */
void dialer_on_network(struct node *n);

/* The process stood still: the same for everybody. */
void dialer_on_waking(struct node *n);

/* The link of a candidate is gone: wait, then try again. */
void dialer_on_link_down(struct node *n, uint32_t link);

/* contact went offline: try its addresses again soon; the lower id first. */
void dialer_on_offline(struct node *n, const struct contact *contact);

/* contact hung up on us right away, as one does who is called from two machines of the same
 * identity: not again at once. */
void dialer_on_rebuff(struct node *n, const struct contact *contact);

/* Something changed: a candidate, a link, a contact. Cheap; dialer_run then looks. */
void dialer_look_again(struct node *n);

/* Dials whatever is due, who waits longest first. */
void dialer_run(struct node *n);
uint64_t dialer_wake_ms(const struct node *n);

#endif
