/* node/event.h - the one list of what a node tells people and programs.
 *
 * The three tongues of src/ui/ print these; lanthorn-interface(7) has their JSON form. Everything
 * an event points to is borrowed for the call. Names and texts are strict UTF-8, but a
 * stranger's: a terminal gets them through base/display.h only.
 */
#ifndef LTH_NODE_EVENT_H
#define LTH_NODE_EVENT_H

#include "base/base32.h"
#include "base/endpoint.h"
#include "node/command.h"

enum { MESSAGE_ID_LEN = 32, CONVERSATION_ID_LEN = 32, PEER_ADDRESSES_MAX = 4 };

/*    enum                 JSON "event" */
#define EVENTS(X)                                                                                  \
    X(EVENT_READY, "ready")                                                                        \
    X(EVENT_PEER, "peer")                                                                          \
    X(EVENT_MESSAGE, "message")                                                                    \
    X(EVENT_SENT, "sent")                                                                          \
    X(EVENT_DELIVERED, "delivered")                                                                \
    X(EVENT_GROUP, "group")                                                                        \
    X(EVENT_LEFT, "left")                                                                          \
    X(EVENT_GAP, "gap")                                                                            \
    X(EVENT_GAP_FILLED, "gap_filled")                                                              \
    X(EVENT_WAITING_FOR_KEY, "waiting_for_key")                                                    \
    X(EVENT_FORK, "fork")                                                                          \
    X(EVENT_KEY_CHANGE, "key_change")                                                              \
    X(EVENT_WARNING, "warning")                                                                    \
    X(EVENT_ERROR, "error")                                                                        \
    X(EVENT_ACCEPTED, "accepted")                                                                  \
    X(EVENT_PEERS, "peers")                                                                        \
    X(EVENT_HISTORY, "history")                                                                    \
    X(EVENT_MESSAGE_STATE, "message_state")                                                        \
    X(EVENT_NAMED, "named")                                                                        \
    X(EVENT_CONTACT, "contact")                                                                    \
    X(EVENT_SAFETY, "safety")                                                                      \
    X(EVENT_ADDRESS, "address")                                                                    \
    X(EVENT_GROUPS, "groups")                                                                      \
    X(EVENT_STATUS, "status")                                                                      \
    X(EVENT_SYNCED, "synced")                                                                      \
    X(EVENT_SHOWN, "shown")                                                                        \
    X(EVENT_BYE, "bye")

enum event_type {
#define EVENT_ENUM(name, word) name,
    EVENTS(EVENT_ENUM)
#undef EVENT_ENUM
};

const char *event_word(enum event_type type);

/* lanthorn-interface(7)'s error codes. */
#define ERROR_CODES(X)                                                                             \
    X(CODE_USAGE, "usage")                                                                         \
    X(CODE_UNKNOWN_PEER, "unknown_peer")                                                           \
    X(CODE_AMBIGUOUS, "ambiguous")                                                                 \
    X(CODE_BLOCKED, "blocked")                                                                     \
    X(CODE_EMPTY_TEXT, "empty_text")                                                               \
    X(CODE_TOO_LONG, "too_long")                                                                   \
    X(CODE_BAD_UTF8, "bad_utf8")                                                                   \
    X(CODE_NOT_A_MEMBER, "not_a_member")                                                           \
    X(CODE_NOT_AN_ADMIN, "not_an_admin")                                                           \
    X(CODE_LIMIT, "limit")                                                                         \
    X(CODE_STORE_READ_ONLY, "store_read_only")                                                     \
    X(CODE_DISK_FULL, "disk_full")                                                                 \
    X(CODE_MALFORMED, "malformed")                                                                 \
    X(CODE_UNSUPPORTED, "unsupported")                                                             \
    X(CODE_INTERNAL, "internal")

enum error_code {
#define CODE_ENUM(name, word) name,
    ERROR_CODES(CODE_ENUM)
#undef CODE_ENUM
};

const char *error_code_word(enum error_code code);

/* True when it speaks of one text; any other speaks of all texts to follow too. */
bool error_code_is_of_text(enum error_code code);

struct peer_view {
    uint8_t id[ID_LEN];
    const char *name, *petname; /* never NULL; "" = none */
    bool online, verified, blocked;
    struct endpoint addresses[PEER_ADDRESSES_MAX];
    size_t address_count;
    uint64_t last_seen_ms; /* wall clock, Unix epoch; 0 = never */
};

struct message_view {
    uint8_t id[MESSAGE_ID_LEN], conversation[CONVERSATION_ID_LEN];
    uint8_t from[ID_LEN];
    bool from_me;
    const char *name;       /* of the author, as the user should see it: petname or announced */
    const uint8_t *with;    /* ID_LEN bytes: the other side of a direct conversation; else NULL */
    const char *group_name; /* of a group, whose id is conversation; NULL: it is direct */
    uint64_t number;        /* in the author's feed */
    uint64_t time_ms;       /* author's wall clock, for display */
    uint64_t record;        /* number in our store: what the shown mark counts */
    const uint8_t *text;
    size_t text_len;
};

enum delivery_state { STATE_QUEUED, STATE_SENT, STATE_DELIVERED };

