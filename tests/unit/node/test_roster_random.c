/* Random trees of operations by several admins, in random orders: every order gives the same, and
 * the same as a slow reading of the rules that shares nothing with the roster but the parser. */
#include "cast.h"
#include "check.h"

#include <stdlib.h>

enum { ROUNDS = 3000, ORDERS = 3, PEOPLE = 7, HELD_MAX = 32, ATTEMPTS = 60 };

/* Signatures are tested elsewhere; without them there is time for thousands of rounds. */
enum lth_err __wrap_operation_verify(const uint8_t *bytes, size_t len,
                                     const uint8_t ed25519[IDENTITY_KEY_LEN]);
enum lth_err __wrap_operation_verify(const uint8_t *bytes, size_t len,
                                     const uint8_t ed25519[IDENTITY_KEY_LEN])
{
    (void)bytes;
    (void)len;
    (void)ed25519;
    return LTH_OK;
}

/* splitmix64 */
static uint64_t random_state;

static unsigned random_below(unsigned bound)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (unsigned)((z ^ z >> 31) % bound);
}

/* ---- the slow reading ---- */

/* A list of people, in an order. */
struct list {
    unsigned who[PEOPLE];
    size_t count;
};

static int list_find(const struct list *l, unsigned who)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->who[i] == who)
            return (int)i;
    return -1;
}

static bool list_has(const struct list *l, unsigned who)
{
    return list_find(l, who) >= 0;
}

static void list_push(struct list *l, unsigned who)
{
    l->who[l->count++] = who;
}

static void list_drop(struct list *l, unsigned who)
{
    int at = list_find(l, who);
    if (at < 0)
        return;
    for (size_t i = (size_t)at; i + 1 < l->count; i++)
        l->who[i] = l->who[i + 1];
    l->count--;
}

struct group {
    struct list members, admins; /* in order of joining, and of appointment */
    bool all_history[PEOPLE];
    unsigned added_by[PEOPLE];
    const char *name;
    uint8_t history;
};

struct model {
    struct operation ops[HELD_MAX]; /* parents first */
    const struct said *said[HELD_MAX];
    size_t parents[HELD_MAX], heights[HELD_MAX];
    struct group after[HELD_MAX];
    size_t count;
};

static unsigned who_is(const uint8_t *id)
{
    for (unsigned who = 0; who < PEOPLE; who++)
        if (memcmp(cast_id(who), id, ID_LEN) == 0)
            return who;
    return PEOPLE;
}

static void group_join(struct group *g, unsigned who, unsigned by)
{
    list_push(&g->members, who);
    g->all_history[who] = g->history == HISTORY_ALL;
    g->added_by[who] = by;
}

static void group_begin(struct group *g, const struct operation *op)
{
    *g = (struct group){.name = op->name, .history = op->history};
    for (unsigned who = 0; who <= op->person_count; who++)
        group_join(g, who, ANN);
    list_push(&g->admins, ANN);
}

static void group_apply(struct group *g, const struct operation *op)
{
    unsigned by = who_is(op->author), who = who_is(op->subject);
    switch (op->type) {
    case OPERATION_CREATE: group_begin(g, op); break;
    case OPERATION_ADD: group_join(g, who, by); break;
    case OPERATION_REMOVE:
    case OPERATION_LEAVE:
        list_drop(&g->members, who);
        list_drop(&g->admins, who);
        break;
    case OPERATION_PROMOTE: list_push(&g->admins, who); break;
    case OPERATION_DEMOTE: list_drop(&g->admins, who); break;
    case OPERATION_RENAME: g->name = op->name; break;
    case OPERATION_HISTORY: g->history = op->history; break;
    }
}

/* After a remove, leave or demote somebody decides, or nobody is left. */
static bool is_decided(const struct group *g, const struct operation *op)
{
    struct group after = *g;
    group_apply(&after, op);
    return after.members.count == 0 || after.admins.count > 0;
}

static bool is_valid(const struct group *g, unsigned by, const struct operation *op)
{
    unsigned who = op->type == OPERATION_LEAVE ? by : who_is(op->subject);
    bool in = list_has(&g->members, who), admin = list_has(&g->admins, who);
    bool allowed = list_has(&g->admins, by);
    switch (op->type) {
    case OPERATION_CREATE: return false;
    case OPERATION_ADD: return allowed && !in;
    case OPERATION_REMOVE: return allowed && in && who != by && is_decided(g, op);
    case OPERATION_LEAVE: return in && is_decided(g, op);
    case OPERATION_PROMOTE: return allowed && in && !admin;
    case OPERATION_DEMOTE: return allowed && admin && is_decided(g, op);
    case OPERATION_RENAME:
    case OPERATION_HISTORY: break;
    }
    return allowed;
}

