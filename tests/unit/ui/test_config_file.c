/* lanthorn.conf is taken whole or not at all, and what cannot be meant is told with its line. */
#include "check.h"

#include "node/command.h"
#include "ui/config_file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_MAX_LEN = 198 }; /* inih's buffer of 200 less a line feed and a zero */

static struct arena strings;

static int forget(void **state)
{
    (void)state;
    arena_clear(&strings);
    return 0;
}

static enum lth_err parse(const char *text, size_t len, struct options *o, struct sentence *why)
{
    options_init(o);
    return config_file_parse(text, len, "/c/lanthorn.conf", "/home/ann", &strings, o, why);
}

static void test_every_setting_is_taken(void **state)
{
    (void)state;
    static const char text[] = "# Ann's\n"
                               "name = Ann of ops # 1\r\n"
                               "\n"
                               "  ; indented lines are lines like others\n"
                               "\tkey-file=~/keys/ann = 1\n"
                               "listen = [::1]:0\n"
                               "peer = a.example:1\n"
                               "peer = [fe80::2%eth0]:2\n"
                               "discovery = off\n"
                               "interface = eth0\n"
                               "interface: eth1\n"
                               "network = home;sweet\n"
                               "timeout = 7\n"
                               "color = never"; /* no line feed */
    char copy[sizeof text];
    struct options o;
    struct sentence why = {""};
    memcpy(copy, text, sizeof text);
    CHECK_ERR(parse(copy, sizeof text - 1, &o, &why), LTH_OK, why.text);
    memset(copy, 'x', sizeof copy); /* nothing is borrowed from the text */
    assert_string_equal(o.name, "Ann of ops # 1");
    assert_string_equal(o.key_file, "/home/ann/keys/ann = 1");
    assert_true(o.has_listen && endpoint_is_loopback(&o.listen));
    assert_int_equal(o.peer_count, 2);
    assert_string_equal(o.peers[0], "a.example:1");
    assert_string_equal(o.peers[1], "[fe80::2%eth0]:2");
    assert_int_equal(o.discovery, CHOICE_OFF);
    assert_int_equal(o.interface_count, 2);
    assert_string_equal(o.interfaces[1], "eth1");
    assert_string_equal(o.network, "home;sweet");
    assert_int_equal(o.timeout_s, 7);
    assert_int_equal(o.color, COLOR_NEVER);
}

#define TEXT(literal) (literal), sizeof(literal) - 1
static const struct {
    const char *name, *text;
    size_t len;
    const char *says[3]; /* parts of the sentence; none: it is taken */
} rows[] = {
    {"empty", TEXT(""), {NULL}},
    {"blank lines", TEXT("\n \n\t\n\r\n"), {NULL}},
    {"byte order mark", TEXT("\xef\xbb\xbfname = ann\n"), {NULL}},
    {"unknown key", TEXT("name = ann\ncolour = never\n"), {"colour", "line 2"}},
    {"key in capitals", TEXT("Name = ann\n"), {"Name", "line 1"}},
    {"beginning of a key", TEXT("disc = off\n"), {"disc", "line 1"}},
    {"no key", TEXT("= off\n"), {"\"\"", "line 1"}},
    {"only for the command line", TEXT("\njson = 1\n"), {"json", "command line", "line 2"}},
    {"where the file lies", TEXT("data = /d\n"), {"data", "command line"}},
    {"bad word", TEXT("discovery = dns\n"), {"discovery dns", "embedded", "line 1"}},
    {"bad number", TEXT("timeout = 1e3\n"), {"timeout 1e3", "86400"}},
    {"bad address", TEXT("peer = bob\n"), {"peer bob", "host:port"}},
    {"no value", TEXT("name =\n"), {"name \"\"", "character"}},
    {"no path", TEXT("key-file =\n"), {"key-file \"\"", "path"}},
    {"path from nowhere", TEXT("key-file = keys/ann\n"), {"keys/ann", "begins with / or ~/"}},
    {"somebody's home", TEXT("key-file = ~ben/k\n"), {"~ben/k", "begins with / or ~/"}},
    {"twice", TEXT("name = a\n\n\nname = a\n"), {"name", "second time", "line 4"}},
    {"no equals sign", TEXT("name = ann\nheadless\n"), {"key = value", "line 2"}},
    {"the first mistake", TEXT("oops\nfoo = 1\n"), {"key = value", "line 1"}},
    {"the first mistake, again", TEXT("foo = 1\noops\n"), {"foo", "line 1"}},
    {"the first of two keys", TEXT("foo = 1\nbar = 1\n"), {"foo", "line 1"}},
    {"section", TEXT("[lanthorn]\nname = ann\n"), {"[lanthorn]", "line 2"}},
    {"half a section", TEXT("[lanthorn\n"), {"key = value", "line 1"}},
    {"comment behind a value", TEXT("name = ann ; me\n"), {"comment", "line 1"}},
    {"a smile", TEXT("name = Ann\t;-)\n"), {"comment", "line 1"}},
    {"comment with semicolons", TEXT("# a ; b\n; c ; d\n"), {NULL}},
    {"zero byte", TEXT("name = ann\nnetwork = a\0b\n"), {"zero", "line 2"}},
    {"zero byte in a comment", TEXT("# a\0b\n"), {"zero", "line 1"}},
    {"not UTF-8", TEXT("name = B\xe9n\n"), {"settings are UTF-8", "line 1"}},
    {"UTF-16", TEXT("\xff\xfen\0a\0m\0e\0"), {"zero", "line 1"}},
};