struct recipient_view {
    uint8_t peer[ID_LEN];
    enum delivery_state state;
    uint64_t time_ms; /* when it reached that state; 0 = not known */
};

struct member_view {
    uint8_t id[ID_LEN];
    const char *name; /* as the user should see it; never NULL */
    bool admin, online, verified, is_me;
    bool introduced; /* first known here by the word of whom follows */
    uint8_t introduced_by[ID_LEN];
    const char *introducer; /* their name */
};

/* What has been decided about a group, and by whom. */
struct group_change {
    bool is_any;
    const char *what; /* "create", "add", "remove", "leave", "promote", "demote", "rename",
                       * "history", "rekey"; "overturn": a decision of the subject's does not
                       * count, for one of by's, made at the same time, comes before it */
    uint8_t by[ID_LEN], subject[ID_LEN];
    const char *by_name, *subject_name; /* subject_name NULL: it is about nobody */
    bool by_me, subject_is_me;
};

struct group_view {
    uint8_t id[CONVERSATION_ID_LEN];
    const char *name; /* without # */
    uint64_t epoch;
    const struct member_view *members;
    size_t member_count;
    bool all_history;           /* whoever is added from now on may read what was said before */
    bool is_member, is_admin;   /* we */
    struct group_change change; /* EVENT_GROUP, EVENT_LEFT; not in a list */
};

struct drop_count {
    const char *cause;
    uint64_t count;
};

struct status_view {
    uint8_t id[ID_LEN];
    const char *name, *version;
    uint16_t port;
    int pid;
    uint64_t uptime_s, sessions, half_open, handshakes_ok, handshakes_failed, rekeys, queued;
    const struct drop_count *dropped;
    size_t dropped_count;
    uint64_t store_records, store_bytes, store_segments;
    bool store_writable;
    const char *discovery_backend, *discovery_state;
    uint64_t discovery_adverts, discovery_resolves;
    uint64_t rss_bytes;
};

struct event {
    enum event_type type;
    bool is_answer; /* it answers a command, whose ticket follows */
    uint64_t ticket;
    union {
        struct { /* EVENT_READY */
            uint8_t id[ID_LEN];
            const char *name, *version, *data;
            uint16_t port;
        } ready;
        struct peer_view peer;       /* EVENT_PEER, EVENT_CONTACT */
        struct message_view message; /* EVENT_MESSAGE */
        struct {                     /* EVENT_SENT, EVENT_DELIVERED */
            uint8_t id[MESSAGE_ID_LEN], conversation[CONVERSATION_ID_LEN], peer[ID_LEN];
            uint64_t time_ms;
        } delivery;
        struct { /* EVENT_GAP, EVENT_GAP_FILLED: entries first to last of a feed of from's */
            uint8_t conversation[CONVERSATION_ID_LEN], from[ID_LEN];
            uint64_t first, last;
        } gap;
        struct { /* EVENT_FORK */
            uint8_t conversation[CONVERSATION_ID_LEN], from[ID_LEN];
            uint64_t number;
            bool in_roster; /* two decisions about a group, number is their height */
        } fork;
        /* EVENT_GROUP, EVENT_LEFT: as it is now. What a command of ours has changed is told by its
         * answer alone; only that we are out of a group is told by EVENT_LEFT as well. */
        struct group_view group;
        struct { /* EVENT_WAITING_FOR_KEY: entry id of from's is here, its key not */
            uint8_t conversation[CONVERSATION_ID_LEN], from[ID_LEN], id[MESSAGE_ID_LEN];
        } waiting_for_key;
        struct { /* EVENT_KEY_CHANGE */
            const char *name;
            uint8_t old_id[ID_LEN], new_id[ID_LEN];
        } key_change;
        struct { /* EVENT_WARNING: code is a word such as "torn_tail" */
            const char *code, *text;
        } warning;
        struct { /* EVENT_ERROR */
            enum error_code code;
            const char *text; /* one sentence: what failed, why, what to do */
        } error;
        struct { /* EVENT_ACCEPTED: durable here */
            uint8_t id[MESSAGE_ID_LEN], conversation[CONVERSATION_ID_LEN];
        } accepted;
        struct { /* EVENT_PEERS */
            const struct peer_view *peers;
            size_t count;
        } peers;
        struct { /* EVENT_HISTORY: oldest first */
            const struct message_view *messages;
            size_t count;
            bool more;
        } history;
        struct { /* EVENT_MESSAGE_STATE */
            uint8_t id[MESSAGE_ID_LEN];
            const struct recipient_view *recipients;
            size_t count;
        } message_state;
        struct { /* EVENT_NAMED */
            const char *name;
        } named;
        struct { /* EVENT_SAFETY */
            uint8_t peer[ID_LEN];
            const char *number; /* 60 digits */
            bool verified;
        } safety;
        struct { /* EVENT_ADDRESS */
            const char *address;
        } address;
        struct { /* EVENT_GROUPS: those we are in */
            const struct group_view *groups;
            size_t count;
        } groups;
        struct status_view status; /* EVENT_STATUS */
        struct {                   /* EVENT_SYNCED */
            uint64_t queued;
        } synced;
        struct { /* EVENT_SHOWN: how far the mark is now; 0: it was there already */
            uint64_t record;
        } shown;
    };
};

#endif
