/* ui/options.h - the options of a node, from one table.
 *
 * The table in options.c holds for each option its name, argument, group and help text;
 * getopt_long, --help and the test of the manual page all read it.
 */
#ifndef LTH_UI_OPTIONS_H
#define LTH_UI_OPTIONS_H

#include "base/endpoint.h"
#include "ui/sentence.h"

#include <stddef.h>
#include <stdio.h>

enum { OPTIONS_PEERS_MAX = 64, OPTIONS_INTERFACES_MAX = 32, TIMEOUT_DEFAULT_S = 30 };

enum discovery_choice { CHOICE_AUTO, CHOICE_AVAHI, CHOICE_EMBEDDED, CHOICE_OFF };
enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Strings are borrowed from argv; NULL = not given. */
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
    bool json, headless, help, version;
};

/* Reads a whole command line. On LTH_MALFORMED, *why says what to correct and *out is
 * untouched: print it and end with status 2. Not reentrant, as getopt_long is not. */
LTH_MUST_USE enum lth_err options_parse(int argc, char *const argv[], struct options *out,
                                        struct sentence *why);

void options_print_help(FILE *to);

/* The name of option i without its dashes; NULL behind the last. */
const char *options_name(size_t i);

#endif
