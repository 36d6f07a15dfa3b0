/* The index: the frame that holds a number is the last that starts at or before it. */
#include "check.h"

#include "store/frames.h"

static struct frames three(void) /* starting at 1, 5 and 9 */
{
    struct frames f = {0};
    CHECK_ERR(frames_reserve(&f, 3), LTH_OK, "reserve");
    for (uint32_t i = 0; i < 3; i++)
        frames_add(&f, &(struct frames_entry){.first = 1 + 4 * (uint64_t)i, .slot = i});
    return f;
}

static void test_a_number_is_found_in_its_frame(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t number, want; /* 0: none */
    } rows[] = {{"before all", 0, 0},
                {"first", 1, 1},
                {"inside", 4, 1},
                {"start", 5, 5},
                {"last", UINT64_MAX, 9}};
    struct frames f = three();
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct frames_entry *e = frames_find(&f, rows[i].number);
        CHECK((e ? e->first : 0) == rows[i].want, rows[i].name);
    }
    frames_clear(&f);
    assert_null(frames_find(&f, 1));
}

static void test_cutting_forgets_what_starts_there_or_later(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t first;
        size_t left;
    } rows[] = {{"nothing", 10, 3}, {"last", 9, 2}, {"between", 6, 2}, {"all", 1, 0}, {"0", 0, 0}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct frames f = three();
        frames_cut(&f, rows[i].first);
        CHECK(f.count == rows[i].left, rows[i].name);
        frames_clear(&f);
    }
}

static void test_an_entry_costs_sixteen_bytes(void **state)
{
    (void)state;
    assert_int_equal(sizeof(struct frames_entry), 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_number_is_found_in_its_frame),
        cmocka_unit_test(test_cutting_forgets_what_starts_there_or_later),
        cmocka_unit_test(test_an_entry_costs_sixteen_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
