/* What a typed line asks for; and that a slip of the finger is never sent as a message. */
#include "check.h"

#include "ui/prompt_command.h"

#include <stdio.h>

#define GROUP "ab00000000000000000000000000000000000000000000000000000000000000"

static const struct {
    const char *line;
    enum prompt_kind kind;
    int type;
    const char *who, *rest; /* rest: text, name, number or address */
} rows[] = {
    {"", PROMPT_NOTHING, 0, NULL, NULL},
    {"  \t ", PROMPT_NOTHING, 0, NULL, NULL},
    {"hello", PROMPT_SUBMIT, COMMAND_SEND, "CUR", "hello"},
    {"  indented ", PROMPT_SUBMIT, COMMAND_SEND, "CUR", "  indented "},
    {"two\nlines", PROMPT_SUBMIT, COMMAND_SEND, "CUR", "two\nlines"},
    {"//etc", PROMPT_SUBMIT, COMMAND_SEND, "CUR", "/etc"},
    {" //etc", PROMPT_SUBMIT, COMMAND_SEND, "CUR", "/etc"},
    {"///", PROMPT_SUBMIT, COMMAND_SEND, "CUR", "//"},
    {"/", PROMPT_REFUSED, -1, NULL, NULL},
    {"/unknown", PROMPT_REFUSED, -1, NULL, NULL},
    {" /quit", PROMPT_SUBMIT, COMMAND_QUIT, NULL, NULL},
    {"/QUIT", PROMPT_REFUSED, -1, NULL, NULL},
    {"/quit now", PROMPT_REFUSED, -1, NULL, NULL},
    {"/exit", PROMPT_SUBMIT, COMMAND_QUIT, NULL, NULL},
    {"/quitx", PROMPT_REFUSED, -1, NULL, NULL},
    {"/help", PROMPT_HELP, -1, NULL, NULL},
    {"/help group ", PROMPT_GROUP_HELP, -1, NULL, NULL},
    {"/help /group", PROMPT_GROUP_HELP, -1, NULL, NULL},
    {"/help me", PROMPT_REFUSED, -1, NULL, NULL},
    {"/help group now", PROMPT_REFUSED, -1, NULL, NULL},
    {"/who", PROMPT_SUBMIT, COMMAND_PEERS, NULL, NULL},
    {"/groups", PROMPT_SUBMIT, COMMAND_GROUPS, NULL, NULL},
    {"/status  ", PROMPT_SUBMIT, COMMAND_STATUS, NULL, NULL},
    {"/to bob", PROMPT_TO, COMMAND_VERIFY, "bob", NULL},
    {"/to \"Bo Peep\" ", PROMPT_TO, COMMAND_VERIFY, "Bo Peep", NULL},
    {"/to \"Bo Peep", PROMPT_REFUSED, -1, NULL, NULL},
    {"/to \"\"", PROMPT_REFUSED, -1, NULL, NULL},
    {"/to Bo Peep", PROMPT_REFUSED, -1, NULL, NULL},
    {"/to", PROMPT_REFUSED, -1, NULL, NULL},
    {"/to #ops", PROMPT_TO, COMMAND_GROUPS, "#ops", NULL},
    {"/to \"#two words\"", PROMPT_TO, COMMAND_GROUPS, "#two words", NULL},
    {"/to " GROUP, PROMPT_TO, COMMAND_GROUPS, GROUP, NULL},
    {"/msg #ops hi", PROMPT_SUBMIT, COMMAND_SEND, "#ops", "hi"},
    {"/msg bob hi  there ", PROMPT_SUBMIT, COMMAND_SEND, "bob", "hi  there "},
    {"/msg \"Bo Peep\" \"hi\"", PROMPT_SUBMIT, COMMAND_SEND, "Bo Peep", "\"hi\""},
    {"/msg bob", PROMPT_REFUSED, -1, NULL, NULL},
    {"/msg bob ", PROMPT_REFUSED, -1, NULL, NULL},
    {"/verify", PROMPT_SUBMIT, COMMAND_VERIFY, "CUR", NULL},
    {"/verify #ops", PROMPT_REFUSED, -1, NULL, NULL},
    {"/verify bob 12345 67890 ", PROMPT_SUBMIT, COMMAND_VERIFY, "bob", "12345 67890"},
    {"/petname bob My Bob", PROMPT_SUBMIT, COMMAND_PETNAME, "bob", "My Bob"},
    {"/petname bob", PROMPT_SUBMIT, COMMAND_PETNAME, "bob", ""},
    {"/name My Name ", PROMPT_SUBMIT, COMMAND_NAME, NULL, "My Name"},
    {"/name ", PROMPT_REFUSED, -1, NULL, NULL},
    {"/block bob", PROMPT_SUBMIT, COMMAND_BLOCK, "bob", NULL},
    {"/block", PROMPT_REFUSED, -1, NULL, NULL},
    {"/unblock bob", PROMPT_SUBMIT, COMMAND_UNBLOCK, "bob", NULL},
    {"/peer add a:1", PROMPT_SUBMIT, COMMAND_PEER_ADD, NULL, "a:1"},
    {"/peer   remove [fe80::1%eth0]:7", PROMPT_SUBMIT, COMMAND_PEER_REMOVE, NULL,
     "[fe80::1%eth0]:7"},
    {"/peer add", PROMPT_REFUSED, -1, NULL, NULL},
    {"/peer", PROMPT_REFUSED, -1, NULL, NULL},
};

