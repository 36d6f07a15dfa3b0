/* A sentence always ends, and never in the middle of a character. */
#include "check.h"

#include "base/utf8.h"
#include "ui/sentence.h"

static void test_a_short_sentence_is_kept_whole(void **state)
{
    (void)state;
    struct sentence s;
    sentence_set(&s, "%s: %d", "no", 7);
    assert_string_equal(s.text, "no: 7");
}

static void test_a_long_sentence_is_cut_between_characters(void **state)
{
    (void)state;
    char words[2 * SENTENCE_SIZE + 1];
    struct sentence s;
    for (size_t i = 0; i < sizeof words - 1; i += 2)
        memcpy(words + i, "é", 2);
    words[sizeof words - 1] = '\0';
    for (int shift = 0; shift < 2; shift++) {
        sentence_set(&s, "%s%s", shift ? "x" : "", words);
        size_t len = strlen(s.text);
        assert_in_range(len, SENTENCE_SIZE - 3, SENTENCE_SIZE - 1);
        assert_true(utf8_is_valid((const uint8_t *)s.text, len));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_short_sentence_is_kept_whole),
        cmocka_unit_test(test_a_long_sentence_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
