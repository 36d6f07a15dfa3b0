/* Each event is one line of JSON with the documented fields, whatever strangers write. */
#include "check.h"

#include "ui/json_event.h"
#include "ui/sample_events.h"

#include <jansson.h>
#include <stdio.h>

static const uint8_t id[ID_LEN] = {7};

/* The line of e, parsed; caller decrefs. It is one line. */
static json_t *write_and_parse(const struct event *e, struct json_ref ref)
{
    struct buffer out = {0};
    assert_int_equal(json_event_write(&out, e, 42, ref), LTH_OK);
    assert_ptr_equal(memchr(out.bytes, '\n', out.len), out.bytes + out.len - 1);
    json_t *root = json_loadb((char *)out.bytes, out.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    assert_int_equal(json_integer_value(json_object_get(root, "seq")), 42);
    buffer_clear(&out);
    return root;
}

/* The fields besides event, seq and ref, in lanthorn-interface(7)'s order. */
static const struct {
    enum event_type type;
    const char *fields;
} rows[] = {
    {EVENT_READY, "id name port version data"},
    {EVENT_PEER, "id name petname online verified blocked addresses last_seen"},
    {EVENT_MESSAGE, "id conversation kind group group_name with from name number time record text"},
    {EVENT_SENT, "id conversation peer time"},
    {EVENT_DELIVERED, "id conversation peer time"},
    {EVENT_GROUP, "group change"},
    {EVENT_LEFT, "group change"},
    {EVENT_GAP, "conversation from first last"},
    {EVENT_GAP_FILLED, "conversation from first last"},
    {EVENT_WAITING_FOR_KEY, "conversation from id"},
    {EVENT_FORK, "conversation from number roster"},
    {EVENT_KEY_CHANGE, "name old new"},
    {EVENT_WARNING, "code text"},
    {EVENT_ERROR, "code text"},
    {EVENT_ACCEPTED, "id conversation"},
    {EVENT_PEERS, "peers"},
    {EVENT_HISTORY, "messages more"},
    {EVENT_MESSAGE_STATE, "id recipients"},
    {EVENT_NAMED, "name"},
    {EVENT_CONTACT, "id name petname online verified blocked addresses last_seen"},
    {EVENT_SAFETY, "peer number verified"},
    {EVENT_ADDRESS, "address"},
    {EVENT_GROUPS, "groups"},
    {EVENT_STATUS, "id name version port pid uptime_s sessions half_open handshakes dropped "
                   "rekeys queued store discovery rss_bytes"},
    {EVENT_SYNCED, "queued"},
    {EVENT_SHOWN, "record"},
    {EVENT_BYE, ""},
};

static void check_fields(const json_t *object, const char *fields, size_t besides, const char *row)
{
    char list[200];
    size_t count = 0;
    snprintf(list, sizeof list, "%s", fields);
    for (char *key = strtok(list, " "); key; key = strtok(NULL, " "), count++)
        CHECK(json_object_get(object, key), key);
    CHECK(json_object_size(object) == count + besides, row);
}

static void test_every_event_has_the_documented_fields(void **state)
{
    (void)state;
    assert_int_equal(LENGTH(rows), EVENT_BYE + 1);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct event e = {.type = rows[i].type};
        sample_event(&e);
        json_t *root = write_and_parse(&e, (struct json_ref){"r", 1});
        const char *word = event_word(e.type);
        CHECK(!strcmp(json_string_value(json_object_get(root, "event")), word), word);
        CHECK(!strcmp(json_string_value(json_object_get(root, "ref")), "r"), word);
        check_fields(root, rows[i].fields, 3, word);
        json_decref(root);
    }
}

static void test_hostile_words_come_back_as_they_were(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_MESSAGE};
    sample_event(&e);
    json_t *root = write_and_parse(&e, (struct json_ref){0});
    assert_string_equal(json_string_value(json_object_get(root, "name")), sample_words);
    assert_string_equal(json_string_value(json_object_get(root, "text")), e.message.text);
    assert_true(json_is_null(json_object_get(root, "group")));
    assert_null(json_object_get(root, "ref"));
    json_decref(root);
}

static void test_a_ref_may_hold_anything(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_BYE};
    json_t *root = write_and_parse(&e, (struct json_ref){sample_words, strlen(sample_words)});
    assert_string_equal(json_string_value(json_object_get(root, "ref")), sample_words);
    json_decref(root);
}

static void test_an_error_always_has_a_ref(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_ERROR};
    e.error.text = "No.";
    json_t *root = write_and_parse(&e, (struct json_ref){0});
    assert_true(json_is_null(json_object_get(root, "ref")));
    json_decref(root);
}

