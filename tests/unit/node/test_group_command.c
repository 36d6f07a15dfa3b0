/* What is asked of a group is done when it is durable, or refused with its reason, and then nothing
 * has changed; what is said to it goes under a new key when it is time. */
#include "check.h"

#include "node/band.h"
#include "wire/message.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum { TICKET = 4711, DAY_MS = 24 * 60 * 60 * 1000 };

static struct stage s;
static struct band b;
static struct guest bob, cat, dan;

/* Bob's group, with us and cat in it; dan is none of it. */
static int open_stage(void **state)
{
    (void)state;
    band_of_three(&b, &s, &bob, &cat, &dan, HISTORY_NONE);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    band_close(&b);
    return 0;
}

static void bob_says(struct operation op)
{
    band_send(&b, &bob, band_say(&b, &bob.me, NULL, op));
    stage_disk_done(&s);
}

static void promote_us(void)
{
    bob_says(op_about(OPERATION_PROMOTE, b.host.public.id));
}

/* The one answer in the last step, or NULL. */
static const struct event *answer(void)
{
    const struct event *found = NULL;
    const struct todo *t;
    for (size_t i = 0; (t = stage_todo(&s, TODO_EVENT, i)); i++) {
        if (!t->event.is_answer)
            continue;
        assert_null(found);
        assert_true(t->event.ticket == TICKET);
        found = &t->event;
    }
    return found;
}

static const struct event *ask(struct command c)
{
    c.ticket = TICKET;
    stage_command(&s, &c);
    return answer();
}

static const struct event *ask_until_durable(struct command c)
{
    assert_null(ask(c));
    stage_disk_done(&s);
    return answer();
}

static struct command about(enum command_type type, const char *who)
{
    return (struct command){.type = type, .group = "#band", .who = who};
}

static size_t group_count(void)
{
    return ask((struct command){.type = COMMAND_GROUPS})->groups.count;
}

static void expect_error(struct command c, enum error_code code, const char *row)
{
    uint8_t head[HASH_LEN];
    const struct group *g = band_group(&b);
    size_t groups = group_count();
    if (g)
        memcpy(head, roster_head(g->roster), HASH_LEN);
    const struct event *event = ask(c);
    CHECK(event != NULL && event->type == EVENT_ERROR, row);
    if (event->error.code != code)
        fail_msg("%s: got %s", row, error_code_word(event->error.code));
    CHECK(strlen(event->error.text) > 20 && strchr(event->error.text, '.'), row);
    CHECK(stage_count(&s, TODO_APPEND) == 0 && stage_count(&s, TODO_WRITE) == 0, row);
    CHECK(!g || memcmp(head, roster_head(g->roster), HASH_LEN) == 0, row);
    CHECK(group_count() == groups, row);
}

/* ---- making one ---- */

static struct command create(const char *name, const char *const *members, size_t count)
{
    return (struct command){
        .type = COMMAND_GROUP_CREATE, .name = name, .members = members, .member_count = count};
}

static void test_a_group_is_answered_when_it_is_durable_and_then_told_to_its_members(void **state)
{
    (void)state;
    static const char *const members[] = {"bob", "cat", "bob"}; /* each counts once */
    assert_null(ask(create("new", members, LENGTH(members))));
    assert_int_equal(stage_count(&s, TODO_WRITE), 0);
    stage_disk_done(&s);
    const struct event *event = answer();
    assert_int_equal(event->type, EVENT_GROUP);
    assert_string_equal(event->group.name, "new");
    assert_true(event->group.epoch == 1 && event->group.is_member && event->group.is_admin);
    assert_int_equal(event->group.member_count, 3);
    assert_true(event->group.members[0].is_me && event->group.members[0].admin);
    assert_false(event->group.members[1].admin);
    assert_string_equal(event->group.change.what, "create");
    assert_true(event->group.change.by_me);
    assert_int_equal(stage_events(&s, EVENT_GROUP), 1); /* the answer, and no more */
    assert_true(guest_heard(&bob, MESSAGE_ROSTER, &(struct frame_message){0}));
    assert_true(guest_heard(&cat, MESSAGE_HAVE, &(struct frame_message){0}));
    assert_false(guest_heard(&dan, MESSAGE_ROSTER, &(struct frame_message){0}));
}

