/* ui/lines.h - lines in, lines out: what lanthorn does when its input is not a terminal.
 *
 *   SEEKING --WHO is known--> SENDING --input ends--> DRAINING --all delivered--> DONE
 *      |                         |                        |
 *      +--timeout, ambiguous: 3  +--blocked, disk full …: 1  +--timeout: 4
 *
 * Each line is a message to WHO. The time for SEEKING begins with the first answer, so that
 * whoever is known already is found however short it is. DRAINING waits for two things: the
 * answers to what was submitted, which come without fail, and delivery, for which there is a
 * timeout. Receipts are cumulative, so everything is delivered when the last accepted
 * message is; in a group, when a first member has it, who can bring it to all others. A stop from
 * outside ends it with 4 when something accepted is not delivered, else with 1.
 */
#ifndef LTH_UI_LINES_H
#define LTH_UI_LINES_H

#include "ui/exit_status.h"
#include "ui/group_pick.h"
#include "ui/pen.h"
#include "ui/seek.h"

enum lines_state { LINES_SEEKING, LINES_SENDING, LINES_DRAINING, LINES_DONE };

struct lines {
    enum lines_state state;
    enum exit_status status; /* once DONE; see lines_status */
    const char *to;
    struct seek seek;
    bool has_answer;             /* WHO was asked about, and is not known yet */
    bool has_addresses;          /* some were typed */
    bool lost_discovery;         /* the last word about discovery was that there is none */
    char id[GROUP_TEXT_LEN + 1]; /* a person's or a group's */
    uint64_t line;               /* number of the last line read: its ticket */
    uint64_t unanswered;         /* lines submitted and neither accepted nor refused yet */
    uint8_t last_id[MESSAGE_ID_LEN];
    bool last_is_open; /* the last accepted message is not delivered */
    bool some_refused;
};

/* to: borrowed. has_addresses: there are typed ones, so people can appear without discovery. */
void lines_init(struct lines *l, const char *to, bool has_addresses);

/* A line of the input, in state SENDING: fills the command to submit; borrows text. */
void lines_take(struct lines *l, const char *text, size_t len, struct command *out);

/* A line that was longer than a message may be. Complaints go to the user's stderr. */
void lines_take_too_long(struct lines *l, struct pen *complaints);
void lines_end_of_input(struct lines *l);

/* Any event of the node: messages of others to out, troubles to complaints. */
void lines_event(struct lines *l, const struct event *e, struct pen *out, struct pen *complaints);

/* True in the states that must not last longer than the user's timeout. */
bool lines_is_timed(const struct lines *l);
void lines_timeout(struct lines *l, struct pen *complaints);

/* What the process ends with, should it end now. */
enum exit_status lines_status(const struct lines *l);

#endif
