/* node/link.h - one connection: handshake, then a session, then the end.
 *
 *      incoming            dialled
 *   LINK_AWAIT_1        LINK_CONNECTING
 *        | -> 2              | 1 ->
 *   LINK_AWAIT_3        LINK_AWAIT_2
 *        | hello ->          | 3 + our hello ->
 *        |              LINK_AWAIT_HELLO
 *        v                   v
 *   LINK_READY          LINK_READY      pings after silence; frames both ways
 *
 * Every failure closes the same way: silently. Before the peer is authenticated a link
 * costs this struct and nothing more. There is one session per person: of two, the one
 * dialled by the lower id lives, unless it turns out to be dead.
 */
#ifndef LTH_NODE_LINK_H
#define LTH_NODE_LINK_H

#include "base/buffer.h"
#include "node/contacts.h"
#include "node/drop.h"
#include "wire/hello.h"
#include "wire/session.h"

enum {
    HALF_OPEN_MAX = 64,
    HALF_OPEN_PER_SOURCE = 8,
    HANDSHAKE_FIRST_MS = 5000,
    HANDSHAKE_MS = 10000,
    HANDSHAKE_MESSAGE_3_LEN = NOISE_OVERHEAD_3 + HELLO_LEN, /* the longest of the three */
    FIRST_FRAME_MAX = 1024,                                 /* of the responder: HELLO alone */
    CONNECT_MS = 4000,        /* a lost SYN is repeated after 1 and 3 s, then too late for us */
    PING_AFTER_MS = 14000,    /* of silence */
    PING_EARLY_MS = 3000,     /* so much earlier when another is due: one wake-up for many */
    DEAD_AFTER_MS = 27000,    /* of silence: noticed within 30 s */
    DOUBT_AFTER_MS = 3000,    /* without the answer to something: is it stalled? */
    PROBE_MS = 2000,          /* how long an old session may take to prove it lives */
    SHORT_SESSION_MS = 10000, /* one that is ended so soon was not wanted */
    SESSION_MAX_MS = 60 * 60 * 1000,
    SESSION_MAX_FRAMES = 1 << 20,
    STANDSTILL_MS = 30000, /* a process that stood still this long starts afresh */
    WINDOW_MIN = 8 * 1024, /* bytes handed out ahead, on a slow link */
    WINDOW_FIRST = 32 * 1024,
    WINDOW_MAX = 256 * 1024,
    WINDOW_FAST_MS = 100,              /* drained within: it may be twice as wide */
    WINDOW_SLOW_MS = 1000,             /* longer: half */
    LINK_UNSENT_HIGH = 1024 * 1024,    /* from here on nothing is read that wants an answer */
    LINK_UNSENT_MAX = 4 * 1024 * 1024, /* who reads so little is cut off */
    SESSIONS_WITH_STRANGERS_MAX = 256,
};

enum link_state {
    LINK_CONNECTING,
    LINK_AWAIT_1,
    LINK_AWAIT_2,
    LINK_AWAIT_3,
    LINK_AWAIT_HELLO,
    LINK_READY,
    LINK_CLOSED, /* freed at the end of the step */
};

/* A message waiting for the end of the step, when all are packed into frames. */
struct outgoing {
    struct outgoing *next;
    uint8_t type, flags;
    size_t len;
    const uint8_t *body; /* in the to-do list's arena */
};

/* Holds secrets. */
struct link {
    uint32_t id;
    bool dialled;
    bool is_numeric; /* dialled, and no name is to be resolved */
    enum link_state state;
    struct endpoint remote;
    union { /* the handshake's, then the session's */
        struct noise noise;
        struct session session;
    };
    uint8_t handshake[SESSION_LENGTH_LEN + HANDSHAKE_MESSAGE_3_LEN]; /* the message so far */
    size_t handshake_len;
    uint8_t rs[NOISE_KEY_LEN]; /* the static key the handshake proved */
    struct buffer in;          /* part of a frame */
    uint64_t opened_ms, heard_ms;
    uint64_t pinged_ms; /* 0 = not since something was heard */
    uint64_t doubt_ms;  /* something wants an answer: when to doubt the link; UINT64_MAX = never */
    uint64_t prove_by_ms; /* closed unless something is heard by then; UINT64_MAX = never */
    bool is_over;         /* about to be closed: nothing more goes out */
    bool mirrored;        /* our message 1 came back to our own door */
    bool hung_up;         /* the peer said CLOSE */
    bool has_told;        /* a whole HAVE came */
    bool was_told;        /* ours went out */
    bool stalled;         /* the network says so: another dial may replace it at once */
    size_t window;        /* so many bytes are handed out ahead: what leaves within a moment */
    uint64_t filling_ms;  /* since when, and */
    size_t left;          /* how many of them left meanwhile */
    size_t unsent;        /* bytes handed out and not yet reported sent */
    size_t packing;       /* bytes of messages queued in this step */
    bool choked;          /* more was to be sent than LINK_UNSENT_MAX */
    bool paused;          /* it reads too little: see LINK_UNSENT_HIGH */