static void test_nested_objects_have_their_fields_too(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_STATUS};
    sample_event(&e);
    json_t *root = write_and_parse(&e, (struct json_ref){0});
    check_fields(json_object_get(root, "handshakes"), "ok failed", 0, "handshakes");
    check_fields(json_object_get(root, "store"), "records bytes segments writable", 0, "store");
    check_fields(json_object_get(root, "discovery"), "backend state adverts resolves", 0,
                 "discovery");
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(root, "dropped"), "bad_frame")), 2);
    json_decref(root);

    e = (struct event){.type = EVENT_PEERS};
    sample_event(&e);
    root = write_and_parse(&e, (struct json_ref){0});
    json_t *peer = json_array_get(json_object_get(root, "peers"), 0);
    check_fields(peer, rows[EVENT_CONTACT].fields, 0, "peer");
    assert_string_equal(json_string_value(json_array_get(json_object_get(peer, "addresses"), 0)),
                        "192.0.2.1:7327");
    assert_true(json_is_null(json_object_get(peer, "last_seen")));
    json_decref(root);
}

static void test_history_and_recipients_are_lists_of_objects(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_HISTORY};
    sample_event(&e);
    json_t *root = write_and_parse(&e, (struct json_ref){0});
    check_fields(json_array_get(json_object_get(root, "messages"), 0), rows[EVENT_MESSAGE].fields,
                 0, "message");
    json_decref(root);

    e = (struct event){.type = EVENT_MESSAGE_STATE};
    sample_event(&e);
    root = write_and_parse(&e, (struct json_ref){0});
    json_t *recipient = json_array_get(json_object_get(root, "recipients"), 0);
    check_fields(recipient, "peer state time", 0, "recipient");
    assert_string_equal(json_string_value(json_object_get(recipient, "state")), "sent");
    json_decref(root);
}

static json_t *get(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

static void test_a_group_has_its_members_and_its_last_change(void **state)
{
    (void)state;
    char bob[ID_TEXT_LEN + 1];
    struct event e = {.type = EVENT_GROUP};
    sample_event(&e);
    id_write(e.group.members[1].id, bob);
    json_t *root = write_and_parse(&e, (struct json_ref){0});
    json_t *group = get(root, "group"), *change = get(root, "change");
    check_fields(group, "id name epoch members history", 0, "group");
    check_fields(change, "by name do member member_name", 0, "change");
    assert_string_equal(json_string_value(get(group, "history")), "all");
    assert_int_equal(json_integer_value(get(group, "epoch")), 5);
    assert_string_equal(json_string_value(get(change, "do")), "add");
    assert_string_equal(json_string_value(get(change, "member")), bob);
    json_t *first = json_array_get(get(group, "members"), 0);
    json_t *second = json_array_get(get(group, "members"), 1);
    check_fields(first, "id name admin introduced_by introducer online verified", 0, "member");
    assert_true(json_is_true(get(first, "admin")) && json_is_false(get(second, "admin")));
    assert_true(json_is_null(get(first, "introduced_by")));
    assert_true(json_is_string(get(second, "introduced_by")));
    assert_string_equal(json_string_value(get(second, "id")), bob);
    json_decref(root);
}

static void test_a_change_about_nobody_and_no_change_are_null(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_LEFT};
    sample_event(&e);
    e.group.change.subject_name = NULL;
    json_t *root = write_and_parse(&e, (struct json_ref){0});
    assert_true(json_is_null(get(get(root, "change"), "member")));
    assert_true(json_is_null(get(get(root, "change"), "member_name")));
    json_decref(root);
    e.group.change.is_any = false;
    root = write_and_parse(&e, (struct json_ref){0});
    assert_true(json_is_null(get(root, "change")));
    json_decref(root);
}

static void test_a_message_of_a_group_names_the_group_by_its_id(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_MESSAGE};
    sample_event(&e);
    e.message.conversation[0] = 0xcd;
    e.message.group_name = sample_words;
    json_t *root = write_and_parse(&e, (struct json_ref){0});
    const char *group = json_string_value(get(root, "group"));
    assert_string_equal(json_string_value(get(root, "kind")), "group");
    assert_string_equal(group, json_string_value(get(root, "conversation")));
    assert_memory_equal(group, "cd00", 4);
    json_decref(root);
}

static void test_ids_are_base32_and_hashes_hex(void **state)
{
    (void)state;
    char text[ID_TEXT_LEN + 1];
    struct event e = {.type = EVENT_DELIVERED};
    memcpy(e.delivery.peer, id, ID_LEN);
    e.delivery.id[31] = 0xab;
    id_write(id, text);
    json_t *root = write_and_parse(&e, (struct json_ref){0});
    assert_string_equal(json_string_value(json_object_get(root, "peer")), text);
    const char *hash = json_string_value(json_object_get(root, "id"));
    assert_int_equal(strlen(hash), 64);
    assert_string_equal(hash + 60, "00ab");
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_event_has_the_documented_fields),
        cmocka_unit_test(test_hostile_words_come_back_as_they_were),
        cmocka_unit_test(test_a_ref_may_hold_anything),
        cmocka_unit_test(test_an_error_always_has_a_ref),
        cmocka_unit_test(test_nested_objects_have_their_fields_too),
        cmocka_unit_test(test_history_and_recipients_are_lists_of_objects),
        cmocka_unit_test(test_a_group_has_its_members_and_its_last_change),
        cmocka_unit_test(test_a_change_about_nobody_and_no_change_are_null),
        cmocka_unit_test(test_a_message_of_a_group_names_the_group_by_its_id),
        cmocka_unit_test(test_ids_are_base32_and_hashes_hex),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
