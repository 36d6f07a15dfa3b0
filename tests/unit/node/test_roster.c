/* What is held of a group's operations, and which path of the tree they make counts. */
#include "cast.h"
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

/* Memory that is out, where the test says so: by the linker's --wrap. */
static size_t allocations_left = SIZE_MAX;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static bool is_out(void)
{
    return allocations_left == 0 || (allocations_left != SIZE_MAX && --allocations_left == 0);
}

void *__wrap_malloc(size_t size)
{
    return is_out() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_out() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return is_out() ? NULL : __real_realloc(old, size);
}

/* ---- taking ---- */

static void test_an_empty_roster_knows_nobody(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    const struct operation rename = op_rename("us");
    struct operation op;
    bool wants_cut;
    uint8_t leaves[1][HASH_LEN], author[ID_LEN];
    uint32_t height;
    assert_null(roster_id(s->roster));
    assert_null(roster_head(s->roster));
    assert_null(roster_name(s->roster));
    assert_null(roster_membership_head(s->roster));
    assert_null(roster_members(s->roster));
    assert_null(roster_member(s->roster, cast_id(ANN)));
    assert_null(roster_identity(s->roster, cast_id(ANN)));
    assert_null(roster_departure(s->roster, cast_id(ANN)));
    assert_int_equal(roster_epoch(s->roster), 0);
    assert_int_equal(roster_count(s->roster), 0);
    assert_int_equal(roster_member_count(s->roster), 0);
    assert_int_equal(roster_leaves(s->roster, leaves, 1), 0);
    assert_false(roster_was_member(s->roster, cast_id(ANN), cast_id(ANN)));
    assert_false(roster_counts(s->roster, cast_id(ANN), cast_id(ANN), 1, 1));
    assert_false(roster_repeat(s->roster, cast_id(ANN), &op, &wants_cut));
    assert_false(roster_equivocation(s->roster, author, &height));
    assert_int_equal(roster_can(s->roster, cast_id(ANN), &rename), ROSTER_NOT_A_MEMBER);
    scene_free(s);
}

static void test_the_create_is_the_group(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    const struct operation op = op_create(HISTORY_ALL, 2);
    assert_int_equal(roster_can(s->roster, cast_id(ANN), &op), ROSTER_VALID);
    const struct said *create = tell(s, ANN, NULL, op);
    assert_memory_equal(roster_id(s->roster), create->hash, HASH_LEN);
    assert_memory_equal(roster_membership_head(s->roster), create->hash, HASH_LEN);
    assert_true(is_head(s, create));
    assert_int_equal(roster_epoch(s->roster), 1);
    assert_string_equal(roster_name(s->roster), "friends");
    assert_int_equal(roster_history(s->roster), HISTORY_ALL);
    assert_int_equal(roster_member_count(s->roster), 3);
    assert_int_equal(roster_admin_count(s->roster), 1);
    assert_int_equal(roster_bytes(s->roster), create->len);
    assert_true(roster_change(s->roster)->moved);
    assert_false(roster_change(s->roster)->overturned);
    scene_free(s);
}

/* The bytes with one of them changed; kept by the scene. */
static struct said *spoilt(struct scene *s, const struct said *said, size_t at)
{
    struct said *copy = malloc(sizeof *copy + said->len);
    assert_non_null(copy);
    memcpy(copy, said, sizeof *copy + said->len);
    copy->bytes[at] ^= 1;
    return s->said[s->count++] = copy;
}