static size_t model_find(const struct model *m, const uint8_t *hash)
{
    for (size_t i = 0; i < m->count; i++)
        if (memcmp(m->ops[i].hash, hash, HASH_LEN) == 0)
            return i;
    return HELD_MAX;
}

static bool is_at_or_behind(const struct model *m, size_t i, size_t ancestor)
{
    while (i != ancestor && i != 0)
        i = m->parents[i];
    return i == ancestor;
}

static size_t rank_at(const struct model *m, size_t parent, size_t child)
{
    int at = list_find(&m->after[parent].admins, who_is(m->ops[child].author));
    return at < 0 ? PEOPLE : (size_t)at;
}

static bool is_built_upon(const struct model *m, size_t at)
{
    for (size_t i = 1; i < m->count; i++)
        if (i != at && is_at_or_behind(m, i, at) && rank_at(m, m->parents[i], i) < PEOPLE)
            return true;
    return false;
}

static bool child_is_better(const struct model *m, size_t parent, size_t a, size_t b)
{
    size_t rank_a = rank_at(m, parent, a), rank_b = rank_at(m, parent, b);
    if (rank_a != rank_b)
        return rank_a < rank_b;
    if (rank_a == PEOPLE && is_built_upon(m, a) != is_built_upon(m, b))
        return is_built_upon(m, a);
    return memcmp(m->ops[a].hash, m->ops[b].hash, HASH_LEN) < 0;
}

static size_t model_head(const struct model *m)
{
    for (size_t at = 0;;) {
        size_t best = HELD_MAX;
        for (size_t i = 1; i < m->count; i++)
            if (m->parents[i] == at && (best == HELD_MAX || child_is_better(m, at, i, best)))
                best = i;
        if (best == HELD_MAX)
            return at;
        at = best;
    }
}

static size_t common_ancestor(const struct model *m, size_t a, size_t b)
{
    while (!is_at_or_behind(m, b, a))
        a = m->parents[a];
    return a;
}

static bool is_about_same(const struct operation *a, const struct operation *b)
{
    bool personal_a = a->type >= OPERATION_ADD && a->type <= OPERATION_DEMOTE;
    bool personal_b = b->type >= OPERATION_ADD && b->type <= OPERATION_DEMOTE;
    if (personal_a && personal_b)
        return memcmp(a->subject, b->subject, ID_LEN) == 0;
    return a->type == b->type;
}

static bool is_to_be_repeated(const struct model *m, size_t i)
{
    const struct operation *op = &m->ops[i];
    size_t head = model_head(m), fork = common_ancestor(m, i, head);
    if (fork == i || !is_valid(&m->after[head], who_is(op->author), op))
        return false;
    for (size_t k = 0; k < m->count; k++)
        if (memcmp(m->ops[k].again, op->hash, HASH_LEN) == 0 &&
            memcmp(m->ops[k].author, op->author, ID_LEN) == 0)
            return false;
    for (size_t at = head; at != fork; at = m->parents[at])
        if (is_about_same(&m->ops[at], op))
            return false;
    return true;
}

/* The lowest, then by hash; HELD_MAX: none. */
static size_t model_repeat(const struct model *m, unsigned who)
{
    size_t best = HELD_MAX;
    for (size_t i = 0; i < m->count; i++) {
        if (who_is(m->ops[i].author) != who || !is_to_be_repeated(m, i))
            continue;
        if (best == HELD_MAX || m->heights[i] < m->heights[best] ||
            (m->heights[i] == m->heights[best] &&
             memcmp(m->ops[i].hash, m->ops[best].hash, HASH_LEN) < 0))
            best = i;
    }
    return best;
}

static bool model_counts(const struct model *m, size_t at, unsigned who, uint64_t incarnation,
                         uint64_t number)
{
    size_t head = model_head(m), fork = common_ancestor(m, at, head), first = HELD_MAX;
    for (size_t i = head; i != fork; i = m->parents[i]) {
        enum operation_type type = m->ops[i].type;
        if (who_is(m->ops[i].subject) == who &&
            (type == OPERATION_REMOVE || type == OPERATION_LEAVE))
            first = i;
    }
    return list_has(&m->after[at].members, who) &&
           (first == HELD_MAX || number <= operation_cut_of(&m->ops[first], incarnation));
}

