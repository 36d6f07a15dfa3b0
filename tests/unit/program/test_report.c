#include "report.h"

#include "check.h"

#include <stdio.h>

/* The codes and texts told, a line for each. */
static void write_down(void *ctx, const char *code, const char *text)
{
    char *told = ctx;
    size_t len = strlen(told);
    snprintf(told + len, 2048 - len, "%s: %s\n", code, text);
}

#define ROLLBACK                                                                                   \
    "rollback: The log ends earlier than it once did, as after putting back a backup: what came "  \
    "later is asked of the peers that hold it, and what none of them holds is lost.\n"
#define READ_ONLY                                                                                  \
    "store_read_only: The store takes no writes: messages can be read, but none sent or "          \
    "received.\n"

static void test_each_finding_is_told_once_and_a_sound_store_gives_none(void **state)
{
    static const struct {
        const char *name;
        struct store_report report;
        uint64_t orphans;
        const char *want;
    } rows[] = {
        {"sound", {.created = true}, 0, ""},
        {"torn tail",
         {.torn_tail_bytes = 17},
         0,
         "torn_tail: The last write before the previous end was cut off: 17 bytes were put aside "
         "in the log directory, nothing that was acknowledged is missing.\n"},
        {"rolled back", {.rolled_back = true}, 0, ROLLBACK},
        {"rolled back and torn", {.rolled_back = true, .torn_tail_bytes = 17}, 0, ROLLBACK},
        {"damaged",
         {.damaged = true, .damaged_from = 5, .damaged_count = 3, .read_only = true},
         0,
         "store_damaged: The log is damaged: 3 records from number 5 on are lost; the store is "
         "open for reading only.\n" READ_ONLY},
        {"orphans",
         {0},
         4,
         "store_damaged: 4 records rest on lost ones and were passed over: put the directory back "
         "from a backup, if there is one.\n"},
        {"full disk", {.read_only = true}, 0, READ_ONLY},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char told[2048] = "";
        report_tell(&rows[i].report, rows[i].orphans, write_down, told);
        if (strcmp(told, rows[i].want) != 0)
            fail_msg("%s: told \"%s\", want \"%s\"", rows[i].name, told, rows[i].want);
    }
}

static void test_the_largest_numbers_fit_into_a_sentence(void **state)
{
    const struct store_report report = {
        .torn_tail_bytes = UINT64_MAX, .damaged_from = UINT64_MAX, .damaged_count = UINT64_MAX};
    char told[2048] = "";
    (void)state;
    report_tell(&report, UINT64_MAX, write_down, told);
    CHECK(strstr(told, "is missing.\n"), "torn tail");
    CHECK(strstr(told, "for reading only.\n"), "damage");
    CHECK(strstr(told, "if there is one.\n"), "orphans");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_finding_is_told_once_and_a_sound_store_gives_none),
        cmocka_unit_test(test_the_largest_numbers_fit_into_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
