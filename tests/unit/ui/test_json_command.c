/* A line becomes a command, or an error that says why; its ref comes along either way. */
#include "check.h"

#include "ui/json_command.h"

#include <stdio.h>

static const struct {
    const char *line;
    int code; /* -1 = a command */
} rows[] = {
    {"{\"do\":\"peers\"}", -1},
    {"{\"do\":\"peers\",\"later_version\":{}}", -1},
    {" {\"do\" : \"quit\"} ", -1},
    {"{\"do\":\"send\",\"to\":\"bob\",\"text\":\"\"}", -1}, /* empty: the node says so */
    {"{\"do\":\"send\",\"to\":\"bob\"}", CODE_USAGE},
    {"{\"do\":\"send\",\"text\":\"x\"}", CODE_USAGE},
    {"{\"do\":\"send\",\"to\":7,\"text\":\"x\"}", CODE_MALFORMED},
    {"{\"do\":\"send\",\"to\":\"bob\",\"text\":[]}", CODE_MALFORMED},
    {"{\"do\":\"send\",\"to\":\"b\\u0000b\",\"text\":\"x\"}", CODE_MALFORMED},
    {"{\"do\":\"send\",\"to\":\"bob\",\"text\":\"\\ud800\"}", CODE_MALFORMED},
    {"{\"do\":\"send\",\"to\":\"bob\",\"text\":\"\xff\"}", CODE_MALFORMED},
    {"{\"do\":\"peers\",\"do\":\"quit\"}", CODE_MALFORMED},
    {"{\"do\":\"history\",\"with\":\"bob\"}", -1},
    {"{\"do\":\"history\",\"with\":\"bob\",\"last\":null}", -1},
    {"{\"do\":\"history\",\"with\":\"bob\",\"last\":0}", CODE_USAGE},
    {"{\"do\":\"history\",\"with\":\"bob\",\"last\":1000}", -1},
    {"{\"do\":\"history\",\"with\":\"bob\",\"last\":1001}", CODE_USAGE},
    {"{\"do\":\"history\",\"with\":\"bob\",\"last\":9000000000000000000}", CODE_USAGE},
    {"{\"do\":\"history\",\"with\":\"bob\",\"last\":90000000000000000000}", CODE_MALFORMED},
    {"{\"do\":\"history\",\"with\":\"bob\",\"last\":1.5}", CODE_MALFORMED},
    {"{\"do\":\"history\",\"with\":\"bob\",\"last\":\"5\"}", CODE_MALFORMED},
    {"{\"do\":\"shown\"}", CODE_USAGE},
    {"{\"do\":\"shown\",\"record\":-1}", CODE_MALFORMED},
    {"{\"do\":\"shown\",\"record\":\"9\"}", CODE_MALFORMED},
    {"{\"do\":\"sync\",\"timeout_s\":-1}", CODE_USAGE},
    {"{\"do\":\"sync\",\"timeout_s\":0}", -1},
    {"{\"do\":\"sync\",\"timeout_s\":4294967295}", CODE_USAGE},
    {"{\"do\":\"message\"}", CODE_USAGE},
    {"{\"do\":\"petname\",\"peer\":\"bob\"}", CODE_USAGE},
    {"{\"do\":\"peer.add\",\"address\":\"a:1\"}", -1},
    {"{\"do\":\"search\",\"text\":\"x\"}", CODE_UNSUPPORTED},
    {"{\"do\":\"delete\"}", CODE_UNSUPPORTED},
    {"{\"do\":\"doctor\"}", CODE_UNSUPPORTED},
    {"{\"do\":\"groups\"}", -1},
    {"{\"do\":\"group.create\",\"name\":\"ops\"}", -1},
    {"{\"do\":\"group.create\",\"name\":\"ops\",\"members\":null}", -1},
    {"{\"do\":\"group.create\",\"name\":\"ops\",\"members\":[]}", -1},
    {"{\"do\":\"group.create\",\"name\":\"ops\",\"members\":[\"bob\",\"\"]}",
     -1}, /* the node says so */
    {"{\"do\":\"group.create\",\"members\":[\"bob\"]}", CODE_USAGE},
    {"{\"do\":\"group.create\",\"name\":\"ops\",\"members\":\"bob\"}", CODE_MALFORMED},
    {"{\"do\":\"group.create\",\"name\":\"ops\",\"members\":{\"0\":\"bob\"}}", CODE_MALFORMED},
    {"{\"do\":\"group.create\",\"name\":\"ops\",\"members\":[\"bob\",7]}", CODE_MALFORMED},
    {"{\"do\":\"group.create\",\"name\":\"ops\",\"members\":[null]}", CODE_MALFORMED},
    {"{\"do\":\"group.create\",\"name\":\"ops\",\"members\":[[\"bob\"]]}", CODE_MALFORMED},
    {"{\"do\":\"group.create\",\"name\":\"ops\",\"members\":[\"b\\u0000b\"]}", CODE_MALFORMED},
    {"{\"do\":\"group.add\",\"group\":\"#ops\",\"member\":\"bob\"}", -1},
    {"{\"do\":\"group.add\",\"group\":\"#ops\"}", CODE_USAGE},
    {"{\"do\":\"group.add\",\"member\":\"bob\"}", CODE_USAGE},
    {"{\"do\":\"group.remove\",\"group\":\"#ops\",\"member\":[\"bob\"]}", CODE_MALFORMED},
    {"{\"do\":\"group.promote\",\"group\":\"#ops\",\"member\":\"bob\"}", -1},
    {"{\"do\":\"group.demote\"}", CODE_USAGE},
    {"{\"do\":\"group.leave\",\"group\":7}", CODE_MALFORMED},
    {"{\"do\":\"group.rekey\"}", CODE_USAGE},
    {"{\"do\":\"group.rename\",\"group\":\"#ops\"}", CODE_USAGE},
    {"{\"do\":\"group.history\",\"group\":\"#ops\"}", CODE_USAGE},
    {"{\"do\":\"group.history\",\"group\":\"#ops\",\"history\":true}", CODE_MALFORMED},
    {"{\"do\":\"dance\"}", CODE_USAGE},
    {"{\"do\":\"\"}", CODE_USAGE},
    {"{\"do\":7}", CODE_MALFORMED},
    {"{}", CODE_USAGE},
    {"[]", CODE_MALFORMED},
    {"\"do\"", CODE_MALFORMED},
    {"", CODE_MALFORMED},
    {"hello", CODE_MALFORMED},
    {"{\"do\":\"peers\"", CODE_MALFORMED},
    {"{\"do\":\"peers\"} {}", CODE_MALFORMED},
    {"{\"do\":\"peers\",\"ref\":7}", CODE_MALFORMED},
};

