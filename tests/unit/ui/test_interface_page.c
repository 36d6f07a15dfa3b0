/* lanthorn-interface(7) names every command, event, field and code as the program has it, and no
 * other: what is written and read here is compared with the terms of the page. */
#include "check.h"

#include "node/drop.h"
#include "ui/json_command.h"
#include "ui/json_event.h"
#include "ui/manual.h"
#include "ui/sample_events.h"

#include <jansson.h>
#include <stdio.h>

enum { TERM_SIZE = 512 };

static void add(char term[TERM_SIZE], const char *before, const char *word, const char *after)
{
    size_t len = strlen(term);
    snprintf(term + len, TERM_SIZE - len, "%s%s%s", before, word, after);
}

/* Appends ": *key*, *key*" for the keys of object, without those of every line. */
static void add_keys(char term[TERM_SIZE], json_t *object)
{
    bool is_first = true;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        if (!strcmp(key, "event") || !strcmp(key, "seq") || !strcmp(key, "ref"))
            continue;
        add(term, is_first ? ": *" : ", *", key, "*");
        is_first = false;
    }
}

/* The line of a sample, parsed; the caller decrefs it. */
static json_t *sample(enum event_type type)
{
    struct buffer out = {0};
    struct event e = {.type = type};
    sample_event(&e);
    assert_int_equal(json_event_write(&out, &e, 1, (struct json_ref){0}), LTH_OK);
    json_t *root = json_loadb((char *)out.bytes, out.len, 0, NULL);
    assert_non_null(root);
    buffer_clear(&out);
    return root;
}

static void test_every_event_stands_with_its_fields(void **state)
{
    (void)state;
    for (int type = 0; type <= EVENT_BYE; type++) {
        char term[TERM_SIZE] = "";
        json_t *root = sample((enum event_type)type);
        add(term, "*", event_word((enum event_type)type), "*");
        add_keys(term, root);
        manual_check_term("EVENTS", term);
        json_decref(root);
    }
    assert_int_equal(manual_count_terms("EVENTS"), EVENT_BYE + 1);
}

/* The first of an array, or the object itself. */
static json_t *part(json_t *from, const char *key)
{
    json_t *value = json_object_get(from, key);
    return json_is_array(value) ? json_array_get(value, 0) : value;
}

static void test_every_object_stands_with_its_fields(void **state)
{
    static const struct {
        enum event_type type;
        const char *key, *in_it, *section, *term;
    } rows[] = {
        {EVENT_PEERS, "peers", NULL, "OBJECTS", "A _peer_"},
        {EVENT_HISTORY, "messages", NULL, "OBJECTS", "A _message_"},
        {EVENT_MESSAGE_STATE, "recipients", NULL, "OBJECTS", "A _recipient_"},
        {EVENT_GROUP, "group", NULL, "OBJECTS", "A _group_"},
        {EVENT_GROUP, "group", "members", "OBJECTS", "A _member_"},
        {EVENT_GROUP, "change", NULL, "OBJECTS", "A _change_"},
        {EVENT_GROUPS, "groups", NULL, "OBJECTS", "A _group_"},
        {EVENT_STATUS, "handshakes", NULL, "STATUS", "*handshakes*"},
        {EVENT_STATUS, "store", NULL, "STATUS", "*store*"},
        {EVENT_STATUS, "discovery", NULL, "STATUS", "*discovery*"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char term[TERM_SIZE] = "";
        json_t *root = sample(rows[i].type), *object = part(root, rows[i].key);
        if (rows[i].in_it)
            object = part(object, rows[i].in_it);
        add(term, "", rows[i].term, "");
        add_keys(term, object);
        manual_check_term(rows[i].section, term);
        json_decref(root);
    }
}

/* The line of a command that has every field it can have, parsed; the caller decrefs it. */
static json_t *whole_command(enum command_type type)
{
    static const char *const members[] = {"x"};
    const struct command c = {
        .type = type,
        .who = "x",
        .text = (const uint8_t *)"x",
        .text_len = 1,
        .group = "x",
        .name = "x",
        .history = "x",
        .members = members,
        .member_count = 1,
        .id = "x",
        .number = "x",
        .address = "x",
        .last = 1,
        .timeout_s = 1,
    };
    struct buffer out = {0};
    assert_int_equal(json_command_write(&out, &c, (struct json_ref){0}), LTH_OK);
    json_t *root = json_loadb((char *)out.bytes, out.len, 0, NULL);
    assert_non_null(root);
    buffer_clear(&out);
    return root;
}

static bool is_required(json_t *command, const char *key)
{
    struct parsed_command parsed;
    struct refusal why;
    json_t *without = json_copy(command);
    assert_int_equal(json_object_del(without, key), 0);
    char *line = json_dumps(without, 0);
    bool is_taken = json_command_parse(line, strlen(line), &parsed, &why);
    json_command_clear(&parsed);
    free(line);
    json_decref(without);
    return !is_taken;
}

static void test_every_command_stands_with_its_fields(void **state)
{
    (void)state;
    for (int type = 0; type < COMMAND_COUNT; type++) {
        char term[TERM_SIZE] = "";
        json_t *root = whole_command((enum command_type)type), *value;
        const char *key, *separator = ": ";
        add(term, "*", command_word((enum command_type)type), "*");
        json_object_foreach(root, key, value)
        {
            if (!strcmp(key, "do"))
                continue;
            bool is_needed = is_required(root, key);
            add(term, separator, is_needed ? "*" : "[*", "");
            add(term, key, "*", is_needed ? "" : "]");
            separator = ", ";
        }
        manual_check_term("COMMANDS", term);
        json_decref(root);
    }
    assert_int_equal(manual_count_terms("COMMANDS"), COMMAND_COUNT);
}

static void check_words(const char *title, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char term[TERM_SIZE] = "";
        add(term, "*", words[i], "*");
        manual_check_term(title, term);
    }
    assert_int_equal(manual_count_terms(title), count);
}

#define WORD(name, word) word,

static void test_every_error_code_is_explained(void **state)
{
    static const char *const words[] = {ERROR_CODES(WORD)};
    (void)state;
    check_words("ERRORS", words, LENGTH(words));
}

static void test_every_cause_of_a_drop_is_explained(void **state)
{
    static const char *const words[] = {DROPS(WORD)};
    (void)state;
    check_words("DROPPED", words, LENGTH(words));
}

static int load(void **state)
{
    (void)state;
    manual_load(LANTHORN_INTERFACE);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_event_stands_with_its_fields),
        cmocka_unit_test(test_every_object_stands_with_its_fields),
        cmocka_unit_test(test_every_command_stands_with_its_fields),
        cmocka_unit_test(test_every_error_code_is_explained),
        cmocka_unit_test(test_every_cause_of_a_drop_is_explained),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