static void test_a_group_of_one_is_a_group(void **state)
{
    (void)state;
    const struct event *event = ask_until_durable(create("alone", NULL, 0));
    assert_int_equal(event->group.member_count, 1);
    const struct command text = {
        .type = COMMAND_SEND, .who = "#alone", .text = (const uint8_t *)"x", .text_len = 1};
    assert_int_equal(ask_until_durable(text)->type, EVENT_ACCEPTED);
}

static void test_what_cannot_be_made_is_refused(void **state)
{
    (void)state;
    static char long_name[GROUP_NAME_MAX + 2];
    static const char *members[GROUP_MEMBERS_MAX];
    static const struct {
        const char *row, *name, *member;
        size_t count;
        enum error_code code;
    } rows[] = {
        {"no name", NULL, "bob", 1, CODE_USAGE},
        {"an empty name", "", "bob", 1, CODE_USAGE},
        {"a name of 65 bytes", long_name, "bob", 1, CODE_TOO_LONG},
        {"a name that is no UTF-8", "a\xff", "bob", 1, CODE_BAD_UTF8},
        {"a name like one of two of one name", "new~01234567", "bob", 1, CODE_USAGE},
        {"somebody unknown", "new", "nobody", 1, CODE_UNKNOWN_PEER},
        {"somebody called NULL", "new", NULL, 1, CODE_UNKNOWN_PEER},
        {"oneself", "new", "host", 1, CODE_UNKNOWN_PEER},
        {"128 others", "new", "bob", GROUP_MEMBERS_MAX, CODE_LIMIT},
    };
    memset(long_name, 'x', GROUP_NAME_MAX + 1);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        for (size_t at = 0; at < GROUP_MEMBERS_MAX; at++)
            members[at] = rows[i].member;
        expect_error(create(rows[i].name, members, rows[i].count), rows[i].code, rows[i].row);
    }
}

static void test_a_name_may_have_64_bytes(void **state)
{
    (void)state;
    char name[GROUP_NAME_MAX + 1] = {0};
    memset(name, 'x', GROUP_NAME_MAX);
    assert_string_equal(ask_until_durable(create(name, NULL, 0))->group.name, name);
}

static void test_nobody_is_brought_in_who_is_blocked_or_not_clearly_named(void **state)
{
    (void)state;
    static const char *const members[] = {"dan"};
    static struct guest other;
    promote_us();
    stage_command(&s, &(struct command){.type = COMMAND_BLOCK, .who = "dan"});
    stage_disk_done(&s);
    expect_error(create("new", members, 1), CODE_BLOCKED, "create");
    expect_error(about(COMMAND_GROUP_ADD, "dan"), CODE_BLOCKED, "add");
    stage_command(&s, &(struct command){.type = COMMAND_UNBLOCK, .who = "dan"});
    stage_disk_done(&s);
    band_meet(&b, &other, 5, "dan");
    expect_error(create("new", members, 1), CODE_AMBIGUOUS, "create");
    expect_error(about(COMMAND_GROUP_ADD, "dan"), CODE_AMBIGUOUS, "add");
}

static void test_more_than_256_groups_are_refused_until_one_is_left(void **state)
{
    (void)state;
    char id[2 * HASH_LEN + 1];
    for (size_t i = 1; i < GROUPS_MAX; i++)
        assert_int_equal(ask_until_durable(create("one of many", NULL, 0))->type, EVENT_GROUP);
    assert_int_equal(group_count(), GROUPS_MAX);
    expect_error(create("new", NULL, 0), CODE_LIMIT, "the 257th");
    sodium_bin2hex(id, sizeof id, band_id(&b), HASH_LEN);
    ask_until_durable((struct command){.type = COMMAND_GROUP_LEAVE, .group = id});
    assert_int_equal(ask_until_durable(create("new", NULL, 0))->type, EVENT_GROUP);
}

