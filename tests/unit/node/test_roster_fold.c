/* What the path comes to: who is in and since when, who went and how far they count. */
#include "cast.h"
#include "check.h"

static const struct member *find(const struct scene *s, unsigned who)
{
    return roster_member(s->roster, cast_id(who));
}

/* order: the first letters of their names, in order of joining. */
static void check_members(const struct scene *s, const char *order)
{
    assert_int_equal(roster_member_count(s->roster), strlen(order));
    for (size_t i = 0; i < strlen(order); i++)
        assert_int_equal(roster_members(s->roster)[i].name[0], order[i]);
}

static void check_added_by(const struct scene *s, unsigned who, unsigned by)
{
    assert_memory_equal(find(s, who)->added_by, cast_id(by), ID_LEN);
}

/* ---- who is in ---- */

static void test_members_stand_in_order_of_joining(void **state)
{
    (void)state;
    struct scene *s = scene_of(2);
    check_members(s, "ABC");
    tell(s, ANN, NULL, op_add(EVE));
    tell(s, ANN, NULL, op_add(DAN));
    check_members(s, "ABCED");
    tell(s, BOB, NULL, op_leave());
    check_members(s, "ACED");
    tell(s, ANN, NULL, op_promote(EVE));
    tell(s, EVE, NULL, op_add(BOB));
    check_members(s, "ACEDB");
    check_added_by(s, ANN, ANN);
    check_added_by(s, CAT, ANN);
    check_added_by(s, BOB, EVE);
    assert_int_equal(find(s, CAT)->joined, 1);
    assert_int_equal(find(s, DAN)->joined, 3);
    assert_int_equal(find(s, BOB)->joined, 6);
    assert_memory_equal(find(s, BOB)->identity.x25519, cast_secret(BOB)->public.x25519, 32);
    assert_memory_equal(find(s, BOB)->identity.ed25519, cast_secret(BOB)->public.ed25519, 32);
    assert_null(find(s, FAY));
    scene_free(s);
}

static void test_admins_know_since_when(void **state)
{
    (void)state;
    struct scene *s = scene_of(2);
    tell(s, ANN, NULL, op_promote(CAT));
    assert_true(find(s, ANN)->admin && find(s, CAT)->admin && !find(s, BOB)->admin);
    assert_int_equal(find(s, ANN)->appointed, 1);
    assert_int_equal(find(s, CAT)->appointed, 2);
    tell(s, CAT, NULL, op_demote(ANN));
    tell(s, CAT, NULL, op_promote(ANN));
    assert_int_equal(find(s, ANN)->appointed, 4);
    assert_int_equal(roster_admin_count(s->roster), 2);
    tell(s, ANN, NULL, op_remove(CAT));
    tell(s, ANN, NULL, op_add(CAT));
    assert_false(find(s, CAT)->admin);
    assert_int_equal(roster_admin_count(s->roster), 1);
    scene_free(s);
}

static void test_a_name_is_that_of_the_last_add(void **state)
{
    (void)state;
    struct scene *s = scene_of(1);
    struct operation add = op_add(BOB);
    tell(s, ANN, NULL, op_remove(BOB));
    strcpy(add.person.name, "Robert");
    const struct said *robert = tell(s, ANN, NULL, add);
    assert_string_equal(find(s, BOB)->name, "Robert");
    const struct said *gone = tell(s, ANN, NULL, op_remove(BOB));
    strcpy(add.person.name, "Bobby");
    tell(s, ANN, NULL, add);
    assert_string_equal(find(s, BOB)->name, "Bobby");
    /* Overturned, it is that of what is left. */
    assert_int_equal(take(s, say_below(s, ANN, robert, op_rename("us"), gone)), LTH_OK);
    assert_string_equal(find(s, BOB)->name, "Robert");
    scene_free(s);
}

static void test_the_group_is_called_what_it_was_last(void **state)
{
    (void)state;
    struct scene *s = scene_of(1);
    const struct said *first = tell(s, ANN, NULL, op_rename("first"));
    tell(s, ANN, NULL, op_promote(BOB));
    assert_string_equal(roster_name(s->roster), "first");
    tell(s, BOB, NULL, op_rename("second"));
    assert_string_equal(roster_name(s->roster), "second");
    struct said *low = say_below(s, ANN, first, op_add(CAT), s->said[2]);
    assert_int_equal(take(s, low), LTH_OK);
    assert_string_equal(roster_name(s->roster), "first");
    low = say_below(s, ANN, s->said[0], op_add(CAT), first);
    assert_int_equal(take(s, low), LTH_OK);
    assert_string_equal(roster_name(s->roster), "friends");
    scene_free(s);
}

