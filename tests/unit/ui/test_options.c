/* Every option does what --help says, and what cannot be meant is refused in one sentence. */
#include "check.h"

#include "node/command.h"
#include "ui/options.h"

#include <stdlib.h>

enum { ARGS_MAX = 140 };

struct args {
    int count;
    char *list[ARGS_MAX];
};

/* "lanthorn" and the words of line, cut at spaces; line is changed. */
static struct args split(char *line)
{
    static char program[] = "lanthorn";
    struct args a = {.count = 1, .list = {program}};
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
        a.list[a.count++] = word;
    return a;
}

static void test_without_options_everything_has_its_default(void **state)
{
    (void)state;
    char line[] = "";
    struct args a = split(line);
    struct options o;
    struct sentence why;
    options_init(&o);
    assert_int_equal(options_parse(a.count, a.list, &o, &why), LTH_OK);
    assert_null(o.data);
    assert_null(o.name);
    assert_false(o.has_listen || o.json || o.headless || o.help || o.version);
    assert_int_equal(o.peer_count + o.interface_count, 0);
    assert_int_equal(o.discovery, CHOICE_AUTO);
    assert_int_equal(o.color, COLOR_AUTO);
    assert_int_equal(o.passphrase_fd, -1);
    assert_int_equal(o.timeout_s, TIMEOUT_DEFAULT_S);
    assert_null(o.for_start);
}

static void test_what_only_a_start_can_follow_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *line, *first;
    } rows[] = {
        {"--name bob", "name"},
        {"--listen 127.0.0.1:0", "listen"},
        {"--peer a.example:1", "peer"},
        {"--discovery auto", "discovery"},
        {"--interface eth0", "interface"},
        {"--data /d --net home --name bob", "network"},
        {"--data /d --key-file k --color never --to bob --timeout 7", NULL},
        {"--passphrase-fd 3 --json", NULL},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char line[100];
        struct options o;
        struct sentence why;
        snprintf(line, sizeof line, "%s", rows[i].line);
        struct args a = split(line);
        options_init(&o);
        CHECK_ERR(options_parse(a.count, a.list, &o, &why), LTH_OK, rows[i].line);
        CHECK((!o.for_start && !rows[i].first) || strcmp(o.for_start, rows[i].first) == 0,
              rows[i].line);
    }
}

static void test_every_option_is_taken(void **state)
{
    (void)state;
    char line[] = "--data /d --name bob --listen 127.0.0.1:0 --peer a.example:1 --peer [::1]:2 "
                  "--discovery off --interface eth0 --interface eth1 --network home "
                  "--key-file k --color never --to alice --timeout 7";
    struct args a = split(line);
    struct options o;
    struct sentence why;
    options_init(&o);
    assert_int_equal(options_parse(a.count, a.list, &o, &why), LTH_OK);
    assert_string_equal(o.data, "/d");
    assert_string_equal(o.name, "bob");
    assert_true(o.has_listen && endpoint_is_loopback(&o.listen) && o.listen.port == 0);
    assert_int_equal(o.peer_count, 2);
    assert_string_equal(o.peers[1], "[::1]:2");
    assert_int_equal(o.discovery, CHOICE_OFF);
    assert_int_equal(o.interface_count, 2);
    assert_string_equal(o.interfaces[1], "eth1");
    assert_string_equal(o.network, "home");
    assert_string_equal(o.key_file, "k");
    assert_int_equal(o.color, COLOR_NEVER);
    assert_string_equal(o.to, "alice");
    assert_int_equal(o.timeout_s, 7);
}

#define ID "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrsq"

