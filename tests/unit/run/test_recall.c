/* Questions answered from a store that is only looked at. */
#include "check.h"

#include "run/recall.h"
#include "store/record.h"
#include "store/stores.h"
#include "wire/entry.h"
#include "wire/feed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { SAID = 120, TIME_MS = 1000000 };

/* What was told last. */
struct told {
    unsigned answers;
    enum event_type type;
    uint64_t ticket;
    size_t count;
    bool more;
    char first[32], last[32];
    char first_id[2 * MESSAGE_ID_LEN + 1];
};

struct scene {
    struct memdisk *disk;
    size_t changes; /* of the disk, before it was looked at */
    struct recall recall;
    struct told told;
};

/* ---- a store in which Bob has said something ---- */

static void append(struct store *s, const struct writer *w)
{
    size_t len;
    CHECK_ERR(writer_finish(w, &len), LTH_OK, "fits");
    const struct store_record record = {w->start, len};
    CHECK_ERR(store_append(s, &record, 1), LTH_OK, "append");
}

static void append_contact_and_feed(struct store *s)
{
    uint8_t bytes[RECORD_CONTACT_MAX];
    struct identity_secret me;
    struct identity bob;
    struct contact_record contact = {.x25519 = {1}, .ed25519 = {2}, .name = "Bob"};
    struct feed_record feed = {.handle = 1, .incarnation = 7};
    identity_secret_init(&me, store_secret(s), store_secret(s) + 32);
    identity_init(&bob, contact.x25519, contact.ed25519);
    struct writer w = writer_over(bytes, sizeof bytes);
    record_contact_write(&w, &contact);
    append(s, &w);
    memcpy(feed.author, bob.id, sizeof feed.author);
    conversation_direct_id(me.public.id, bob.id, feed.conversation);
    w = writer_over(bytes, sizeof bytes);
    record_feed_write(&w, &feed);
    append(s, &w);
    identity_secret_clear(&me);
}

static void append_entry(struct store *s, uint64_t number)
{
    uint8_t content[128], bytes[256];
    char text[32];
    struct entry_record entry = {.feed = 1, .number = number, .content = content};
    int len = snprintf(text, sizeof text, "text %u", (unsigned)number);
    const struct entry_content said = {.time_ms = TIME_MS + number,
                                       .order_ms = TIME_MS + number,
                                       .kind = ENTRY_TEXT,
                                       .body = (const uint8_t *)text,
                                       .body_len = (size_t)len};
    CHECK_ERR(entry_content_write(&said, content, sizeof content, &entry.content_len), LTH_OK,
              "content");
    struct writer w = writer_over(bytes, sizeof bytes);
    record_entry_write(&w, &entry);
    append(s, &w);
}

static enum lth_err replay(void *ctx, uint64_t number, const uint8_t *bytes, size_t len)
{
    return node_replay(ctx, number, bytes, len);
}

static void open_scene(struct scene *scene)
{
    struct store_report report;
    *scene = (struct scene){.disk = memdisk_new()};
    struct store *s = must_open(scene->disk, NULL);
    append_contact_and_feed(s);
    for (uint64_t number = 1; number <= SAID; number++)
        append_entry(s, number);
    must_close(s);
    scene->changes = scene->disk->change_count;
    CHECK_ERR(store_open_with(&scene->disk->disk, "s", &test_key, &test_options, &s, &report),
              LTH_OK, "look");
    const struct node_config config = {.secret = store_secret(s),
                                       .name = "me",
                                       .network = "",
                                       .next_record = store_next(s),
                                       .shown = store_shown(s)};
    scene->recall = (struct recall){node_new(&config), s, {.mono_ms = 5, .wall_ms = TIME_MS}};
    CHECK_ERR(store_replay(s, replay, scene->recall.node), LTH_OK, "replay");
    CHECK_ERR(recall_begin(&scene->recall), LTH_OK, "begin");
}

static void close_scene(struct scene *scene)
{
    node_free(scene->recall.node);
    must_close(scene->recall.store);
    assert_int_equal(scene->disk->change_count, scene->changes);
    assert_int_equal(memdisk_open_handles(scene->disk), 0);
    memdisk_free(scene->disk);
}

/* ---- asking ---- */

