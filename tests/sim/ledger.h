/* tests/sim/ledger.h - everything that was ever said, kept by nobody in the story.
 *
 * A saying is one `send` command. Its text is made of its number, so whoever is shown a text
 * can tell whether it was said, by whom, to whom, and as which of how many. An audience is a
 * person, or, numbered behind all people, a group.
 */
#ifndef LTH_TESTS_SIM_LEDGER_H
#define LTH_TESTS_SIM_LEDGER_H

#include "wire/identity.h"

#include <stdbool.h>
#include <uthash.h>

enum { NO_SAYING = UINT32_MAX, SAYING_TEXT_MAX = 16 * 1024 };

struct saying {
    uint8_t id[HASH_LEN]; /* key of by_id; once is_stored */
    uint32_t index;       /* of itself */
    uint32_t author;      /* index of the host that said it */
    uint32_t to;          /* its audience */
    uint32_t life;        /* of the author's process */
    uint32_t number;      /* 1, 2, 3 … of that process to that audience */
    uint32_t len;         /* of its text */
    uint64_t said_ms;
    uint32_t answers; /* the latest its author had been shown of there; or NO_SAYING */
    uint64_t readers; /* people who were with its author in the group then, by bit */
    uint32_t chain;   /* in a group: that it is sealed with, as the registry counts */
    uint32_t entry;   /* likewise: its number in its feed */
    bool is_stored;   /* its author appended it, so it has an id */
    bool is_answered; /* by accepted, or by an error */
    bool is_refused;  /* by an error: it must never be seen */
    uint64_t arrived; /* people with whom it was once durable, by bit */
    UT_hash_handle hh;
};

struct ledger {
    struct saying **sayings; /* owned, and each of them */
    size_t count, size;
    struct saying *by_id;
};

/* A new saying; the text gets at least len bytes, which may be 0. */
uint32_t ledger_add(struct ledger *l, const struct saying *saying);

/* Its text, len bytes of it. */
void ledger_text(const struct ledger *l, uint32_t index, char text[SAYING_TEXT_MAX + 1]);

/* The saying with exactly this text, or NO_SAYING. */
uint32_t ledger_find(const struct ledger *l, const uint8_t *text, size_t len);

/* Its author appended it as the entry id. */
void ledger_set_id(struct ledger *l, uint32_t index, const uint8_t id[HASH_LEN]);
uint32_t ledger_find_id(const struct ledger *l, const uint8_t id[HASH_LEN]);
void ledger_clear(struct ledger *l);

#endif