static void test_each_line_is_a_command_or_an_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct parsed_command p;
        struct refusal no = {.why.text = ""};
        bool is_good = json_command_parse(rows[i].line, strlen(rows[i].line), &p, &no);
        CHECK(is_good == (rows[i].code < 0), rows[i].line);
        CHECK(is_good || ((int)no.code == rows[i].code && *no.why.text), rows[i].line);
        json_command_clear(&p);
    }
}

/* Parses a line that must be good; the caller clears. */
static struct parsed_command parse(const char *line)
{
    struct parsed_command p;
    struct refusal no;
    assert_true(json_command_parse(line, strlen(line), &p, &no));
    return p;
}

static void test_fields_arrive_where_they_belong(void **state)
{
    (void)state;
    struct parsed_command p = parse("{\"do\":\"send\",\"to\":\"bob\",\"text\":\"a\\u0000\\n日\"}");
    assert_int_equal(p.command.type, COMMAND_SEND);
    assert_string_equal(p.command.who, "bob");
    assert_int_equal(p.command.text_len, 6);
    assert_memory_equal(p.command.text, "a\0\n日", 6);
    json_command_clear(&p);

    p = parse("{\"do\":\"history\",\"with\":\"w\",\"last\":7,\"before\":\"b\"}");
    assert_int_equal(p.command.last, 7);
    assert_string_equal(p.command.id, "b");
    json_command_clear(&p);

    p = parse("{\"do\":\"petname\",\"peer\":\"p\",\"petname\":\"\"}");
    assert_string_equal(p.command.who, "p");
    assert_string_equal(p.command.name, "");
    json_command_clear(&p);

    p = parse("{\"do\":\"verify\",\"peer\":\"p\",\"number\":\"123\"}");
    assert_string_equal(p.command.number, "123");
    json_command_clear(&p);

    p = parse("{\"do\":\"peer.remove\",\"address\":\"a:1\"}");
    assert_int_equal(p.command.type, COMMAND_PEER_REMOVE);
    assert_string_equal(p.command.address, "a:1");
    json_command_clear(&p);
}

