/* Signed heads that are kept: the newest, and one for every chunk. */
#include "check.h"

#include "node/proofs.h"

static const uint8_t signature[SIGNATURE_LEN] = {7};

/* Entries of len bytes each, and a head behind every one of them. */
static void add(struct proofs *p, uint64_t first, uint64_t last, size_t len)
{
    for (uint64_t number = first; number <= last; number++) {
        proofs_on_entry(p, len);
        assert_int_equal(proofs_add(p, number, UINT64_MAX, signature), LTH_OK);
    }
}

static void test_without_heads_there_is_no_proof(void **state)
{
    (void)state;
    struct proofs p = {0};
    proofs_on_entry(&p, 100);
    assert_null(proofs_next(&p, 0));
    assert_int_equal(proofs_highest(&p, UINT64_MAX), 0);
    proofs_clear(&p);
}

static void test_of_many_heads_close_together_the_newest_is_kept(void **state)
{
    (void)state;
    struct proofs p = {0};
    add(&p, 1, 100, 100);
    assert_int_equal(p.count, 1);
    assert_int_equal(proofs_next(&p, 0)->number, 100);
    assert_memory_equal(proofs_next(&p, 0)->signature, signature, SIGNATURE_LEN);
    assert_null(proofs_next(&p, 100));
    proofs_clear(&p);
}

static void test_chunks_between_heads_are_bounded(void **state)
{
    (void)state;
    struct proofs p = {0};
    const size_t len = 1000;
    uint64_t at = 0;
    add(&p, 1, 1000, len);
    assert_in_range(p.count, 1000 * len / (2 * PROOF_SPACING), 1000 * len / PROOF_SPACING + 2);
    for (const struct proof *next; (next = proofs_next(&p, at)); at = next->number)
        assert_in_range((next->number - at) * len, 1, PROOF_SPACING + 2 * len);
    assert_true(at == 1000);
    proofs_clear(&p);
}

static void test_a_head_of_what_is_not_durable_leaves_the_one_before(void **state)
{
    (void)state;
    struct proofs p = {0};
    add(&p, 1, 3, 10);
    proofs_on_entry(&p, 10);
    assert_int_equal(proofs_add(&p, 4, 3, signature), LTH_OK);
    assert_int_equal(proofs_add(&p, 5, 3, signature), LTH_OK); /* in the place of 4 */
    assert_int_equal(p.count, 2);
    assert_true(proofs_highest(&p, 4) == 3);
    proofs_cut(&p, 3); /* refused */
    assert_true(proofs_highest(&p, UINT64_MAX) == 3);
    assert_int_equal(proofs_add(&p, 4, 3, signature), LTH_OK);
    assert_int_equal(proofs_add(&p, 6, 6, signature), LTH_OK);
    assert_int_equal(p.count, 1);
    proofs_clear(&p);
}

static void test_the_highest_up_to_a_number_is_found(void **state)
{
    (void)state;
    struct proofs p = {0};
    add(&p, 1, 3, 2 * PROOF_SPACING);
    assert_true(proofs_highest(&p, 3) == 3);
    assert_true(proofs_highest(&p, 2) == 2);
    assert_true(proofs_highest(&p, 0) == 0);
    proofs_clear(&p);
}

static void test_what_is_above_a_cut_proves_nothing_any_more(void **state)
{
    (void)state;
    struct proofs p = {0};
    add(&p, 1, 3, 2 * PROOF_SPACING);
    proofs_cut(&p, 1);
    assert_true(proofs_highest(&p, UINT64_MAX) == 1);
    add(&p, 2, 2, 10);
    assert_true(proofs_highest(&p, UINT64_MAX) == 2);
    proofs_clear(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_heads_there_is_no_proof),
        cmocka_unit_test(test_of_many_heads_close_together_the_newest_is_kept),
        cmocka_unit_test(test_chunks_between_heads_are_bounded),
        cmocka_unit_test(test_a_head_of_what_is_not_durable_leaves_the_one_before),
        cmocka_unit_test(test_the_highest_up_to_a_number_is_found),
        cmocka_unit_test(test_what_is_above_a_cut_proves_nothing_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