static const struct {
    const char *name, *line;
    enum lth_err want;
    const char *says; /* a part of the sentence */
} rows[] = {
    {"json", "--json", LTH_OK, NULL},
    {"headless", "--headless --passphrase-fd 3", LTH_OK, NULL},
    {"help", "--help", LTH_OK, NULL},
    {"version", "--version", LTH_OK, NULL},
    {"equals sign", "--name=bob", LTH_OK, NULL},
    {"unambiguous beginning", "--head", LTH_OK, NULL},
    {"listen on every address", "--listen [::]:7327", LTH_OK, NULL},
    {"listen with a name", "--listen localhost:1", LTH_MALFORMED, "localhost:1"},
    {"listen without a port", "--listen 127.0.0.1", LTH_MALFORMED, "port"},
    {"listen beyond the last port", "--listen 127.0.0.1:65536", LTH_MALFORMED, "65536"},
    {"peer without a port", "--peer bob", LTH_MALFORMED, "host:port"},
    {"peer with port 0", "--peer bob:0", LTH_MALFORMED, "host:port"},
    {"bare IPv6 peer", "--peer fe80::1:7", LTH_MALFORMED, "host:port"},
    {"no such discovery", "--discovery dns", LTH_MALFORMED, "embedded"},
    {"no such colour", "--color yes", LTH_MALFORMED, "always"},
    {"endless interface", "--interface sixteen-letters-", LTH_MALFORMED, "interface"},
    {"interface not UTF-8", "--interface eth\xff", LTH_MALFORMED, "interface"},
    {"trace", "--trace", LTH_MALFORMED, "not an option"},
    {"negative descriptor", "--passphrase-fd -1", LTH_MALFORMED, "descriptor"},
    {"descriptor with a tail", "--passphrase-fd 3x", LTH_MALFORMED, "descriptor"},
    {"huge descriptor", "--passphrase-fd 99999999999999999999", LTH_MALFORMED, "descriptor"},
    {"longest timeout", "--timeout 86400", LTH_OK, NULL},
    {"too long a timeout", "--timeout 86401", LTH_MALFORMED, "86400"},
    {"no argument", "--name", LTH_MALFORMED, "needs an argument"},
    {"unknown option", "--nam3 x", LTH_MALFORMED, "--nam3 is not an option"},
    {"ambiguous beginning", "--ne x --p", LTH_MALFORMED, "is not an option"},
    {"a word", "hello", LTH_MALFORMED, "\"hello\""},
    {"link", "--name ann lanthorn:" ID "?n=b --color never", LTH_OK, NULL},
    {"link to nobody", "lanthorn:bob", LTH_MALFORMED, "52 letters"},
    {"two links", "lanthorn:" ID " lanthorn:" ID, LTH_MALFORMED, "nor an option"},
    {"a word behind a link", "lanthorn:" ID " hello", LTH_MALFORMED, "\"hello\""},
    {"a link behind a word", "hello lanthorn:" ID, LTH_MALFORMED, "\"hello\""},
    {"link and somebody", "--to bob lanthorn:" ID, LTH_MALFORMED, "exclude"},
    {"link and json", "--json lanthorn:" ID, LTH_MALFORMED, "exclude"},
    {"link and headless", "--headless lanthorn:" ID, LTH_MALFORMED, "exclude"},
    {"json without a prompt", "--json --headless", LTH_MALFORMED, "exclude"},
    {"json to somebody", "--json --to bob", LTH_MALFORMED, "--to and --json"},
    {"headless to somebody", "--headless --to bob", LTH_MALFORMED, "--to and --headless"},
    {"two keys", "--key-file k --passphrase-fd 3", LTH_MALFORMED, "exclude"},
};

static void test_what_cannot_be_meant_is_refused_in_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char *line = strdup(rows[i].line);
        struct args a = split(line);
        struct options o = {.passphrase_fd = -1, .timeout_s = 12345};
        struct sentence why = {""};
        enum lth_err got = options_parse(a.count, a.list, &o, &why);
        CHECK_ERR(got, rows[i].want, rows[i].name);
        CHECK(got == LTH_OK || (!o.json && !o.to && !o.key_file), rows[i].name);
        CHECK(got == LTH_OK || strstr(why.text, rows[i].says), rows[i].name);
        free(line);
    }
}

static void test_a_link_says_whom_to_talk_to(void **state)
{
    (void)state;
    char line[] = "lanthorn:" ID "?n=Bob --timeout 7";
    struct args a = split(line);
    struct options o;
    struct sentence why;
    options_init(&o);
    assert_int_equal(options_parse(a.count, a.list, &o, &why), LTH_OK);
    assert_true(o.has_uri && !o.to);
    assert_string_equal(o.uri.id, ID);
    assert_string_equal(o.uri.name, "Bob");
    assert_int_equal(o.timeout_s, 7);
}

static enum lth_err parse_value(const char *option, const char *value)
{
    char program[] = "lanthorn", *copy = strdup(value), *name = strdup(option);
    char *argv[] = {program, name, copy, NULL};
    struct options o;
    struct sentence why;
    options_init(&o);
    enum lth_err err = options_parse(3, argv, &o, &why);
    free(copy);
    free(name);
    return err;
}