/* ---- which one ---- */

static void test_a_group_is_named_by_its_name_or_its_id(void **state)
{
    (void)state;
    char id[2 * HASH_LEN + 1];
    promote_us();
    sodium_bin2hex(id, sizeof id, band_id(&b), HASH_LEN);
    const char *const good[] = {"#band", "band", id};
    for (size_t i = 0; i < LENGTH(good); i++) {
        const struct command c = {.type = COMMAND_GROUP_REKEY, .group = good[i]};
        CHECK(ask(c)->type == EVENT_GROUP, good[i]);
    }
    id[5] = id[5] == '0' ? '1' : '0';
    const char *const bad[] = {"#Band", "#ban", "##band", "", "#", id, NULL};
    for (size_t i = 0; i < LENGTH(bad); i++)
        expect_error((struct command){.type = COMMAND_GROUP_REKEY, .group = bad[i]},
                     CODE_UNKNOWN_PEER, bad[i] ? bad[i] : "none");
    ask_until_durable(create("band", NULL, 0));
    expect_error((struct command){.type = COMMAND_GROUP_REKEY, .group = "#band"}, CODE_AMBIGUOUS,
                 "two of one name");
}

/* "#band~01234567", with the first letters of the id. */
static const char *write_marked(const uint8_t id[HASH_LEN], char word[32])
{
    char text[2 * HASH_LEN + 1];
    sodium_bin2hex(text, sizeof text, id, HASH_LEN);
    snprintf(word, 32, "#band~%.8s", text);
    return word;
}

static void test_a_mark_means_its_group_and_none_that_is_called_so(void **state)
{
    (void)state;
    char word[32];
    uint8_t ours[HASH_LEN];
    memcpy(ours, ask_until_durable(create("band", NULL, 0))->group.id, HASH_LEN);
    struct command c = {.type = COMMAND_GROUP_REKEY, .group = write_marked(ours, word)};
    assert_memory_equal(ask(c)->group.id, ours, HASH_LEN);
    bob_says(op_name(word + 1)); /* theirs is called so now */
    assert_memory_equal(ask(c)->group.id, ours, HASH_LEN);
    c.group = write_marked(band_id(&b), word);
    expect_error(c, CODE_UNKNOWN_PEER, "its name is another");
}

static void test_a_group_without_its_sign_is_spoken_of(void **state)
{
    (void)state;
    const struct command called = {.type = COMMAND_HISTORY, .who = "band"};
    const struct command unknown = {.type = COMMAND_HISTORY, .who = "bands"};
    assert_non_null(strstr(ask(called)->error.text, "but a group is"));
    assert_null(strstr(ask(unknown)->error.text, "group"));
}

static void test_of_two_the_one_we_are_in_is_meant(void **state)
{
    (void)state;
    ask_until_durable(about(COMMAND_GROUP_LEAVE, NULL));
    expect_error(about(COMMAND_GROUP_REKEY, NULL), CODE_NOT_A_MEMBER, "left");
    ask_until_durable(create("band", NULL, 0));
    assert_int_equal(ask(about(COMMAND_GROUP_REKEY, NULL))->type, EVENT_GROUP);
}

/* ---- decisions ---- */

