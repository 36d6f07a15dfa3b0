#include "ui/options.h"

#include "base/utf8.h"
#include "node/command.h"
#include "ui/shell.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

/* Takes the argument of one option (NULL when it has none): NULL, or what to give instead. */
typedef const char *take_option(struct options *o, const char *value);

static take_option take_data, take_name, take_listen, take_peer, take_discovery, take_interface,
    take_network, take_key_file, take_passphrase_fd, take_json, take_headless, take_color, take_to,
    take_timeout, take_help, take_version;

/* In the order of enum discovery_choice and enum color_choice. */
static const char *const discovery_words[] = {"auto", "avahi", "embedded", "off", NULL};
static const char *const color_words[] = {"auto", "always", "never", NULL};

static const struct {
    struct option_row row;
    take_option *take;
} table[] = {
    {{"Who you are", "name", "NAME", "the name others see (default: your login name)",
      .kind = OPTION_FREE, .is_setting = true, .is_for_start = true},
     take_name},
    {{"Who you are", "data", "DIR", "keep everything in DIR (default: the XDG directory)",
      .kind = OPTION_DIRECTORY},
     take_data},
    {{"Who you are", "key-file", "FILE", "unlock with this file, made if missing; no passphrase",
      .kind = OPTION_FILE, .is_setting = true},
     take_key_file},
    {{"Who you are", "passphrase-fd", "N", "read the passphrase from descriptor N: one line",
      .kind = OPTION_FREE},
     take_passphrase_fd},
    {{"The network", "listen", "ADDR:PORT", "accept here (default: port 7327 or, if taken, any)",
      .kind = OPTION_FREE, .is_setting = true, .is_for_start = true},
     take_listen},
    {{"The network", "peer", "HOST:PORT", "also try this address; may be repeated",
      .kind = OPTION_FREE, .is_setting = true, .may_repeat = true, .is_for_start = true},
     take_peer},
    {{"The network", "discovery", "HOW", "auto, avahi, embedded or off", .kind = OPTION_WORD,
      .words = discovery_words, .is_setting = true, .is_for_start = true},
     take_discovery},
    {{"The network", "interface", "IF", "find people on this interface only; may be repeated",
      .kind = OPTION_INTERFACE, .is_setting = true, .may_repeat = true, .is_for_start = true},
     take_interface},
    {{"The network", "network", "NAME", "meet only nodes that give the same network name",
      .kind = OPTION_FREE, .is_setting = true, .is_for_start = true},
     take_network},
    {{"How to talk", "to", "WHO", "send to WHO, or a #GROUP, what is typed or read",
      .kind = OPTION_WHO},
     take_to},
    {{"How to talk", "timeout", "SECONDS", "with lines: wait so long for WHO and for delivery (30)",
      .kind = OPTION_FREE, .is_setting = true},
     take_timeout},
    {{"How to talk", "json", NULL, "one JSON object a line, both ways", .kind = OPTION_FLAG},
     take_json},
    {{"How to talk", "headless", NULL, "run without a prompt", .kind = OPTION_FLAG}, take_headless},
    {{"How to talk", "color", "WHEN", "auto, always or never", .kind = OPTION_WORD,
      .words = color_words, .is_setting = true},
     take_color},
    {{"Help", "help", NULL, "print this and end", .kind = OPTION_FLAG}, take_help},
    {{"Help", "version", NULL, "print the version and end", .kind = OPTION_FLAG}, take_version},
};

static const char *take_path(const char **to, const char *value)
{
    *to = value;
    return *value ? NULL : "give a path";
}

static const char *take_data(struct options *o, const char *value)
{
    return take_path(&o->data, value);
}

static const char *take_key_file(struct options *o, const char *value)
{
    return take_path(&o->key_file, value);
}

/* A name is 1 to NAME_MAX_LEN bytes of UTF-8. */
static const char *take_label(const char **to, const char *value)
{
    size_t len = strlen(value);
    *to = value;
    if (len == 0)
        return "a name has at least one character";
    if (!utf8_is_valid((const uint8_t *)value, len))
        return "a name is valid UTF-8";
    return len <= NAME_MAX_LEN ? NULL : "a name has at most 64 bytes";
}

static const char *take_name(struct options *o, const char *value)
{
    return take_label(&o->name, value);
}

static const char *take_network(struct options *o, const char *value)
{
    return take_label(&o->network, value);
}

static const char *take_listen(struct options *o, const char *value)
{
    o->has_listen = endpoint_parse(value, &o->listen) == LTH_OK;
    return o->has_listen ? NULL
                         : "give a numeric address of this machine and a port, as 192.0.2.1:7327, "
                           "[::]:0 or [fe80::1%eth0]:7327";
}