static const char *rest_of(const struct command *c, char *room)
{
    if (c->text) {
        snprintf(room, 100, "%.*s", (int)c->text_len, (const char *)c->text);
        return room;
    }
    return c->name ? c->name : c->number ? c->number : c->address;
}

static bool same(const char *got, const char *want)
{
    return got && want ? strcmp(got, want) == 0 : got == want;
}

static void test_each_line_asks_for_one_thing(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct prompt_line p;
        char room[100];
        CHECK_ERR(prompt_command_parse(rows[i].line, "CUR", &p), LTH_OK, rows[i].line);
        CHECK(p.kind == rows[i].kind, rows[i].line);
        if (p.kind == PROMPT_SUBMIT || p.kind == PROMPT_TO) {
            CHECK((int)p.command.type == rows[i].type, rows[i].line);
            CHECK(same(p.command.who, rows[i].who), rows[i].line);
            CHECK(same(rest_of(&p.command, room), rows[i].rest), rows[i].line);
        }
        CHECK(p.kind != PROMPT_REFUSED || *p.why.text, rows[i].line);
        prompt_line_clear(&p);
    }
}

static const struct {
    const char *line;
    uint32_t last;
    const char *who; /* NULL = refused */
} histories[] = {
    {"/history", 0, "CUR"},     {"/history 7", 7, "CUR"},       {"/history 7 bob", 7, "bob"},
    {"/history bob", 0, "bob"}, {"/history 1000", 1000, "CUR"}, {"/history 1001", 0, "1001"},
    {"/history 0", 0, "0"},     {"/history 7 bob x", 0, NULL},
};

static void test_history_takes_a_number_and_a_person(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(histories); i++) {
        const char *row = histories[i].line;
        struct prompt_line p;
        CHECK_ERR(prompt_command_parse(row, "CUR", &p), LTH_OK, row);
        CHECK((p.kind == PROMPT_SUBMIT) == (histories[i].who != NULL), row);
        CHECK(p.kind == PROMPT_REFUSED ||
                  (same(p.command.who, histories[i].who) && p.command.last == histories[i].last),
              row);
        prompt_line_clear(&p);
    }
}