static void test_who_is_no_admin_decides_nothing_but_to_leave(void **state)
{
    (void)state;
    static const struct {
        enum command_type type;
        const char *who, *name, *history;
    } rows[] = {
        {COMMAND_GROUP_ADD, "dan", NULL, NULL},     {COMMAND_GROUP_REMOVE, "cat", NULL, NULL},
        {COMMAND_GROUP_PROMOTE, "cat", NULL, NULL}, {COMMAND_GROUP_DEMOTE, "bob", NULL, NULL},
        {COMMAND_GROUP_RENAME, NULL, "new", NULL},  {COMMAND_GROUP_HISTORY, NULL, NULL, "all"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct command c = about(rows[i].type, rows[i].who);
        c.name = rows[i].name;
        c.history = rows[i].history;
        expect_error(c, CODE_NOT_AN_ADMIN, command_word(rows[i].type));
    }
    const struct event *event = ask_until_durable(about(COMMAND_GROUP_LEAVE, NULL));
    assert_non_null(event);
    assert_false(event->group.is_member);
    assert_int_equal(stage_events(&s, EVENT_LEFT), 1);
}

static void test_what_an_admin_cannot_decide_is_refused_with_its_reason(void **state)
{
    (void)state;
    static char long_name[GROUP_NAME_MAX + 2];
    static const struct {
        const char *row;
        enum command_type type;
        const char *who, *name, *history;
        enum error_code code;
    } rows[] = {
        {"add a member", COMMAND_GROUP_ADD, "cat", NULL, NULL, CODE_USAGE},
        {"add nobody", COMMAND_GROUP_ADD, NULL, NULL, NULL, CODE_UNKNOWN_PEER},
        {"add somebody unknown", COMMAND_GROUP_ADD, "eve", NULL, NULL, CODE_UNKNOWN_PEER},
        {"remove who is not in", COMMAND_GROUP_REMOVE, "dan", NULL, NULL, CODE_NOT_A_MEMBER},
        {"remove oneself", COMMAND_GROUP_REMOVE, "host", NULL, NULL, CODE_USAGE},
        {"remove somebody unknown", COMMAND_GROUP_REMOVE, "eve", NULL, NULL, CODE_UNKNOWN_PEER},
        {"promote an admin", COMMAND_GROUP_PROMOTE, "bob", NULL, NULL, CODE_USAGE},
        {"promote who is not in", COMMAND_GROUP_PROMOTE, "dan", NULL, NULL, CODE_NOT_A_MEMBER},
        {"demote no admin", COMMAND_GROUP_DEMOTE, "cat", NULL, NULL, CODE_NOT_AN_ADMIN},
        {"demote who is not in", COMMAND_GROUP_DEMOTE, "dan", NULL, NULL, CODE_NOT_A_MEMBER},
        {"no name", COMMAND_GROUP_RENAME, NULL, NULL, NULL, CODE_USAGE},
        {"an empty name", COMMAND_GROUP_RENAME, NULL, "", NULL, CODE_USAGE},
        {"65 bytes", COMMAND_GROUP_RENAME, NULL, long_name, NULL, CODE_TOO_LONG},
        {"no UTF-8", COMMAND_GROUP_RENAME, NULL, "\xc0\xaf", NULL, CODE_BAD_UTF8},
        {"no history", COMMAND_GROUP_HISTORY, NULL, NULL, NULL, CODE_USAGE},
        {"another history", COMMAND_GROUP_HISTORY, NULL, NULL, "some", CODE_USAGE},
    };
    memset(long_name, 'x', GROUP_NAME_MAX + 1);
    promote_us();
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct command c = about(rows[i].type, rows[i].who);
        c.name = rows[i].name;
        c.history = rows[i].history;
        expect_error(c, rows[i].code, rows[i].row);
    }
}

static void test_the_last_admin_neither_leaves_nor_steps_down(void **state)
{
    (void)state;
    static const char *const members[] = {"bob"};
    ask_until_durable(create("ours", members, 1));
    struct command leave = {.type = COMMAND_GROUP_LEAVE, .group = "#ours"};
    struct command demote = {.type = COMMAND_GROUP_DEMOTE, .group = "#ours", .who = "host"};
    expect_error(leave, CODE_USAGE, "leave");
    expect_error(demote, CODE_USAGE, "demote");
    ask_until_durable(
        (struct command){.type = COMMAND_GROUP_PROMOTE, .group = "#ours", .who = "bob"});
    assert_int_equal(ask_until_durable(leave)->type, EVENT_GROUP);
    ask_until_durable(create("alone", NULL, 0));
    leave.group = "#alone";
    assert_int_equal(ask_until_durable(leave)->type, EVENT_GROUP); /* nobody is left behind */
}

