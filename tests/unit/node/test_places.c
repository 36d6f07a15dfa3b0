/* Finding what is known by 32 bytes. */
#include "check.h"

#include "node/places.h"

#include <stdlib.h>

/* Keys of three kinds: that differ in the first byte, in the last, and in both. */
static void key_of(uint32_t n, uint8_t key[PLACE_KEY_LEN])
{
    memset(key, 0x55, PLACE_KEY_LEN);
    key[0] = (uint8_t)(n * 167);
    key[PLACE_KEY_LEN - 1] = (uint8_t)(n >> 8);
}

static void test_what_was_put_in_any_order_is_found(void **state)
{
    (void)state;
    enum { COUNT = 2000 };
    struct places p = {0};
    uint8_t key[PLACE_KEY_LEN];
    for (uint32_t i = 0; i < COUNT; i++) {
        key_of(i, key);
        assert_true(places_find(&p, key) == NOWHERE);
        assert_true(places_reserve(&p, 1));
        places_put(&p, key, i);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        key_of(i, key);
        assert_int_equal(places_find(&p, key), i);
    }
    assert_int_equal(p.count, COUNT);
    places_clear(&p);
}

static void test_in_nothing_nothing_is_found(void **state)
{
    (void)state;
    struct places p = {0};
    const uint8_t key[PLACE_KEY_LEN] = {0};
    assert_true(places_find(&p, key) == NOWHERE);
    places_clear(&p);
}

static void test_room_for_many_is_made_at_once(void **state)
{
    (void)state;
    struct places p = {0};
    uint8_t key[PLACE_KEY_LEN];
    assert_true(places_reserve(&p, 100));
    const struct place_of *items = p.items;
    for (uint32_t i = 0; i < 100; i++) {
        key_of(i, key);
        places_put(&p, key, i);
    }
    assert_ptr_equal(p.items, items);
    places_clear(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_put_in_any_order_is_found),
        cmocka_unit_test(test_in_nothing_nothing_is_found),
        cmocka_unit_test(test_room_for_many_is_made_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