/* ---- both compared ---- */

static void check_members(const struct model *m, const struct roster *r)
{
    const struct group *g = &m->after[model_head(m)];
    assert_int_equal(roster_member_count(r), g->members.count);
    assert_int_equal(roster_admin_count(r), g->admins.count);
    uint32_t before = 0;
    for (size_t i = 0; i < g->admins.count; i++) {
        const struct member *admin = roster_member(r, cast_id(g->admins.who[i]));
        assert_true(admin && admin->appointed > before); /* seniority is their order */
        before = admin->appointed;
    }
    for (size_t i = 0; i < g->members.count; i++) {
        unsigned who = g->members.who[i];
        const struct member *member = &roster_members(r)[i];
        assert_memory_equal(member->identity.id, cast_id(who), ID_LEN);
        assert_int_equal(member->admin, list_has(&g->admins, who));
        assert_int_equal(member->all_history, g->all_history[who]);
        assert_memory_equal(member->added_by, cast_id(g->added_by[who]), ID_LEN);
    }
}

static void check_head(const struct model *m, const struct roster *r)
{
    size_t head = model_head(m), membership = head;
    assert_memory_equal(roster_head(r), m->ops[head].hash, HASH_LEN);
    assert_int_equal(roster_epoch(r), m->heights[head]);
    assert_string_equal(roster_name(r), m->after[head].name);
    assert_int_equal(roster_history(r), m->after[head].history);
    while (m->ops[membership].type > OPERATION_LEAVE)
        membership = m->parents[membership];
    assert_memory_equal(roster_membership_head(r), m->ops[membership].hash, HASH_LEN);
}

static void check_departures(const struct model *m, const struct roster *r)
{
    for (unsigned who = 0; who < PEOPLE; who++) {
        size_t head = model_head(m), at = head;
        while (at != 0 &&
               (who_is(m->ops[at].subject) != who ||
                (m->ops[at].type != OPERATION_REMOVE && m->ops[at].type != OPERATION_LEAVE)))
            at = m->parents[at];
        bool went = at != 0 && !list_has(&m->after[head].members, who);
        const struct operation_record *record = roster_departure(r, cast_id(who));
        assert_int_equal(record != NULL, went);
        if (went)
            assert_memory_equal(record->op.hash, m->ops[at].hash, HASH_LEN);
    }
}

static void check_past(const struct model *m, const struct roster *r)
{
    for (size_t i = 0; i < m->count; i++)
        for (unsigned who = 0; who < PEOPLE; who++) {
            const uint8_t *hash = m->ops[i].hash, *id = cast_id(who);
            assert_int_equal(roster_was_member(r, hash, id), list_has(&m->after[i].members, who));
            for (uint64_t number = 1; number < 6; number += 2)
                assert_int_equal(roster_counts(r, hash, id, 1 + number % 2, number),
                                 model_counts(m, i, who, 1 + number % 2, number));
        }
}

static void check_repeats(const struct model *m, const struct roster *r)
{
    for (unsigned who = 0; who < PEOPLE; who++) {
        struct operation op;
        bool wants_cut;
        size_t want = model_repeat(m, who);
        assert_int_equal(roster_repeat(r, cast_id(who), &op, &wants_cut), want != HELD_MAX);
        if (want != HELD_MAX)
            assert_memory_equal(op.again, m->ops[want].hash, HASH_LEN);
    }
}

static void check_equivocations(const struct model *m, struct roster *r)
{
    int told[PEOPLE][HELD_MAX + 2] = {0};
    uint8_t author[ID_LEN];
    uint32_t height;
    while (roster_equivocation(r, author, &height))
        told[who_is(author)][height]++;
    for (size_t parent = 0; parent < m->count; parent++)
        for (unsigned who = 0; who < PEOPLE; who++) {
            size_t count = 0;
            for (size_t i = 1; i < m->count; i++)
                count += m->parents[i] == parent && who_is(m->ops[i].author) == who;
            told[who][m->heights[parent] + 1] -= count > 1;
        }
    for (unsigned who = 0; who < PEOPLE; who++)
        for (size_t i = 0; i < HELD_MAX + 2; i++)
            assert_int_equal(told[who][i], 0);
}

