/* The stores of earlier versions (tests/store/vN), looked at where they are committed: every record
 * of them is there and is of a type we know. What they mean is asked by tests/store. */
#include "store/file.h"
#include "store/record.h"
#include "store/stores.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>

static enum lth_err take_number(void *ctx, uint64_t number, const uint8_t *bytes, size_t len)
{
    (void)bytes, (void)len;
    *(uint64_t *)ctx = number;
    return LTH_OK;
}

static void check_record(struct store *s, uint64_t number)
{
    struct buffer record = {0};
    CHECK_ERR(store_read(s, number, &record), LTH_OK, "read");
    assert_in_range(record_type(record.bytes), RECORD_NAME, RECORD_OPENED);
    buffer_clear(&record);
}

static void check_fixture(const char *dir, const struct store_key *key)
{
    struct store *s;
    struct store_report report;
    uint64_t last = 0;
    CHECK_ERR(store_open(disk_posix(), dir, key, &s, &report), LTH_OK, dir);
    CHECK(!report.rolled_back && !report.torn_tail_bytes && !report.damaged_from, dir);
    CHECK_ERR(store_replay(s, take_number, &last), LTH_OK, dir);
    CHECK(last > 50 && last == store_next(s) - 1, dir);
    CHECK(store_shown(s) > 0 && store_shown(s) <= last, dir);
    for (uint64_t number = 1; number <= last; number++)
        check_record(s, number);
    CHECK_ERR(store_close(s), LTH_OK, dir);
}

/* False when there is no such version. */
static bool check_version(unsigned version)
{
    char dir[PATH_MAX];
    struct buffer file = {0};
    static const char words[] = "seven herons in the reeds";
    const struct store_key passphrase = {STORE_KEY_PASSPHRASE, (const uint8_t *)words,
                                         sizeof words - 1};
    snprintf(dir, sizeof dir, STORE_FIXTURES "/v%u", version);
    if (file_slurp(disk_posix(), dir, "ada.key", VAULT_KEY_FILE_LEN, &file) != 0)
        return false;
    const struct store_key key = {STORE_KEY_FILE, file.bytes, file.len};
    snprintf(dir, sizeof dir, STORE_FIXTURES "/v%u/ada", version);
    check_fixture(dir, &key);
    snprintf(dir, sizeof dir, STORE_FIXTURES "/v%u/bea", version);
    check_fixture(dir, &passphrase);
    buffer_clear(&file);
    return true;
}

static void test_every_record_of_every_version_can_be_read(void **state)
{
    (void)state;
    unsigned version = 1;
    while (check_version(version))
        version++;
    assert_true(version > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_record_of_every_version_can_be_read),
    };
    return sodium_init() < 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