static void test_each_refusal_has_its_reason(void **state)
{
    (void)state;
    struct scene *s = scene_new(), *other = scene_of(1);
    const struct said *create = say(s, ANN, NULL, op_create(HISTORY_NONE, 2));
    const struct said *elsewhere = tell(other, ANN, NULL, op_rename("other"));
    CHECK_ERR(take(s, elsewhere), LTH_NOT_FOUND, "before the create");
    CHECK_ERR(take(s, spoilt(s, create, create->len - 1)), LTH_FORGED, "create, false signature");
    assert_int_equal(roster_count(s->roster), 0);
    assert_null(roster_identity(s->roster, cast_id(ANN)));
    CHECK_ERR(take(s, create), LTH_OK, "create");
    const struct said *rename = say(s, ANN, NULL, op_rename("us"));
    const struct said *later = say(s, ANN, rename, op_rename("later"));
    const struct {
        const char *name;
        const struct said *said;
        enum lth_err want;
    } rows[] = {
        {"held already", create, LTH_BAD_STATE},
        {"held already, another signature", spoilt(s, create, create->len - 1), LTH_BAD_STATE},
        {"parent not held", later, LTH_NOT_FOUND},
        {"of another group", elsewhere, LTH_UNAVAILABLE},
        {"a second create", say(s, ANN, NULL, op_create(HISTORY_NONE, 1)), LTH_UNAVAILABLE},
        {"false signature", spoilt(s, rename, rename->len - 1), LTH_FORGED},
        {"another content", spoilt(s, rename, rename->len - SIGNATURE_LEN - 1), LTH_FORGED},
        {"of another type", spoilt(s, rename, 4 * 32 + 8), LTH_MALFORMED},
        {"by somebody unknown", say(s, EVE, NULL, op_rename("mine")), LTH_UNAVAILABLE},
        {"not valid", say(s, BOB, NULL, op_rename("mine")), LTH_UNAVAILABLE},
        {"not valid, false signature",
         spoilt(s, say(s, BOB, NULL, op_rename("mine")), rename->len - 1), LTH_FORGED},
        {"good", rename, LTH_OK},
        {"held already", rename, LTH_BAD_STATE},
        {"its parent has come", later, LTH_OK},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        CHECK_ERR(take(s, rows[i].said), rows[i].want, rows[i].name);
    CHECK_ERR(roster_take(s->roster, rename->bytes, rename->len - 1), LTH_MALFORMED, "cut short");
    CHECK_ERR(roster_take(s->roster, rename->bytes, 0), LTH_MALFORMED, "nothing");
    assert_int_equal(roster_count(s->roster), 3);
    scene_free(other);
    scene_free(s);
}

static void test_bytes_are_kept_as_they_came(void **state)
{
    (void)state;
    struct scene *s = scene_of(2);
    tell(s, ANN, NULL, op_cut(op_remove(BOB), 7, 9));
    size_t bytes = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct operation_record *record = roster_nth(s->roster, i);
        assert_int_equal(record->len, s->said[i]->len);
        assert_memory_equal(record->bytes, s->said[i]->bytes, record->len);
        assert_int_equal(record->height, i + 1);
        assert_ptr_equal(roster_find(s->roster, s->said[i]->hash), record);
        bytes += record->len;
    }
    assert_int_equal(roster_bytes(s->roster), bytes);
    assert_int_equal(operation_cut_of(&roster_nth(s->roster, 1)->op, 7), 9);
    assert_null(roster_find(s->roster, cast_id(ANN)));
    scene_free(s);
}

/* ---- memory that is out ---- */

struct snapshot {
    uint8_t head[HASH_LEN], membership_head[HASH_LEN], leaves[4][HASH_LEN];
    size_t count, bytes, member_count, leaf_count;
    char name[GROUP_NAME_MAX + 1];
    struct member members[GROUP_MEMBERS_MAX];
    struct roster_change change;
};

static struct snapshot *snapshot_of(const struct roster *r)
{
    static struct snapshot snapshots[2];
    static unsigned next;
    struct snapshot *s = &snapshots[next++ % 2];
    memset(s, 0, sizeof *s);
    s->count = roster_count(r);
    s->bytes = roster_bytes(r);
    s->member_count = roster_member_count(r);
    s->leaf_count = roster_leaves(r, s->leaves, LENGTH(s->leaves));
    s->change = *roster_change(r);
    if (s->count == 0)
        return s;
    memcpy(s->head, roster_head(r), HASH_LEN);
    memcpy(s->membership_head, roster_membership_head(r), HASH_LEN);
    memcpy(s->members, roster_members(r), s->member_count * sizeof *s->members);
    assert_true(snprintf(s->name, sizeof s->name, "%s", roster_name(r)) > 0);
    return s;
}

/* Takes it with the first, the second, the nth allocation failing, until none does. Gives how many
 * there were. */
static size_t take_in_need(struct scene *s, const struct said *said, const uint8_t *newcomer)
{
    const struct snapshot *before = snapshot_of(s->roster);
    for (size_t n = 1;; n++) {
        allocations_left = n;
        enum lth_err err = take(s, said);
        bool was_out = allocations_left == 0;
        allocations_left = SIZE_MAX;
        if (!was_out) {
            CHECK_ERR(err, LTH_OK, "with all the memory");
            return n - 1;
        }
        CHECK_ERR(err, LTH_NO_MEMORY, "without");
        assert_memory_equal(snapshot_of(s->roster), before, sizeof *before);
        assert_false(roster_knows(s->roster, said->hash));
        assert_true(!newcomer || !roster_identity(s->roster, newcomer));
    }
}