static void test_what_is_said_of_a_group_arrives_where_it_belongs(void **state)
{
    (void)state;
    struct parsed_command p =
        parse("{\"do\":\"group.create\",\"name\":\"two words\",\"members\":[\"bob\",\"日本\"]}");
    assert_int_equal(p.command.type, COMMAND_GROUP_CREATE);
    assert_string_equal(p.command.name, "two words");
    assert_int_equal(p.command.member_count, 2);
    assert_string_equal(p.command.members[0], "bob");
    assert_string_equal(p.command.members[1], "日本");
    json_command_clear(&p);

    p = parse("{\"do\":\"group.remove\",\"group\":\"#ops\",\"member\":\"bob\"}");
    assert_int_equal(p.command.type, COMMAND_GROUP_REMOVE);
    assert_string_equal(p.command.group, "#ops");
    assert_string_equal(p.command.who, "bob");
    json_command_clear(&p);

    p = parse("{\"do\":\"group.rename\",\"group\":\"#ops\",\"name\":\"crew\"}");
    assert_string_equal(p.command.group, "#ops");
    assert_string_equal(p.command.name, "crew");
    json_command_clear(&p);

    p = parse("{\"do\":\"group.history\",\"group\":\"#ops\",\"history\":\"all\"}");
    assert_string_equal(p.command.history, "all");
    json_command_clear(&p);
}

/* A group.create that names count people. */
static void check_invited(size_t count, bool is_good)
{
    char line[2000] = "{\"do\":\"group.create\",\"name\":\"ops\",\"members\":[";
    struct parsed_command p;
    struct refusal no;
    size_t at = strlen(line);
    for (size_t i = 0; i < count; i++)
        at += (size_t)snprintf(line + at, sizeof line - at, "%s\"bob\"", i ? "," : "");
    snprintf(line + at, sizeof line - at, "]}");
    CHECK(json_command_parse(line, strlen(line), &p, &no) == is_good, line);
    CHECK(is_good ? p.command.member_count == count : no.code == CODE_LIMIT, line);
    json_command_clear(&p);
}

static void test_a_group_is_created_with_no_more_than_the_limit(void **state)
{
    (void)state;
    check_invited(0, true);
    check_invited(INVITED_MAX, true);
    check_invited(INVITED_MAX + 1, false);
    check_invited((size_t)2 * INVITED_MAX, false);
}

static void test_what_is_left_out_has_its_default(void **state)
{
    (void)state;
    struct parsed_command p = parse("{\"do\":\"sync\"}");
    assert_true(p.command.timeout_s == UINT32_MAX);
    assert_null(p.ref.text);
    json_command_clear(&p);
    p = parse("{\"do\":\"history\",\"with\":\"w\"}");
    assert_int_equal(p.command.last, 0);
    assert_null(p.command.id);
    json_command_clear(&p);
}

static void test_a_refused_line_keeps_its_ref(void **state)
{
    (void)state;
    static const char line[] = "{\"ref\":\"a\\u0000b\",\"do\":\"dance\"}";
    struct parsed_command p;
    struct refusal no;
    assert_false(json_command_parse(line, sizeof line - 1, &p, &no));
    assert_int_equal(p.ref.len, 3);
    assert_memory_equal(p.ref.text, "a\0b", 3);
    json_command_clear(&p);
}

static const struct {
    const char *line, *says;
} zeros[] = {
    {"{\"do\":\"name\",\"name\":\"x\\u0000y\"}", "\"name\" must not contain a zero byte."},
    {"{\"do\":\"name\\u0000\",\"name\":\"x\"}", "\"do\" must not contain a zero byte."},
    {"{\"do\":\"name\",\"name\":7}", "\"name\" must be a string."},
    {"{\"do\":\"group.create\",\"name\":\"x\",\"members\":[\"x\\u0000y\"]}",
     "\"members\" must not contain a zero byte."},
    {"{\"do\":\"group.create\",\"name\":\"x\",\"members\":[7]}",
     "\"members\" must be an array of strings."},
};

static void test_a_zero_byte_is_called_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(zeros); i++) {
        struct parsed_command p;
        struct refusal no = {.why.text = ""};
        CHECK(!json_command_parse(zeros[i].line, strlen(zeros[i].line), &p, &no), zeros[i].line);
        CHECK(no.code == CODE_MALFORMED, zeros[i].line);
        CHECK(strcmp(no.why.text, zeros[i].says) == 0, zeros[i].line);
        json_command_clear(&p);
    }
}

static void test_deep_nesting_is_refused(void **state)
{
    (void)state;
    char line[60000];
    struct parsed_command p;
    struct refusal no;
    memset(line, '[', sizeof line);
    assert_false(json_command_parse(line, sizeof line, &p, &no));
    assert_int_equal(no.code, CODE_MALFORMED);
    json_command_clear(&p);
}

