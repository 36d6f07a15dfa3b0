/* A command line becomes what to do, or a sentence that says what to correct. */
#include "check.h"

#include "base/buffer.h"
#include "ui/shell.h"

#include <stdio.h>
#include <stdlib.h>

enum { WORDS_MAX = 160 };

#define DIGITS "12345 12345 12345 12345 12345 12345 12345 12345 12345 12345 12345 12345"

/* A line whose words are parted by spaces, split; _ stands for a space within a word. */
struct line {
    char bytes[2000], *argv[WORDS_MAX + 1];
    int argc;
};

static struct shell parse(const char *text, struct line *line, struct sentence *why)
{
    struct shell s;
    *line = (struct line){.argv[0] = "lanthorn", .argc = 1};
    assert_in_range(snprintf(line->bytes, sizeof line->bytes, "%s", text), 0,
                    sizeof line->bytes - 1);
    for (char *word = strtok(line->bytes, " "); word; word = strtok(NULL, " ")) {
        assert_true(line->argc < WORDS_MAX);
        for (char *at = word; (at = strchr(at, '_'));)
            *at = ' ';
        line->argv[line->argc++] = word;
    }
    shell_parse(line->argc, line->argv, &s, why);
    return s;
}

/* What each line is, and a word of the sentence where it is refused. */
static const struct {
    const char *line;
    enum shell_kind kind;
    const char *why;
} rows[] = {
    {"", SHELL_NODE, NULL},
    {"--headless", SHELL_NODE, NULL},
    {"--data DIR", SHELL_NODE, NULL},
    {"--data send", SHELL_NODE, NULL},
    {"--data=DIR --json", SHELL_NODE, NULL},
    {"--headless send bob hi", SHELL_NODE, NULL}, /* the node's options refuse the word */
    {"lanthorn:abc", SHELL_NODE, NULL},
    {"--help", SHELL_NODE, NULL},
    {"sned bob hi", SHELL_NODE, NULL},
    {"send bob hi", SHELL_SEND, NULL},
    {"send bob hi there you", SHELL_SEND, NULL},
    {"send bob -", SHELL_SEND, NULL},
    {"send bob --lines", SHELL_SEND, NULL},
    {"send bob --lines -", SHELL_SEND, NULL},
    {"send bob --lines hi", SHELL_REFUSED, "stdin"},
    {"send bob hi --wait 5", SHELL_SEND, NULL},
    {"send -W 5 bob hi", SHELL_SEND, NULL},
    {"--data DIR send bob hi", SHELL_SEND, NULL},
    {"--json --data=DIR send bob hi", SHELL_SEND, NULL},
    {"send bob -- --wait 5", SHELL_SEND, NULL},
    {"send", SHELL_REFUSED, "lanthorn send WHO TEXT"},
    {"send bob", SHELL_REFUSED, "no TEXT"},
    {"send", SHELL_REFUSED, "TEXT...|- [--wait SECONDS] [--lines]; a #GROUP stands in quotes."},
    {"verify", SHELL_REFUSED, "lanthorn verify WHO [NUMBER...]."},
    {"search tea", SHELL_REFUSED, "cannot search yet"},
    {"--json doctor", SHELL_REFUSED, "no doctor yet"},
    {"send bob --wait", SHELL_REFUSED, "needs an argument"},
    {"send bob hi --wait x", SHELL_REFUSED, "whole number"},
    {"send bob hi --wait -1", SHELL_REFUSED, "whole number"},
    {"send bob hi --wait 99999999999999999999", SHELL_REFUSED, "whole number"},
    {"send bob -5 degrees", SHELL_REFUSED, "put -- before"},
    {"send bob hi --last 3", SHELL_REFUSED, "--last is not for lanthorn send"},
    {"peers", SHELL_ASK, NULL},
    {"peers --json", SHELL_ASK, NULL},
    {"peers bob", SHELL_REFUSED, "It is: lanthorn peers."},
    {"peers --data", SHELL_REFUSED, "needs an argument"},
    {"history bob", SHELL_ASK, NULL},
    {"history bob --last 1000", SHELL_ASK, NULL},
    {"history bob --last 1001", SHELL_REFUSED, "1 to 1000"},
    {"history bob --last 0", SHELL_REFUSED, "1 to 1000"},
    {"history bob ann", SHELL_REFUSED, "It is"},
    {"history", SHELL_REFUSED, "It is"},
    {"watch", SHELL_WATCH, NULL},
    {"watch -C 3 -W 10", SHELL_WATCH, NULL},
    {"watch --count 3 --wait 10", SHELL_WATCH, NULL},
    {"watch -C0", SHELL_REFUSED, "whole number"},
    {"watch bob", SHELL_REFUSED, "It is"},
    {"verify bob", SHELL_ASK, NULL},
    {"verify bob " DIGITS, SHELL_ASK, NULL},
    {"verify bob 12345 67890", SHELL_REFUSED, "60 digits"},
    {"verify bob " DIGITS " 1", SHELL_REFUSED, "60 digits"},
    {"verify bob x" DIGITS, SHELL_REFUSED, "60 digits"},
    {"verify", SHELL_REFUSED, "It is"},
    {"petname bob", SHELL_ASK, NULL},
    {"petname bob Bobby_B", SHELL_ASK, NULL},
    {"petname bob Bobby B", SHELL_REFUSED, "It is"},
    {"petname", SHELL_REFUSED, "It is"},
    {"block bob", SHELL_ASK, NULL},
    {"unblock", SHELL_REFUSED, "It is"},
    {"name Ada_L", SHELL_ASK, NULL},
    {"name Ada L", SHELL_REFUSED, "It is"},
    {"peer add a:1", SHELL_ASK, NULL},
    {"peer remove a:1", SHELL_ASK, NULL},
    {"peer", SHELL_REFUSED, "add, remove"},
    {"peer a:1", SHELL_REFUSED, "add, remove"},
    {"peer add", SHELL_REFUSED, "lanthorn peer add HOST:PORT"},
    {"groups", SHELL_ASK, NULL},
    {"group", SHELL_REFUSED, "new, add, remove"},
    {"group new ops", SHELL_ASK, NULL},
    {"group new ops bob ann", SHELL_ASK, NULL},
    {"group new", SHELL_REFUSED, "It is"},
    {"group new #", SHELL_REFUSED, "It is"},
    {"group add ops bob", SHELL_ASK, NULL},
    {"group add ops", SHELL_REFUSED, "It is"},
    {"group remove ops bob", SHELL_ASK, NULL},
    {"group promote ops bob", SHELL_ASK, NULL},
    {"group demote ops bob", SHELL_ASK, NULL},
    {"group leave ops", SHELL_ASK, NULL},
    {"group rename ops quay", SHELL_ASK, NULL},
    {"group history ops all", SHELL_ASK, NULL},
    {"group history ops some", SHELL_REFUSED, "none|all"},
    {"group rekey ops", SHELL_ASK, NULL},
    {"group info ops", SHELL_INFO, NULL},
    {"status", SHELL_ASK, NULL},
    {"quit", SHELL_ASK, NULL},
    {"export", SHELL_EXPORT, NULL},
    {"export bob --json", SHELL_EXPORT, NULL},
    {"export bob ann", SHELL_REFUSED, "It is"},
    {"export --", SHELL_EXPORT, NULL},
    {"check", SHELL_CHECK, NULL},
    {"check --json --data DIR --key-file FILE", SHELL_CHECK, NULL},
    {"--data DIR --passphrase-fd 3 check", SHELL_CHECK, NULL},
    {"check all", SHELL_REFUSED, "It is: lanthorn check."},
    {"check --key-file=", SHELL_REFUSED, "give a path"},
    {"check --passphrase-fd -1", SHELL_REFUSED, "whole number"},
    {"check --new-key-file FILE", SHELL_REFUSED, "is not for lanthorn check"},
    {"passphrase", SHELL_PASSPHRASE, NULL},
    {"passphrase --passphrase-fd 3 --new-passphrase-fd 4", SHELL_PASSPHRASE, NULL},
    {"passphrase --key-file OLD --new-key-file NEW", SHELL_PASSPHRASE, NULL},
    {"passphrase secret", SHELL_REFUSED, "It is"},
    {"passphrase --new-passphrase-fd x", SHELL_REFUSED, "whole number"},
    {"help", SHELL_HELP, NULL},
    {"help group add", SHELL_HELP, NULL},
    {"send --help", SHELL_HELP, NULL},
    {"group --help", SHELL_HELP, NULL},
    {"block \xff", SHELL_REFUSED, "UTF-8"},
    {"send \xff hi", SHELL_REFUSED, "UTF-8"},
    {"send bob \xff", SHELL_SEND, NULL}, /* refused where it is sent, as what stdin holds */
};