static void test_without_memory_nothing_changes(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    size_t allocations = take_in_need(s, say(s, ANN, NULL, op_create(0, 40)), cast_id(ANN));
    assert_in_range(allocations, 6, 20);
    for (unsigned who = 41; who < 100; who++) {
        allocations = take_in_need(s, say(s, ANN, NULL, op_add(who)), cast_id(who));
        assert_in_range(allocations, 1, 6);
    }
    assert_int_equal(roster_member_count(s->roster), 100);
    const struct said *head = say(s, ANN, s->said[0], op_rename("overturned?"));
    assert_int_equal(take_in_need(s, head, NULL), 1);
    scene_free(s);
}

static void test_without_memory_there_is_no_roster(void **state)
{
    (void)state;
    allocations_left = 1;
    struct roster *r = roster_new();
    allocations_left = SIZE_MAX;
    assert_null(r);
    roster_free(NULL);
}

/* ---- which path counts ---- */

/* Which of two on one parent wins; both orders of arrival. */
static void check_winner(size_t others, void (*prepare)(struct scene *s),
                         void (*fork)(struct scene *s, struct said **winner, struct said **loser),
                         const char *row)
{
    for (int winner_first = 0; winner_first < 2; winner_first++) {
        struct scene *s = scene_of(others);
        struct said *winner, *loser;
        prepare(s);
        fork(s, &winner, &loser);
        CHECK_ERR(take(s, winner_first ? winner : loser), LTH_OK, row);
        CHECK(roster_change(s->roster)->moved, row);
        CHECK_ERR(take(s, winner_first ? loser : winner), LTH_OK, row);
        CHECK(is_head(s, winner), row);
        const struct roster_change *change = roster_change(s->roster);
        CHECK(change->moved == !winner_first && change->overturned == !winner_first, row);
        CHECK(change->lost == !winner_first, row);
        scene_free(s);
    }
}

static void promote_bob(struct scene *s)
{
    tell(s, ANN, NULL, op_promote(BOB));
}

static void fork_senior_above(struct scene *s, struct said **winner, struct said **loser)
{
    *loser = say(s, BOB, NULL, op_rename("Bob's"));
    *winner = say_above(s, ANN, NULL, op_rename("Ann's"), *loser);
}

static void fork_equals(struct scene *s, struct said **winner, struct said **loser)
{
    *loser = say(s, ANN, NULL, op_rename("one"));
    *winner = say_below(s, ANN, NULL, op_rename("two"), *loser);
}

static void fork_leave_below(struct scene *s, struct said **winner, struct said **loser)
{
    *winner = say(s, BOB, NULL, op_rename("Bob's"));
    *loser = say_below(s, CAT, NULL, op_leave(), *winner);
}

static void fork_two_leaves(struct scene *s, struct said **winner, struct said **loser)
{
    *loser = say(s, CAT, NULL, op_leave());
    *winner = say_below(s, DAN, NULL, op_leave(), *loser);
}

/* CAT is appointed before BOB, who came first into the group. */
static void promote_cat_and_bob(struct scene *s)
{
    tell(s, ANN, NULL, op_promote(CAT));
    tell(s, ANN, NULL, op_promote(BOB));
}

static void fork_cat_above(struct scene *s, struct said **winner, struct said **loser)
{
    *loser = say(s, BOB, NULL, op_rename("Bob's"));
    *winner = say_above(s, CAT, NULL, op_rename("Cat's"), *loser);
}

/* The creator steps down and is appointed again: the most junior. */
static void ann_starts_again(struct scene *s)
{
    tell(s, ANN, NULL, op_promote(BOB));
    tell(s, ANN, NULL, op_demote(ANN));
    tell(s, BOB, NULL, op_promote(ANN));
}

static void fork_bob_above(struct scene *s, struct said **winner, struct said **loser)
{
    *loser = say(s, ANN, NULL, op_rename("Ann's"));
    *winner = say_above(s, BOB, NULL, op_rename("Bob's"), *loser);
}

/* The same, by a removal. */
static void ann_comes_again(struct scene *s)
{
    tell(s, ANN, NULL, op_promote(BOB));
    tell(s, BOB, NULL, op_remove(ANN));
    tell(s, BOB, NULL, op_add(ANN));
    tell(s, BOB, NULL, op_promote(ANN));
}

static void fork_mutual_removal(struct scene *s, struct said **winner, struct said **loser)
{
    *loser = say(s, BOB, NULL, op_remove(ANN));
    *winner = say_above(s, ANN, NULL, op_remove(BOB), *loser);
}

