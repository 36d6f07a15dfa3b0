/* What a person reads of a group: each change as a sentence, and who is in it. */
#include "check.h"

#include "ui/group_text.h"

#include <stdio.h>

enum { ANN = 1, CAT, ME };

static struct names the_names;

/* What is written to the pen that write gets; valid until the next call. */
static const char *text_of(void write(struct pen *pen, const struct event *e),
                           const struct event *e)
{
    static struct buffer out;
    buffer_clear(&out);
    if (!write)
        return NULL;
    struct pen pen = pen_over(&out, false);
    write(&pen, e);
    assert_int_equal(pen_finish(&pen), LTH_OK);
    assert_int_equal(buffer_append(&out, "", 1), LTH_OK);
    return (const char *)out.bytes;
}

static void write_change(struct pen *pen, const struct event *e)
{
    group_text_change(pen, e, &the_names, "old ops");
}

static void write_info(struct pen *pen, const struct event *e)
{
    group_text_info(pen, &e->group, &the_names);
}

static void write_list(struct pen *pen, const struct event *e)
{
    group_text_list(pen, e);
}

static const char *name_of(uint8_t number)
{
    return number == ANN ? "ann" : number == CAT ? "c\x1b#t" : number ? "me" : NULL;
}

static struct event change(const char *what, uint8_t by, uint8_t subject)
{
    struct event e = {.type = EVENT_GROUP};
    e.group = (struct group_view){.id = {0xab}, .name = "ops", .is_member = true};
    e.group.change = (struct group_change){
        true, what, {by}, {subject}, name_of(by), name_of(subject), by == ME, subject == ME};
    known_groups_update(&the_names.groups, &e.group);
    return e;
}

static const struct {
    const char *what;
    uint8_t by, subject;
    const char *want;
} rows[] = {
    {"create", ME, 0, "-- you made the group #ops: /to #ops\n"},
    {"create", ANN, 0, "-- you are in the group #ops now, made by ann: /to #ops\n"},
    {"add", ME, CAT, "-- you added c\\x1b\\x23t to #ops\n"},
    {"add", ANN, CAT, "-- ann added c\\x1b\\x23t to #ops\n"},
    {"add", ANN, ME, "-- you are in the group #ops now, added by ann: /to #ops\n"},
    {"remove", ANN, CAT, "-- ann removed c\\x1b\\x23t from #ops\n"},
    {"remove", ME, ANN, "-- you removed ann from #ops\n"},
    {"remove", ANN, ME,
     "!! you were removed from #ops by ann: what was said stays readable with /history #ops\n"},
    {"leave", ANN, ANN, "-- ann left #ops\n"},
    {"leave", ME, ME, "-- you left #ops: what was said stays readable with /history #ops\n"},
    {"promote", ANN, ME, "-- ann made you an admin of #ops\n"},
    {"promote", ME, ANN, "-- you made ann an admin of #ops\n"},
    {"demote", ANN, ANN, "-- ann gave up being an admin of #ops\n"},
    {"demote", ME, ME, "-- you gave up being an admin of #ops\n"},
    {"demote", ANN, ME, "-- you are no admin of #ops any more: ann decided so\n"},
    {"demote", ME, ANN, "-- ann is no admin of #ops any more: you decided so\n"},
    {"rename", ANN, 0, "-- ann renamed \"#old ops\" to #ops\n"},
    {"history", ME, 0,
     "-- you set the history of #ops to none: whoever is added from now on reads only what is said "
     "after\n"},
    {"rekey", ME, 0, "-- what you write in #ops from here on has a new key\n"},
    {"overturn", ANN, ME,
     "!! two decisions about #ops were made at the same time: that of ann counts, yours does "
     "not\n"},
    {"overturn", ME, ANN,
     "!! two decisions about #ops were made at the same time: yours counts, that of ann does "
     "not\n"},
    {"overturn", ANN, 0,
     "!! two decisions about #ops were made at the same time: that of ann counts, that of somebody "
     "else does not\n"},
    {"of a later version", ANN, CAT, "-- #ops has changed: /group info #ops\n"},
};

static void test_every_change_is_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct event e = change(rows[i].what, rows[i].by, rows[i].subject);
        CHECK(strcmp(text_of(write_change, &e), rows[i].want) == 0, rows[i].want);
    }
}

static void test_no_change_names_a_slash_where_none_can_be_typed(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct event e = change(rows[i].what, rows[i].by, rows[i].subject);
        struct buffer out = {0};
        struct pen pen = pen_over(&out, false);
        pen.no_prompt = true;
        write_change(&pen, &e);
        CHECK(out.len && out.bytes[out.len - 1] == '\n', rows[i].want);
        CHECK(!memmem(out.bytes, out.len, " /", 2), rows[i].want);
        buffer_clear(&out);
    }
}