static void test_the_129th_member_is_refused(void **state)
{
    (void)state;
    static struct person persons[GROUP_MEMBERS_MAX - 2];
    const struct person host = band_host_person(&b);
    persons[0] = host;
    for (size_t i = 1; i < LENGTH(persons); i++) {
        uint8_t seed[64];
        struct identity_secret secret;
        memset(seed, (int)(20 + i), sizeof seed);
        identity_secret_init(&secret, seed, seed + 32);
        persons[i].identity = secret.public;
        snprintf(persons[i].name, sizeof persons[i].name, "extra %zu", i);
    }
    band_send(&b, &bob, band_create(&b, &bob, HISTORY_NONE, persons, LENGTH(persons)));
    bob_says(op_name("crowd"));
    promote_us();
    struct command add = {.type = COMMAND_GROUP_ADD, .group = "#crowd", .who = "cat"};
    assert_int_equal(ask_until_durable(add)->group.member_count, GROUP_MEMBERS_MAX);
    add.who = "dan";
    expect_error(add, CODE_LIMIT, "the 129th");
}

static void test_who_is_not_in_decides_and_says_nothing(void **state)
{
    (void)state;
    static const enum command_type rows[] = {
        COMMAND_GROUP_ADD,    COMMAND_GROUP_REMOVE, COMMAND_GROUP_PROMOTE, COMMAND_GROUP_DEMOTE,
        COMMAND_GROUP_RENAME, COMMAND_GROUP_LEAVE,  COMMAND_GROUP_REKEY,   COMMAND_GROUP_HISTORY,
    };
    ask_until_durable(about(COMMAND_GROUP_LEAVE, NULL));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct command c = about(rows[i], "cat");
        c.name = "new";
        c.history = "all";
        expect_error(c, CODE_NOT_A_MEMBER, command_word(rows[i]));
    }
    const struct command text = {
        .type = COMMAND_SEND, .who = "#band", .text = (const uint8_t *)"x", .text_len = 1};
    expect_error(text, CODE_NOT_A_MEMBER, "send");
}

static void test_what_is_decided_is_answered_with_the_group_as_it_is_then(void **state)
{
    (void)state;
    static const struct {
        enum command_type type;
        const char *who, *name, *history, *what;
        size_t members;
    } rows[] = {
        {COMMAND_GROUP_ADD, "dan", NULL, NULL, "add", 4},
        {COMMAND_GROUP_PROMOTE, "dan", NULL, NULL, "promote", 4},
        {COMMAND_GROUP_DEMOTE, "dan", NULL, NULL, "demote", 4},
        {COMMAND_GROUP_REMOVE, "dan", NULL, NULL, "remove", 3},
        {COMMAND_GROUP_HISTORY, NULL, NULL, "all", "history", 3},
        {COMMAND_GROUP_HISTORY, NULL, NULL, "none", "history", 3},
        {COMMAND_GROUP_RENAME, NULL, "renamed", NULL, "rename", 3},
    };
    promote_us();
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct command c = about(rows[i].type, rows[i].who);
        c.name = rows[i].name;
        c.history = rows[i].history;
        const struct event *event = ask_until_durable(c);
        CHECK(event && event->type == EVENT_GROUP, rows[i].what);
        CHECK(strcmp(event->group.change.what, rows[i].what) == 0, rows[i].what);
        CHECK(event->group.epoch == 3 + i, rows[i].what);
        CHECK(event->group.member_count == rows[i].members, rows[i].what);
        CHECK(event->group.all_history == (rows[i].history && rows[i].history[0] == 'a'),
              rows[i].what);
        CHECK(stage_events(&s, EVENT_GROUP) == 1, rows[i].what);
        CHECK(!rows[i].who || strcmp(event->group.change.subject_name, "dan") == 0, rows[i].what);
    }
}

static void test_groups_lists_those_we_are_in_the_oldest_first(void **state)
{
    (void)state;
    ask_until_durable(create("second", NULL, 0));
    ask_until_durable(create("third", NULL, 0));
    ask_until_durable((struct command){.type = COMMAND_GROUP_LEAVE, .group = "#second"});
    const struct event *event = ask((struct command){.type = COMMAND_GROUPS});
    assert_int_equal(event->groups.count, 2);
    assert_string_equal(event->groups.groups[0].name, "band");
    assert_string_equal(event->groups.groups[1].name, "third");
    assert_int_equal(event->groups.groups[0].member_count, 3);
}

