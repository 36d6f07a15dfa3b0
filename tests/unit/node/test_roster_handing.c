/* Handing operations on: the leaves, and what somebody who names theirs lacks. */
#include "cast.h"
#include "check.h"

/* A tree:        create - promote BOB - ann - ann2          (the path)
 *                                    \- bob - bob2
 *                                         \- bob3           */
struct tree {
    struct scene *s;
    const struct said *create, *promote, *bob, *bob2, *bob3, *ann, *ann2;
};

static struct tree tree_new(void)
{
    struct tree t = {.s = scene_of(2)};
    t.create = t.s->said[0];
    t.promote = tell(t.s, ANN, NULL, op_promote(BOB));
    t.bob = tell(t.s, BOB, NULL, op_rename("bob"));
    t.bob2 = tell(t.s, BOB, t.bob, op_rename("bob2"));
    t.ann = tell(t.s, ANN, t.promote, op_rename("ann"));
    t.ann2 = tell(t.s, ANN, t.ann, op_rename("ann2"));
    t.bob3 = tell(t.s, BOB, t.bob, op_rename("bob3"));
    return t;
}

static void test_the_leaves_are_those_on_which_nothing_stands(void **state)
{
    (void)state;
    struct tree t = tree_new();
    uint8_t leaves[8][HASH_LEN];
    assert_int_equal(roster_leaves(t.s->roster, leaves, LENGTH(leaves)), 3);
    assert_memory_equal(leaves[0], t.ann2->hash, HASH_LEN); /* the head first */
    assert_memory_equal(leaves[1], t.bob2->hash, HASH_LEN);
    assert_memory_equal(leaves[2], t.bob3->hash, HASH_LEN);
    assert_int_equal(roster_leaves(t.s->roster, leaves, 2), 2);
    assert_memory_equal(leaves[0], t.ann2->hash, HASH_LEN);
    assert_int_equal(roster_leaves(t.s->roster, leaves, 0), 0);
    scene_free(t.s);
}

/* want: in the order taken, ended by NULL. */
static void check_missing(struct roster_missing *m, const struct scene *s,
                          const struct said *const want[], const char *row)
{
    for (; *want; want++) {
        const struct operation_record *next = roster_missing_next(m, s->roster);
        CHECK(next && memcmp(next->op.hash, (*want)->hash, HASH_LEN) == 0, row);
    }
    CHECK(roster_missing_next(m, s->roster) == NULL, row);
}

