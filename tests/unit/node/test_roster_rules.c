/* The table of what is valid: asked of roster_can before signing, and of roster_take after. */
#include "cast.h"
#include "check.h"

/* ANN created it with BOB, CAT and DAN; BOB is an admin, too. DAN has left. EVE was never in. */
static void usual(struct scene *s)
{
    tell(s, ANN, NULL, op_promote(BOB));
    tell(s, DAN, NULL, op_leave());
}

static void one_admin(struct scene *s)
{
    (void)s;
}

static void only_ann(struct scene *s)
{
    tell(s, ANN, NULL, op_remove(BOB));
    tell(s, ANN, NULL, op_remove(CAT));
    tell(s, ANN, NULL, op_remove(DAN));
}

static void nobody(struct scene *s)
{
    only_ann(s);
    tell(s, ANN, NULL, op_leave());
}

static void bob_was_demoted(struct scene *s)
{
    tell(s, ANN, NULL, op_promote(BOB));
    tell(s, ANN, NULL, op_demote(BOB));
}

/* Who was an admin, went and came again is none. */
static void bob_came_again(struct scene *s)
{
    tell(s, ANN, NULL, op_promote(BOB));
    tell(s, BOB, NULL, op_leave());
    tell(s, ANN, NULL, op_add(BOB));
}

static void bob_went_as_admin(struct scene *s)
{
    tell(s, ANN, NULL, op_promote(BOB));
    tell(s, ANN, NULL, op_remove(BOB));
}

static void ann_stepped_down(struct scene *s)
{
    tell(s, ANN, NULL, op_promote(BOB));
    tell(s, BOB, NULL, op_demote(ANN));
}

/* Says and judges the same in both ways; the group goes on from here only if it was good. */
static void check_verdict(struct scene *s, unsigned who, struct operation op,
                          enum roster_verdict want, const char *row)
{
    enum roster_verdict got = roster_can(s->roster, cast_id(who), &op);
    if (got != want)
        fail_msg("%s: verdict %d, want %d", row, (int)got, (int)want);
    CHECK_ERR(take(s, say(s, who, NULL, op)), want == ROSTER_VALID ? LTH_OK : LTH_UNAVAILABLE, row);
}

