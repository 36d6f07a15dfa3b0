/* The steps of a group: each type comes back as it was said, and nothing else is one. */
#include "check.h"

#include "wire/operation.h"

#include <sodium.h>
#include <stdlib.h>

enum { PARENT = 32, AGAIN = 32 + 32 + 32 + 8, TYPE = AGAIN + 32, HEADER = TYPE + 1 };

static struct identity_secret me;
static uint8_t out[OPERATION_MAX + 1];

static int start(void **state)
{
    static const uint8_t secrets[2][32] = {{1}, {2}};
    (void)state;
    if (sodium_init() < 0)
        return 1;
    identity_secret_init(&me, secrets[0], secrets[1]);
    return 0;
}

static struct person person(uint8_t n, const char *name)
{
    const uint8_t x25519[32] = {n, 1}, ed25519[32] = {2};
    struct person p = {0};
    identity_init(&p.identity, x25519, ed25519);
    memcpy(p.name, name, strlen(name) + 1);
    return p;
}

static struct operation operation(enum operation_type type)
{
    return (struct operation){
        .group = {1}, .parent = {2}, .again = {3}, .time_ms = 1700000000000, .type = type};
}

/* From memory of exactly len bytes, so that a read beyond them is found. */
static enum lth_err parse(const uint8_t *bytes, size_t len)
{
    struct operation op;
    uint8_t *exact = malloc(len + !len);
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    enum lth_err err = operation_parse(exact, len, &op);
    free(exact);
    return err;
}

static size_t sign(struct operation *op)
{
    size_t len;
    CHECK_ERR(operation_sign(&me, op, out, sizeof out, &len), LTH_OK, "sign");
    return len;
}

static size_t sign_create(struct operation *op, uint8_t others)
{
    uint8_t persons[GROUP_MEMBERS_MAX * PERSON_MAX];
    struct writer w = writer_over(persons, sizeof persons);
    *op = operation(OPERATION_CREATE);
    for (uint8_t i = 0; i < others; i++) {
        const struct person p = person(i, "somebody");
        person_write(&w, &p);
    }
    assert_false(w.spoiled);
    memcpy(op->name, "the group", 10);
    memcpy(op->person.name, "the creator", 12);
    memset(op->nonce, 7, sizeof op->nonce);
    op->history = HISTORY_ALL;
    op->persons = persons;
    op->persons_len = writer_len(&w);
    op->person_count = others;
    return sign(op);
}

static void test_a_create_comes_back_as_it_went_in(void **state)
{
    static const uint8_t counts[] = {0, 1, GROUP_MEMBERS_MAX - 1}, zeros[HASH_LEN];
    (void)state;
    for (size_t row = 0; row < LENGTH(counts); row++) {
        struct operation op, back;
        size_t len = sign_create(&op, counts[row]);
        assert_int_equal(operation_parse(out, len, &back), LTH_OK);
        assert_memory_equal(back.hash, op.hash, HASH_LEN);
        assert_memory_equal(back.group, op.hash, HASH_LEN);
        assert_memory_equal(out, zeros, HASH_LEN);
        assert_memory_equal(back.parent, zeros, HASH_LEN);
        assert_memory_equal(back.author, me.public.id, ID_LEN);
        assert_memory_equal(&back.person.identity, &me.public, sizeof me.public);
        assert_string_equal(back.person.name, "the creator");
        assert_string_equal(back.name, "the group");
        assert_int_equal(back.history, HISTORY_ALL);
        assert_memory_equal(back.nonce, op.nonce, GROUP_NONCE_LEN);
        assert_int_equal(back.person_count, counts[row]);
        assert_true(back.time_ms == 1700000000000);

        struct reader r = reader_over(back.persons, back.persons_len);
        struct person got;
        for (uint8_t i = 0; i < counts[row]; i++) {
            const struct person want = person(i, "somebody");
            assert_true(person_read(&r, &got));
            assert_memory_equal(&got, &want, sizeof want);
        }
        assert_false(person_read(&r, &got));
        assert_int_equal(reader_finish(&r), LTH_OK);
    }
}

static void write_cut(uint8_t *bytes, size_t count)
{
    struct writer w = writer_over(bytes, count * CUT_ITEM_LEN);
    for (size_t i = 0; i < count; i++)
        cut_write(&w, &(struct cut_item){.incarnation = 10 * (i + 1), .number = i + 100});
    assert_false(w.spoiled);
}