static const char *take_peer(struct options *o, const char *value)
{
    char host[256]; /* RFC 1035: a host name has at most 253 characters */
    uint16_t port = 0;
    if (endpoint_split(value, host, sizeof host, &port) != LTH_OK || port == 0)
        return "give host:port, as bob.example:7327 or [fe80::1%eth0]:7327";
    if (o->peer_count == OPTIONS_PEERS_MAX)
        return "64 addresses are the most";
    o->peers[o->peer_count++] = value;
    return NULL;
}

static const char *take_interface(struct options *o, const char *value)
{
    size_t len = strlen(value);
    if (len == 0 || len >= IF_NAMESIZE || !utf8_is_valid((const uint8_t *)value, len))
        return "give an interface's name, as eth0";
    if (o->interface_count == OPTIONS_INTERFACES_MAX)
        return "32 interfaces are the most";
    o->interfaces[o->interface_count++] = value;
    return NULL;
}

/* The index of value in words, or -1. */
static int find_word(const char *value, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(value, words[i]) == 0)
            return i;
    return -1;
}

static const char *take_discovery(struct options *o, const char *value)
{
    int choice = find_word(value, discovery_words);
    o->discovery = (enum discovery_choice)choice;
    return choice >= 0 ? NULL : "say auto, avahi, embedded or off";
}

static const char *take_color(struct options *o, const char *value)
{
    int choice = find_word(value, color_words);
    o->color = (enum color_choice)choice;
    return choice >= 0 ? NULL : "say auto, always or never";
}

/* Decimal digits only, at most max; false otherwise. */
static bool parse_number(const char *value, unsigned long max, unsigned long *out)
{
    char *end;
    if (*value < '0' || *value > '9')
        return false;
    errno = 0;
    *out = strtoul(value, &end, 10);
    return !*end && errno == 0 && *out <= max;
}

static const char *take_passphrase_fd(struct options *o, const char *value)
{
    unsigned long fd = 0;
    if (!parse_number(value, INT_MAX, &fd))
        return "give the number of an open descriptor";
    o->passphrase_fd = (int)fd;
    return NULL;
}

static const char *take_timeout(struct options *o, const char *value)
{
    unsigned long seconds = 0;
    if (!parse_number(value, 86400, &seconds))
        return "give seconds, 0 to 86400";
    o->timeout_s = (unsigned)seconds;
    return NULL;
}

static const char *take_to(struct options *o, const char *value)
{
    o->to = value;
    return *value ? NULL : "name a person or a #group, or give an id";
}

#define TAKE_FLAG(field)                                                                           \
    static const char *take_##field(struct options *o, const char *value)                          \
    {                                                                                              \
        (void)value;                                                                               \
        o->field = true;                                                                           \
        return NULL;                                                                               \
    }
TAKE_FLAG(json)
TAKE_FLAG(headless)
TAKE_FLAG(help)
TAKE_FLAG(version)

const char *options_take(struct options *o, size_t i, const char *value)
{
    return table[i].take(o, value);
}

/* What getopt_long returns for row 0: above the characters it uses itself. Each row has a value
 * of its own, or an ambiguous beginning would be taken for the first that fits. */
enum { FIRST_ROW = 256 };

enum { VALUE_QUOTED_MAX = 100 }; /* a longer one would push the rest out of the sentence */

static void fill_long_options(struct option *longs)
{
    for (size_t i = 0; i < LENGTH(table); i++)
        longs[i] = (struct option){
            .name = table[i].row.name,
            .has_arg = table[i].row.argument ? required_argument : no_argument,
            .val = FIRST_ROW + (int)i,
        };
    longs[LENGTH(table)] = (struct option){0};
}

/* getopt_long found something it cannot take: say what. */
static enum lth_err refuse_word(int found, char *const argv[], struct sentence *why)
{
    const char *word = argv[optind - 1];
    if (found == ':')
        sentence_set(why, "%s needs an argument; see lanthorn --help.", word);
    else
        sentence_set(
            why, "%s is not an option of lanthorn, or begins several; see lanthorn --help.", word);
    return LTH_MALFORMED;
}

static enum lth_err refuse_value(size_t i, const char *value, const char *want,
                                 struct sentence *why)
{
    size_t len = strlen(value);
    if (len == 0)
        value = "\"\"";
    else if (len > VALUE_QUOTED_MAX || !utf8_is_valid((const uint8_t *)value, len))
        value = "…";
    sentence_set(why, "--%s %s is not possible: %s.", table[i].row.name, value, want);
    return LTH_MALFORMED;
}