/* Lines as json_command_write has them: one for each command, and each field left out once. */
static const char *const written[] = {
    "{\"do\":\"send\",\"to\":\"bob\",\"text\":\"a\\u0000\\n\\\"日\"}",
    "{\"do\":\"peers\"}",
    "{\"do\":\"history\",\"with\":\"bob\",\"last\":7,\"before\":\"b\"}",
    "{\"do\":\"history\",\"with\":\"bob\"}",
    "{\"do\":\"message\",\"id\":\"i\"}",
    "{\"do\":\"name\",\"name\":\"\"}",
    "{\"do\":\"petname\",\"peer\":\"p\",\"petname\":\"\"}",
    "{\"do\":\"verify\",\"peer\":\"p\",\"number\":\"1 2\"}",
    "{\"do\":\"verify\",\"peer\":\"p\"}",
    "{\"do\":\"block\",\"peer\":\"p\"}",
    "{\"do\":\"unblock\",\"peer\":\"p\"}",
    "{\"do\":\"peer.add\",\"address\":\"a:1\"}",
    "{\"do\":\"peer.remove\",\"address\":\"a:1\"}",
    "{\"do\":\"group.create\",\"name\":\"two words\",\"members\":[\"bob\",\"日本\"]}",
    "{\"do\":\"group.create\",\"name\":\"n\",\"members\":[]}",
    "{\"do\":\"group.add\",\"group\":\"#g\",\"member\":\"m\"}",
    "{\"do\":\"group.remove\",\"group\":\"#g\",\"member\":\"m\"}",
    "{\"do\":\"group.promote\",\"group\":\"#g\",\"member\":\"m\"}",
    "{\"do\":\"group.demote\",\"group\":\"#g\",\"member\":\"m\"}",
    "{\"do\":\"group.leave\",\"group\":\"#g\"}",
    "{\"do\":\"group.rekey\",\"group\":\"#g\"}",
    "{\"do\":\"group.rename\",\"group\":\"#g\",\"name\":\"n\"}",
    "{\"do\":\"group.history\",\"group\":\"#g\",\"history\":\"all\"}",
    "{\"do\":\"groups\"}",
    "{\"do\":\"status\"}",
    "{\"do\":\"sync\",\"timeout_s\":0}",
    "{\"do\":\"sync\"}",
    "{\"do\":\"unseen\"}",
    "{\"do\":\"shown\",\"record\":9}",
    "{\"do\":\"quit\"}",
    "{\"do\":\"quit\",\"ref\":\"r\\u001b\"}",
};

static void test_what_is_read_is_written_as_it_was(void **state)
{
    bool is_there[COMMAND_COUNT] = {false};
    (void)state;
    for (size_t i = 0; i < LENGTH(written); i++) {
        struct parsed_command p = parse(written[i]);
        struct buffer out = {0};
        is_there[p.command.type] = true;
        CHECK_ERR(json_command_write(&out, &p.command, p.ref), LTH_OK, written[i]);
        CHECK(out.len == strlen(written[i]) + 1 && out.bytes[out.len - 1] == '\n', written[i]);
        CHECK(memcmp(out.bytes, written[i], out.len - 1) == 0, written[i]);
        buffer_clear(&out);
        json_command_clear(&p);
    }
    for (int i = 0; i < COMMAND_COUNT; i++)
        CHECK(is_there[i], command_word((enum command_type)i));
}

static void test_what_could_not_be_read_back_is_not_written(void **state)
{
    static const char *const members[] = {"bob", "\xff"};
    static const struct command unwritten[] = {
        {.type = COMMAND_SEND, .who = "bob", .text = (const uint8_t *)"a\xff", .text_len = 2},
        {.type = COMMAND_SEND, .who = "\xc0\x80", .text = (const uint8_t *)"a", .text_len = 1},
        {.type = COMMAND_SEND, .text = (const uint8_t *)"a", .text_len = 1},
        {.type = COMMAND_VERIFY, .who = "bob", .number = "\xff"},
        {.type = COMMAND_GROUP_CREATE, .name = "g", .members = members, .member_count = 2},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(unwritten); i++) {
        struct buffer out = {0};
        assert_int_equal(buffer_append(&out, "before", 6), LTH_OK);
        assert_int_equal(json_command_write(&out, &unwritten[i], (struct json_ref){0}),
                         LTH_MALFORMED);
        assert_int_equal(out.len, 6);
        buffer_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_line_is_a_command_or_an_error),
        cmocka_unit_test(test_fields_arrive_where_they_belong),
        cmocka_unit_test(test_what_is_said_of_a_group_arrives_where_it_belongs),
        cmocka_unit_test(test_a_group_is_created_with_no_more_than_the_limit),
        cmocka_unit_test(test_what_is_left_out_has_its_default),
        cmocka_unit_test(test_a_refused_line_keeps_its_ref),
        cmocka_unit_test(test_a_zero_byte_is_called_by_its_name),
        cmocka_unit_test(test_deep_nesting_is_refused),
        cmocka_unit_test(test_what_is_read_is_written_as_it_was),
        cmocka_unit_test(test_what_could_not_be_read_back_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