static void keep_text(char out[32], const struct message_view *m)
{
    snprintf(out, 32, "%.*s", (int)m->text_len, (const char *)m->text);
}

static void keep_history(struct told *told, const struct event *event)
{
    told->count = event->history.count;
    told->more = event->history.more;
    if (!told->count)
        return;
    keep_text(told->first, &event->history.messages[0]);
    keep_text(told->last, &event->history.messages[told->count - 1]);
    for (size_t i = 0; i < MESSAGE_ID_LEN; i++)
        snprintf(told->first_id + 2 * i, 3, "%02x", event->history.messages[0].id[i]);
}

static void on_event(void *ctx, const struct event *event)
{
    struct told *told = ctx;
    told->answers++;
    told->type = event->type;
    told->ticket = event->ticket;
    if (event->type == EVENT_HISTORY)
        keep_history(told, event);
    else if (event->type == EVENT_PEERS)
        told->count = event->peers.count;
}

static void ask(struct scene *scene, const struct command *c)
{
    scene->told = (struct told){0};
    CHECK_ERR(recall_ask(&scene->recall, c, on_event, &scene->told), LTH_OK, "ask");
    assert_int_equal(scene->told.answers, 1);
    assert_int_equal(scene->told.ticket, c->ticket);
}

static void test_what_was_said_is_told_page_by_page(void **state)
{
    (void)state;
    struct scene scene;
    const struct told *told = &scene.told;
    char before[sizeof told->first_id];
    open_scene(&scene);
    struct command c = {.type = COMMAND_HISTORY, .ticket = 9, .who = "Bob", .last = 100};
    ask(&scene, &c);
    assert_int_equal(told->type, EVENT_HISTORY);
    assert_int_equal(told->count, 100);
    assert_true(told->more);
    assert_string_equal(told->first, "text 21");
    assert_string_equal(told->last, "text 120");
    memcpy(before, told->first_id, sizeof before);
    c.id = before;
    ask(&scene, &c);
    assert_int_equal(told->count, 20);
    assert_false(told->more);
    assert_string_equal(told->first, "text 1");
    assert_string_equal(told->last, "text 20");
    close_scene(&scene);
}

static void test_people_are_known_and_strangers_are_not(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene);
    ask(&scene, &(struct command){.type = COMMAND_PEERS, .ticket = 1});
    assert_int_equal(scene.told.type, EVENT_PEERS);
    assert_int_equal(scene.told.count, 1);
    ask(&scene, &(struct command){.type = COMMAND_GROUPS, .ticket = 2});
    assert_int_equal(scene.told.type, EVENT_GROUPS);
    ask(&scene, &(struct command){.type = COMMAND_HISTORY, .ticket = 3, .who = "Eve"});
    assert_int_equal(scene.told.type, EVENT_ERROR);
    close_scene(&scene);
}

static void test_what_cannot_be_read_is_left_out(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene);
    memdisk_fail(scene.disk, MEM_PREAD, 1, EIO, true);
    ask(&scene, &(struct command){.type = COMMAND_HISTORY, .ticket = 4, .who = "Bob"});
    assert_int_equal(scene.told.type, EVENT_HISTORY);
    assert_int_equal(scene.told.count, 0);
    memdisk_fail(scene.disk, 0, 0, 0, false);
    ask(&scene, &(struct command){.type = COMMAND_HISTORY, .ticket = 5, .who = "Bob"});
    assert_int_equal(scene.told.count, HISTORY_DEFAULT);
    close_scene(&scene);
}

static void test_only_questions_are_answered(void **state)
{
    (void)state;
    static const enum command_type questions[] = {COMMAND_PEERS, COMMAND_HISTORY, COMMAND_MESSAGE,
                                                  COMMAND_GROUPS};
    for (int type = 0; type < COMMAND_COUNT; type++) {
        const struct command c = {.type = (enum command_type)type};
        bool is_question = false;
        for (size_t i = 0; i < LENGTH(questions); i++)
            is_question = is_question || questions[i] == c.type;
        CHECK(recall_answers(&c) == is_question, command_word(c.type));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_said_is_told_page_by_page),
        cmocka_unit_test(test_people_are_known_and_strangers_are_not),
        cmocka_unit_test(test_what_cannot_be_read_is_left_out),
        cmocka_unit_test(test_only_questions_are_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