static const struct {
    const char *line;
    enum command_type type;
    const char *group, *rest; /* group NULL: refused; rest: member, name or history */
} group_rows[] = {
    {"/group add bob", COMMAND_GROUP_ADD, GROUP, "bob"},
    {"/group add #ops bob", COMMAND_GROUP_ADD, "#ops", "bob"},
    {"/group  add  \"#two words\"  \"Bo Peep\" ", COMMAND_GROUP_ADD, "#two words", "Bo Peep"},
    {"/group remove #ops bob", COMMAND_GROUP_REMOVE, "#ops", "bob"},
    {"/group promote bob", COMMAND_GROUP_PROMOTE, GROUP, "bob"},
    {"/group demote #ops bob", COMMAND_GROUP_DEMOTE, "#ops", "bob"},
    {"/group leave", COMMAND_GROUP_LEAVE, GROUP, NULL},
    {"/group leave #ops", COMMAND_GROUP_LEAVE, "#ops", NULL},
    {"/group rekey", COMMAND_GROUP_REKEY, GROUP, NULL},
    {"/group info", COMMAND_GROUPS, GROUP, NULL},
    {"/group info #ops", COMMAND_GROUPS, "#ops", NULL},
    {"/group rename crew", COMMAND_GROUP_RENAME, GROUP, "crew"},
    {"/group rename #ops crew", COMMAND_GROUP_RENAME, "#ops", "crew"},
    {"/group rename #ops #crew", COMMAND_GROUP_RENAME, "#ops", "crew"},
    {"/group rename \"two words\"", COMMAND_GROUP_RENAME, GROUP, "two words"},
    {"/group history all", COMMAND_GROUP_HISTORY, GROUP, "all"},
    {"/group history #ops none", COMMAND_GROUP_HISTORY, "#ops", "none"},
    {"/group add", COMMAND_GROUP_ADD, NULL, NULL},
    {"/group add #ops", COMMAND_GROUP_ADD, NULL, NULL},
    {"/group add #ops bob cat", COMMAND_GROUP_ADD, NULL, NULL},
    {"/group add #ops \"bob", COMMAND_GROUP_ADD, NULL, NULL},
    {"/group leave ops", COMMAND_GROUP_LEAVE, NULL, NULL},
    {"/group leave #ops now", COMMAND_GROUP_LEAVE, NULL, NULL},
    {"/group leave \"#ops", COMMAND_GROUP_LEAVE, NULL, NULL},
    {"/group rename #crew", COMMAND_GROUP_RENAME, NULL, NULL},
    {"/group rename #ops #", COMMAND_GROUP_RENAME, NULL, NULL},
    {"/group rename two words", COMMAND_GROUP_RENAME, NULL, NULL},
    {"/group history", COMMAND_GROUP_HISTORY, NULL, NULL},
    {"/group history some", COMMAND_GROUP_HISTORY, NULL, NULL},
    {"/group history ALL", COMMAND_GROUP_HISTORY, NULL, NULL},
};

static void test_a_command_about_a_group_is_about_the_current_one_or_the_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(group_rows); i++) {
        const char *row = group_rows[i].line;
        struct prompt_line p;
        CHECK_ERR(prompt_command_parse(row, GROUP, &p), LTH_OK, row);
        const struct command *c = &p.command;
        const char *rest = c->who ? c->who : c->name ? c->name : c->history;
        CHECK((p.kind == PROMPT_REFUSED) == !group_rows[i].group, row);
        CHECK(p.kind == PROMPT_REFUSED ||
                  (c->type == group_rows[i].type && same(c->group, group_rows[i].group) &&
                   same(rest, group_rows[i].rest)),
              row);
        prompt_line_clear(&p);
    }
}

static void test_a_new_group_has_a_name_and_as_many_as_are_named(void **state)
{
    (void)state;
    struct prompt_line p;
    CHECK_ERR(prompt_command_parse("/group new \"#two words\" bob \"Bo Peep\"", NULL, &p), LTH_OK,
              "two members");
    assert_int_equal(p.kind, PROMPT_SUBMIT);
    assert_int_equal(p.command.type, COMMAND_GROUP_CREATE);
    assert_string_equal(p.command.name, "two words");
    assert_int_equal(p.command.member_count, 2);
    assert_string_equal(p.command.members[0], "bob");
    assert_string_equal(p.command.members[1], "Bo Peep");
    prompt_line_clear(&p);
    CHECK_ERR(prompt_command_parse("/group new ops", NULL, &p), LTH_OK, "no members");
    assert_int_equal(p.kind, PROMPT_SUBMIT);
    assert_int_equal(p.command.member_count, 0);
    prompt_line_clear(&p);
}