static void test_the_table_of_what_is_valid(void **state)
{
    (void)state;
    const struct {
        const char *name;
        void (*prepare)(struct scene *s);
        unsigned who;
        enum roster_verdict want;
        struct operation op;
    } rows[] = {
        {"create", usual, ANN, ROSTER_MISPLACED, op_create(0, 1)},

        {"add", usual, ANN, ROSTER_VALID, op_add(EVE)},
        {"add, by another admin", usual, BOB, ROSTER_VALID, op_add(EVE)},
        {"add who left", usual, ANN, ROSTER_VALID, op_add(DAN)},
        {"add, by a member", usual, CAT, ROSTER_NOT_AN_ADMIN, op_add(EVE)},
        {"add oneself again", usual, DAN, ROSTER_NOT_A_MEMBER, op_add(DAN)},
        {"add, by a stranger", usual, EVE, ROSTER_NOT_A_MEMBER, op_add(EVE)},
        {"add a member", usual, ANN, ROSTER_ALREADY_A_MEMBER, op_add(CAT)},
        {"add an admin", usual, ANN, ROSTER_ALREADY_A_MEMBER, op_add(BOB)},
        {"add oneself", usual, ANN, ROSTER_ALREADY_A_MEMBER, op_add(ANN)},

        {"remove", usual, ANN, ROSTER_VALID, op_remove(CAT)},
        {"remove an admin", usual, ANN, ROSTER_VALID, op_remove(BOB)},
        {"remove the creator", usual, BOB, ROSTER_VALID, op_remove(ANN)},
        {"remove, by a member", usual, CAT, ROSTER_NOT_AN_ADMIN, op_remove(BOB)},
        {"remove, by who left", usual, DAN, ROSTER_NOT_A_MEMBER, op_remove(BOB)},
        {"remove oneself", usual, ANN, ROSTER_ONESELF, op_remove(ANN)},
        {"remove oneself, alone", only_ann, ANN, ROSTER_ONESELF, op_remove(ANN)},
        {"remove who left", usual, ANN, ROSTER_NO_SUCH_MEMBER, op_remove(DAN)},
        {"remove a stranger", usual, ANN, ROSTER_NO_SUCH_MEMBER, op_remove(EVE)},

        {"leave", usual, CAT, ROSTER_VALID, op_leave()},
        {"leave, by an admin", usual, BOB, ROSTER_VALID, op_leave()},
        {"leave, by the creator", usual, ANN, ROSTER_VALID, op_leave()},
        {"leave twice", usual, DAN, ROSTER_NOT_A_MEMBER, op_leave()},
        {"leave, by a stranger", usual, EVE, ROSTER_NOT_A_MEMBER, op_leave()},
        {"leave, by the last admin", one_admin, ANN, ROSTER_LAST_ADMIN, op_leave()},
        {"leave, by the last admin, who was appointed", ann_stepped_down, BOB, ROSTER_LAST_ADMIN,
         op_leave()},
        {"leave, by a member, with one admin", one_admin, CAT, ROSTER_VALID, op_leave()},
        {"leave, by the last member", only_ann, ANN, ROSTER_VALID, op_leave()},

        {"promote", usual, ANN, ROSTER_VALID, op_promote(CAT)},
        {"promote, by another admin", usual, BOB, ROSTER_VALID, op_promote(CAT)},
        {"promote who was demoted", bob_was_demoted, ANN, ROSTER_VALID, op_promote(BOB)},
        {"promote, by a member", usual, CAT, ROSTER_NOT_AN_ADMIN, op_promote(CAT)},
        {"promote, by who left", usual, DAN, ROSTER_NOT_A_MEMBER, op_promote(CAT)},
        {"promote an admin", usual, ANN, ROSTER_ALREADY_AN_ADMIN, op_promote(BOB)},
        {"promote the creator", usual, BOB, ROSTER_ALREADY_AN_ADMIN, op_promote(ANN)},
        {"promote who left", usual, ANN, ROSTER_NO_SUCH_MEMBER, op_promote(DAN)},
        {"promote a stranger", usual, ANN, ROSTER_NO_SUCH_MEMBER, op_promote(EVE)},

        {"demote", usual, ANN, ROSTER_VALID, op_demote(BOB)},
        {"demote the creator", usual, BOB, ROSTER_VALID, op_demote(ANN)},
        {"demote oneself", usual, BOB, ROSTER_VALID, op_demote(BOB)},
        {"demote, by a member", usual, CAT, ROSTER_NOT_AN_ADMIN, op_demote(BOB)},
        {"demote, by who was demoted", bob_was_demoted, BOB, ROSTER_NOT_AN_ADMIN, op_demote(ANN)},
        {"demote, by the creator who was demoted", ann_stepped_down, ANN, ROSTER_NOT_AN_ADMIN,
         op_demote(BOB)},
        {"demote a member", usual, ANN, ROSTER_NO_SUCH_ADMIN, op_demote(CAT)},
        {"demote who came again", bob_came_again, ANN, ROSTER_NO_SUCH_ADMIN, op_demote(BOB)},
        {"demote who left", usual, ANN, ROSTER_NO_SUCH_MEMBER, op_demote(DAN)},
        {"demote a stranger", usual, ANN, ROSTER_NO_SUCH_MEMBER, op_demote(EVE)},
        {"demote oneself, the last admin", one_admin, ANN, ROSTER_LAST_ADMIN, op_demote(ANN)},
        {"the same after another was removed", bob_went_as_admin, ANN, ROSTER_LAST_ADMIN,
         op_demote(ANN)},
        {"the same, alone", only_ann, ANN, ROSTER_LAST_ADMIN, op_demote(ANN)},

        {"rename", usual, ANN, ROSTER_VALID, op_rename("us")},
        {"rename to the same", usual, ANN, ROSTER_VALID, op_rename("friends")},
        {"rename, by a member", usual, CAT, ROSTER_NOT_AN_ADMIN, op_rename("us")},
        {"rename, by who left", usual, DAN, ROSTER_NOT_A_MEMBER, op_rename("us")},
        {"rename, by who came again", bob_came_again, BOB, ROSTER_NOT_AN_ADMIN, op_rename("us")},

        {"history", usual, BOB, ROSTER_VALID, op_history(1)},
        {"history, by a member", usual, CAT, ROSTER_NOT_AN_ADMIN, op_history(1)},
        {"history, by a stranger", usual, EVE, ROSTER_NOT_A_MEMBER, op_history(1)},

        {"behind the last member: rename", nobody, ANN, ROSTER_NOT_A_MEMBER, op_rename("us")},
        {"behind the last member: leave", nobody, ANN, ROSTER_NOT_A_MEMBER, op_leave()},
        {"behind the last member: add", nobody, BOB, ROSTER_NOT_A_MEMBER, op_add(BOB)},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct scene *s = scene_of(3);
        rows[i].prepare(s);
        check_verdict(s, rows[i].who, rows[i].op, rows[i].want, rows[i].name);
        scene_free(s);
    }
}