static void test_every_other_type_comes_back_as_it_went_in(void **state)
{
    static uint8_t cut[CUT_MAX * CUT_ITEM_LEN];
    static const struct {
        const char *name;
        enum operation_type type;
        size_t cuts, len; /* of the body */
    } rows[] = {
        {"add", OPERATION_ADD, 0, 32 + 32 + 1 + 3},
        {"remove", OPERATION_REMOVE, 3, 32 + 2 + 3 * 16},
        {"remove, nothing counts", OPERATION_REMOVE, 0, 32 + 2},
        {"remove, longest cut", OPERATION_REMOVE, CUT_MAX, 32 + 2 + CUT_MAX * 16},
        {"leave", OPERATION_LEAVE, 2, 2 + 2 * 16},
        {"promote", OPERATION_PROMOTE, 0, 32},
        {"demote", OPERATION_DEMOTE, 0, 32},
        {"rename", OPERATION_RENAME, 0, 1 + 8},
        {"history", OPERATION_HISTORY, 0, 1},
    };
    (void)state;
    write_cut(cut, CUT_MAX);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct operation op = operation(rows[i].type), back;
        const struct person somebody = person(9, "bob");
        memcpy(op.subject, somebody.identity.id, ID_LEN);
        op.person = somebody;
        memcpy(op.name, "new name", 9);
        op.history = HISTORY_NONE;
        op.cut = cut;
        op.cut_count = rows[i].cuts;
        size_t len = sign(&op);
        CHECK(len == HEADER + rows[i].len + SIGNATURE_LEN, rows[i].name);
        CHECK_ERR(operation_parse(out, len, &back), LTH_OK, rows[i].name);
        CHECK(back.type == rows[i].type, rows[i].name);
        CHECK(back.group[0] == 1 && back.parent[0] == 2 && back.again[0] == 3, rows[i].name);
        CHECK(memcmp(back.hash, op.hash, HASH_LEN) == 0, rows[i].name);
        CHECK(back.cut_count == rows[i].cuts, rows[i].name);
        CHECK(memcmp(cut, back.cut_count ? back.cut : cut, rows[i].cuts * CUT_ITEM_LEN) == 0,
              rows[i].name);
        if (back.type == OPERATION_ADD)
            assert_memory_equal(&back.person, &somebody, sizeof somebody);
        if (back.type == OPERATION_RENAME)
            assert_string_equal(back.name, "new name");
    }
}

static void test_an_operation_says_whom_it_is_about(void **state)
{
    const struct person somebody = person(9, "bob");
    const struct {
        enum operation_type type;
        const uint8_t *want;
    } rows[] = {{OPERATION_ADD, somebody.identity.id},
                {OPERATION_REMOVE, somebody.identity.id},
                {OPERATION_PROMOTE, somebody.identity.id},
                {OPERATION_DEMOTE, somebody.identity.id},
                {OPERATION_LEAVE, me.public.id}};
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct operation op = operation(rows[i].type);
        memcpy(op.subject, somebody.identity.id, ID_LEN);
        op.person = somebody;
        sign(&op);
        assert_memory_equal(op.subject, rows[i].want, ID_LEN);
    }
}

static void test_a_cut_is_found_by_its_incarnation(void **state)
{
    static uint8_t cut[CUT_MAX * CUT_ITEM_LEN];
    static const size_t counts[] = {0, 1, 2, 3, CUT_MAX};
    (void)state;
    write_cut(cut, CUT_MAX);
    for (size_t row = 0; row < LENGTH(counts); row++) {
        const struct operation op = {.cut = cut, .cut_count = counts[row]};
        for (size_t i = 0; i < CUT_MAX; i++) {
            uint64_t want = i < counts[row] ? i + 100 : 0;
            assert_int_equal(operation_cut_of(&op, 10 * (i + 1)), want);
            assert_int_equal(operation_cut_of(&op, 10 * (i + 1) + 1), 0);
        }
        assert_int_equal(operation_cut_of(&op, 0), 0);
        assert_int_equal(operation_cut_of(&op, UINT64_MAX), 0);
    }
}

static void test_an_operation_cut_anywhere_is_malformed(void **state)
{
    struct operation op;
    (void)state;
    size_t len = sign_create(&op, 3);
    for (size_t cut = 0; cut < len; cut++)
        assert_int_equal(parse(out, cut), LTH_MALFORMED);
    assert_int_equal(parse(out, len), LTH_OK);
    assert_int_equal(parse(out, len + 1), LTH_MALFORMED);
    for (int type = OPERATION_ADD; type <= OPERATION_HISTORY; type++) {
        op = operation((enum operation_type)type);
        op.person = person(9, "bob");
        memcpy(op.name, "name", 5);
        len = sign(&op);
        for (size_t cut = 0; cut < len; cut++)
            assert_int_equal(parse(out, cut), LTH_MALFORMED);
        assert_int_equal(parse(out, len), LTH_OK);
        assert_int_equal(parse(out, len + 1), LTH_MALFORMED);
    }
}

