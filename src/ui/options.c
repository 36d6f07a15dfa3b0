#include "ui/options.h"

#include "base/utf8.h"
#include "node/command.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

/* Takes the argument of one option (NULL when it has none); false with a sentence. */
typedef bool take_option(struct options *o, const char *value, struct sentence *why);

static take_option take_data, take_name, take_listen, take_peer, take_discovery, take_interface,
    take_network, take_key_file, take_passphrase_fd, take_json, take_headless, take_color, take_to,
    take_timeout, take_help, take_version;

static const struct row {
    const char *group, *name, *argument;
    take_option *take;
    const char *help;
} table[] = {
    {"Who you are", "name", "NAME", take_name, "the name others see (default: your login name)"},
    {"Who you are", "data", "DIR", take_data,
     "keep everything in DIR (default: the XDG directory)"},
    {"Who you are", "key-file", "FILE", take_key_file,
     "unlock with this file, made if missing; no passphrase"},
    {"Who you are", "passphrase-fd", "N", take_passphrase_fd,
     "read the passphrase from descriptor N: one line"},
    {"The network", "listen", "ADDR:PORT", take_listen,
     "accept here (default: port 7327 or, if taken, any)"},
    {"The network", "peer", "HOST:PORT", take_peer, "also try this address; may be repeated"},
    {"The network", "discovery", "HOW", take_discovery, "auto, avahi, embedded or off"},
    {"The network", "interface", "IF", take_interface,
     "find people on this interface only; may be repeated"},
    {"The network", "network", "NAME", take_network,
     "meet only nodes that give the same network name"},
    {"How to talk", "to", "WHO", take_to, "send to WHO, or a #GROUP, what is typed or read"},
    {"How to talk", "timeout", "SECONDS", take_timeout,
     "with lines: wait so long for WHO and for delivery (30)"},
    {"How to talk", "json", NULL, take_json, "one JSON object a line, both ways"},
    {"How to talk", "headless", NULL, take_headless, "run without a prompt"},
    {"How to talk", "color", "WHEN", take_color, "auto, always or never"},
    {"Help", "help", NULL, take_help, "print this and end"},
    {"Help", "version", NULL, take_version, "print the version and end"},
};

static bool refuse(struct sentence *why, const char *name, const char *value, const char *want)
{
    sentence_set(why, "--%s %s is not possible: %s.", name, value, want);
    return false;
}

static bool take_path(const char **to, const char *name, const char *value, struct sentence *why)
{
    *to = value;
    return *value || refuse(why, name, "\"\"", "give a path");
}

static bool take_data(struct options *o, const char *value, struct sentence *why)
{
    return take_path(&o->data, "data", value, why);
}

static bool take_key_file(struct options *o, const char *value, struct sentence *why)
{
    return take_path(&o->key_file, "key-file", value, why);
}

/* A name is 1 to NAME_MAX_LEN bytes of UTF-8. */
static bool take_label(const char **to, const char *name, const char *value, struct sentence *why)
{
    size_t len = strlen(value);
    *to = value;
    if (len == 0)
        return refuse(why, name, "\"\"", "a name has at least one character");
    if (!utf8_is_valid((const uint8_t *)value, len))
        return refuse(why, name, "…", "a name is valid UTF-8");
    return len <= NAME_MAX_LEN || refuse(why, name, "…", "a name has at most 64 bytes");
}

static bool take_name(struct options *o, const char *value, struct sentence *why)
{
    return take_label(&o->name, "name", value, why);
}

static bool take_network(struct options *o, const char *value, struct sentence *why)
{
    return take_label(&o->network, "network", value, why);
}

static bool take_listen(struct options *o, const char *value, struct sentence *why)
{
    o->has_listen = endpoint_parse(value, &o->listen) == LTH_OK;
    return o->has_listen ||
           refuse(why, "listen", value,
                  "give a numeric address of this machine and a port, as 192.0.2.1:7327, "
                  "[::]:0 or [fe80::1%eth0]:7327");
}

static bool take_peer(struct options *o, const char *value, struct sentence *why)
{
    char host[256]; /* RFC 1035: a host name has at most 253 characters */
    uint16_t port = 0;
    if (endpoint_split(value, host, sizeof host, &port) != LTH_OK || port == 0)
        return refuse(why, "peer", value,
                      "give host:port, as bob.example:7327 or [fe80::1%eth0]:7327");
    if (o->peer_count == OPTIONS_PEERS_MAX)
        return refuse(why, "peer", value, "64 addresses are the most");
    o->peers[o->peer_count++] = value;
    return true;
}

static bool take_interface(struct options *o, const char *value, struct sentence *why)
{
    size_t len = strlen(value);
    if (len == 0 || len >= IF_NAMESIZE || !utf8_is_valid((const uint8_t *)value, len))
        return refuse(why, "interface", *value ? value : "\"\"",
                      "give an interface's name, as eth0");
    if (o->interface_count == OPTIONS_INTERFACES_MAX)
        return refuse(why, "interface", value, "32 interfaces are the most");
    o->interfaces[o->interface_count++] = value;
    return true;
}

