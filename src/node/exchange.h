/* node/exchange.h - what we and one other person have yet to tell each other of one conversation.
 *
 * A direct conversation has one exchange, a group one for every member. An exchange lives as long
 * as its conversation; one with somebody who is no member any more is closed, and nothing goes
 * over it. A reach is one feed towards that person: there is one for each of our feeds and of
 * theirs, and for one of somebody else's when they asked for it.
 */
#ifndef LTH_NODE_EXCHANGE_H
#define LTH_NODE_EXCHANGE_H

#include "node/feeds.h"

struct link;

struct reach {
    struct feed *feed;
    struct exchange *exchange;
    uint64_t peer_has;      /* held by them, as their last HAVE said */
    uint64_t sent;          /* handed to the session that lives now, or told */
    uint64_t keys_sent;     /* the keys of chains up to there went with them */
    uint64_t proof_sent;    /* others' feeds: number of the head last sent in this session */
    bool is_wanted;         /* others' feeds: they asked for it */
    uint64_t asked_chain;   /* ours, in a group: the chain of which is known whether they may */
    uint32_t asked_settled; /* read it, as of that settling */
    bool may_read;
    uint64_t sent_high;       /* ours: handed to any session: what `sent` events were told of */
    uint64_t receipted;       /* ours: receipt verified and written */
    uint64_t receipt_seen;    /* ours: receipt verified, perhaps not yet written */
    uint64_t receipted_first; /* ours: where the newest receipt begins to tell something new */
    uint64_t receipted_ms;    /* ours: wall clock of the newest */
    uint64_t peer_proves;     /* ours: highest of our heads that they hold */
    uint64_t claimed;         /* ours, of another process: highest they said they hold */
    uint64_t claimed_by;      /* incarnation of their process that said so */
    bool claim_grew;          /* ours, of another process: and then more than that */
    size_t since_head;        /* ours: bytes of entries sent since the last head */
    uint32_t receipt_link;    /* theirs: link on which a receipt was last told */
    uint64_t receipt_told_ms; /* theirs: monotonic, when */
    uint64_t receipt_wanted;  /* theirs: up to where they lack our receipt; 0 = nowhere */
    bool receipt_due, head_due, queued;
    struct reach *next_queued, *next_head;
};

struct exchange {
    struct conversation *conversation;
    struct contact *contact;
    bool is_open;
    bool is_new;              /* opened while a session was there, and not begun yet */
    bool is_asked;            /* they want to know what we hold */
    bool is_refused;          /* something was not taken, for its roster is not known here */
    size_t index;             /* among the conversation's, and of its reach in each feed */
    uint32_t account_link;    /* link on which a HAVE of several messages is coming; 0 = none */
    uint32_t acted_link;      /* link whose account was acted upon last */
    uint32_t told_on;         /* link on which our last HAVE went */
    uint64_t account_of;      /* incarnation of their process whose HAVE was complete last */
    uint64_t account_ms;      /* monotonic; when a HAVE was last acted upon */
    struct allowance rosters; /* of ROSTERs */
    uint64_t keys_ms;         /* monotonic; when they were last answered about keys; 0 = never */
    bool account_due;         /* one came since */
    bool synced;              /* it came on the session that lives now */
    bool reading;             /* records to be sent are being read back */
    bool resync;              /* something is missing here: ask for it again */
    struct feed *awaited;     /* theirs: some of it was not taken: nothing of others before it */
    struct lost *lost;        /* owned; entries that they hand on to us, or NULL */
    struct reach *queue;      /* feeds of which they lack something; see sending.h */
    struct exchange *next_of_contact;
};

/* The exchange with contact, made and opened if need be; NULL when memory is out. */
struct exchange *exchange_open(struct conversation *c, struct contact *contact);

/* The one with contact, open or not; NULL if there never was one. */
struct exchange *exchange_with(const struct conversation *c, const struct contact *contact);

/* The live session over which its messages go, or NULL. */
struct link *exchange_session(const struct exchange *x);

/* f towards them; NULL for a feed of somebody else's they did not ask for. */
struct reach *exchange_reach(const struct exchange *x, const struct feed *f);

/* The same, made if need be; NULL when memory is out. */
struct reach *exchange_make_reach(struct exchange *x, struct feed *f);

/* f's own author, when it is not us; NULL when there is no exchange with them. */
struct reach *exchange_of_author(const struct feed *f);

/* A feed joined the conversation: everybody it concerns gets a reach. LTH_NO_MEMORY. */
LTH_MUST_USE enum lth_err exchange_cover(struct conversation *c, struct feed *f);

bool exchange_is_author(const struct exchange *x, const struct feed *f);

/* For the conversation and the feed that own them. */
void exchanges_free(struct conversation *c);
void reaches_free(struct feed *f);

#endif
