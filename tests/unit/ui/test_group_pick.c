/* A group is named by #name while no other has the name, and always by its id. */
#include "check.h"

#include "ui/group_pick.h"

static const struct group_view views[] = {
    {.id = {1}, .name = "ops"},     {.id = {2}, .name = "two words"},
    {.id = {0xab}, .name = "twin"}, {.id = {0xac}, .name = "twin"},
    {.id = {5}, .name = "#marked"}, {.id = {6}, .name = "twin~ab000000"},
};

#define ZEROS "00000000000000000000000000000000000000000000000000000000000000"

static const struct {
    const char *word;
    enum lth_err want;
    size_t nth;
} rows[] = {
    {"#ops", LTH_OK, 0},
    {"#two words", LTH_OK, 1},
    {"##marked", LTH_OK, 4},
    {"#Ops", LTH_NOT_FOUND, 0},
    {"#op", LTH_NOT_FOUND, 0},
    {"ops", LTH_NOT_FOUND, 0},
    {"#", LTH_NOT_FOUND, 0},
    {"", LTH_NOT_FOUND, 0},
    {"#twin", LTH_AMBIGUOUS, 0},
    {"#twin~ab000000", LTH_OK, 2}, /* not the group that is called so */
    {"#twin~AC00000000", LTH_OK, 3},
    {"#twin~ab000000~06000000", LTH_OK, 5},
    {"#twin~ad000000", LTH_NOT_FOUND, 0},
    {"#twin~ab", LTH_NOT_FOUND, 0},
    {"twin~ab000000", LTH_NOT_FOUND, 0},
    {"ab" ZEROS, LTH_OK, 2},
    {"AC" ZEROS, LTH_OK, 3},
    {"ad" ZEROS, LTH_NOT_FOUND, 0},
    {"ab" ZEROS "00", LTH_NOT_FOUND, 0},
    {"ab", LTH_NOT_FOUND, 0},
};

static void test_a_word_names_one_group_or_none(void **state)
{
    (void)state;
    struct event e = {.type = EVENT_GROUPS};
    e.groups.groups = views;
    e.groups.count = LENGTH(views);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct group_view *found = NULL;
        CHECK_ERR(group_pick(&e, rows[i].word, &found), rows[i].want, rows[i].word);
        CHECK(found == (rows[i].want == LTH_OK ? &views[rows[i].nth] : NULL), rows[i].word);
    }
}

static void test_an_id_is_written_in_hex(void **state)
{
    (void)state;
    char text[GROUP_TEXT_LEN + 1];
    group_id_write(views[2].id, text);
    assert_string_equal(text, "ab" ZEROS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_word_names_one_group_or_none),
        cmocka_unit_test(test_an_id_is_written_in_hex),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
