/* lanthorn(1) has every command of the shell with its usage, and no other. */
#include "check.h"

#include "ui/manual.h"
#include "ui/shell.h"

#include <ctype.h>
#include <stdio.h>

static bool is_word(char c)
{
    return isalpha((unsigned char)c) || c == '-' || c == ':';
}

/* A usage in the page's form: what is typed is bold, what stands for something is underlined. */
static void mark(const char *usage, char *out, size_t size)
{
    while (*usage) {
        size_t len = 0;
        while (is_word(usage[len]))
            len++;
        const char *sign = len == 0 ? "" : isupper((unsigned char)*usage) ? "_" : "*";
        len += len == 0;
        int written = snprintf(out, size, "%s%.*s%s", sign, (int)len, usage, sign);
        out += written;
        size -= (size_t)written;
        usage += len;
    }
}

static void test_every_command_stands_with_its_usage(void **state)
{
    size_t count = 0;
    (void)state;
    manual_load(LANTHORN_MANUAL);
    const struct shell_row *row;
    for (; (row = shell_row(count)); count++) {
        char usage[200] = "", term[300];
        mark(row->usage, usage, sizeof usage);
        snprintf(term, sizeof term, "*%s*%s%s", row->name, *usage ? " " : "", usage);
        manual_check_term("SHELL COMMANDS", term);
    }
    assert_int_equal(manual_count_terms("SHELL COMMANDS"), count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_command_stands_with_its_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