static void test_each_line_is_a_command_or_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct line line;
        struct sentence why;
        struct shell s = parse(rows[i].line, &line, &why);
        CHECK(s.kind == rows[i].kind, rows[i].line);
        CHECK(!rows[i].why == !*why.text, rows[i].line);
        CHECK(!rows[i].why || strstr(why.text, rows[i].why), rows[i].line);
        shell_clear(&s);
    }
}

static void test_words_arrive_where_they_belong(void **state)
{
    (void)state;
    struct line line;
    struct sentence why;
    struct shell s = parse("--data DIR send bob one two_three --wait 7 --json", &line, &why);
    assert_string_equal(s.data, "DIR");
    assert_string_equal(s.command.who, "bob");
    assert_int_equal(s.command.text_len, 13);
    assert_memory_equal(s.command.text, "one two three", 13);
    assert_int_equal(s.wait_s, 7);
    assert_true(s.json && !s.from_input && !s.lines);
    shell_clear(&s);

    s = parse("verify bob " DIGITS, &line, &why);
    assert_string_equal(s.command.number, DIGITS);
    assert_int_equal(s.wait_s, SHELL_FOREVER);
    shell_clear(&s);

    s = parse("petname bob", &line, &why);
    assert_string_equal(s.command.name, "");
    shell_clear(&s);

    s = parse("history bob --last 7", &line, &why);
    assert_int_equal(s.command.last, 7);
    shell_clear(&s);

    s = parse("watch -C 4", &line, &why);
    assert_int_equal(s.count, 4);
    shell_clear(&s);
}