static void test_after_the_last_leave_nobody_is_in(void **state)
{
    (void)state;
    struct scene *s = scene_of(1);
    tell(s, BOB, NULL, op_leave());
    const struct said *last = tell(s, ANN, NULL, op_leave());
    assert_int_equal(roster_member_count(s->roster), 0);
    assert_int_equal(roster_admin_count(s->roster), 0);
    assert_true(is_head(s, last));
    assert_string_equal(roster_name(s->roster), "friends");
    assert_memory_equal(roster_departure(s->roster, cast_id(ANN))->op.hash, last->hash, HASH_LEN);
    scene_free(s);
}

static void test_the_membership_head_passes_over_what_changes_nobody(void **state)
{
    (void)state;
    struct scene *s = scene_of(2);
    const struct {
        const char *name;
        unsigned who;
        bool changes;
        struct operation op;
    } rows[] = {
        {"promote", ANN, false, op_promote(BOB)}, {"rename", ANN, false, op_rename("us")},
        {"add", ANN, true, op_add(DAN)},          {"history", ANN, false, op_history(1)},
        {"demote", ANN, false, op_demote(BOB)},   {"remove", ANN, true, op_remove(DAN)},
        {"leave", BOB, true, op_leave()},
    };
    const struct said *want = s->said[0];
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct said *said = tell(s, rows[i].who, NULL, rows[i].op);
        want = rows[i].changes ? said : want;
        CHECK(memcmp(roster_membership_head(s->roster), want->hash, HASH_LEN) == 0, rows[i].name);
    }
    scene_free(s);
}

/* ---- who may read what was said before ---- */

static void test_history_is_for_those_who_came_while_it_was_open(void **state)
{
    (void)state;
    struct scene *s = scene_of(1);
    tell(s, ANN, NULL, op_add(CAT));
    tell(s, ANN, NULL, op_history(HISTORY_ALL));
    tell(s, ANN, NULL, op_add(DAN));
    tell(s, ANN, NULL, op_history(HISTORY_NONE));
    tell(s, ANN, NULL, op_add(EVE));
    const struct {
        const char *name;
        unsigned who;
        bool all;
    } rows[] = {{"creator", ANN, false},
                {"created with none", BOB, false},
                {"before it was opened", CAT, false},
                {"while it was open", DAN, true},
                {"after it was closed", EVE, false}};
    for (size_t i = 0; i < LENGTH(rows); i++)
        CHECK(find(s, rows[i].who)->all_history == rows[i].all, rows[i].name);
    scene_free(s);
}

static void test_who_comes_again_reads_as_they_came_last(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    tell(s, ANN, NULL, op_create(HISTORY_ALL, 2));
    assert_true(find(s, ANN)->all_history && find(s, BOB)->all_history);
    tell(s, ANN, NULL, op_history(HISTORY_NONE));
    assert_true(find(s, BOB)->all_history);
    tell(s, ANN, NULL, op_remove(BOB));
    tell(s, ANN, NULL, op_add(BOB));
    assert_false(find(s, BOB)->all_history);
    tell(s, ANN, NULL, op_remove(BOB));
    tell(s, ANN, NULL, op_history(HISTORY_ALL));
    tell(s, ANN, NULL, op_add(BOB));
    assert_true(find(s, BOB)->all_history);
    scene_free(s);
}

/* ---- who went ---- */

static void check_departure(const struct scene *s, unsigned who, const struct said *want)
{
    const struct operation_record *got = roster_departure(s->roster, cast_id(who));
    assert_true((got != NULL) == (want != NULL));
    if (want)
        assert_memory_equal(got->op.hash, want->hash, HASH_LEN);
}

static void test_a_departure_is_the_last_and_only_of_who_is_gone(void **state)
{
    (void)state;
    struct scene *s = scene_of(2);
    check_departure(s, BOB, NULL);
    check_departure(s, EVE, NULL);
    const struct said *removed = tell(s, ANN, NULL, op_remove(BOB));
    check_departure(s, BOB, removed);
    tell(s, ANN, NULL, op_rename("us"));
    check_departure(s, BOB, removed);
    const struct said *back = tell(s, ANN, NULL, op_add(BOB));
    check_departure(s, BOB, NULL);
    const struct said *left = tell(s, BOB, NULL, op_leave());
    check_departure(s, BOB, left);
    /* The leave is overturned and BOB is in again, then the coming back, too. */
    tell(s, ANN, back, op_rename("we"));
    check_departure(s, BOB, NULL);
    assert_int_equal(take(s, say_below(s, ANN, removed, op_remove(CAT), s->said[2])), LTH_OK);
    check_departure(s, BOB, removed);
    scene_free(s);
}