static void test_the_history_of_all_reads_differently(void **state)
{
    (void)state;
    struct event e = change("history", ANN, 0);
    e.group.all_history = true;
    assert_string_equal(text_of(write_change, &e),
                        "-- ann set the history of #ops to all: whoever is added from now on can "
                        "read what was said before\n");
}

static void test_nothing_new_is_said_to_who_asked_only(void **state)
{
    (void)state;
    struct event e = change("add", ANN, CAT);
    e.group.change.is_any = false;
    assert_string_equal(text_of(write_change, &e), "");
    e.is_answer = true;
    assert_string_equal(text_of(write_change, &e), "-- #ops is as it was\n");
}

static void test_being_out_is_said_once_and_never_missed(void **state)
{
    (void)state;
    struct event e = change("remove", ANN, ME);
    e.type = EVENT_LEFT;
    assert_string_equal(
        text_of(write_change, &e),
        "!! you were removed from #ops by ann: what was said stays readable with /history #ops\n");
    e = change("overturn", ANN, CAT);
    e.type = EVENT_LEFT;
    assert_non_null(strstr(text_of(write_change, &e), "\n!! you are no member of #ops any more: "));
    e.group.change.is_any = false;
    assert_string_equal(text_of(write_change, &e),
                        "!! you are no member of #ops any more: what was said stays readable with "
                        "/history #ops\n");
}

static void test_whoever_is_known_has_the_name_the_user_knows(void **state)
{
    (void)state;
    const struct peer_view ann = {.id = {ANN}, .name = "ann", .petname = "Annie"};
    struct event e = change("add", ANN, CAT);
    known_peers_update(&the_names.peers, &ann);
    assert_string_equal(text_of(write_change, &e), "-- Annie added c\\x1b\\x23t to #ops\n");
    known_peers_clear(&the_names.peers);
}

static const struct member_view members[] = {
    {.id = {ANN}, .name = "ann", .admin = true, .online = true, .verified = true},
    {.id = {ME}, .name = "me", .is_me = true},
    {.id = {CAT},
     .name = "c\x1b#t",
     .introduced = true,
     .introduced_by = {ANN},
     .introducer = "ann"},
};

static struct group_view ops(void)
{
    return (struct group_view){.id = {0xab},
                               .name = "ops",
                               .epoch = 7,
                               .members = members,
                               .member_count = LENGTH(members),
                               .is_member = true,
                               .is_admin = true};
}

static void test_info_has_members_admins_trust_and_introducers(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_GROUP};
    e.group = ops();
    known_groups_update(&the_names.groups, &e.group);
    assert_string_equal(
        text_of(write_info, &e),
        "-- #ops: 3 members, epoch 7\n"
        "   ann  admin  here, verified  id aeaaaaaa\n"
        "   (you)  id amaaaaaa\n"
        "   c\\x1b\\x23t  away, not verified, introduced by ann  id aiaaaaaa\n"
        "   history none: whoever is added from now on reads only what is said after\n"
        "   id ab00000000000000000000000000000000000000000000000000000000000000\n");
    e.group.is_member = false;
    assert_non_null(strstr(text_of(write_info, &e), "; you are no member any more\n"));
}

static void test_the_list_has_a_line_for_each_group(void **state)
{
    (void)state;
    struct group_view groups[2] = {ops(), ops()};
    struct event e = {.type = EVENT_GROUPS};
    groups[1].id[0] = 0xcd;
    groups[1].name = "two\nwords here";
    groups[1].is_member = false;
    e.groups.groups = groups;
    e.groups.count = 2;
    assert_string_equal(text_of(write_list, &e),
                        "   #ops  3 members, 1 of the others here, you are an admin  id ab000000\n"
                        "   \"#two\\x0awords here\"  you are no member any more; /history shows "
                        "what was said  id cd000000\n");
    groups[1].name = "ops";
    assert_non_null(strstr(text_of(write_list, &e), "   #ops~cd000000  you are no member"));
    e.groups.count = 0;
    assert_string_equal(text_of(write_list, &e),
                        "-- no groups yet: /group new NAME WHO makes one\n");
}

static int forget(void **state)
{
    (void)state;
    (void)text_of(NULL, NULL);
    names_clear(&the_names);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_change_is_a_sentence),
        cmocka_unit_test(test_no_change_names_a_slash_where_none_can_be_typed),
        cmocka_unit_test(test_the_history_of_all_reads_differently),
        cmocka_unit_test(test_nothing_new_is_said_to_who_asked_only),
        cmocka_unit_test(test_being_out_is_said_once_and_never_missed),
        cmocka_unit_test(test_whoever_is_known_has_the_name_the_user_knows),
        cmocka_unit_test(test_info_has_members_admins_trust_and_introducers),
        cmocka_unit_test(test_the_list_has_a_line_for_each_group),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