static void test_a_name_is_1_to_64_bytes_of_utf8(void **state)
{
    (void)state;
    char long_name[10 * NAME_MAX_LEN + 1];
    memset(long_name, 'n', sizeof long_name);
    long_name[sizeof long_name - 1] = '\0';
    assert_int_equal(parse_value("--name", long_name), LTH_MALFORMED); /* far over */
    long_name[NAME_MAX_LEN + 1] = '\0';
    assert_int_equal(parse_value("--name", long_name), LTH_MALFORMED);
    long_name[NAME_MAX_LEN] = '\0';
    assert_int_equal(parse_value("--name", long_name), LTH_OK);
    assert_int_equal(parse_value("--name", ""), LTH_MALFORMED);
    assert_int_equal(parse_value("--name", "\xff"), LTH_MALFORMED);
    assert_int_equal(parse_value("--network", ""), LTH_MALFORMED);
    assert_int_equal(parse_value("--data", ""), LTH_MALFORMED);
    assert_int_equal(parse_value("--key-file", ""), LTH_MALFORMED);
    assert_int_equal(parse_value("--to", ""), LTH_MALFORMED);
    assert_int_equal(parse_value("--interface", ""), LTH_MALFORMED);
}

static void check_repeats(const char *option, const char *value, int most)
{
    char program[] = "lanthorn", name[16], text[16];
    char *argv[ARGS_MAX] = {program};
    struct options o;
    struct sentence why;
    options_init(&o);
    snprintf(name, sizeof name, "%s", option);
    snprintf(text, sizeof text, "%s", value);
    for (int i = 0; i <= most; i++) {
        argv[1 + 2 * i] = name;
        argv[2 + 2 * i] = text;
    }
    assert_int_equal(options_parse(1 + 2 * most, argv, &o, &why), LTH_OK);
    assert_int_equal(options_parse(3 + 2 * most, argv, &o, &why), LTH_MALFORMED);
}

static void test_repeated_options_have_a_limit(void **state)
{
    (void)state;
    check_repeats("--peer", "a:1", OPTIONS_PEERS_MAX);
    check_repeats("--interface", "eth0", OPTIONS_INTERFACES_MAX);
}

static char *read_all(FILE *from)
{
    static char text[8192];
    rewind(from);
    text[fread(text, 1, sizeof text - 1, from)] = '\0';
    return text;
}

static void test_help_lists_every_option(void **state)
{
    (void)state;
    char name[40];
    FILE *file = tmpfile();
    options_print_help(file);
    const char *help = read_all(file);
    for (size_t i = 0; options_name(i); i++) {
        snprintf(name, sizeof name, "--%s", options_name(i));
        CHECK(strstr(help, name), name);
    }
    fclose(file);
}

static void test_help_fits_into_79_columns(void **state)
{
    (void)state;
    char line[256];
    FILE *file = tmpfile();
    options_print_help(file);
    rewind(file);
    while (fgets(line, sizeof line, file))
        CHECK(strcspn(line, "\n") <= 79, line);
    fclose(file);
}

static void test_the_manual_page_lists_every_option(void **state)
{
    (void)state;
    static char page[64 * 1024];
    char name[40];
    FILE *file = fopen(LANTHORN_MANUAL, "r");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    for (size_t i = 0; options_name(i); i++) {
        snprintf(name, sizeof name, "*--%s*", options_name(i));
        CHECK(strstr(page, name), name);
    }
}

/* The option that line of the page explains, as "*name* = _NAME_" does; -1: it explains none. */
static int setting_of(const char *line)
{
    char start[40];
    for (int i = 0; options_name((size_t)i); i++) {
        snprintf(start, sizeof start, "*%s* = _%s_\n", options_name((size_t)i),
                 options_row((size_t)i)->argument ? options_row((size_t)i)->argument : "");
        if (strcmp(line, start) == 0)
            return i;
    }
    return -1;
}

static void test_the_page_of_the_settings_file_lists_exactly_the_settings(void **state)
{
    (void)state;
    char line[256];
    size_t listed = 0, settings = 0;
    FILE *file = fopen(LANTHORN_CONF_MANUAL, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        int i = setting_of(line);
        CHECK(i >= 0 || !strstr(line, "* = _"), line);
        CHECK(i < 0 || options_row((size_t)i)->is_setting, line);
        listed += i >= 0;
    }
    fclose(file);
    for (size_t i = 0; options_row(i); i++)
        settings += options_row(i)->is_setting;
    assert_int_equal(listed, settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_options_everything_has_its_default),
        cmocka_unit_test(test_what_only_a_start_can_follow_is_known),
        cmocka_unit_test(test_every_option_is_taken),
        cmocka_unit_test(test_what_cannot_be_meant_is_refused_in_a_sentence),
        cmocka_unit_test(test_a_link_says_whom_to_talk_to),
        cmocka_unit_test(test_a_name_is_1_to_64_bytes_of_utf8),
        cmocka_unit_test(test_repeated_options_have_a_limit),
        cmocka_unit_test(test_help_lists_every_option),
        cmocka_unit_test(test_help_fits_into_79_columns),
        cmocka_unit_test(test_the_manual_page_lists_every_option),
        cmocka_unit_test(test_the_page_of_the_settings_file_lists_exactly_the_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