static void test_validity_is_judged_at_the_parent(void **state)
{
    (void)state;
    struct scene *s = scene_of(3);
    const struct said *create = s->said[0];
    const struct said *promoted = tell(s, ANN, NULL, op_promote(BOB));
    tell(s, ANN, NULL, op_remove(BOB));
    const struct said *parting = s->said[s->count - 1];
    const struct {
        const char *name;
        const struct said *on;
        unsigned who;
        enum lth_err want;
        struct operation op;
    } rows[] = {
        {"not yet an admin", create, BOB, LTH_UNAVAILABLE, op_rename("us")},
        {"an admin there", promoted, BOB, LTH_OK, op_rename("us")},
        {"no longer in", parting, BOB, LTH_UNAVAILABLE, op_leave()},
        {"in there", create, BOB, LTH_OK, op_leave()},
        {"in there, so not to be added", create, ANN, LTH_UNAVAILABLE, op_add(BOB)},
        {"gone there", parting, ANN, LTH_OK, op_add(BOB)},
        {"not yet in", create, ANN, LTH_UNAVAILABLE, op_remove(EVE)},
        {"the last admin there", create, ANN, LTH_UNAVAILABLE, op_demote(ANN)},
        {"one of two there", promoted, ANN, LTH_OK, op_demote(ANN)},
        {"the last again", parting, ANN, LTH_UNAVAILABLE, op_leave()},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        CHECK_ERR(take(s, say(s, rows[i].who, rows[i].on, rows[i].op)), rows[i].want, rows[i].name);
    scene_free(s);
}

static void test_a_group_has_at_most_128_members(void **state)
{
    (void)state;
    struct scene *s = scene_of(GROUP_MEMBERS_MAX - 2);
    check_verdict(s, ANN, op_add(GROUP_MEMBERS_MAX - 1), ROSTER_VALID, "the 128th");
    check_verdict(s, ANN, op_add(GROUP_MEMBERS_MAX), ROSTER_FULL, "one over");
    check_verdict(s, ANN, op_add(BOB), ROSTER_ALREADY_A_MEMBER, "in already");
    assert_int_equal(roster_member_count(s->roster), GROUP_MEMBERS_MAX);
    assert_memory_equal(roster_members(s->roster)[127].identity.id, cast_id(127), ID_LEN);
    check_verdict(s, BOB, op_leave(), ROSTER_VALID, "one goes");
    check_verdict(s, ANN, op_add(GROUP_MEMBERS_MAX), ROSTER_VALID, "another comes");
    check_verdict(s, ANN, op_add(BOB), ROSTER_FULL, "and there is no way back");
    scene_free(s);
}

static void test_a_group_can_be_created_full(void **state)
{
    (void)state;
    struct scene *s = scene_of(GROUP_MEMBERS_MAX - 1);
    assert_int_equal(roster_member_count(s->roster), GROUP_MEMBERS_MAX);
    check_verdict(s, ANN, op_add(GROUP_MEMBERS_MAX), ROSTER_FULL, "one over");
    scene_free(s);
}

static void test_admins_are_counted_along_each_branch(void **state)
{
    (void)state;
    struct scene *s = scene_of(3);
    const struct said *create = s->said[0];
    const struct said *bob = tell(s, ANN, NULL, op_promote(BOB));
    const struct said *cat = tell(s, ANN, create, op_promote(CAT));
    const struct said *both = tell(s, ANN, bob, op_promote(CAT));
    const struct {
        const char *name;
        const struct said *on;
        size_t goings; /* of ANN, then of BOB */
    } rows[] = {{"one other", bob, 1}, {"one other, elsewhere", cat, 1}, {"two others", both, 2}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct said *gone = say(s, ANN, rows[i].on, op_leave());
        CHECK_ERR(take(s, gone), LTH_OK, rows[i].name);
        unsigned left = rows[i].on == cat ? CAT : BOB;
        struct said *next = say(s, left, gone, op_leave());
        CHECK_ERR(take(s, next), rows[i].goings == 2 ? LTH_OK : LTH_UNAVAILABLE, rows[i].name);
        if (rows[i].goings == 2)
            CHECK_ERR(take(s, say(s, CAT, next, op_leave())), LTH_UNAVAILABLE, rows[i].name);
    }
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_of_what_is_valid),
        cmocka_unit_test(test_validity_is_judged_at_the_parent),
        cmocka_unit_test(test_a_group_has_at_most_128_members),
        cmocka_unit_test(test_a_group_can_be_created_full),
        cmocka_unit_test(test_admins_are_counted_along_each_branch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
