/* ui/prompt_command.h - what a typed line asks for.
 *
 * A line that starts with / is a command and never sent as a message, whether it is known
 * or not; // sends a slash. Anything else is a message to the current conversation. When that is
 * a group, commands about groups are about this one unless they name another. One table holds the
 * commands: word, arguments, help; parser, /help and completion read it.
 */
#ifndef LTH_UI_PROMPT_COMMAND_H
#define LTH_UI_PROMPT_COMMAND_H

#include "node/command.h"
#include "ui/pen.h"
#include "ui/sentence.h"

enum prompt_kind {
    PROMPT_NOTHING, /* a blank line */
    PROMPT_SUBMIT,  /* hand command to the node */
    PROMPT_TO,      /* make command.who the current conversation; the answer to the command, a
                     * VERIFY or for a group GROUPS, tells who it is */
    PROMPT_INFO,    /* show command.group as the answer to the command, GROUPS, has it */
    PROMPT_HELP,
    PROMPT_GROUP_HELP,
    PROMPT_REFUSED, /* why says what is wrong */
};

struct prompt_line {
    enum prompt_kind kind;
    struct command command; /* ticket 0; its strings belong to words */
    struct sentence why;
    char *words;          /* owned */
    const char **members; /* owned: the command's */
};

/* current: the id of the person or group talked to, or NULL; borrowed as long as *out.
 * LTH_NO_MEMORY: *out is untouched. Else the caller clears it. */
LTH_MUST_USE enum lth_err prompt_command_parse(const char *line, const char *current,
                                               struct prompt_line *out);
void prompt_line_clear(struct prompt_line *p);

/* The table as help for a person, in two parts, so that each fits on a screen: all that is not
 * "/group …", and what is. */
void prompt_command_help(struct pen *pen);
void prompt_command_group_help(struct pen *pen);

/* The nth command that begins with start, slash included, in the words of the table; NULL behind
 * the last. */
const char *prompt_command_complete(const char *start, size_t nth);

#endif