static void test_what_is_missing_comes_parents_first(void **state)
{
    (void)state;
    struct tree t = tree_new();
    const struct {
        const char *name;
        const struct said *upto, *has[4], *want[8];
    } rows[] = {
        {"nothing held", NULL, {0}, {t.create, t.promote, t.bob, t.bob2, t.ann, t.ann2, t.bob3}},
        {"the create", NULL, {t.create}, {t.promote, t.bob, t.bob2, t.ann, t.ann2, t.bob3}},
        {"one branch", NULL, {t.bob2}, {t.ann, t.ann2, t.bob3}},
        {"two branches", NULL, {t.bob3, t.ann}, {t.bob2, t.ann2}},
        {"one behind the other", NULL, {t.ann2, t.ann}, {t.bob, t.bob2, t.bob3}},
        {"all leaves", NULL, {t.ann2, t.bob2, t.bob3}, {0}},
        {"up to ann, nothing held", t.ann, {0}, {t.create, t.promote, t.ann}},
        {"up to ann, one held", t.ann, {t.promote}, {t.ann}},
        {"up to ann, another branch held", t.ann, {t.bob2}, {t.ann}},
        {"up to ann, more held", t.ann, {t.ann2}, {0}},
        {"up to bob3", t.bob3, {t.create}, {t.promote, t.bob, t.bob3}},
        {"up to the create", t.create, {0}, {t.create}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct roster_missing m;
        roster_missing_begin(&m, t.s->roster, rows[i].upto ? rows[i].upto->hash : NULL);
        for (const struct said *const *has = rows[i].has; *has; has++)
            CHECK(roster_missing_has(&m, t.s->roster, (*has)->hash), rows[i].name);
        check_missing(&m, t.s, rows[i].want, rows[i].name);
    }
    scene_free(t.s);
}

static void test_a_leaf_that_we_do_not_know_is_told(void **state)
{
    (void)state;
    struct tree t = tree_new();
    struct roster_missing m;
    const struct said *unknown = say(t.s, ANN, t.ann2, op_rename("not told"));
    const struct said *want[] = {t.ann, t.ann2, t.bob3, NULL};
    roster_missing_begin(&m, t.s->roster, NULL);
    assert_true(roster_missing_has(&m, t.s->roster, t.bob2->hash));
    assert_false(roster_missing_has(&m, t.s->roster, unknown->hash));
    check_missing(&m, t.s, want, "the others count");
    scene_free(t.s);
}

static void test_what_comes_meanwhile_is_missing_only_without_a_bound(void **state)
{
    (void)state;
    struct tree t = tree_new();
    struct roster_missing all, bounded;
    roster_missing_begin(&all, t.s->roster, NULL);
    roster_missing_begin(&bounded, t.s->roster, t.ann2->hash);
    assert_true(roster_missing_has(&all, t.s->roster, t.bob3->hash));
    assert_true(roster_missing_has(&bounded, t.s->roster, t.ann->hash));
    const struct said *later = tell(t.s, ANN, NULL, op_rename("later"));
    const struct said *want_all[] = {t.bob2, t.ann, t.ann2, later, NULL};
    const struct said *want_bounded[] = {t.ann2, NULL};
    check_missing(&all, t.s, want_all, "all");
    check_missing(&bounded, t.s, want_bounded, "bounded");
    later = tell(t.s, ANN, NULL, op_rename("later still"));
    const struct said *want_later[] = {later, NULL}, *want_none[] = {NULL};
    check_missing(&all, t.s, want_later, "all");
    check_missing(&bounded, t.s, want_none, "bounded");
    scene_free(t.s);
}

static void test_who_went_gets_the_path_up_to_there(void **state)
{
    (void)state;
    struct scene *s = scene_of(2);
    const struct said *gone = tell(s, ANN, NULL, op_remove(BOB));
    tell(s, ANN, NULL, op_rename("without Bob"));
    struct roster_missing m;
    const uint8_t *upto = roster_departure(s->roster, cast_id(BOB))->op.hash;
    const struct said *want[] = {gone, NULL};
    roster_missing_begin(&m, s->roster, upto);
    assert_true(roster_missing_has(&m, s->roster, s->said[0]->hash));
    check_missing(&m, s, want, "up to the departure");
    scene_free(s);
}

static void test_what_is_handed_on_makes_the_same_roster(void **state)
{
    (void)state;
    struct tree t = tree_new();
    struct scene *other = scene_new();
    struct roster_missing m;
    roster_missing_begin(&m, t.s->roster, NULL);
    for (const struct operation_record *next; (next = roster_missing_next(&m, t.s->roster));)
        assert_int_equal(roster_take(other->roster, next->bytes, next->len), LTH_OK);
    assert_int_equal(roster_count(other->roster), roster_count(t.s->roster));
    assert_memory_equal(roster_head(other->roster), roster_head(t.s->roster), HASH_LEN);
    scene_free(other);
    scene_free(t.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_leaves_are_those_on_which_nothing_stands),
        cmocka_unit_test(test_what_is_missing_comes_parents_first),
        cmocka_unit_test(test_a_leaf_that_we_do_not_know_is_told),
        cmocka_unit_test(test_what_comes_meanwhile_is_missing_only_without_a_bound),
        cmocka_unit_test(test_who_went_gets_the_path_up_to_there),
        cmocka_unit_test(test_what_is_handed_on_makes_the_same_roster),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