static void test_keys_are_known_of_anybody_who_was_ever_in(void **state)
{
    (void)state;
    struct scene *s = scene_of(1);
    const struct said *create = s->said[0];
    struct said *low = tell(s, ANN, NULL, op_remove(BOB));
    struct said *high = say_above(s, ANN, create, op_add(CAT), low);
    assert_int_equal(take(s, high), LTH_OK);
    const unsigned known[] = {ANN, BOB, CAT};
    for (size_t i = 0; i < LENGTH(known); i++) {
        const struct identity *identity = roster_identity(s->roster, cast_id(known[i]));
        assert_non_null(identity);
        assert_memory_equal(identity, &cast_secret(known[i])->public, sizeof *identity);
    }
    assert_null(roster_identity(s->roster, cast_id(DAN)));
    check_departure(s, CAT, NULL); /* was in only on a branch that lost */
    scene_free(s);
}

/* ---- what counted at an operation ---- */

static bool was_in(const struct scene *s, const struct said *at, unsigned who)
{
    return roster_was_member(s->roster, at->hash, cast_id(who));
}

static void test_membership_is_known_at_every_operation(void **state)
{
    (void)state;
    struct scene *s = scene_of(2);
    const struct said *create = s->said[0];
    const struct said *promoted = tell(s, ANN, NULL, op_promote(BOB));
    const struct said *demoted = tell(s, ANN, NULL, op_demote(BOB));
    const struct said *removed = tell(s, ANN, NULL, op_remove(BOB));
    const struct said *renamed = tell(s, ANN, NULL, op_rename("us"));
    const struct said *added = tell(s, ANN, NULL, op_add(DAN));
    const struct said *back = tell(s, ANN, NULL, op_add(BOB));
    const struct said *branch = tell(s, CAT, create, op_leave());
    const struct {
        const char *name;
        const struct said *at;
        const char *in;
    } rows[] = {{"create", create, "ABC"},   {"promoted", promoted, "ABC"},
                {"demoted", demoted, "ABC"}, {"removed", removed, "AC"},
                {"renamed", renamed, "AC"},  {"added", added, "ACD"},
                {"back", back, "ABCD"},      {"a branch", branch, "AB"}};
    for (size_t i = 0; i < LENGTH(rows); i++)
        for (unsigned who = ANN; who <= EVE; who++)
            CHECK(was_in(s, rows[i].at, who) == (strchr(rows[i].in, "ABCDE"[who]) != NULL),
                  rows[i].name);
    assert_true(roster_knows(s->roster, branch->hash));
    assert_false(roster_knows(s->roster, cast_id(ANN)));
    assert_false(roster_was_member(s->roster, cast_id(ANN), cast_id(ANN)));
    scene_free(s);
}

enum { OLD = 11, NEW = 22, NUMBER = 100, LATER = 200 };

static bool counts(const struct scene *s, const struct said *at, uint64_t incarnation,
                   uint64_t number)
{
    return roster_counts(s->roster, at->hash, cast_id(BOB), incarnation, number);
}

/* Of BOB's feed OLD as much counts, said under the roster at that operation. */
static void check_counts(const struct scene *s, const struct said *at, uint64_t limit,
                         const char *row)
{
    CHECK(counts(s, at, OLD, limit) == (limit > 0), row);
    CHECK(counts(s, at, OLD, limit + 1) == (limit == UINT64_MAX), row);
    CHECK(counts(s, at, NEW, 1) == (limit == UINT64_MAX), row);
}

static void test_a_cut_ends_what_counts_of_who_goes(void **state)
{
    (void)state;
    struct scene *s = scene_of(2);
    const struct said *create = s->said[0];
    check_counts(s, create, UINT64_MAX, "nobody went");
    assert_true(counts(s, create, OLD, UINT64_MAX));
    const struct said *before = tell(s, ANN, NULL, op_rename("us"));
    const struct said *gone = tell(s, ANN, NULL, op_cut(op_remove(BOB), OLD, NUMBER));
    check_counts(s, create, NUMBER, "at the create");
    check_counts(s, before, NUMBER, "right before");
    check_counts(s, gone, 0, "at the removal");
    const struct said *after = tell(s, ANN, NULL, op_rename("we"));
    check_counts(s, after, 0, "behind it");
    check_counts(s, before, NUMBER, "right before, still");
    assert_false(roster_counts(s->roster, cast_id(ANN), cast_id(BOB), OLD, 1));
    assert_true(roster_counts(s->roster, before->hash, cast_id(CAT), OLD, NUMBER + 1));
    assert_false(roster_counts(s->roster, before->hash, cast_id(EVE), OLD, 1));
    scene_free(s);
}