static void test_of_two_on_one_parent_one_wins(void **state)
{
    (void)state;
    check_winner(3, promote_bob, fork_senior_above, "seniority before hash");
    check_winner(3, promote_bob, fork_equals, "the lower hash among equals");
    check_winner(3, promote_bob, fork_leave_below, "who is no admin comes last");
    check_winner(3, promote_bob, fork_two_leaves, "two who are none: the lower hash");
    check_winner(3, promote_cat_and_bob, fork_cat_above, "by appointment, not by joining");
    check_winner(3, ann_starts_again, fork_bob_above, "demoted and promoted again");
    check_winner(3, ann_comes_again, fork_bob_above, "removed and promoted again");
    check_winner(3, promote_bob, fork_mutual_removal, "mutual removal");
}

static void test_after_a_mutual_removal_the_senior_stays(void **state)
{
    (void)state;
    struct scene *s = scene_of(2);
    promote_bob(s);
    struct said *winner, *loser;
    fork_mutual_removal(s, &winner, &loser);
    assert_int_equal(take(s, loser), LTH_OK);
    assert_null(roster_member(s->roster, cast_id(ANN)));
    assert_int_equal(take(s, winner), LTH_OK);
    assert_non_null(roster_member(s->roster, cast_id(ANN)));
    assert_null(roster_member(s->roster, cast_id(BOB)));
    assert_int_equal(roster_admin_count(s->roster), 1);
    scene_free(s);
}

static void test_seniority_is_that_of_the_branch(void **state)
{
    (void)state;
    struct scene *s = scene_of(3);
    const struct said *first = tell(s, ANN, NULL, op_promote(BOB));
    tell(s, ANN, NULL, op_promote(CAT));
    /* On a branch that loses or wins, CAT is appointed before BOB. */
    struct said *other = say_below(s, ANN, s->said[0], op_promote(CAT), first);
    assert_int_equal(take(s, other), LTH_OK);
    struct said *both = tell(s, CAT, other, op_promote(BOB));
    struct said *bobs = tell(s, BOB, both, op_rename("Bob's"));
    struct said *cats = say_above(s, CAT, both, op_rename("Cat's"), bobs);
    assert_int_equal(take(s, cats), LTH_OK);
    assert_true(is_head(s, cats));
    scene_free(s);
}