/* What each option alone cannot see. */
static enum lth_err check_together(const struct options *o, struct sentence *why)
{
    const char *clash = NULL;
    if (o->has_uri && (o->json || o->headless || o->to))
        clash = "A link to a person and --json, --headless or --to";
    else if (o->json && o->headless)
        clash = "--json and --headless";
    else if (o->to && (o->json || o->headless))
        clash = o->json ? "--to and --json" : "--to and --headless";
    else if (o->key_file && o->passphrase_fd >= 0)
        clash = "--key-file and --passphrase-fd";
    if (clash)
        sentence_set(why, "%s exclude each other; leave one out.", clash);
    return clash ? LTH_MALFORMED : LTH_OK;
}

/* True for the words of a command, or the first of them. */
static bool is_command(const char *word)
{
    const struct shell_row *row;
    for (size_t i = 0; *word && (row = shell_row(i)); i++)
        if (shell_row_begins(row, word))
            return true;
    return false;
}

static bool is_of_commands(const char *name)
{
    const struct shell_option *option;
    for (size_t i = 0; (option = shell_option(i)); i++)
        if (strcmp(option->name, name) == 0)
            return true;
    return false;
}

/* An option that was given and that no command takes, or NULL. */
static const char *node_only(const bool used[LENGTH(table)])
{
    for (size_t i = 0; i < LENGTH(table); i++)
        if (used[i] && !is_of_commands(table[i].row.name))
            return table[i].row.name;
    return NULL;
}

static enum lth_err refuse_words(const char *word, const char *option, struct sentence *why)
{
    if (!is_command(word))
        sentence_set(why,
                     "\"%s\" is neither a command nor an option of lanthorn; see lanthorn --help.",
                     word);
    else if (option)
        sentence_set(why, "%s is a command and takes no --%s: see lanthorn help %s.", word, option,
                     word);
    else
        sentence_set(why,
                     "%s is a command, whose options are written in full: see lanthorn help "
                     "%s.",
                     word, word);
    return LTH_MALFORMED;
}

/* What is neither option nor argument: a link to a person, and nothing behind it. */
static enum lth_err take_words(struct options *o, int count, char *const words[],
                               const bool used[LENGTH(table)], struct sentence *why)
{
    int at = 0;
    if (count > 0 && person_uri_is(words[0])) {
        if (person_uri_parse(words[0], &o->uri, why) != LTH_OK)
            return LTH_MALFORMED;
        o->has_uri = true;
        at = 1;
    }
    if (at == count)
        return LTH_OK;
    return refuse_words(words[at], node_only(used), why);
}

void options_init(struct options *o)
{
    *o = (struct options){.passphrase_fd = -1, .timeout_s = TIMEOUT_DEFAULT_S};
}

enum lth_err options_parse(int argc, char *const argv[], struct options *out, struct sentence *why)
{
    struct option longs[LENGTH(table) + 1];
    struct options o = *out;
    bool used[LENGTH(table)] = {false};
    int found;
    fill_long_options(longs);
    optind = 0; /* glibc: start afresh */
    opterr = 0; /* the sentences are ours */
    while ((found = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
        if (found < FIRST_ROW)
            return refuse_word(found, argv, why);
        size_t i = (size_t)(found - FIRST_ROW);
        const char *want = options_take(&o, i, optarg);
        if (want)
            return refuse_value(i, optarg, want, why);
        used[i] = true;
        if (table[i].row.is_for_start && !o.for_start)
            o.for_start = table[i].row.name;
    }
    if (take_words(&o, argc - optind, argv + optind, used, why) != LTH_OK ||
        check_together(&o, why) != LTH_OK)
        return LTH_MALFORMED;
    *out = o;
    return LTH_OK;
}

void options_print_help(FILE *to)
{
    fprintf(to, "Usage: lanthorn [options] [lanthorn:ID]\n"
                "Messages between people on one network, with no server.\n");
    for (size_t i = 0; i < LENGTH(table); i++) {
        const struct option_row *row = &table[i].row;
        const char *argument = row->argument;
        if (i == 0 || strcmp(row->group, table[i - 1].row.group) != 0)
            fprintf(to, "\n%s\n", row->group);
        int width =
            fprintf(to, "  --%s%s%s", row->name, argument ? " " : "", argument ? argument : "");
        fprintf(to, "%*s%s\n", width < 24 ? 24 - width : 1, "", row->help);
    }
    fprintf(to, "\nOn a terminal, /help lists what the prompt understands.\n");
}

const struct option_row *options_row(size_t i)
{
    return i < LENGTH(table) ? &table[i].row : NULL;
}

const char *options_name(size_t i)
{
    return i < LENGTH(table) ? table[i].row.name : NULL;
}
