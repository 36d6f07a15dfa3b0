/* The checksum, against published values: RFC 3720 B.4 and the usual check value. */
#include "check.h"

#include "store/crc32c.h"

static void test_published_values(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t len;
        uint32_t want;
        uint8_t first, step;
    } rows[] = {
        {"nothing", 0, 0x00000000, 0, 0},
        {"32 zeros", 32, 0x8a9136aa, 0, 0},
        {"32 bytes of ones", 32, 0x62a8ab43, 0xff, 0},
        {"32 ascending", 32, 0x46dd794e, 0, 1},
        {"32 descending", 32, 0x113fdb5c, 31, 0xff},
        {"123456789", 9, 0xe3069283, '1', 1},
    };
    for (size_t row = 0; row < LENGTH(rows); row++) {
        uint8_t bytes[32];
        for (size_t i = 0; i < rows[row].len; i++)
            bytes[i] = (uint8_t)(rows[row].first + rows[row].step * i);
        CHECK(crc32c(bytes, rows[row].len) == rows[row].want, rows[row].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
