/* ui/chat.h - what the prompt remembers: who is talked to, who is here, what is still open.
 *
 * Typed lines go in and come out as what to do; events go in and come out as lines for the
 * screen. No terminal and no clock in here: prompt_uv.c brings both.
 */
#ifndef LTH_UI_CHAT_H
#define LTH_UI_CHAT_H

#include "ui/group_pick.h"
#include "ui/names.h"
#include "ui/overdue.h"
#include "ui/prompt_command.h"
#include "ui/seek.h"

/* A typed command whose answer is for us to read. */
struct chat_question {
    uint64_t ticket;                /* 0 = none, or answered */
    char group[GROUP_TEXT_LEN + 3]; /* the word for it, when it is about one; longer ones are cut,
                                     * and name none */
};

struct chat {
    struct names names;
    struct overdue overdue;
    struct seek seek;               /* who --to names */
    const char *link_name;          /* what a link calls them (""); NULL: there is no link */
    bool told_waiting;              /* that they are not here yet */
    bool wants_peers, wants_groups; /* names of those who are away must be asked for */
    bool first_run;
    bool has_current, current_is_group;
    uint8_t current[ID_LEN];
    char current_text[GROUP_TEXT_LEN + 1];
    uint64_t last_ticket;
    struct chat_question to, info; /* the last /to, the last /group info */
};

/* Both clocks of one moment. */
struct chat_time {
    uint64_t wall_ms, monotonic_ms;
};

/* to: the person to start with, or NULL; link_name: when to is the id in a link, what that calls
 * them or ""; both borrowed. first_run: explain what a newcomer needs. */
void chat_init(struct chat *c, const char *to, const char *link_name, bool first_run);
void chat_clear(struct chat *c);

/* A typed line. PROMPT_SUBMIT, PROMPT_TO and PROMPT_INFO: submit out->command. PROMPT_HELP,
 * PROMPT_GROUP_HELP and PROMPT_REFUSED have been answered to pen. The caller clears *out after
 * LTH_OK. */
LTH_MUST_USE enum lth_err chat_line(struct chat *c, const char *line, struct pen *pen,
                                    struct prompt_line *out);

void chat_event(struct chat *c, const struct event *e, struct chat_time now, struct pen *pen);

/* True when the chat has a question of its own for the node, until it has no more. */
bool chat_ask(struct chat *c, struct command *out);

/* Says what has come together since the last call: at the end of a burst of events, and
 * when chat_wants_tick is true UNSETTLED_PATIENCE_MS later. */
void chat_settle(struct chat *c, uint64_t monotonic_ms, struct pen *pen);
bool chat_wants_tick(const struct chat *c);

/* The prompt, "bob> " or "#ops> ". */
void chat_prompt(const struct chat *c, struct pen *pen);

/* The nth completion of word; before: the line up to it. Caller frees; NULL: no more. */
char *chat_complete(const struct chat *c, const char *before, const char *word, size_t nth);

#endif