/* Somebody holds a few branches of it. */
static void check_missing(const struct model *m, const struct roster *r)
{
    bool has[HELD_MAX] = {false}, got[HELD_MAX] = {false};
    size_t upto = random_below((unsigned)m->count), bounded = random_below(2);
    struct roster_missing missing;
    roster_missing_begin(&missing, r, bounded ? m->ops[upto].hash : NULL);
    for (unsigned leaves = random_below(4); leaves > 0; leaves--) {
        size_t leaf = random_below((unsigned)m->count);
        assert_true(roster_missing_has(&missing, r, m->ops[leaf].hash));
        for (size_t i = 0; i < m->count; i++)
            has[i] = has[i] || is_at_or_behind(m, leaf, i);
    }
    for (const struct operation_record *next; (next = roster_missing_next(&missing, r));) {
        size_t at = model_find(m, next->op.hash), parent = m->parents[at];
        assert_true(at == 0 || got[parent] || has[parent]); /* parents first */
        got[at] = true;
    }
    for (size_t i = 0; i < m->count; i++)
        assert_int_equal(got[i], !has[i] && (!bounded || is_at_or_behind(m, upto, i)));
}

static void check_leaves(const struct model *m, const struct roster *r)
{
    uint8_t leaves[HELD_MAX][HASH_LEN];
    size_t count = roster_leaves(r, leaves, HELD_MAX), want = 0;
    for (size_t i = 0; i < m->count; i++) {
        bool is_leaf = true;
        for (size_t k = 1; k < m->count; k++)
            is_leaf = is_leaf && m->parents[k] != i;
        want += is_leaf;
    }
    assert_int_equal(count, want);
    assert_memory_equal(leaves[0], roster_head(r), HASH_LEN);
}

static void check_anchors(const struct model *m, const struct roster *r)
{
    size_t head = model_head(m);
    for (size_t i = 0; i < m->count; i++)
        assert_int_equal(roster_stands(r, m->ops[i].hash), is_at_or_behind(m, head, i));
}

static void check_same(const struct model *m, struct roster *r)
{
    assert_int_equal(roster_count(r), m->count);
    check_head(m, r);
    check_members(m, r);
    check_departures(m, r);
    check_past(m, r);
    check_repeats(m, r);
    check_equivocations(m, r);
    check_missing(m, r);
    check_leaves(m, r);
    check_anchors(m, r);
}

/* ---- rounds ---- */

static struct operation random_operation(void)
{
    unsigned who = random_below(PEOPLE);
    switch (random_below(9)) {
    case 0:
    case 1: return op_add(who);
    case 2: return op_cut(op_remove(who), 1 + random_below(2), random_below(5));
    case 3: return op_cut(op_leave(), 1 + random_below(2), random_below(5));
    case 4:
    case 5: return op_promote(who);
    case 6: return op_demote(who);
    case 7: return op_rename(random_below(2) ? "one" : "two");
    default: return op_history((uint8_t)random_below(2));
    }
}

/* Mostly the newest, so that branches grow. */
static size_t random_parent(const struct model *m)
{
    unsigned count = (unsigned)m->count;
    return random_below(4) ? count - 1 : random_below(count);
}

static unsigned random_author(const struct group *g)
{
    bool good = random_below(8) && g->admins.count > 0;
    return good ? g->admins.who[random_below((unsigned)g->admins.count)] : random_below(PEOPLE);
}

static void model_push(struct model *m, const struct said *said, size_t parent)
{
    size_t at = m->count++;
    assert_int_equal(operation_parse(said->bytes, said->len, &m->ops[at]), LTH_OK);
    m->said[at] = said;
    m->parents[at] = parent;
    m->heights[at] = at == 0 ? 1 : m->heights[parent] + 1;
    if (at > 0)
        m->after[at] = m->after[parent];
    group_apply(&m->after[at], &m->ops[at]);
}

/* In every other tree many leave at one place, and admins build on some of them. */
static struct operation random_saying(const struct group *g, bool many_leave, unsigned *author)
{
    bool leaves = many_leave && random_below(3) > 0;
    *author = leaves ? random_below(PEOPLE) : random_author(g);
    return leaves ? op_cut(op_leave(), 1 + random_below(2), random_below(5)) : random_operation();
}

