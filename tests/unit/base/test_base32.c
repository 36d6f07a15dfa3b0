/* Ids as text: RFC 4648 base32 without padding. Other values: python3 base64.b32encode. */
#include "check.h"

#include "base/base32.h"

#include <ctype.h>

static const struct {
    const char *name;
    uint8_t id[ID_LEN];
    const char *text;
} rows[] = {
    {"all zeros", {0}, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    {"all ones",
     {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
     "777777777777777777777777777777777777777777777777777q"},
    {"the example of PROTOCOL.md",
     {0x17, 0xa0, 0x11, 0xa8, 0xfc, 0x85, 0xde, 0x33, 0x68, 0x5e, 0x7e,
      0xfa, 0x24, 0xf4, 0x5f, 0x79, 0xb8, 0x72, 0xa8, 0x20, 0x3c, 0x68,
      0xf7, 0xc6, 0xe4, 0xd4, 0xf2, 0x91, 0x5e, 0x5f, 0x37, 0xc1},
     "c6qbdkh4qxpdg2c6p35cj5c7pg4hfkbahrupprxe2tzjcxs7g7aq"},
};

static void test_an_id_is_written_and_read_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char text[ID_TEXT_LEN + 1];
        uint8_t id[ID_LEN];
        id_write(rows[i].id, text);
        assert_string_equal(text, rows[i].text);
        CHECK_ERR(id_parse(text, id), LTH_OK, rows[i].name);
        assert_memory_equal(id, rows[i].id, ID_LEN);
    }
}

static void test_upper_case_reads_as_lower_case(void **state)
{
    (void)state;
    char text[ID_TEXT_LEN + 1];
    uint8_t id[ID_LEN];
    for (size_t i = 0; i <= ID_TEXT_LEN; i++)
        text[i] = (char)toupper(rows[2].text[i]);
    assert_int_equal(id_parse(text, id), LTH_OK);
    assert_memory_equal(id, rows[2].id, ID_LEN);
}

static void test_every_bit_of_an_id_is_in_its_text(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < (size_t)8 * ID_LEN; bit++) {
        uint8_t id[ID_LEN] = {0}, back[ID_LEN];
        char text[ID_TEXT_LEN + 1];
        id[bit / 8] = (uint8_t)(1u << bit % 8);
        id_write(id, text);
        assert_int_equal(id_parse(text, back), LTH_OK);
        assert_memory_equal(back, id, ID_LEN);
    }
}

static void test_what_is_not_an_id_is_malformed_and_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } bad[] = {
        {"empty", ""},
        {"one too short", "c6qbdkh4qxpdg2c6p35cj5c7pg4hfkbahrupprxe2tzjcxs7g7a"},
        {"one too long", "c6qbdkh4qxpdg2c6p35cj5c7pg4hfkbahrupprxe2tzjcxs7g7aqa"},
        {"padding", "c6qbdkh4qxpdg2c6p35cj5c7pg4hfkbahrupprxe2tzjcxs7g7aq===="},
        {"digit one", "16qbdkh4qxpdg2c6p35cj5c7pg4hfkbahrupprxe2tzjcxs7g7aq"},
        {"digit eight", "c8qbdkh4qxpdg2c6p35cj5c7pg4hfkbahrupprxe2tzjcxs7g7aq"},
        {"a space", "c6qbdkh4qxpdg2c6p35cj5c7 g4hfkbahrupprxe2tzjcxs7g7aq"},
        {"not ASCII", "\xc3\xa9qbdkh4qxpdg2c6p35cj5c7pg4hfkbahrupprxe2tzjcxs7g7aq"},
        {"lowest unused bit set", "c6qbdkh4qxpdg2c6p35cj5c7pg4hfkbahrupprxe2tzjcxs7g7ar"},
        {"highest unused bit set", "c6qbdkh4qxpdg2c6p35cj5c7pg4hfkbahrupprxe2tzjcxs7g7ay"},
    };
    for (size_t i = 0; i < LENGTH(bad); i++) {
        uint8_t id[ID_LEN] = {0x5a}, before[ID_LEN] = {0x5a};
        CHECK_ERR(id_parse(bad[i].text, id), LTH_MALFORMED, bad[i].name);
        CHECK(memcmp(id, before, ID_LEN) == 0, bad[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_id_is_written_and_read_back),
        cmocka_unit_test(test_upper_case_reads_as_lower_case),
        cmocka_unit_test(test_every_bit_of_an_id_is_in_its_text),
        cmocka_unit_test(test_what_is_not_an_id_is_malformed_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
