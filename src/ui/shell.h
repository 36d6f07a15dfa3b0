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

#include <stdio.h>

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

/* The commands that begin with topic, or with NULL all of them. False when there is none. */
bool shell_print_help(FILE *to, const char *topic);

/* All commands, a line for each. */
void shell_print_list(FILE *to);

/* Command i of the table: "group add", "GROUP WHO", "take WHO in"; NULL behind the last. Its usage
 * names the options it takes. */
const char *shell_name(size_t i);
const char *shell_usage(size_t i);
const char *shell_help(size_t i);

/* Option i of commands: "wait", "SECONDS" or NULL, its help; NULL behind the last. Those that no
 * usage names are for all commands. */
const char *shell_option_name(size_t i);
const char *shell_option_argument(size_t i);
const char *shell_option_help(size_t i);

#endif