static void test_what_cannot_be_meant_is_told_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct options o;
        struct sentence why = {""};
        enum lth_err want = rows[i].says[0] ? LTH_MALFORMED : LTH_OK;
        CHECK_ERR(parse(rows[i].text, rows[i].len, &o, &why), want, rows[i].name);
        CHECK(want == LTH_OK || strstr(why.text, "/c/lanthorn.conf"), rows[i].name);
        CHECK(want == LTH_OK || (!o.name && !o.network), rows[i].name); /* untouched */
        for (size_t j = 0; j < LENGTH(rows[i].says) && rows[i].says[j]; j++)
            if (!strstr(why.text, rows[i].says[j]))
                fail_msg("%s: \"%s\" does not say \"%s\"", rows[i].name, why.text, rows[i].says[j]);
    }
}

/* A line of len bytes, blanks before it not counted, is taken whole or refused. */
static void check_length(size_t len, bool is_good)
{
    static const char start[] = "   key-file = /";
    char text[1024], row[32];
    struct options o;
    struct sentence why = {""};
    size_t all = len + 3;
    memset(text, 'k', all);
    memcpy(text, start, sizeof start - 1);
    text[all] = '\n';
    snprintf(row, sizeof row, "%zu bytes", len);
    CHECK_ERR(parse(text, all + 1, &o, &why), is_good ? LTH_OK : LTH_MALFORMED, row);
    CHECK(!is_good || strlen(o.key_file) == len - strlen("key-file = "), row);
    CHECK(is_good || strstr(why.text, "at most 198 bytes"), row);
    CHECK_ERR(parse(text, all, &o, &why), is_good ? LTH_OK : LTH_MALFORMED, row);
}

static void test_a_long_line_is_refused_and_never_cut(void **state)
{
    (void)state;
    for (size_t len = LINE_MAX_LEN - 5; len <= LINE_MAX_LEN; len++)
        check_length(len, true);
    for (size_t len = LINE_MAX_LEN + 1; len < LINE_MAX_LEN + 5; len++)
        check_length(len, false);
    check_length(2 * LINE_MAX_LEN + 1, false);
    check_length(1000, false);
}

static void test_without_a_home_there_is_no_tilde(void **state)
{
    (void)state;
    static const char text[] = "key-file = ~/k\n";
    struct options o;
    struct sentence why;
    options_init(&o);
    assert_int_equal(config_file_parse(text, sizeof text - 1, "c", NULL, &strings, &o, &why),
                     LTH_MALFORMED);
}