static void test_a_group_needs_no_mark_where_only_a_group_can_stand(void **state)
{
    static const char id[] = "abababababababababababababababababababababababababababababababab";
    struct line line;
    struct sentence why;
    char text[100];
    (void)state;
    struct shell s = parse("group add two_words bob", &line, &why);
    assert_string_equal(s.command.group, "#two words");
    assert_string_equal(s.command.who, "bob");
    shell_clear(&s);

    s = parse("group leave #ops", &line, &why);
    assert_string_equal(s.command.group, "#ops");
    shell_clear(&s);

    snprintf(text, sizeof text, "group leave %s", id);
    s = parse(text, &line, &why);
    assert_string_equal(s.command.group, id);
    shell_clear(&s);

    snprintf(text, sizeof text, "group leave %s-", id); /* longer than any name: fits none */
    s = parse(text, &line, &why);
    assert_int_equal(strlen(s.command.group), 65);
    shell_clear(&s);

    s = parse("group new #ops bob ann", &line, &why);
    assert_string_equal(s.command.name, "ops");
    assert_int_equal(s.command.member_count, 2);
    assert_string_equal(s.command.members[1], "ann");
    shell_clear(&s);

    s = parse("group rename ops #quay", &line, &why);
    assert_string_equal(s.command.name, "quay");
    shell_clear(&s);
}

/* "group new ops bob bob …" */
static struct shell parse_many(int others, struct line *line, struct sentence *why)
{
    struct buffer text = {0};
    assert_int_equal(buffer_printf(&text, "group new ops"), LTH_OK);
    for (int i = 0; i < others; i++)
        assert_int_equal(buffer_append(&text, " bob", 4), LTH_OK);
    assert_int_equal(buffer_append(&text, "", 1), LTH_OK);
    struct shell s = parse((const char *)text.bytes, line, why);
    buffer_clear(&text);
    return s;
}

static void test_a_group_begins_with_no_more_than_its_limit(void **state)
{
    (void)state;
    struct line line;
    struct sentence why;
    struct shell s = parse_many(INVITED_MAX, &line, &why);
    assert_int_equal(s.kind, SHELL_ASK);
    shell_clear(&s);
    s = parse_many(INVITED_MAX + 1, &line, &why);
    assert_int_equal(s.kind, SHELL_REFUSED);
    assert_non_null(strstr(why.text, "127"));
    shell_clear(&s);
}

static void test_an_empty_who_is_named(void **state)
{
    (void)state;
    static char *lines[][5] = {
        {"lanthorn", "send", "", "x"}, {"lanthorn", "block", ""}, {"lanthorn", "petname", "", "x"}};
    for (size_t i = 0; i < LENGTH(lines); i++) {
        struct shell s;
        struct sentence why;
        int argc = 0;
        while (lines[i][argc])
            argc++;
        shell_parse(argc, lines[i], &s, &why);
        CHECK(s.kind == SHELL_REFUSED && strstr(why.text, "WHO is empty"), lines[i][1]);
        shell_clear(&s);
    }
}

static void test_every_option_is_one_of_some_command_or_of_all(void **state)
{
    const struct shell_option *option;
    const struct shell_row *row;
    (void)state;
    for (size_t i = 0; (option = shell_option(i)); i++) {
        char wanted[40];
        bool is_named = false;
        snprintf(wanted, sizeof wanted, "[--%s%s%s]", option->name, option->argument ? " " : "",
                 option->argument ? option->argument : "");
        for (size_t j = 0; (row = shell_row(j)); j++)
            is_named = is_named || strstr(row->usage, wanted);
        CHECK(is_named == !option->is_common, wanted);
        CHECK(*option->help, wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_line_is_a_command_or_a_sentence),
        cmocka_unit_test(test_words_arrive_where_they_belong),
        cmocka_unit_test(test_a_group_needs_no_mark_where_only_a_group_can_stand),
        cmocka_unit_test(test_a_group_begins_with_no_more_than_its_limit),
        cmocka_unit_test(test_an_empty_who_is_named),
        cmocka_unit_test(test_every_option_is_one_of_some_command_or_of_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
