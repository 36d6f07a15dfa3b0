/* What lost and is said again by its author: under which conditions, and as what. */
#include "cast.h"
#include "check.h"

/* ANN and BOB are admins, CAT, DAN and EVE members. */
static struct scene *begin(void)
{
    struct scene *s = scene_of(4);
    tell(s, ANN, NULL, op_promote(BOB));
    return s;
}

static bool repeats(const struct scene *s, unsigned who)
{
    struct operation op;
    bool wants_cut;
    return roster_repeat(s->roster, cast_id(who), &op, &wants_cut);
}

/* Signs and takes the next repetition of somebody, which must be valid. */
static struct said *repeat(struct scene *s, unsigned who)
{
    struct operation op;
    bool wants_cut;
    assert_true(roster_repeat(s->roster, cast_id(who), &op, &wants_cut));
    assert_int_equal(roster_can(s->roster, cast_id(who), &op), ROSTER_VALID);
    return tell(s, who, NULL, op);
}

/* BOB says what loses; ANN says what wins; then BOB repeats it or not. */
static void test_a_loser_is_repeated_unless_it_is_settled(void **state)
{
    (void)state;
    const struct {
        const char *name;
        unsigned loser;
        bool repeated;
        struct operation lost, won;
    } rows[] = {
        {"add", BOB, true, op_add(FAY), op_rename("us")},
        {"remove", BOB, true, op_remove(CAT), op_rename("us")},
        {"promote", BOB, true, op_promote(CAT), op_rename("us")},
        {"demote", BOB, true, op_demote(ANN), op_rename("us")},
        {"demote oneself", BOB, true, op_demote(BOB), op_rename("us")},
        {"rename", BOB, true, op_rename("bob's"), op_add(FAY)},
        {"history", BOB, true, op_history(1), op_rename("us")},
        {"leave", CAT, true, op_leave(), op_rename("us")},
        {"leave of an admin", BOB, true, op_leave(), op_rename("us")},

        {"add of another", BOB, true, op_add(FAY), op_add(6)},
        {"remove of another", BOB, true, op_remove(CAT), op_remove(DAN)},
        {"history, after a rename", BOB, true, op_history(1), op_rename("us")},
        {"rename, after a history", BOB, true, op_rename("bob's"), op_history(1)},

        {"the same add", BOB, false, op_add(FAY), op_add(FAY)},
        {"the same remove", BOB, false, op_remove(CAT), op_remove(CAT)},
        {"promote, but removed", BOB, false, op_promote(CAT), op_remove(CAT)},
        {"promote, too", BOB, false, op_promote(CAT), op_promote(CAT)},
        {"remove, but promoted", BOB, false, op_remove(CAT), op_promote(CAT)},
        {"leave, but removed", CAT, false, op_leave(), op_remove(CAT)},
        {"leave, but promoted", CAT, false, op_leave(), op_promote(CAT)},
        {"remove, but gone", BOB, false, op_remove(ANN), op_leave()},
        {"another rename", BOB, false, op_rename("bob's"), op_rename("ann's")},
        {"another history", BOB, false, op_history(1), op_history(0)},

        {"not an admin any more", BOB, false, op_add(FAY), op_demote(BOB)},
        {"not in any more", BOB, false, op_add(FAY), op_remove(BOB)},
        {"mutual removal", BOB, false, op_remove(ANN), op_remove(BOB)},
        {"leave, now the last admin", BOB, false, op_leave(), op_demote(ANN)},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct scene *s = begin();
        const struct said *fork = s->said[1];
        const struct said *lost = tell(s, rows[i].loser, fork, rows[i].lost);
        CHECK(!repeats(s, rows[i].loser), rows[i].name); /* it is the head */
        const struct said *won = tell(s, ANN, fork, rows[i].won);
        CHECK(is_head(s, won), rows[i].name);
        CHECK(!repeats(s, ANN), rows[i].name);
        CHECK(repeats(s, rows[i].loser) == rows[i].repeated, rows[i].name);
        if (rows[i].repeated) {
            const struct said *again = repeat(s, rows[i].loser);
            CHECK(is_head(s, again), rows[i].name);
            const struct operation *op = &roster_find(s->roster, again->hash)->op;
            CHECK(memcmp(op->again, lost->hash, HASH_LEN) == 0, rows[i].name);
            CHECK(memcmp(op->parent, won->hash, HASH_LEN) == 0, rows[i].name);
            CHECK(op->type == rows[i].lost.type, rows[i].name);
            CHECK(!repeats(s, rows[i].loser), rows[i].name);
        }
        scene_free(s);
    }
}

