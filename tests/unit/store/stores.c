#include "store/stores.h"

#include <stdio.h>

static const uint8_t key_bytes[32] = {1, 2, 3, 4};
const struct store_key test_key = {STORE_KEY_FILE, key_bytes, sizeof key_bytes};

uint64_t test_now_ms = 5000;

static uint64_t now_ms(void)
{
    return test_now_ms;
}

const struct store_options test_options = {
    .cost = {.memory_kib = VAULT_MEMORY_KIB_MIN, .passes = 1},
    .segment_max = 8192,
    .now_ms = now_ms,
};

enum lth_err open_on(struct memdisk *m, struct store **out, struct store_report *report)
{
    return open_with(&m->disk, "s", &test_key, out, report);
}

enum lth_err open_with(const struct disk *disk, const char *dir, const struct store_key *key,
                       struct store **out, struct store_report *report)
{
    struct store *s;
    enum lth_err err = store_open_with(disk, dir, key, &test_options, &s, report);
    if (err != LTH_OK)
        return err;
    err = store_begin(s, report);
    if (err == LTH_OK)
        *out = s;
    else
        CHECK_ERR(store_close(s), LTH_OK, "nothing was appended");
    return err;
}

struct store *must_open(struct memdisk *m, struct store_report *report)
{
    struct store *s = NULL;
    struct store_report unused;
    CHECK_ERR(open_on(m, &s, report ? report : &unused), LTH_OK, "open");
    return s;
}

void test_record(uint64_t n, char text[128])
{
    int len = snprintf(text, 128, "record %llu ", (unsigned long long)n);
    for (uint64_t i = 0; i < n % 40; i++)
        text[len++] = (char)('a' + i % 26);
    text[len] = 0;
}

enum lth_err append_one(struct store *s)
{
    char text[128];
    test_record(store_next(s), text);
    struct store_record r = {(const uint8_t *)text, strlen(text)};
    return store_append(s, &r, 1);
}

void fill(struct store *s, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        CHECK_ERR(append_one(s), LTH_OK, "append");
        CHECK_ERR(store_sync(s), LTH_OK, "sync");
    }
}

struct checking {
    uint64_t next, skipped;
    const char *row;
};

static enum lth_err check_one(void *ctx, uint64_t number, const uint8_t *bytes, size_t len)
{
    struct checking *c = ctx;
    char text[128];
    CHECK(number >= c->next, c->row);
    c->skipped += number - c->next;
    c->next = number + 1;
    test_record(number, text);
    CHECK(len == strlen(text) && memcmp(bytes, text, len) == 0, c->row);
    return LTH_OK;
}

uint64_t check_all(struct store *s, uint64_t *skipped, const char *row)
{
    struct checking c = {.next = 1, .row = row};
    CHECK_ERR(store_replay(s, check_one, &c), LTH_OK, row);
    if (skipped)
        *skipped = c.skipped;
    return c.next - 1;
}

void must_close(struct store *s)
{
    CHECK_ERR(store_close(s), LTH_OK, "close");
}