/* A /group new that names count people. */
static void check_invited(size_t count, bool is_good)
{
    char line[1000] = "/group new ops";
    struct prompt_line p;
    for (size_t i = 0, at = strlen(line); i < count; i++, at += 4)
        memcpy(line + at, " bob", 5);
    CHECK_ERR(prompt_command_parse(line, NULL, &p), LTH_OK, line);
    CHECK(p.kind == (is_good ? PROMPT_SUBMIT : PROMPT_REFUSED), line);
    CHECK(is_good ? p.command.member_count == count : strstr(p.why.text, "127") != NULL, line);
    prompt_line_clear(&p);
}

static void test_a_new_group_has_no_more_members_than_the_limit(void **state)
{
    (void)state;
    check_invited(INVITED_MAX, true);
    check_invited(INVITED_MAX + 1, false);
    check_invited(INVITED_MAX + INVITED_MAX / 2, false);
}

static void test_without_a_current_group_one_must_be_named(void **state)
{
    (void)state;
    static const char *const currents[] = {NULL, "CUR"};
    for (size_t i = 0; i < LENGTH(currents); i++) {
        struct prompt_line p;
        CHECK_ERR(prompt_command_parse("/group add bob", currents[i], &p), LTH_OK, "add");
        CHECK(p.kind == PROMPT_REFUSED && strstr(p.why.text, "Which group?"), "add");
        prompt_line_clear(&p);
    }
}

static void test_what_is_for_people_does_not_take_the_current_group(void **state)
{
    (void)state;
    struct prompt_line p;
    CHECK_ERR(prompt_command_parse("/verify", GROUP, &p), LTH_OK, "/verify");
    CHECK(p.kind == PROMPT_REFUSED && strstr(p.why.text, "its members are"), "/verify");
    prompt_line_clear(&p);
    CHECK_ERR(prompt_command_parse("/history", GROUP, &p), LTH_OK, "/history");
    CHECK(p.kind == PROMPT_SUBMIT && same(p.command.who, GROUP), "/history");
    prompt_line_clear(&p);
}

static const struct {
    const char *line, *says;
} refusals[] = {
    {"/hlep", "did you mean /help?"},
    {"/whi", "did you mean /who?"},
    {"/mgs bob hi", "did you mean /msg?"},
    {"/usr/bin/env", "type // to send a slash"},
    {"/to", "/to WHO"},
    {"/peer", "It is: /peer add HOST:PORT, or /peer remove HOST:PORT."},
    {"/peer a:1", "It is: /peer add HOST:PORT, or /peer remove HOST:PORT."},
    {"/group", "It is one of /group new, /group add, "},
    {"/group ad bob", "/group info: see /help group."},
    {"/grops", "did you mean /groups?"},
    {"/group new", "It is: /group new NAME [WHO ...]."},
    {"/group new #", "It is: /group new NAME [WHO ...]."},
    {"/group new \"ops", "It is: /group new NAME [WHO ...]."},
    {"/group new ops \"bob", "It is: /group new NAME [WHO ...]."},
    {"/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "is not a command"},
};

static void test_a_refusal_says_what_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(refusals); i++) {
        struct prompt_line p;
        CHECK_ERR(prompt_command_parse(refusals[i].line, "CUR", &p), LTH_OK, refusals[i].line);
        CHECK(p.kind == PROMPT_REFUSED && strstr(p.why.text, refusals[i].says), refusals[i].line);
        prompt_line_clear(&p);
    }
}

