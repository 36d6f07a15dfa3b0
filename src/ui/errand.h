/* ui/errand.h - one command of a shell on its way to a running node, until there is a status.
 *
 *   READY comes -> names are learnt, where some are printed -> the command is asked
 *   ASKING    --answer--> DONE, or where delivery is waited for --accepted--> WAITING
 *   SENDING   --input ends, all answered--> DONE, or WAITING
 *   WAITING   --delivered--> DONE         --time is up--> DONE: 4
 *   WATCHING  --so many events--> DONE    --time is up--> DONE: 0, or 1 when some are missing
 *
 * Results go to `out`: as lines for people (ui/prompt_text.h), as rows for programs (ui/rows.h),
 * or as the JSON lines that came; what went wrong goes to `complaints`. Delivery to a group is
 * delivery to a first member, who can bring it to all others; receipts are cumulative, so that
 * all lines are delivered when the last is. No I/O in here: errand_uv.c brings it.
 */
#ifndef LTH_UI_ERRAND_H
#define LTH_UI_ERRAND_H

#include "ui/exit_status.h"
#include "ui/names.h"
#include "ui/shell.h"
#include "ui/splitter.h"

enum errand_form { FORM_PEOPLE, FORM_ROWS, FORM_JSON };

enum errand_state {
    ERRAND_GREETED, /* not yet by the node */
    ERRAND_ASKING,
    ERRAND_SENDING, /* what stdin holds */
    ERRAND_WAITING, /* for delivery */
    ERRAND_WATCHING,
    ERRAND_DONE,
};

enum { ERRAND_OPEN_MAX = 32 }; /* lines without an answer, at a time */

struct errand {
    const struct shell *shell; /* borrowed */
    enum errand_form form;
    enum errand_state state;
    enum exit_status status; /* once DONE */
    struct names names;
    bool wants_peers, wants_groups, wants_command; /* questions to ask, in this order */
    unsigned unlearnt;                             /* questions about names without an answer */
    struct splitter input;                         /* lines, or one text as it comes */
    uint64_t line, unanswered;
    bool some_refused;
    bool is_drained;                        /* nothing more is to be sent */
    uint8_t last_id[MESSAGE_ID_LEN];        /* of the last message accepted */
    char last_text[2 * MESSAGE_ID_LEN + 1]; /* the same, while it is asked about */
    bool last_is_open;                      /* it is not delivered */
    bool wants_state;                       /* ask what has become of it */
    bool knows_person;                      /* it is for one, and this is who: */
    uint8_t person[ID_LEN];
    long seen;    /* WATCHING: events printed */
    uint64_t seq; /* of the last event */
};

void errand_init(struct errand *e, const struct shell *shell, enum errand_form form);
void errand_clear(struct errand *e);

/* True with the next command to submit; its strings live until the next call that takes e. What
 * cannot be sent is complained about. */
bool errand_ask(struct errand *e, struct command *out, struct pen *complaints);

/* True while stdin should be read on. */
bool errand_wants_input(const struct errand *e);
LTH_MUST_USE enum lth_err errand_input(struct errand *e, const char *bytes, size_t len);
void errand_end_of_input(struct errand *e);

/* What a node tells, and the line it told it with, without its line feed. */
struct errand_news {
    enum lth_err err;          /* of json_event_read */
    const struct event *event; /* when it is LTH_OK */
    uint64_t seq, now_ms;      /* wall clock */
    const char *line;
    size_t len;
};
void errand_event(struct errand *e, const struct errand_news *news, struct pen *out,
                  struct pen *complaints);

/* The node is gone. */
void errand_lost(struct errand *e, struct pen *complaints);

/* True in the states that end after shell->wait_s. */
bool errand_is_timed(const struct errand *e);
void errand_timeout(struct errand *e, struct pen *complaints);

/* Ctrl-C. */
void errand_interrupt(struct errand *e, struct pen *complaints);

#endif