static void test_a_repetition_says_what_was_said_but_for_the_cut(void **state)
{
    (void)state;
    const struct {
        const char *name;
        struct operation op;
        bool wants_cut;
    } rows[] = {
        {"remove", op_cut(op_remove(CAT), 1, 2), true},
        {"leave", op_cut(op_leave(), 1, 2), true},
        {"add", op_add(FAY), false},
        {"promote", op_promote(CAT), false},
        {"rename", op_rename("bob's"), false},
        {"history", op_history(1), false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct scene *s = begin();
        struct operation op;
        bool wants_cut = !rows[i].wants_cut;
        const struct said *fork = s->said[1], *lost = tell(s, BOB, fork, rows[i].op);
        tell(s, ANN, fork, op_promote(DAN));
        CHECK(roster_repeat(s->roster, cast_id(BOB), &op, &wants_cut), rows[i].name);
        const struct operation *was = &roster_find(s->roster, lost->hash)->op;
        CHECK(wants_cut == rows[i].wants_cut && op.cut_count == 0, rows[i].name);
        CHECK(op.type == was->type && op.history == was->history, rows[i].name);
        CHECK(strcmp(op.name, was->name) == 0, rows[i].name);
        CHECK(memcmp(op.subject, was->subject, ID_LEN) == 0, rows[i].name);
        CHECK(strcmp(op.person.name, was->person.name) == 0, rows[i].name);
        const struct said *again = tell(s, BOB, NULL, op);
        CHECK(is_head(s, again), rows[i].name);
        scene_free(s);
    }
}

static void test_settled_is_only_what_was_said_behind_the_fork(void **state)
{
    (void)state;
    struct scene *s = begin();
    tell(s, ANN, NULL, op_rename("before the fork"));
    const struct said *fork = tell(s, ANN, NULL, op_remove(DAN));
    tell(s, BOB, fork, op_rename("bob's"));
    tell(s, BOB, NULL, op_add(DAN));
    tell(s, ANN, fork, op_history(1));
    assert_int_equal(roster_find(s->roster, repeat(s, BOB)->hash)->op.type, OPERATION_RENAME);
    assert_int_equal(roster_find(s->roster, repeat(s, BOB)->hash)->op.type, OPERATION_ADD);
    assert_false(repeats(s, BOB));
    assert_string_equal(roster_name(s->roster), "bob's");
    scene_free(s);
}

static void test_settled_is_also_what_was_undone(void **state)
{
    (void)state;
    struct scene *s = begin();
    const struct said *fork = s->said[1];
    tell(s, BOB, fork, op_add(FAY));
    tell(s, ANN, fork, op_rename("us"));
    assert_true(repeats(s, BOB));
    tell(s, ANN, NULL, op_add(FAY));
    tell(s, ANN, NULL, op_remove(FAY));
    assert_false(repeats(s, BOB)); /* ANN has decided since */
    scene_free(s);
}

static void test_a_branch_is_repeated_from_below(void **state)
{
    (void)state;
    struct scene *s = begin();
    const struct said *fork = s->said[1];
    tell(s, BOB, fork, op_add(FAY));
    tell(s, BOB, NULL, op_promote(FAY)); /* not valid before FAY is in */
    tell(s, BOB, NULL, op_demote(FAY));  /* the same person: settled by then */
    tell(s, BOB, NULL, op_rename("bob's"));
    tell(s, ANN, fork, op_history(1));
    const enum operation_type want[] = {OPERATION_ADD, OPERATION_RENAME};
    for (size_t i = 0; i < LENGTH(want); i++)
        assert_int_equal(roster_find(s->roster, repeat(s, BOB)->hash)->op.type, want[i]);
    assert_false(repeats(s, BOB));
    scene_free(s);
}

static void test_a_repetition_that_lost_is_repeated_itself(void **state)
{
    (void)state;
    struct scene *s = begin();
    const struct said *fork = s->said[1];
    tell(s, BOB, fork, op_rename("bob's"));
    const struct said *won = tell(s, ANN, fork, op_add(FAY));
    const struct said *again = repeat(s, BOB);
    tell(s, ANN, won, op_remove(FAY));
    const struct said *twice = repeat(s, BOB);
    assert_memory_equal(roster_find(s->roster, twice->hash)->op.again, again->hash, HASH_LEN);
    assert_false(repeats(s, BOB));
    assert_string_equal(roster_name(s->roster), "bob's");
    scene_free(s);
}

/* The lost operation, as a repetition held by others names it. */
static struct operation naming(struct operation op, const struct said *lost)
{
    memcpy(op.again, lost->hash, HASH_LEN);
    return op;
}

static void test_a_repetition_that_came_first_counts(void **state)
{
    (void)state;
    struct scene *s = begin();
    const struct said *fork = s->said[1];
    const struct said *lost = say(s, BOB, fork, op_rename("bob's"));
    const struct said *won = tell(s, ANN, fork, op_add(FAY));
    tell(s, BOB, won, naming(op_rename("bob's"), lost));
    tell(s, ANN, won, op_remove(FAY)); /* so the rename is not on the path */
    assert_true(repeats(s, BOB));
    assert_int_equal(take(s, lost), LTH_OK);
    struct operation op;
    bool wants_cut;
    assert_true(roster_repeat(s->roster, cast_id(BOB), &op, &wants_cut));
    assert_true(memcmp(op.again, lost->hash, HASH_LEN) != 0);
    repeat(s, BOB);
    assert_false(repeats(s, BOB));
    scene_free(s);
}

static void test_nobody_else_can_say_that_it_was_repeated(void **state)
{
    (void)state;
    for (int lost_first = 0; lost_first < 2; lost_first++) {
        struct scene *s = begin();
        const struct said *fork = s->said[1];
        const struct said *lost = say(s, BOB, fork, op_rename("bob's"));
        const struct said *others = say(s, ANN, fork, naming(op_add(FAY), lost));
        assert_int_equal(take(s, lost_first ? lost : others), LTH_OK);
        assert_int_equal(take(s, lost_first ? others : lost), LTH_OK);
        assert_true(repeats(s, BOB));
        scene_free(s);
    }
}

static void test_who_said_nothing_repeats_nothing(void **state)
{
    (void)state;
    struct scene *s = begin();
    const struct said *fork = s->said[1];
    tell(s, BOB, fork, op_rename("bob's"));
    tell(s, ANN, fork, op_add(FAY));
    assert_false(repeats(s, ANN));
    assert_false(repeats(s, CAT));
    assert_false(repeats(s, 9)); /* a stranger */
    scene_free(s);
}

static void test_all_who_lost_come_to_agree(void **state)
{
    (void)state;
    struct scene *s = begin();
    tell(s, ANN, NULL, op_promote(CAT));
    const struct said *fork = s->said[2];
    tell(s, BOB, fork, op_add(FAY));
    tell(s, CAT, fork, op_add(7));
    tell(s, DAN, fork, op_leave());
    tell(s, ANN, fork, op_rename("us"));
    unsigned rounds = 0;
    for (bool more = true; more; rounds++) {
        const struct operation_record *head = roster_find(s->roster, roster_head(s->roster));
        more = false;
        for (unsigned who = ANN; who <= EVE; who++) {
            struct operation op;
            bool wants_cut;
            if (roster_repeat(s->roster, cast_id(who), &op, &wants_cut)) {
                /* all of them at once, on the same head */
                memcpy(op.parent, head->op.hash, HASH_LEN);
                struct said at = {0};
                memcpy(at.hash, head->op.hash, HASH_LEN);
                tell(s, who, &at, op);
                more = true;
            }
        }
    }
    assert_in_range(rounds, 2, 6);
    assert_non_null(roster_member(s->roster, cast_id(FAY)));
    assert_non_null(roster_member(s->roster, cast_id(7)));
    assert_null(roster_member(s->roster, cast_id(DAN)));
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_loser_is_repeated_unless_it_is_settled),
        cmocka_unit_test(test_a_repetition_says_what_was_said_but_for_the_cut),
        cmocka_unit_test(test_settled_is_only_what_was_said_behind_the_fork),
        cmocka_unit_test(test_settled_is_also_what_was_undone),
        cmocka_unit_test(test_a_branch_is_repeated_from_below),
        cmocka_unit_test(test_a_repetition_that_lost_is_repeated_itself),
        cmocka_unit_test(test_a_repetition_that_came_first_counts),
        cmocka_unit_test(test_nobody_else_can_say_that_it_was_repeated),
        cmocka_unit_test(test_who_said_nothing_repeats_nothing),
        cmocka_unit_test(test_all_who_lost_come_to_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
