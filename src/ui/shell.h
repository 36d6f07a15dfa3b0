/* ui/shell.h - `lanthorn COMMAND …`: the words of a shell, as what to do.
 *
 * The table in shell.c holds for each command its name, its usage and its help. The usage is the
 * grammar too: parser, --help, completions and the test of the manual page all read it. Quoting
 * is the shell's: each argument is one word; only those of a text or a number are joined.
 */
#ifndef LTH_UI_SHELL_H
#define LTH_UI_SHELL_H

#include "base/error.h"
#include "node/command.h"
#include "ui/sentence.h"

#include <stdbool.h>

enum shell_kind {
    SHELL_NODE,       /* no command: the words are a node's options (ui/options.h) */
    SHELL_REFUSED,    /* say why, end with status 2 */
    SHELL_HELP,       /* print the help of topic */
    SHELL_ASK,        /* hand command to the running node, print the answer */
    SHELL_SEND,       /* the same; from_input: its text, or each line of it, comes from stdin */
    SHELL_INFO,       /* the same; of the groups in the answer, only command.group */
    SHELL_WATCH,      /* print events as they come */
    SHELL_CHECK,      /* read the whole store, with no node running */
    SHELL_PASSPHRASE, /* change what opens it */
    SHELL_EXPORT,     /* print all that was said, or to command.who unless it is "" */
};

enum { SHELL_FOREVER = -1, SHELL_NUMBER_MAX = 1000000000 };

struct shell {
    enum shell_kind kind;
    const char *data, *topic; /* of argv, or NULL */
    const char *key_file, *new_key_file;
    long passphrase_fd, new_passphrase_fd; /* -1 = not given */
    struct command command; /* ticket 0; its strings are of argv, or of what follows */
    bool json, from_input, lines;
    long wait_s;                      /* SHELL_FOREVER = not given */
    long count;                       /* of events; 0 = not given */
    char *joined;                     /* owned: words that are one */
    const char **members;             /* owned: the command's */
    char group[1 + NAME_MAX_LEN + 1]; /* "#ops" where ops was typed */
};

/* Reads a whole command line, and may change the order of its words; SHELL_REFUSED comes with
 * *why. Whatever the kind, the caller clears *out. Not reentrant, as getopt_long is not. */
void shell_parse(int argc, char *argv[], struct shell *out, struct sentence *why);
void shell_clear(struct shell *s);

/* A command of the table: "group add", "GROUP WHO", "take WHO in". */
struct shell_row {
    const char *name, *usage; /* usage: the grammar of its words, and the options it takes */
    enum shell_kind kind;
    enum command_type type;
    const char *help;
};
const struct shell_row *shell_row(size_t i); /* NULL behind the last */

/* True when the row's name is words, or begins with them and goes on with another. */
bool shell_row_begins(const struct shell_row *row, const char *words);

/* True where WHO may be a group, or GROUP stands. */
bool shell_row_takes_group(const struct shell_row *row);

/* An option of commands: "wait", "SECONDS". */
struct shell_option {
    const char *name, *argument; /* argument: NULL for a flag */
    char letter;                 /* 0 = none */
    bool is_common;              /* for all commands; no usage names it */
    const char *help;
};
const struct shell_option *shell_option(size_t i); /* NULL behind the last */
bool shell_usage_names(const char *usage, const struct shell_option *option);

#endif