/* ---- a new chain ---- */

static size_t chains(void)
{
    return band_host_feed(&b)->chains.count;
}

static void test_a_new_key_is_made_when_who_can_read_changes_and_only_then(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum operation_type type;
        bool is_new;
    } rows[] = {
        {"rename", OPERATION_RENAME, false}, {"promote", OPERATION_PROMOTE, false},
        {"demote", OPERATION_DEMOTE, false}, {"history", OPERATION_HISTORY, false},
        {"add", OPERATION_ADD, true},        {"remove", OPERATION_REMOVE, true},
        {"add again", OPERATION_ADD, true},  {"leave", OPERATION_LEAVE, true},
    };
    const struct person person = band_person(&dan);
    band_host_says(&b, "first");
    for (size_t i = 0; i < LENGTH(rows); i++) {
        bool is_dans = rows[i].type == OPERATION_REMOVE || rows[i].type == OPERATION_ADD;
        struct operation op = op_about(rows[i].type, is_dans ? dan.me.public.id : cat.me.public.id);
        op.person = person;
        op.history = HISTORY_ALL;
        if (rows[i].type == OPERATION_RENAME)
            op = op_name("other");
        const struct identity_secret *by = rows[i].type == OPERATION_LEAVE ? &dan.me : &bob.me;
        band_send(&b, &bob, band_say(&b, by, NULL, op));
        stage_disk_done(&s);
        size_t before = chains();
        band_host_says(&b, "under which key?");
        CHECK((chains() == before + 1) == rows[i].is_new, rows[i].name);
        CHECK(chains() - before <= 1, rows[i].name);
        band_host_says(&b, "and again");
        CHECK(chains() - before <= 1, rows[i].name);
    }
}

static void test_the_chain_names_the_head_of_when_it_was_made(void **state)
{
    (void)state;
    bob_says(op_name("other"));
    band_host_says(&b, "hello");
    assert_memory_equal(band_host_feed(&b)->chains.items[0]->body.roster_head,
                        roster_head(b.roster), HASH_LEN);
}

static void test_a_key_serves_a_hundred_messages(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++)
        band_host_says(&b, "under the first key");
    assert_int_equal(chains(), 1);
    band_host_says(&b, "under the second");
    assert_int_equal(chains(), 2);
    for (unsigned i = 1; i < 100; i++)
        band_host_says(&b, "under the second key");
    assert_int_equal(chains(), 2);
}

static void test_a_key_serves_a_day(void **state)
{
    (void)state;
    band_part(&b, &bob);
    band_part(&b, &cat);
    band_part(&b, &dan);
    band_host_says(&b, "first");
    stage_wait(&s, DAY_MS - 1);
    band_host_says(&b, "the same day");
    assert_int_equal(chains(), 1);
    stage_wait(&s, 1);
    band_host_says(&b, "the next");
    assert_int_equal(chains(), 2);
}

static void test_a_new_key_is_made_when_the_user_asks_or_the_process_is_new(void **state)
{
    (void)state;
    band_host_says(&b, "first");
    const struct event *event = ask(about(COMMAND_GROUP_REKEY, NULL));
    assert_int_equal(event->type, EVENT_GROUP);
    assert_string_equal(event->group.change.what, "rekey");
    assert_true(event->group.change.by_me);
    assert_int_equal(stage_count(&s, TODO_APPEND), 0);
    band_host_says(&b, "second");
    assert_int_equal(chains(), 2);
    band_restart(&b, s.appended);
    band_host_says(&b, "third");
    assert_int_equal(chains(), 1); /* in a feed of its own */
}

