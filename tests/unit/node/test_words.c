/* The words of the lists: the JSON names of commands, events and errors, no two alike. */
#include "check.h"

#include "node/command.h"
#include "node/event.h"

static const struct {
    int value;
    const char *word;
} commands[] =
    {
#define ROW(name, word) {name, word},
        COMMANDS(ROW)},
  events[] = {EVENTS(ROW)}, codes[] = {ERROR_CODES(ROW)};
#undef ROW

static void test_every_command_has_its_word(void **state)
{
    (void)state;
    assert_int_equal(LENGTH(commands), COMMAND_COUNT);
    for (size_t i = 0; i < LENGTH(commands); i++) {
        assert_string_equal(command_word((enum command_type)commands[i].value), commands[i].word);
        for (size_t other = 0; other < i; other++)
            assert_string_not_equal(commands[i].word, commands[other].word);
    }
}

static void test_every_event_has_its_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(events); i++) {
        assert_string_equal(event_word((enum event_type)events[i].value), events[i].word);
        for (size_t other = 0; other < i; other++)
            assert_string_not_equal(events[i].word, events[other].word);
    }
}

static void test_every_error_code_has_its_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(codes); i++) {
        assert_string_equal(error_code_word((enum error_code)codes[i].value), codes[i].word);
        for (size_t other = 0; other < i; other++)
            assert_string_not_equal(codes[i].word, codes[other].word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_command_has_its_word),
        cmocka_unit_test(test_every_event_has_its_word),
        cmocka_unit_test(test_every_error_code_has_its_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