/* Grows a tree; what the slow reading calls valid is taken, and nothing else. */
static void grow_tree(struct scene *s, struct model *m)
{
    m->count = 0;
    model_push(m, tell(s, ANN, NULL, op_create((uint8_t)random_below(2), 3)), 0);
    unsigned attempts = 10 + random_below(ATTEMPTS);
    bool many_leave = random_below(2);
    while (attempts-- > 0 && m->count < HELD_MAX) {
        size_t parent = random_parent(m);
        unsigned author;
        struct operation op = random_saying(&m->after[parent], many_leave, &author);
        if (random_below(4) == 0)
            memcpy(op.again, m->ops[random_below((unsigned)m->count)].hash, HASH_LEN);
        const struct said *said = say(s, author, m->said[parent], op);
        assert_int_equal(operation_parse(said->bytes, said->len, &op), LTH_OK);
        bool valid = is_valid(&m->after[parent], author, &op);
        CHECK_ERR(take(s, said), valid ? LTH_OK : LTH_UNAVAILABLE, "as the slow reading says");
        if (valid)
            model_push(m, said, parent);
    }
}

/* The lowest behind fork that at stands on. */
static size_t first_behind(const struct model *m, size_t fork, size_t at)
{
    while (m->parents[at] != fork)
        at = m->parents[at];
    return at;
}

/* What a take says of the path agrees with where the head was and is. Did it bring others back? */
static bool check_change(const struct model *m, const struct roster *r, size_t before,
                         const uint8_t *taken)
{
    const struct roster_change *change = roster_change(r);
    size_t head = model_find(m, roster_head(r));
    bool begins = before == HELD_MAX;
    assert_int_equal(change->moved, begins || head != before);
    if (!change->moved) {
        assert_true(!change->overturned && change->lost == 0);
        return false;
    }
    assert_memory_equal(roster_head(r), taken, HASH_LEN);
    size_t fork = begins ? 0 : common_ancestor(m, before, head);
    size_t lowest = begins ? 0 : first_behind(m, fork, head);
    size_t lost = begins ? 0 : m->heights[before] - m->heights[fork];
    assert_memory_equal(change->by, m->ops[lowest].author, ID_LEN);
    assert_int_equal(change->lost, lost);
    assert_int_equal(change->overturned, lost > 0);
    if (lost > 0)
        assert_memory_equal(change->of, m->ops[first_behind(m, fork, before)].author, ID_LEN);
    return lowest != head;
}

/* Each that comes before its parent is refused, and comes again. How many brought others back? */
static size_t take_in_some_order(const struct model *m, struct roster *r)
{
    size_t order[HELD_MAX], left = m->count, returns = 0;
    for (size_t i = 0; i < left; i++)
        order[i] = i;
    while (left > 0) {
        size_t pick = random_below((unsigned)left), at = order[pick];
        size_t before = roster_count(r) ? model_find(m, roster_head(r)) : HELD_MAX;
        bool ready = at == 0 ? roster_count(r) == 0 : roster_knows(r, m->ops[m->parents[at]].hash);
        CHECK_ERR(roster_take(r, m->said[at]->bytes, m->said[at]->len),
                  ready ? LTH_OK : LTH_NOT_FOUND, "any order");
        if (!ready)
            continue;
        returns += check_change(m, r, before, m->ops[at].hash);
        order[pick] = order[--left];
    }
    return returns;
}

static void test_every_order_gives_the_same_and_as_the_rules_say(void **state)
{
    (void)state;
    static struct model m;
    size_t operations = 0, losers = 0, returns = 0;
    for (unsigned seed = 0; seed < ROUNDS; seed++) {
        random_state = seed;
        struct scene *s = scene_new();
        grow_tree(s, &m);
        check_same(&m, s->roster);
        for (unsigned order = 0; order < ORDERS; order++) {
            struct roster *r = roster_new();
            assert_non_null(r);
            returns += take_in_some_order(&m, r);
            check_same(&m, r);
            roster_free(r);
        }
        operations += m.count;
        losers += m.count - m.heights[model_head(&m)];
        scene_free(s);
    }
    print_message("%d rounds, %zu operations, %zu of them off the path; %zu brought back others\n",
                  ROUNDS, operations, losers, returns);
    assert_true(returns > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_order_gives_the_same_and_as_the_rules_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