static void test_text_for_nobody_is_not_sent(void **state)
{
    (void)state;
    static const char *const lines[] = {"hello", "//hello", "/history", "/verify"};
    for (size_t i = 0; i < LENGTH(lines); i++) {
        struct prompt_line p;
        CHECK_ERR(prompt_command_parse(lines[i], NULL, &p), LTH_OK, lines[i]);
        CHECK(p.kind == PROMPT_REFUSED, lines[i]);
        prompt_line_clear(&p);
    }
}

/* Both parts of the help; caller clears. */
static const char *write_help(struct buffer *out, bool only_groups)
{
    struct pen pen = pen_over(out, false);
    if (!only_groups)
        prompt_command_help(&pen);
    prompt_command_group_help(&pen);
    assert_int_equal(buffer_append(out, "", 1), LTH_OK);
    return (const char *)out->bytes;
}

static void test_help_fits_into_79_columns(void **state)
{
    (void)state;
    struct buffer out = {0};
    (void)write_help(&out, false);
    for (char *line = strtok((char *)out.bytes, "\n"); line; line = strtok(NULL, "\n"))
        CHECK(strlen(line) <= 79, line);
    buffer_clear(&out);
}

static void test_each_help_fits_on_a_screen_of_24_lines(void **state)
{
    (void)state;
    struct buffer all = {0}, of_groups = {0};
    size_t lines = 0, group_lines = 0;
    for (const char *at = write_help(&all, false); (at = strchr(at, '\n')); at++)
        lines++;
    for (const char *at = write_help(&of_groups, true); (at = strchr(at, '\n')); at++)
        group_lines++;
    assert_true(group_lines <= 22 && lines - group_lines <= 22); /* what was typed, the prompt */
    buffer_clear(&all);
    buffer_clear(&of_groups);
}

static void test_help_has_a_line_for_every_command(void **state)
{
    (void)state;
    struct buffer out = {0};
    const char *help = write_help(&out, false), *word;
    for (size_t i = 0; (word = prompt_command_complete("/", i)); i++)
        if (strcmp(word, "/peers") != 0 && strcmp(word, "/exit") != 0) /* second names */
            CHECK(strstr(help, word), word);
    buffer_clear(&out);
}

static void test_the_manual_page_has_every_command(void **state)
{
    (void)state;
    static char page[64 * 1024];
    char bold[40];
    const char *word;
    FILE *file = fopen(LANTHORN_MANUAL, "r");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    for (size_t i = 0; (word = prompt_command_complete("/", i)); i++) {
        snprintf(bold, sizeof bold, "*%s*", word);
        CHECK(strstr(page, bold), word);
    }
}

static void test_commands_are_completed(void **state)
{
    (void)state;
    assert_string_equal(prompt_command_complete("/pe", 0), "/peers");
    assert_string_equal(prompt_command_complete("/pe", 1), "/petname");
    assert_string_equal(prompt_command_complete("/group in", 0), "/group info");
    assert_string_equal(prompt_command_complete("/q", 0), "/quit");
    assert_null(prompt_command_complete("/q", 1));
    assert_null(prompt_command_complete("/x", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_line_asks_for_one_thing),
        cmocka_unit_test(test_history_takes_a_number_and_a_person),
        cmocka_unit_test(test_a_command_about_a_group_is_about_the_current_one_or_the_named),
        cmocka_unit_test(test_a_new_group_has_a_name_and_as_many_as_are_named),
        cmocka_unit_test(test_a_new_group_has_no_more_members_than_the_limit),
        cmocka_unit_test(test_without_a_current_group_one_must_be_named),
        cmocka_unit_test(test_what_is_for_people_does_not_take_the_current_group),
        cmocka_unit_test(test_a_refusal_says_what_to_do),
        cmocka_unit_test(test_text_for_nobody_is_not_sent),
        cmocka_unit_test(test_help_fits_into_79_columns),
        cmocka_unit_test(test_each_help_fits_on_a_screen_of_24_lines),
        cmocka_unit_test(test_help_has_a_line_for_every_command),
        cmocka_unit_test(test_the_manual_page_has_every_command),
        cmocka_unit_test(test_commands_are_completed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