static void test_a_repeated_setting_has_its_limit(void **state)
{
    (void)state;
    static const char line[] = "peer = a:1\n";
    char text[(OPTIONS_PEERS_MAX + 1) * sizeof line];
    struct options o;
    struct sentence why;
    size_t len = 0;
    for (int i = 0; i <= OPTIONS_PEERS_MAX; i++, len += sizeof line - 1)
        memcpy(text + len, line, sizeof line);
    assert_int_equal(parse(text, len - (sizeof line - 1), &o, &why), LTH_OK);
    assert_int_equal(parse(text, len, &o, &why), LTH_MALFORMED);
    assert_non_null(strstr(why.text, "line 65"));
}

/* With the # taken away from its settings, the example sets all there are. */
static void test_the_example_holds_every_setting(void **state)
{
    (void)state;
    char line[256], text[8192];
    size_t len = 0;
    struct options o;
    struct sentence why = {""};
    FILE *file = fopen(LANTHORN_CONF_EXAMPLE, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        bool is_setting = line[0] == '#' && line[1] != ' ';
        len += (size_t)snprintf(text + len, sizeof text - len, "%s", line + is_setting);
    }
    fclose(file);
    CHECK_ERR(parse(text, len, &o, &why), LTH_OK, why.text);
    for (size_t i = 0; options_row(i); i++) {
        snprintf(line, sizeof line, "\n%s = ", options_name(i));
        CHECK((strstr(text, line) != NULL) == options_row(i)->is_setting, options_name(i));
    }
}

/* ---- files ---- */

static char directory[64], path[128];

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/lanthorn-conf-XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    snprintf(path, sizeof path, "%s/lanthorn.conf", directory);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    if (unlink(path) != 0 && errno != ENOENT)
        (void)rmdir(path);
    return rmdir(directory) + forget(state);
}

static void write_file(const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void check_file(enum lth_err want, const char *says, const char *row)
{
    struct options o;
    struct sentence why = {""};
    options_init(&o);
    CHECK_ERR(config_file_read(path, NULL, &strings, &o, &why), want, row);
    CHECK(strstr(why.text, says), row);
    CHECK(want == LTH_OK || !o.name, row);
}

static void test_a_file_that_is_not_there_says_nothing(void **state)
{
    (void)state;
    check_file(LTH_OK, "", "missing");
    snprintf(path, sizeof path, "%s/no/lanthorn.conf", directory);
    check_file(LTH_OK, "", "its directory is missing");
    snprintf(path, sizeof path, "%s/lanthorn.conf", directory);
}

static void test_only_ours_and_only_files_are_read(void **state)
{
    (void)state;
    write_file("name = ann\n", 0600);
    check_file(LTH_OK, "", "ours alone");
    write_file("name = ann\n", 0444);
    check_file(LTH_OK, "", "readable by all");
    write_file("name = ann\n", 0620);
    check_file(LTH_MALFORMED, "chmod go-w", "writable by the group");
    write_file("name = ann\n", 0602);
    check_file(LTH_MALFORMED, "chmod go-w", "writable by all");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    check_file(LTH_MALFORMED, "not a file", "directory");
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    check_file(LTH_MALFORMED, "not a file", "FIFO");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("lanthorn.conf", path), 0);
    check_file(LTH_IO, "cannot be read", "link to itself");
}

static void test_a_huge_file_is_refused(void **state)
{
    (void)state;
    static char text[CONFIG_FILE_MAX + 2];
    memset(text, '\n', CONFIG_FILE_MAX);
    write_file(text, 0600);
    check_file(LTH_OK, "", "64 KiB");
    text[CONFIG_FILE_MAX] = '\n';
    write_file(text, 0600);
    check_file(LTH_MALFORMED, "64 KiB", "one byte more");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_every_setting_is_taken, forget),
        cmocka_unit_test_teardown(test_what_cannot_be_meant_is_told_with_its_line, forget),
        cmocka_unit_test_teardown(test_a_long_line_is_refused_and_never_cut, forget),
        cmocka_unit_test_teardown(test_without_a_home_there_is_no_tilde, forget),
        cmocka_unit_test_teardown(test_a_repeated_setting_has_its_limit, forget),
        cmocka_unit_test_teardown(test_the_example_holds_every_setting, forget),
        cmocka_unit_test_setup_teardown(test_a_file_that_is_not_there_says_nothing, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(test_only_ours_and_only_files_are_read, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(test_a_huge_file_is_refused, make_directory,
                                        remove_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
