#include "check.h"

#include "base/clock.h"

#include <time.h>

static void test_the_wall_clock_is_the_systems(void **state)
{
    (void)state;
    uint64_t before = (uint64_t)time(NULL) * 1000;
    uint64_t got = clock_wall_ms();
    assert_in_range(got, before - 1000, before + 60000); /* time() reads a coarser clock */
}

static void test_the_other_clock_goes_on_and_never_back(void **state)
{
    (void)state;
    const struct timespec nap = {.tv_nsec = 5000000};
    uint64_t before = clock_boot_ms();
    nanosleep(&nap, NULL);
    assert_in_range(clock_boot_ms(), before + 4, before + 60000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_wall_clock_is_the_systems),
        cmocka_unit_test(test_the_other_clock_goes_on_and_never_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