static void test_of_three_on_one_parent_one_wins(void **state)
{
    (void)state;
    static const unsigned orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                         {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (size_t i = 0; i < LENGTH(orders); i++) {
        struct scene *s = scene_of(3);
        promote_cat_and_bob(s);
        struct said *said[3];
        said[2] = say(s, DAN, NULL, op_leave());
        said[1] = say_above(s, BOB, NULL, op_rename("Bob's"), said[2]);
        said[0] = say_above(s, CAT, NULL, op_rename("Cat's"), said[1]);
        for (size_t k = 0; k < 3; k++)
            assert_int_equal(take(s, said[orders[i][k]]), LTH_OK);
        assert_true(is_head(s, said[0]));
        assert_int_equal(roster_epoch(s->roster), 4);
        scene_free(s);
    }
}

static void test_what_is_built_on_a_loser_is_kept_and_does_not_count(void **state)
{
    (void)state;
    struct scene *s = scene_of(3);
    promote_cat_and_bob(s);
    const struct said *fork = s->said[s->count - 1];
    struct said *ann = tell(s, ANN, fork, op_rename("Ann's"));
    struct said *bob = tell(s, BOB, fork, op_rename("Bob's"));
    assert_false(roster_change(s->roster)->moved);
    /* Below the loser: long, forked itself, and with the most senior author of all. */
    struct said *cat = tell(s, CAT, bob, op_rename("Cat's"));
    struct said *senior = tell(s, ANN, bob, op_rename("Ann's, too"));
    tell(s, BOB, senior, op_add(EVE));
    tell(s, BOB, cat, op_add(FAY));
    assert_true(is_head(s, ann));
    assert_int_equal(roster_epoch(s->roster), 4);
    assert_string_equal(roster_name(s->roster), "Ann's");
    assert_null(roster_member(s->roster, cast_id(EVE)));
    assert_int_equal(roster_count(s->roster), 9);
    scene_free(s);
}

static void test_a_branch_wins_with_all_that_is_built_on_it(void **state)
{
    (void)state;
    struct scene *s = scene_of(3);
    promote_cat_and_bob(s);
    const struct said *fork = s->said[s->count - 1];
    struct said *ann = say(s, ANN, fork, op_rename("Ann's"));
    struct said *more = say(s, BOB, ann, op_add(EVE));
    tell(s, CAT, fork, op_rename("Cat's"));
    tell(s, CAT, NULL, op_add(FAY));
    assert_int_equal(take(s, ann), LTH_OK);
    const struct roster_change *change = roster_change(s->roster);
    assert_true(change->moved && change->overturned);
    assert_int_equal(change->lost, 2);
    assert_memory_equal(change->by, cast_id(ANN), ID_LEN);
    assert_int_equal(take(s, more), LTH_OK);
    change = roster_change(s->roster);
    assert_true(change->moved);
    assert_false(change->overturned);
    assert_int_equal(change->lost, 0);
    assert_non_null(roster_member(s->roster, cast_id(EVE)));
    assert_null(roster_member(s->roster, cast_id(FAY)));
    scene_free(s);
}

static void test_one_operation_of_the_senior_overturns_a_long_path(void **state)
{
    (void)state;
    enum { LONG = 300 };
    struct scene *s = scene_of(3);
    promote_cat_and_bob(s);
    const struct said *fork = s->said[s->count - 1];
    tell(s, BOB, NULL, op_add(EVE));
    for (unsigned i = 1; i < LONG; i++)
        tell(s, BOB, NULL, op_history(i % 2));
    struct said *ann = tell(s, ANN, fork, op_remove(BOB));
    const struct roster_change *change = roster_change(s->roster);
    assert_true(is_head(s, ann));
    assert_true(change->overturned);
    assert_int_equal(change->lost, LONG);
    assert_memory_equal(change->by, cast_id(ANN), ID_LEN);
    assert_int_equal(roster_epoch(s->roster), 4);
    assert_null(roster_member(s->roster, cast_id(EVE)));
    assert_int_equal(roster_history(s->roster), HISTORY_NONE);
    /* And what failed since says nothing of it. */
    assert_int_equal(take(s, ann), LTH_BAD_STATE);
    assert_true(roster_change(s->roster)->overturned);
    scene_free(s);
}

static void test_an_overturned_path_can_win_again(void **state)
{
    (void)state;
    struct scene *s = scene_of(3);
    promote_cat_and_bob(s);
    const struct said *fork = s->said[s->count - 1];
    struct said *low = say(s, ANN, fork, op_rename("low"));
    struct said *high = say_above(s, ANN, fork, op_rename("high"), low);
    struct said *bob = tell(s, BOB, fork, op_rename("Bob's"));
    assert_int_equal(take(s, high), LTH_OK);
    struct said *built = tell(s, BOB, high, op_add(EVE));
    assert_true(is_head(s, built));
    assert_int_equal(take(s, low), LTH_OK);
    assert_true(is_head(s, low));
    assert_int_equal(roster_change(s->roster)->lost, 2);
    tell(s, CAT, bob, op_add(FAY)); /* somewhere below */
    assert_true(is_head(s, low));
    assert_int_equal(roster_member_count(s->roster), 4);
    scene_free(s);
}

/* ---- leaves on one parent ---- */

/* Bob is an admin; Cat, Dan and Eve are none. Gives where leaves fork. */
static const struct said *prepare_leaves(struct scene *s)
{
    promote_bob(s);
    return s->said[s->count - 1];
}

static void check_overturned(const struct scene *s, uint32_t lost, unsigned by, unsigned of,
                             const char *row)
{
    const struct roster_change *change = roster_change(s->roster);
    CHECK(change->moved && change->overturned, row);
    CHECK(change->lost == lost, row);
    CHECK(memcmp(change->by, cast_id(by), ID_LEN) == 0, row);
    CHECK(memcmp(change->of, cast_id(of), ID_LEN) == 0, row);
}

static void test_who_was_removed_brings_nobody_back_with_a_leave(void **state)
{
    (void)state;
    struct scene *s = scene_of(4);
    const struct said *fork = prepare_leaves(s);
    struct said *cat = tell(s, CAT, fork, op_leave());
    tell(s, BOB, NULL, op_remove(DAN));
    struct said *head = tell(s, BOB, NULL, op_remove(EVE));
    struct said *eve = say_below(s, EVE, fork, op_leave(), cat);
    assert_int_equal(take(s, eve), LTH_OK);
    assert_false(roster_change(s->roster)->moved);
    assert_true(is_head(s, head));
    struct said *dan = say_below(s, DAN, fork, op_leave(), eve);
    assert_int_equal(take(s, dan), LTH_OK);
    tell(s, EVE, dan, op_leave()); /* nor both together */
    assert_false(roster_change(s->roster)->moved);
    assert_true(is_head(s, head));
    assert_null(roster_member(s->roster, cast_id(DAN)));
    assert_null(roster_member(s->roster, cast_id(EVE)));
    scene_free(s);
}

static void test_an_admin_who_builds_on_a_lost_leave_brings_it_back(void **state)
{
    (void)state;
    struct scene *s = scene_of(4);
    const struct said *fork = prepare_leaves(s);
    struct said *cat = tell(s, CAT, fork, op_leave());
    struct said *eve = say_below(s, EVE, fork, op_leave(), cat);
    assert_int_equal(take(s, eve), LTH_OK);
    check_overturned(s, 1, EVE, CAT, "nobody has built: the lower hash");
    struct said *dan = tell(s, DAN, cat, op_leave());
    assert_false(roster_change(s->roster)->moved);
    struct said *bob = tell(s, BOB, dan, op_rename("Bob's"));
    check_overturned(s, 1, CAT, EVE, "an admin has built, two steps behind");
    assert_true(is_head(s, bob));
    assert_int_equal(roster_epoch(s->roster), 5);
    assert_string_equal(roster_name(s->roster), "Bob's");
    assert_true(roster_stands(s->roster, cat->hash) && roster_stands(s->roster, dan->hash));
    assert_false(roster_stands(s->roster, eve->hash));
    assert_non_null(roster_member(s->roster, cast_id(EVE)));
    assert_null(roster_member(s->roster, cast_id(CAT)));
    assert_null(roster_member(s->roster, cast_id(DAN)));
    scene_free(s);
}

static void test_of_two_leaves_that_are_built_on_the_lower_hash_wins(void **state)
{
    (void)state;
    for (int lower_first = 0; lower_first < 2; lower_first++) {
        struct scene *s = scene_of(4);
        const struct said *fork = prepare_leaves(s);
        struct said *cat = say(s, CAT, fork, op_leave());
        struct said *eve = say_below(s, EVE, fork, op_leave(), cat);
        struct said *bob = say(s, BOB, cat, op_rename("Bob's"));
        struct said *ann = say(s, ANN, eve, op_rename("Ann's"));
        struct said *const orders[][4] = {{cat, bob, eve, ann}, {eve, ann, cat, bob}};
        for (size_t i = 0; i < 4; i++)
            assert_int_equal(take(s, orders[lower_first][i]), LTH_OK);
        assert_true(is_head(s, ann));
        if (lower_first)
            assert_false(roster_change(s->roster)->moved);
        else
            check_overturned(s, 2, EVE, CAT, "the lower comes later");
        scene_free(s);
    }
}

static void test_what_is_built_on_a_leave_does_not_outweigh_an_admin(void **state)
{
    (void)state;
    struct scene *s = scene_of(4);
    const struct said *fork = prepare_leaves(s);
    struct said *cat = tell(s, CAT, fork, op_leave());
    tell(s, ANN, NULL, op_remove(DAN));
    struct said *bob = say_above(s, BOB, fork, op_rename("Bob's"), cat);
    assert_int_equal(take(s, bob), LTH_OK);
    check_overturned(s, 2, BOB, CAT, "an admin's own");
    tell(s, ANN, cat, op_rename("Ann's"));
    assert_false(roster_change(s->roster)->moved);
    assert_true(is_head(s, bob));
    scene_free(s);
}

/* ---- limits ---- */

/* Ann's rename on that operation takes it out of what leaves there can win; then that many are
 * taken of each, from the first on. */
static void fill_with_leaves(struct scene *s, const struct said *fork, unsigned first,
                             size_t authors, size_t of_each)
{
    tell(s, ANN, fork, op_rename("later"));
    for (size_t i = 0; i < authors * of_each; i++)
        tell(s, first + (unsigned)(i / of_each), fork, op_leave());
}

static void test_16_leaves_of_a_plain_member_may_be_lost(void **state)
{
    (void)state;
    struct scene *s = scene_of(4);
    const struct said *fork = prepare_leaves(s);
    fill_with_leaves(s, fork, EVE, 1, PLAIN_LEAVES_OF_ONE_MAX - 1);
    struct said *last = say(s, EVE, fork, op_leave());
    CHECK_ERR(take(s, last), LTH_OK, "the last");
    CHECK_ERR(take(s, say(s, EVE, fork, op_leave())), LTH_LIMIT, "one over");
    CHECK_ERR(take(s, spoilt(s, say(s, EVE, fork, op_leave()), last->len - 1)), LTH_FORGED,
              "one over, false signature");
    CHECK_ERR(take(s, last), LTH_BAD_STATE, "held already");
    CHECK_ERR(take(s, say(s, EVE, last, op_leave())), LTH_UNAVAILABLE, "not valid");
    CHECK_ERR(take(s, say(s, CAT, fork, op_leave())), LTH_OK, "somebody else");
    const struct said *head = s->said[2]; /* Ann's rename */
    assert_true(is_head(s, head));
    struct said *goes = say(s, EVE, NULL, op_leave());
    struct said *higher = say_above(s, EVE, head, op_leave(), goes);
    struct said *lower = say_below(s, EVE, head, op_leave(), goes);
    struct said *lowest = say_below(s, EVE, head, op_leave(), lower);
    CHECK_ERR(take(s, goes), LTH_OK, "on the head");
    assert_true(is_head(s, goes));
    CHECK_ERR(take(s, higher), LTH_LIMIT, "higher than what counts");
    CHECK_ERR(take(s, lower), LTH_OK, "lower than what counts");
    assert_true(is_head(s, lower));
    tell(s, BOB, NULL, op_rename("Bob's"));
    CHECK_ERR(take(s, lowest), LTH_LIMIT, "lower than what is built on");
    scene_free(s);
}

static void test_an_admins_leave_is_none_of_a_plain_member(void **state)
{
    (void)state;
    struct scene *s = scene_of(4);
    const struct said *fork = prepare_leaves(s);
    fill_with_leaves(s, fork, EVE, 1, PLAIN_LEAVES_OF_ONE_MAX);
    const struct said *promoted = tell(s, ANN, NULL, op_promote(EVE));
    tell(s, ANN, promoted, op_rename("us"));
    for (int i = 0; i < 2 * PLAIN_LEAVES_OF_ONE_MAX; i++)
        CHECK_ERR(take(s, say(s, EVE, promoted, op_leave())), LTH_OK, "an admin there");
    CHECK_ERR(take(s, say(s, EVE, fork, op_leave())), LTH_LIMIT, "none there");
    scene_free(s);
}

static void test_1024_leaves_of_plain_members_may_be_lost(void **state)
{
    (void)state;
    enum { AUTHORS = PLAIN_LEAVES_MAX / PLAIN_LEAVES_OF_ONE_MAX };
    struct scene *s = scene_of(2 + AUTHORS);
    const struct said *fork = prepare_leaves(s);
    fill_with_leaves(s, fork, CAT, AUTHORS, PLAIN_LEAVES_OF_ONE_MAX);
    const unsigned other = CAT + AUTHORS;
    CHECK_ERR(take(s, say(s, other, fork, op_leave())), LTH_LIMIT, "one over");
    CHECK_ERR(take(s, say(s, BOB, fork, op_leave())), LTH_OK, "an admin");
    CHECK_ERR(take(s, say(s, other, NULL, op_leave())), LTH_OK, "on the head");
    assert_null(roster_member(s->roster, cast_id(other)));
    scene_free(s);
}

/* As long as a leave can be. */
static struct operation op_long_leave(void)
{
    static uint8_t cut[CUT_MAX * CUT_ITEM_LEN];
    struct writer w = writer_over(cut, sizeof cut);
    for (uint64_t i = 1; i <= CUT_MAX; i++)
        cut_write(&w, &(struct cut_item){.incarnation = i, .number = 1});
    struct operation op = op_leave();
    op.cut_count = CUT_MAX;
    op.cut = cut;
    return op;
}

static void test_1_mib_of_leaves_of_plain_members_may_be_lost(void **state)
{
    (void)state;
    const unsigned other = FAY + 1;
    struct scene *s = scene_of(other);
    const struct said *fork = prepare_leaves(s);
    tell(s, ANN, fork, op_rename("later"));
    size_t before = roster_bytes(s->roster), taken = 0;
    struct said *said = say(s, CAT, fork, op_long_leave());
    while (taken + said->len <= PLAIN_LEAVES_BYTES_MAX) {
        CHECK_ERR(take(s, said), LTH_OK, "it fits");
        taken += said->len;
        said = say(s, CAT + (unsigned)(taken / said->len / PLAIN_LEAVES_OF_ONE_MAX), fork,
                   op_long_leave());
    }
    CHECK_ERR(take(s, said), LTH_LIMIT, "one over");
    assert_int_equal(roster_bytes(s->roster), before + taken);
    CHECK_ERR(take(s, say(s, other, fork, op_leave())), LTH_OK, "a short one fits");
    CHECK_ERR(take(s, say(s, FAY, NULL, op_long_leave())), LTH_OK, "on the head");
    CHECK_ERR(take(s, say(s, other, fork, op_leave())), LTH_LIMIT, "nothing fits any more");
    scene_free(s);
}

static void test_a_roster_holds_4096_operations(void **state)
{
    (void)state;
    struct scene *s = scene_of(1);
    promote_bob(s);
    const struct said *fork = s->said[s->count - 1];
    while (roster_count(s->roster) < ROSTER_MAX)
        tell(s, BOB, NULL, op_history(s->count % 2));
    const struct operation rename = op_rename("one more");
    const struct said *over = say(s, ANN, fork, rename);
    assert_int_equal(roster_epoch(s->roster), ROSTER_MAX);
    assert_int_equal(roster_can(s->roster, cast_id(ANN), &rename), ROSTER_USED_UP);
    assert_int_equal(roster_can(s->roster, cast_id(EVE), &rename), ROSTER_NOT_A_MEMBER);
    CHECK_ERR(take(s, over), LTH_LIMIT, "one over");
    CHECK_ERR(take(s, fork), LTH_BAD_STATE, "held already");
    assert_int_equal(roster_epoch(s->roster), ROSTER_MAX);
    assert_int_equal(roster_count(s->roster), ROSTER_MAX);
    assert_true(roster_was_member(s->roster, fork->hash, cast_id(BOB)));
    scene_free(s);
}

/* ---- equivocation ---- */

static void check_told(struct roster *r, unsigned who, uint32_t height)
{
    uint8_t author[ID_LEN];
    uint32_t told;
    assert_true(roster_equivocation(r, author, &told));
    assert_memory_equal(author, cast_id(who), ID_LEN);
    assert_int_equal(told, height);
}

static void check_nothing_told(struct roster *r)
{
    uint8_t author[ID_LEN];
    uint32_t height;
    assert_false(roster_equivocation(r, author, &height));
}

static void test_two_of_one_author_on_one_parent_are_told_once(void **state)
{
    (void)state;
    struct scene *s = scene_of(3);
    promote_cat_and_bob(s);
    const struct said *fork = s->said[s->count - 1];
    struct said *first = tell(s, BOB, fork, op_rename("one"));
    tell(s, ANN, fork, op_rename("Ann's"));  /* another author */
    tell(s, BOB, first, op_rename("later")); /* another parent */
    check_nothing_told(s->roster);
    tell(s, BOB, fork, op_rename("two"));
    check_told(s->roster, BOB, 4);
    check_nothing_told(s->roster);
    tell(s, BOB, fork, op_rename("three"));
    check_nothing_told(s->roster);
    tell(s, CAT, fork, op_leave());
    tell(s, CAT, fork, op_leave());
    tell(s, BOB, first, op_rename("later, too"));
    check_told(s->roster, CAT, 4);
    check_told(s->roster, BOB, 5);
    check_nothing_told(s->roster);
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_roster_knows_nobody),
        cmocka_unit_test(test_the_create_is_the_group),
        cmocka_unit_test(test_each_refusal_has_its_reason),
        cmocka_unit_test(test_bytes_are_kept_as_they_came),
        cmocka_unit_test(test_without_memory_nothing_changes),
        cmocka_unit_test(test_without_memory_there_is_no_roster),
        cmocka_unit_test(test_of_two_on_one_parent_one_wins),
        cmocka_unit_test(test_after_a_mutual_removal_the_senior_stays),
        cmocka_unit_test(test_seniority_is_that_of_the_branch),
        cmocka_unit_test(test_of_three_on_one_parent_one_wins),
        cmocka_unit_test(test_what_is_built_on_a_loser_is_kept_and_does_not_count),
        cmocka_unit_test(test_a_branch_wins_with_all_that_is_built_on_it),
        cmocka_unit_test(test_one_operation_of_the_senior_overturns_a_long_path),
        cmocka_unit_test(test_an_overturned_path_can_win_again),
        cmocka_unit_test(test_who_was_removed_brings_nobody_back_with_a_leave),
        cmocka_unit_test(test_an_admin_who_builds_on_a_lost_leave_brings_it_back),
        cmocka_unit_test(test_of_two_leaves_that_are_built_on_the_lower_hash_wins),
        cmocka_unit_test(test_what_is_built_on_a_leave_does_not_outweigh_an_admin),
        cmocka_unit_test(test_16_leaves_of_a_plain_member_may_be_lost),
        cmocka_unit_test(test_an_admins_leave_is_none_of_a_plain_member),
        cmocka_unit_test(test_1024_leaves_of_plain_members_may_be_lost),
        cmocka_unit_test(test_1_mib_of_leaves_of_plain_members_may_be_lost),
        cmocka_unit_test(test_a_roster_holds_4096_operations),
        cmocka_unit_test(test_two_of_one_author_on_one_parent_are_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