static void test_any_bit_changed_changes_the_hash_and_forges_the_signature(void **state)
{
    struct operation op, back;
    (void)state;
    size_t len = sign_create(&op, 1);
    assert_int_equal(operation_verify(out, len, me.public.ed25519), LTH_OK);
    for (size_t at = 0; at < len; at++) {
        out[at] ^= (uint8_t)(1u << at % 8);
        assert_int_equal(operation_verify(out, len, me.public.ed25519), LTH_FORGED);
        if (operation_parse(out, len, &back) == LTH_OK && at < len - SIGNATURE_LEN)
            assert_memory_not_equal(back.hash, op.hash, HASH_LEN);
        out[at] ^= (uint8_t)(1u << at % 8);
    }
    assert_int_equal(operation_verify(out, len, op.person.identity.x25519), LTH_FORGED);
}

static void test_rows_of_bytes_that_are_no_operation(void **state)
{
    enum { HISTORY = HEADER, GROUP_NAME = HISTORY + 1 + 16, CREATOR = GROUP_NAME + 1 + 9 };
    enum { COUNT = CREATOR + 64 + 1 + 11, FIRST = COUNT + 1 };
    static const struct {
        const char *name;
        size_t at;
        uint8_t value;
    } rows[] = {
        {"a group", 0, 1},
        {"a parent", PARENT, 1},
        {"another author", 64, 0xff},
        {"repeats something", TYPE - 1, 1},
        {"type 0", TYPE, 0},
        {"type 9", TYPE, 9},
        {"an add", TYPE, OPERATION_ADD},
        {"a history that is not known", HISTORY, 2},
        {"a group without a name", GROUP_NAME, 0},
        {"a group's name that is too long", GROUP_NAME, 65},
        {"a zero in the group's name", GROUP_NAME + 1, 0},
        {"no UTF-8", GROUP_NAME + 1, 0xff},
        {"a creator who is not the author", CREATOR, 0xff},
        {"a creator without a name", CREATOR + 64, 0},
        {"fewer persons", COUNT, 2},
        {"more persons", COUNT, 4},
        {"128 persons", COUNT, 128},
        {"somebody twice", FIRST, 1},
        {"a person with a zero in the name", FIRST + 64 + 1, 0},
    };
    struct operation op;
    (void)state;
    size_t len = sign_create(&op, 3);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint8_t was = out[rows[i].at];
        out[rows[i].at] = rows[i].value;
        CHECK_ERR(parse(out, len), LTH_MALFORMED, rows[i].name);
        out[rows[i].at] = was;
    }
    assert_int_equal(parse(out, len), LTH_OK);
}

static void test_a_create_of_129_people_is_malformed(void **state)
{
    const struct person one_more = person(GROUP_MEMBERS_MAX, "somebody");
    struct operation op;
    (void)state;
    size_t len = sign_create(&op, GROUP_MEMBERS_MAX - 1);
    uint8_t *persons = out + (op.persons - out);
    struct writer w = writer_over(out + len - SIGNATURE_LEN, PERSON_MAX + SIGNATURE_LEN);
    person_write(&w, &one_more);
    write_bytes(&w, op.signature, SIGNATURE_LEN);
    persons[-1] = GROUP_MEMBERS_MAX;
    assert_int_equal(parse(out, len - SIGNATURE_LEN + writer_len(&w)), LTH_MALFORMED);
    op.person_count++;
    assert_int_equal(operation_sign(&me, &op, out, sizeof out, &len), LTH_MALFORMED);
}

static void test_all_but_a_create_have_a_group_and_a_parent(void **state)
{
    (void)state;
    for (int type = OPERATION_ADD; type <= OPERATION_HISTORY; type++) {
        struct operation op = operation((enum operation_type)type);
        op.person = person(9, "bob");
        memcpy(op.name, "name", 5);
        size_t len = sign(&op);
        for (size_t at = 0; at <= PARENT; at += PARENT) {
            uint8_t was = out[at];
            out[at] = 0;
            assert_int_equal(parse(out, len), LTH_MALFORMED);
            out[at] = was;
        }
        memset(out + AGAIN, 0, HASH_LEN); /* it need not repeat anything */
        assert_int_equal(parse(out, len), LTH_OK);
    }
}

