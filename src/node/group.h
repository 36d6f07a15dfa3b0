/* node/group.h - a group that we are in, or were: its roster, its conversation, our place in it.
 *
 * Operations make the roster (node/roster.h); settling makes everything else follow it: an
 * exchange is open with every other member and closed with everybody else, people we have not
 * met become contacts by the word of whoever added them, and what somebody says after they left
 * does not count. A group that we hear of and are not in is kept apart, until an operation adds
 * us or whoever told us is gone.
 */
#ifndef LTH_NODE_GROUP_H
#define LTH_NODE_GROUP_H

#include "node/exchange.h"
#include "node/roster.h"
#include "node/wants.h"

enum {
    GROUPS_MAX = 256,
    GROUPS_OF_STRANGERS_MAX = 32, /* of them made by people whom we never answered */
    GROUPS_HEARD_OF_MAX = 8,
    GROUPS_HEARD_OF_ONE_MAX = 2,  /* from one person */
    INTRODUCED_MAX = 512,         /* contacts never met; others become one when they are */
    INTRODUCED_BY_STRANGERS = 128 /* of them in groups of people whom we never answered */
};

/* Holds secrets. */
struct group {
    struct roster *roster;             /* owned */
    struct conversation *conversation; /* NULL while we only hear of it */
    const struct contact *teller;      /* who tells us of it, then; else NULL */
    bool is_member;                    /* we are, and everything follows that */
    bool told_left, limit_told;        /* the user knows */
    bool is_refused;                   /* the disk refused some of it: to be asked for again */
    uint8_t told_by[ID_LEN];           /* who told us of it first; zeros: it is ours */
    uint32_t settled;                  /* how often everything was made to follow */
    size_t durable;                    /* of the operations taken first: on disk */
    size_t refused;                    /* of the operations taken last: by the disk, just now */
    struct roster_change overturned;   /* by an operation on its way to the disk */
    uint32_t asked_link;               /* on which we asked for what is before an operation */
    size_t asked_count;                /* holding so many */
    uint64_t incarnation;              /* of our feed, when it is not the process's: we came back */

    struct chain chain; /* what we say next goes under it */
    bool has_chain;
    uint32_t chain_count; /* messages under it */
    uint64_t chain_ms;    /* monotonic; when it was made */
    uint8_t chain_roster[HASH_LEN];

    uint64_t announce_ms; /* when to tell others what we know of the roster; UINT64_MAX = never */
    uint64_t repeat_ms;   /* when to say again what lost */
    uint64_t poll_ms;     /* when to ask somebody what there is */
    uint64_t poll_wait_ms;
    size_t polled; /* exchange asked last */
    struct wants wants;
    struct group *next;
};

struct groups {
    struct group *first; /* owned, by next */
};

struct node;

void groups_clear(struct groups *g);

/* We are in as many as we can be in. */
bool groups_are_full(const struct node *n);

/* NULL when we know of none with this id. */
struct group *group_find(const struct node *n, const uint8_t id[HASH_LEN]);

/* A new one that begins with this create; teller: who tells us of it, NULL when it is ours or the
 * log's. LTH_LIMIT, LTH_NO_MEMORY, and what roster_take says. */
LTH_MUST_USE enum lth_err group_new(struct node *n, const uint8_t *create, size_t len,
                                    const struct contact *teller, struct group **out);

/* Makes everything follow the roster. is_replay: the log is being read, nobody is told anything. */
void group_settle(struct node *n, struct group *g, bool is_replay);

/* The operation that opened exchanges is durable: they begin. */
void group_greet(struct node *n, const struct group *g);

/* May id, now a member, read what stands under this chain? */
bool group_may_read(const struct group *g, const struct feed_chain *chain,
                    const uint8_t id[ID_LEN]);

/* Is the entry something that they are to read: said to them, before its author left, and not how
 * it is sealed? */
bool group_is_for(struct reach *r, uint64_t number);

/* Was it said to them, whether or not they are in it now? */
bool group_was_for(const struct reach *r, uint64_t number);

/* Whether an entry can be the next of f. LTH_NOT_FOUND: its roster is not known here yet.
 * LTH_LIMIT: it does not count, for its author had left. LTH_MALFORMED: no honest node says it. */
LTH_MUST_USE enum lth_err group_admits(const struct feed *f, const struct entry_content *content);

/* How the user knows somebody who is, or was, in it. Lives as long as the to-do list. */
const char *group_name_of(struct node *n, const struct group *g, const uint8_t id[ID_LEN]);

/* Everybody in the roster as the user should see it. Lives as long as the to-do list. */
void group_view(struct node *n, const struct group *g, struct group_view *out);

/* What becomes of the user's screen when an operation is durable. */
void group_say(struct node *n, struct group *g, const struct operation *op);
void group_say_joined(struct node *n, struct group *g);  /* others made us a member */
void group_say_dropped(struct node *n, struct group *g); /* what made us one does not count */
void group_change_of(struct node *n, const struct group *g, const struct operation *op,
                     struct group_change *out);

/* It never was: the disk refused its first operation. */
void group_undo(struct node *n, struct group *g);

/* Our process was set back: what we say goes on under new chains. */
void groups_start_over(struct node *n);

/* The session with contact is over, or they were met again. */
void groups_on_offline(struct node *n, const struct contact *contact);
void groups_on_ready(struct node *n, struct contact *contact);

/* They are a contact now: in groups with them there may have been no room for that. */
void groups_on_contact(struct node *n, struct contact *contact, bool is_replay);

/* The log is read. */
void groups_on_start(struct node *n);

void groups_on_time(struct node *n);
uint64_t groups_wake_ms(const struct node *n);

#endif
