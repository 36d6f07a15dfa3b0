/* ui/options.h - the options of a node, from one table.
 *
 * The table in options.c holds for each option its name, argument, group and help text, and
 * what its argument is; getopt_long, --help, the settings file (ui/config_file.h), the shells'
 * completions and the tests of the manual pages all read it.
 */
#ifndef LTH_UI_OPTIONS_H
#define LTH_UI_OPTIONS_H

#include "base/endpoint.h"
#include "ui/person_uri.h"
#include "ui/sentence.h"

#include <stddef.h>
#include <stdio.h>

enum { OPTIONS_PEERS_MAX = 64, OPTIONS_INTERFACES_MAX = 32, TIMEOUT_DEFAULT_S = 30 };

enum discovery_choice { CHOICE_AUTO, CHOICE_AVAHI, CHOICE_EMBEDDED, CHOICE_OFF };
enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Strings are borrowed from argv or from the settings read before; NULL = not given. */
struct options {
    const char *data, *name, *network, *key_file, *to;
    bool has_listen;
    struct endpoint listen;
    const char *peers[OPTIONS_PEERS_MAX]; /* host:port, the host maybe a name */
    size_t peer_count;
    const char *interfaces[OPTIONS_INTERFACES_MAX];
    size_t interface_count;
    enum discovery_choice discovery;
    enum color_choice color;
    int passphrase_fd; /* -1 = not given */
    unsigned timeout_s;
    bool has_uri; /* "lanthorn:ID" was given instead of to */
    struct person_uri uri;
    bool json, headless, help, version;
    const char *for_start; /* the first given on a command line that only a node's start can
                            * follow; NULL: none was */
};

void options_init(struct options *o); /* the defaults */

/* Reads a whole command line over what *out holds: what is given once replaces, what may be
 * repeated is added. On LTH_MALFORMED, *why says what to correct and *out is untouched: print
 * it and end with status 2. Not reentrant, as getopt_long is not. */
LTH_MUST_USE enum lth_err options_parse(int argc, char *const argv[], struct options *out,
                                        struct sentence *why);

void options_print_help(FILE *to);

/* What stands behind an option: for whoever completes it. */
enum option_kind {
    OPTION_FLAG, /* nothing */
    OPTION_WORD, /* one of words */
    OPTION_FILE,
    OPTION_DIRECTORY,
    OPTION_INTERFACE,
    OPTION_WHO, /* a person or a group */
    OPTION_FREE,
};

struct option_row {
    const char *group, *name, *argument, *help; /* argument: NULL for a flag */
    enum option_kind kind;
    const char *const *words;    /* of OPTION_WORD; a NULL ends them */
    bool is_setting, may_repeat; /* is_setting: also a key of the settings file */
    bool is_for_start;           /* what runs already cannot follow it any more */
};

const struct option_row *options_row(size_t i); /* NULL behind the last */
const char *options_name(size_t i);             /* the same without the rest */

/* Gives option i its argument (kept, not copied; NULL for a flag). NULL when it was taken, else
 * what to give instead, as the end of a sentence; *o is then good for nothing. */
const char *options_take(struct options *o, size_t i, const char *value);

#endif