static void test_no_two_messages_have_one_key(void **state)
{
    (void)state;
    const struct command c = {
        .type = COMMAND_SEND, .who = "#band", .text = (const uint8_t *)"lost", .text_len = 4};
    band_host_says(&b, "first");
    uint64_t from = s.appended + 1;
    stage_command(&s, &c);
    stage_disk_refuses(&s, from, LTH_DISK_FULL);
    stage_disk_done(&s);
    band_host_says(&b, "in its place");
    const struct feed *f = band_host_feed(&b);
    assert_true(f->count == 3 && f->chains.count == 1);
    assert_int_equal(feed_entry(f, 2)->index, 0);
    assert_int_equal(feed_entry(f, 3)->index, 2); /* 1 was used for what was refused */
}

static void test_coming_back_we_speak_in_another_feed(void **state)
{
    (void)state;
    const struct person host = band_host_person(&b);
    band_host_says(&b, "first");
    uint64_t incarnation = band_host_feed(&b)->id.incarnation;
    bob_says(op_about(OPERATION_REMOVE, b.host.public.id));
    bob_says(op_bring(&host));
    band_host_says(&b, "second");
    assert_true(band_host_feed(&b)->id.incarnation != incarnation);
    assert_true(band_host_feed(&b)->count == 2);
    assert_true(feed_sendable(band_host_feed(&b)) == 2);
}

static void test_a_chain_that_the_disk_refused_is_made_anew(void **state)
{
    (void)state;
    const struct command c = {
        .type = COMMAND_SEND, .who = "#band", .text = (const uint8_t *)"lost", .text_len = 4};
    uint64_t from = s.appended + 1;
    stage_command(&s, &c);
    stage_disk_refuses(&s, from, LTH_DISK_FULL);
    assert_int_equal(stage_event(&s, EVENT_ERROR)->error.code, CODE_DISK_FULL);
    stage_disk_done(&s);
    band_host_says(&b, "again");
    assert_non_null(stage_event(&s, EVENT_ACCEPTED));
    assert_true(band_host_feed(&b)->count == 2 && chains() == 1);
    assert_int_equal(bob.heard_of[MESSAGE_KEY], 1);
}

#define ON_A_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_STAGE(test_a_group_is_answered_when_it_is_durable_and_then_told_to_its_members),
        ON_A_STAGE(test_a_group_of_one_is_a_group),
        ON_A_STAGE(test_what_cannot_be_made_is_refused),
        ON_A_STAGE(test_a_name_may_have_64_bytes),
        ON_A_STAGE(test_nobody_is_brought_in_who_is_blocked_or_not_clearly_named),
        ON_A_STAGE(test_more_than_256_groups_are_refused_until_one_is_left),
        ON_A_STAGE(test_a_group_is_named_by_its_name_or_its_id),
        ON_A_STAGE(test_a_mark_means_its_group_and_none_that_is_called_so),
        ON_A_STAGE(test_a_group_without_its_sign_is_spoken_of),
        ON_A_STAGE(test_of_two_the_one_we_are_in_is_meant),
        ON_A_STAGE(test_who_is_no_admin_decides_nothing_but_to_leave),
        ON_A_STAGE(test_what_an_admin_cannot_decide_is_refused_with_its_reason),
        ON_A_STAGE(test_the_last_admin_neither_leaves_nor_steps_down),
        ON_A_STAGE(test_the_129th_member_is_refused),
        ON_A_STAGE(test_who_is_not_in_decides_and_says_nothing),
        ON_A_STAGE(test_what_is_decided_is_answered_with_the_group_as_it_is_then),
        ON_A_STAGE(test_groups_lists_those_we_are_in_the_oldest_first),
        ON_A_STAGE(test_a_new_key_is_made_when_who_can_read_changes_and_only_then),
        ON_A_STAGE(test_the_chain_names_the_head_of_when_it_was_made),
        ON_A_STAGE(test_a_key_serves_a_hundred_messages),
        ON_A_STAGE(test_a_key_serves_a_day),
        ON_A_STAGE(test_a_new_key_is_made_when_the_user_asks_or_the_process_is_new),
        ON_A_STAGE(test_no_two_messages_have_one_key),
        ON_A_STAGE(test_coming_back_we_speak_in_another_feed),
        ON_A_STAGE(test_a_chain_that_the_disk_refused_is_made_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
