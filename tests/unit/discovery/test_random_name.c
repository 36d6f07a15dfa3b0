/* Random names: sixteen letters of base32, another each time. */
#include "check.h"

#include "discovery/random_name.h"

static void test_a_name_is_sixteen_letters_and_no_two_are_alike(void **state)
{
    (void)state;
    char names[50][RANDOM_NAME_LEN + 1];
    for (size_t i = 0; i < LENGTH(names); i++) {
        assert_int_equal(random_name(names[i]), LTH_OK);
        assert_int_equal(strlen(names[i]), RANDOM_NAME_LEN);
        assert_int_equal(strspn(names[i], "abcdefghijklmnopqrstuvwxyz234567"), RANDOM_NAME_LEN);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(names[i], names[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_is_sixteen_letters_and_no_two_are_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