static void test_the_creator_is_not_named_again(void **state)
{
    uint8_t persons[PERSON_MAX];
    struct writer w = writer_over(persons, sizeof persons);
    const struct person again = {.identity = me.public, .name = "me too"};
    struct operation op = operation(OPERATION_CREATE);
    size_t len;
    (void)state;
    person_write(&w, &again);
    memcpy(op.name, "name", 5);
    memcpy(op.person.name, "me", 3);
    op.persons = persons;
    op.persons_len = writer_len(&w);
    op.person_count = 1;
    assert_int_equal(operation_sign(&me, &op, out, sizeof out, &len), LTH_MALFORMED);
}

static void test_a_cut_ascends(void **state)
{
    static const struct {
        const char *name;
        uint64_t incarnations[3];
        enum lth_err want;
    } rows[] = {
        {"ascending", {1, 2, UINT64_MAX}, LTH_OK},
        {"the same twice", {1, 2, 2}, LTH_MALFORMED},
        {"descending", {2, 1, 3}, LTH_MALFORMED},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint8_t cut[3 * CUT_ITEM_LEN];
        struct writer w = writer_over(cut, sizeof cut);
        struct operation op = operation(OPERATION_LEAVE);
        size_t len;
        for (size_t n = 0; n < 3; n++)
            cut_write(&w, &(struct cut_item){.incarnation = rows[i].incarnations[n]});
        op.cut = cut;
        op.cut_count = 3;
        CHECK_ERR(operation_sign(&me, &op, out, sizeof out, &len), rows[i].want, rows[i].name);
    }
}

static void test_a_cut_of_1025_feeds_is_malformed(void **state)
{
    static uint8_t cut[(CUT_MAX + 1) * CUT_ITEM_LEN];
    struct operation op = operation(OPERATION_LEAVE);
    struct writer w = writer_over(out, sizeof out);
    size_t len;
    (void)state;
    write_cut(cut, CUT_MAX + 1);
    op.cut = cut;
    op.cut_count = CUT_MAX + 1;
    assert_int_equal(operation_sign(&me, &op, out, sizeof out, &len), LTH_MALFORMED);
    op.cut_count = CUT_MAX;
    len = sign(&op);
    w.at += HEADER;
    write_u16(&w, CUT_MAX + 1);
    write_bytes(&w, cut, sizeof cut);
    write_bytes(&w, op.signature, SIGNATURE_LEN);
    assert_int_equal(parse(out, writer_len(&w)), LTH_MALFORMED);
}

static void test_what_has_no_form_is_not_signed(void **state)
{
    struct operation op = operation(OPERATION_RENAME), same = op;
    size_t len = 77;
    (void)state;
    assert_int_equal(operation_sign(&me, &op, out, sizeof out, &len), LTH_MALFORMED); /* no name */
    memcpy(op.name, "name", 5);
    memcpy(same.name, "name", 5);
    for (size_t size = 0; size < HEADER + 5 + SIGNATURE_LEN; size++)
        assert_int_equal(operation_sign(&me, &op, out, size, &len), LTH_TOO_LONG);
    assert_memory_equal(&op, &same, sizeof op);
    assert_int_equal(len, 77);
    assert_int_equal(operation_sign(&me, &op, out, HEADER + 5 + SIGNATURE_LEN, &len), LTH_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_create_comes_back_as_it_went_in),
        cmocka_unit_test(test_every_other_type_comes_back_as_it_went_in),
        cmocka_unit_test(test_an_operation_says_whom_it_is_about),
        cmocka_unit_test(test_a_cut_is_found_by_its_incarnation),
        cmocka_unit_test(test_an_operation_cut_anywhere_is_malformed),
        cmocka_unit_test(test_any_bit_changed_changes_the_hash_and_forges_the_signature),
        cmocka_unit_test(test_rows_of_bytes_that_are_no_operation),
        cmocka_unit_test(test_a_create_of_129_people_is_malformed),
        cmocka_unit_test(test_all_but_a_create_have_a_group_and_a_parent),
        cmocka_unit_test(test_the_creator_is_not_named_again),
        cmocka_unit_test(test_a_cut_ascends),
        cmocka_unit_test(test_a_cut_of_1025_feeds_is_malformed),
        cmocka_unit_test(test_what_has_no_form_is_not_signed),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
