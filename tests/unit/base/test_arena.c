/* Memory that is given back at once: aligned, not shared, and not moved before the reset. */
#include "check.h"

#include "base/arena.h"

#include <stdalign.h>

static void test_pieces_are_aligned_and_do_not_overlap(void **state)
{
    (void)state;
    struct arena a = {0};
    unsigned char *pieces[200];
    for (size_t i = 0; i < LENGTH(pieces); i++) {
        pieces[i] = arena_take(&a, i);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
        memset(pieces[i], (int)i, i);
    }
    for (size_t i = 0; i < LENGTH(pieces); i++)
        for (size_t at = 0; at < i; at++)
            assert_int_equal(pieces[i][at], i);
    arena_clear(&a);
}

static void test_a_piece_may_be_larger_than_a_block(void **state)
{
    (void)state;
    struct arena a = {0};
    unsigned char *small = arena_take(&a, 6), *large = arena_take(&a, 1 << 20);
    assert_non_null(small);
    assert_non_null(large);
    memcpy(small, "small", 6);
    memset(large, 0xee, 1 << 20);
    assert_string_equal((char *)small, "small");
    arena_clear(&a);
    assert_null(a.blocks);
}

static void test_a_reset_keeps_one_block_of_ordinary_size(void **state)
{
    (void)state;
    struct arena a = {0};
    void *first = arena_take(&a, 100);
    for (int i = 0; i < 100; i++)
        assert_non_null(arena_take(&a, 1000));
    arena_reset(&a);
    assert_ptr_equal(arena_take(&a, 100), first);
    arena_reset(&a);
    assert_non_null(arena_take(&a, 1 << 20));
    arena_clear(&a);
    assert_non_null(arena_take(&a, 1 << 20)); /* cleared, it is as new */
    arena_reset(&a);
    assert_null(a.blocks); /* the one block was not of ordinary size */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_are_aligned_and_do_not_overlap),
        cmocka_unit_test(test_a_piece_may_be_larger_than_a_block),
        cmocka_unit_test(test_a_reset_keeps_one_block_of_ordinary_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