static void test_a_feed_that_no_cut_names_does_not_count(void **state)
{
    (void)state;
    struct scene *s = scene_of(2);
    tell(s, BOB, NULL, op_leave());
    assert_false(counts(s, s->said[0], OLD, 1));
    assert_false(counts(s, s->said[0], NEW, 1));
    scene_free(s);
}

static void test_who_comes_again_counts_again_from_there(void **state)
{
    (void)state;
    struct scene *s = scene_of(2);
    const struct said *create = s->said[0];
    tell(s, ANN, NULL, op_cut(op_remove(BOB), OLD, NUMBER));
    const struct said *back = tell(s, ANN, NULL, op_add(BOB));
    check_counts(s, create, NUMBER, "before the removal");
    check_counts(s, back, UINT64_MAX, "back");
    const struct said *left = tell(s, BOB, NULL, op_cut(op_leave(), OLD, LATER));
    check_counts(s, create, NUMBER, "the first departure cuts, not the last");
    check_counts(s, back, LATER, "and behind it the next");
    check_counts(s, left, 0, "gone again");
    scene_free(s);
}

static void test_what_was_said_on_a_losing_branch_is_cut_by_the_path(void **state)
{
    (void)state;
    struct scene *s = scene_of(2);
    tell(s, ANN, NULL, op_promote(BOB));
    const struct said *fork = s->said[1];
    const struct said *bobs = tell(s, BOB, fork, op_rename("Bob's"));
    const struct said *more = tell(s, BOB, NULL, op_add(EVE));
    check_counts(s, more, UINT64_MAX, "while it is the path");
    const struct said *gone = tell(s, ANN, fork, op_cut(op_remove(BOB), OLD, NUMBER));
    assert_true(is_head(s, gone));
    check_counts(s, fork, NUMBER, "before the fork");
    check_counts(s, bobs, NUMBER, "on the branch that lost");
    check_counts(s, more, NUMBER, "further up on it");
    check_counts(s, gone, 0, "on the path");
    const struct said *late = tell(s, BOB, more, op_rename("too late"));
    check_counts(s, late, NUMBER, "even what came after it had lost");
    tell(s, ANN, NULL, op_add(BOB));
    check_counts(s, more, NUMBER, "coming again does not open the branch");
    check_counts(s, late, NUMBER, "nor what came after");
    scene_free(s);
}

static void test_a_departure_on_a_losing_branch_cuts_nobody_elsewhere(void **state)
{
    (void)state;
    struct scene *s = scene_of(3);
    tell(s, ANN, NULL, op_promote(CAT));
    const struct said *fork = s->said[1];
    const struct said *gone = tell(s, CAT, fork, op_cut(op_remove(BOB), OLD, NUMBER));
    check_counts(s, fork, NUMBER, "while it is the path");
    const struct said *branch = tell(s, CAT, NULL, op_rename("Cat's"));
    const struct said *path = tell(s, ANN, fork, op_rename("Ann's"));
    assert_true(is_head(s, path));
    check_counts(s, fork, UINT64_MAX, "before the fork");
    check_counts(s, path, UINT64_MAX, "on the path");
    check_counts(s, gone, 0, "where BOB was not in");
    check_counts(s, branch, 0, "nor behind it");
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_stand_in_order_of_joining),
        cmocka_unit_test(test_admins_know_since_when),
        cmocka_unit_test(test_a_name_is_that_of_the_last_add),
        cmocka_unit_test(test_the_group_is_called_what_it_was_last),
        cmocka_unit_test(test_after_the_last_leave_nobody_is_in),
        cmocka_unit_test(test_the_membership_head_passes_over_what_changes_nobody),
        cmocka_unit_test(test_history_is_for_those_who_came_while_it_was_open),
        cmocka_unit_test(test_who_comes_again_reads_as_they_came_last),
        cmocka_unit_test(test_a_departure_is_the_last_and_only_of_who_is_gone),
        cmocka_unit_test(test_keys_are_known_of_anybody_who_was_ever_in),
        cmocka_unit_test(test_membership_is_known_at_every_operation),
        cmocka_unit_test(test_a_cut_ends_what_counts_of_who_goes),
        cmocka_unit_test(test_a_feed_that_no_cut_names_does_not_count),
        cmocka_unit_test(test_who_comes_again_counts_again_from_there),
        cmocka_unit_test(test_what_was_said_on_a_losing_branch_is_cut_by_the_path),
        cmocka_unit_test(test_a_departure_on_a_losing_branch_cuts_nobody_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