/* The index of value in words, or -1. */
static int find_word(const char *value, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(value, words[i]) == 0)
            return (int)i;
    return -1;
}

static bool take_discovery(struct options *o, const char *value, struct sentence *why)
{
    static const char *const words[] = {"auto", "avahi", "embedded", "off"};
    int choice = find_word(value, words, LENGTH(words));
    o->discovery = (enum discovery_choice)choice;
    return choice >= 0 || refuse(why, "discovery", value, "say auto, avahi, embedded or off");
}

static bool take_color(struct options *o, const char *value, struct sentence *why)
{
    static const char *const words[] = {"auto", "always", "never"};
    int choice = find_word(value, words, LENGTH(words));
    o->color = (enum color_choice)choice;
    return choice >= 0 || refuse(why, "color", value, "say auto, always or never");
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

static bool take_passphrase_fd(struct options *o, const char *value, struct sentence *why)
{
    unsigned long fd = 0;
    if (!parse_number(value, INT_MAX, &fd))
        return refuse(why, "passphrase-fd", value, "give the number of an open descriptor");
    o->passphrase_fd = (int)fd;
    return true;
}

static bool take_timeout(struct options *o, const char *value, struct sentence *why)
{
    unsigned long seconds = 0;
    if (!parse_number(value, 86400, &seconds))
        return refuse(why, "timeout", value, "give seconds, 0 to 86400");
    o->timeout_s = (unsigned)seconds;
    return true;
}

static bool take_to(struct options *o, const char *value, struct sentence *why)
{
    o->to = value;
    return *value || refuse(why, "to", "\"\"", "name a person or a #group, or give an id");
}

#define TAKE_FLAG(field)                                                                           \
    static bool take_##field(struct options *o, const char *value, struct sentence *why)           \
    {                                                                                              \
        (void)value;                                                                               \
        (void)why;                                                                                 \
        o->field = true;                                                                           \
        return true;                                                                               \
    }
TAKE_FLAG(json)
TAKE_FLAG(headless)
TAKE_FLAG(help)
TAKE_FLAG(version)

/* What getopt_long returns for row 0: above the characters it uses itself. Each row has a value
 * of its own, or an ambiguous beginning would be taken for the first that fits. */
enum { FIRST_ROW = 256 };

static void fill_long_options(struct option *longs)
{
    for (size_t i = 0; i < LENGTH(table); i++)
        longs[i] = (struct option){
            .name = table[i].name,
            .has_arg = table[i].argument ? required_argument : no_argument,
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
        sentence_set(why, "%s is not an option of lanthorn, or not only one; see lanthorn --help.",
                     word);
    return LTH_MALFORMED;
}

/* What each option alone cannot see. */
static enum lth_err check_together(const struct options *o, struct sentence *why)
{
    const char *clash = NULL;
    if (o->json && o->headless)
        clash = "--json and --headless";
    else if (o->to && (o->json || o->headless))
        clash = o->json ? "--to and --json" : "--to and --headless";
    else if (o->key_file && o->passphrase_fd >= 0)
        clash = "--key-file and --passphrase-fd";
    if (clash)
        sentence_set(why, "%s exclude each other; leave one out.", clash);
    return clash ? LTH_MALFORMED : LTH_OK;
}

enum lth_err options_parse(int argc, char *const argv[], struct options *out, struct sentence *why)
{
    struct option longs[LENGTH(table) + 1];
    struct options o = {.passphrase_fd = -1, .timeout_s = TIMEOUT_DEFAULT_S};
    int found;
    fill_long_options(longs);
    optind = 0; /* glibc: start afresh */
    opterr = 0; /* the sentences are ours */
    while ((found = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
        if (found < FIRST_ROW)
            return refuse_word(found, argv, why);
        if (!table[found - FIRST_ROW].take(&o, optarg, why))
            return LTH_MALFORMED;
    }
    if (optind < argc) {
        sentence_set(why, "\"%s\" is not an option of lanthorn; see lanthorn --help.",
                     argv[optind]);
        return LTH_MALFORMED;
    }
    if (check_together(&o, why) != LTH_OK)
        return LTH_MALFORMED;
    *out = o;
    return LTH_OK;
}

void options_print_help(FILE *to)
{
    fprintf(to, "Usage: lanthorn [options]\n"
                "Messages between people on one network, with no server.\n");
    for (size_t i = 0; i < LENGTH(table); i++) {
        const char *argument = table[i].argument;
        if (i == 0 || strcmp(table[i].group, table[i - 1].group) != 0)
            fprintf(to, "\n%s\n", table[i].group);
        int width =
            fprintf(to, "  --%s%s%s", table[i].name, argument ? " " : "", argument ? argument : "");
        fprintf(to, "%*s%s\n", width < 24 ? 24 - width : 1, "", table[i].help);
    }
    fprintf(to, "\nOn a terminal, /help lists what the prompt understands.\n");
}

const char *options_name(size_t i)
{
    return i < LENGTH(table) ? table[i].name : NULL;
}
