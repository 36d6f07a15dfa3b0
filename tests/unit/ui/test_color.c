/* Who chose is obeyed; where nobody did, the terminal and its user are asked. */
#include "check.h"

#include "ui/color.h"

#include <stdlib.h>

static void set(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static void test_colour_is_for_terminals_that_want_it(void **state)
{
    (void)state;
    static const struct {
        const char *name, *no_color, *term;
        enum color_choice choice;
        bool is_terminal, want;
    } rows[] = {
        {"terminal", NULL, "xterm", COLOR_AUTO, true, true},
        {"NO_COLOR", "1", "xterm", COLOR_AUTO, true, false},
        {"empty NO_COLOR", "", "xterm", COLOR_AUTO, true, true},
        {"dumb", NULL, "dumb", COLOR_AUTO, true, false},
        {"no TERM", NULL, NULL, COLOR_AUTO, true, false},
        {"elsewhere", NULL, "xterm", COLOR_AUTO, false, false},
        {"always", "1", "dumb", COLOR_ALWAYS, false, true},
        {"never", NULL, "xterm", COLOR_NEVER, true, false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        set("NO_COLOR", rows[i].no_color);
        set("TERM", rows[i].term);
        CHECK(color_is_wanted(rows[i].choice, rows[i].is_terminal) == rows[i].want, rows[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_colour_is_for_terminals_that_want_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
