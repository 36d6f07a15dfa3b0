#include "check.h"

#include "ui/shell.h"
#include "ui/shell_help.h"

#include <stdlib.h>

/* The help of topic; the caller frees. */
static char *help_of(const char *topic, bool *has_any)
{
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    *has_any = shell_help_print(to, topic);
    fclose(to);
    return text;
}

static void test_help_has_every_command_or_those_asked_for(void **state)
{
    (void)state;
    const struct shell_row *row;
    bool has_any;
    char *text = help_of(NULL, &has_any);
    for (size_t i = 0; (row = shell_row(i)); i++)
        CHECK(strstr(text, row->name) && strstr(text, row->help), row->name);
    free(text);
    text = help_of("group", &has_any);
    assert_true(has_any && strstr(text, "group add") && !strstr(text, "  peers"));
    free(text);
    text = help_of("send", &has_any);
    assert_true(has_any && strstr(text, "--wait SECONDS") && !strstr(text, "--last"));
    free(text);
    text = help_of("send", &has_any);
    assert_true(strstr(text, "first letters, or a group"));
    free(text);
    text = help_of("verify", &has_any);
    assert_true(strstr(text, "first letters.") && !strstr(text, "group"));
    free(text);
    text = help_of("status", &has_any);
    assert_false(strstr(text, "WHO") || strstr(text, "GROUP"));
    free(text);
    text = help_of("dance", &has_any);
    assert_false(has_any);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_help_has_every_command_or_those_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