    struct contact *contact;          /* once authenticated */
    char next_name[NAME_MAX_LEN + 1]; /* of theirs, not taken yet: traffic_name_ms; "" = none */
    struct allowance rosters;         /* of ROSTERs of groups that do not concern them */
    uint64_t incarnation;             /* of the peer's process */
    struct link *rival;               /* an older session with the same person, being probed */
    uint64_t probe_until_ms;

    struct outgoing *out, **out_end; /* of this step */
    bool in_flush;
    struct link *next_flush, *next_dead;
    UT_hash_handle hh;
};

struct links {
    struct link *table; /* by id; owned */
    struct link *flush; /* those with messages of this step, by next_flush */
    struct link *dead;  /* closed in this step, by next_dead; owned */
};

struct node;

struct link *links_get(const struct links *l, uint32_t id);
size_t links_count(const struct links *l, bool ready);
void links_clear(struct links *l);

/* A link that is being dialled; NULL when memory is out. */
struct link *link_dial(struct node *n, uint32_t id, bool is_numeric);

void link_on_up(struct node *n, uint32_t id, bool dialled, const struct endpoint *remote);
void link_on_down(struct node *n, uint32_t id);
void link_on_bytes(struct node *n, uint32_t id, uint8_t *bytes, size_t len);

/* Takes up what came while nothing was to be read. */
void links_take_kept(struct node *n);

/* Closes every link with a contact, in good order. */
void links_close_all(struct node *n, const struct contact *contact);

/* Queues a message of a ready link, or of one whose handshake is done; body is copied. */
void link_send(struct node *n, struct link *l, uint8_t type, const void *body, size_t len);

/* The same for a body already in the to-do list's arena. */
void link_send_kept(struct node *n, struct link *l, uint8_t type, uint8_t *body, size_t len);

/* A frame of the peer's was opened. Bytes alone are no sign of life: anybody on the way can send
 * some, or make us wait for a frame that never ends. */
void link_heard(const struct node *n, struct link *l);

/* What we asked was answered: what we send arrives. The peer's own words do not show that. */
void link_answered(struct link *l);

/* What was just sent wants an answer: if there is none for long, the link may be stalled. */
void link_expects_answer(struct node *n, struct link *l);

/* So many bytes left. */
void link_on_sent(struct node *n, struct link *l, size_t sent);

/* The network says that it is stalled: the person is dialled in parallel. */
void link_on_stalled(struct node *n, uint32_t id);

/* Our network changed: every session has PROBE_MS to prove that it lives. */
void links_on_network(struct node *n);

/* Closes; orderly sends CLOSE first. The link is gone after the step. */
void link_close(struct node *n, struct link *l, bool orderly);

/* ---- for the parts of a link: handshake, rival, traffic ---- */

/* bytes live in the to-do list's arena. */
void link_hand_out(struct node *n, struct link *l, uint8_t *bytes, size_t len);
void link_ping(struct node *n, struct link *l);

/* Closes as a handshake that failed: silently, whatever the reason, which is counted. */
void link_fail(struct node *n, struct link *l, enum drop why);

/* The peer is authenticated as hello says. */
void link_become_ready(struct node *n, struct link *l, const struct hello *hello);

/* Older than the limits of a session, so many times over. */
bool link_is_old(const struct node *n, const struct link *l, unsigned times);

/* End of the step: packs and seals what was queued, frees what was closed. */
void links_flush(struct node *n);

/* Deadlines, pings, old sessions. stood_still: no session is to be used any more. */
void links_check(struct node *n, bool stood_still);
uint64_t links_wake_ms(const struct node *n);

#endif
