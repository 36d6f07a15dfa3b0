/* Records: written and read in one place, each whole or not at all. */
#include "check.h"

#include "store/record.h"

#include <stdlib.h>

enum { ROOM = 512 };

/* One of each type, as bytes. */
struct sample {
    const char *name;
    uint8_t bytes[ROOM];
    size_t len;
};

static const struct contact_record contact = {.x25519 = {1},
                                              .ed25519 = {2},
                                              .flags = CONTACT_VERIFIED | CONTACT_BLOCKED,
                                              .first_seen_ms = 0x0102030405060708,
                                              .name = "Zoë",
                                              .petname = "zo"};
static const struct feed_record feed = {
    .handle = 0x01020304, .conversation = {3}, .author = {4}, .incarnation = UINT64_MAX};
static const struct entry_record entry = {
    .feed = 7, .number = 1ull << 40, .content = (const uint8_t *)"content", .content_len = 7};
static const struct receipt_record receipt = {
    .feed = 8, .number = 9, .hash = {5}, .reader = {6}, .signature = {[63] = 7}, .time_ms = 10};
static const struct head_record head = {
    .feed = 11, .number = 12, .hash = {8}, .signature = {[63] = 9}};
static const struct address_record address = {.removed = true, .text = "example.org:7327"};
static const struct seen_record seen = {
    .id = {13}, .endpoint = {.ip = {0xfe, 0x80}, .scope = 3, .port = 7327}, .time_ms = 14};

static const uint8_t operation[] = {15, 16, 17};
static const struct key_record key = {.feed = 18, .number = 19, .key = {[31] = 20}};
static const struct opened_record opened = {.feed = 21, .number = 1ull << 33};

static struct sample samples[12]; /* by type; 0 is nobody's */

static int make_samples(void **state)
{
    (void)state;
    static const char *const names[] = {"nothing", "name",      "contact", "feed",
                                        "entry",   "receipt",   "head",    "address",
                                        "seen",    "operation", "key",     "opened"};
    for (size_t type = 1; type < LENGTH(samples); type++) {
        struct sample *s = &samples[type];
        struct writer w = writer_over(s->bytes, sizeof s->bytes);
        s->name = names[type];
        switch (type) {
        case RECORD_NAME: record_name_write(&w, "alice"); break;
        case RECORD_CONTACT: record_contact_write(&w, &contact); break;
        case RECORD_FEED: record_feed_write(&w, &feed); break;
        case RECORD_ENTRY: record_entry_write(&w, &entry); break;
        case RECORD_RECEIPT: record_receipt_write(&w, &receipt); break;
        case RECORD_HEAD: record_head_write(&w, &head); break;
        case RECORD_ADDRESS: record_address_write(&w, &address); break;
        case RECORD_SEEN: record_seen_write(&w, &seen); break;
        case RECORD_OPERATION: record_operation_write(&w, operation, sizeof operation); break;
        case RECORD_KEY: record_key_write(&w, &key); break;
        case RECORD_OPENED: record_opened_write(&w, &opened); break;
        }
        if (writer_finish(&w, &s->len) != LTH_OK)
            return 1;
    }
    return 0;
}

/* As the given type, from memory of exactly len bytes. */
static enum lth_err parse(unsigned type, const uint8_t *bytes, size_t len)
{
    union {
        char name[RECORD_NAME_MAX + 1];
        struct contact_record contact;
        struct feed_record feed;
        struct entry_record entry;
        struct receipt_record receipt;
        struct head_record head;
        struct address_record address;
        struct seen_record seen;
        struct operation_record_view operation;
        struct key_record key;
        struct opened_record opened;
    } out;
    uint8_t *exact = malloc(len + !len);
    enum lth_err err = LTH_BAD_STATE;
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    switch (type) {
    case RECORD_NAME: err = record_name_parse(exact, len, out.name); break;
    case RECORD_CONTACT: err = record_contact_parse(exact, len, &out.contact); break;
    case RECORD_FEED: err = record_feed_parse(exact, len, &out.feed); break;
    case RECORD_ENTRY: err = record_entry_parse(exact, len, &out.entry); break;
    case RECORD_RECEIPT: err = record_receipt_parse(exact, len, &out.receipt); break;
    case RECORD_HEAD: err = record_head_parse(exact, len, &out.head); break;
    case RECORD_ADDRESS: err = record_address_parse(exact, len, &out.address); break;
    case RECORD_SEEN: err = record_seen_parse(exact, len, &out.seen); break;
    case RECORD_OPERATION: err = record_operation_parse(exact, len, &out.operation); break;
    case RECORD_KEY: err = record_key_parse(exact, len, &out.key); break;
    case RECORD_OPENED: err = record_opened_parse(exact, len, &out.opened); break;
    }
    free(exact);
    return err;
}

static void test_names_keys_and_marks_come_back(void **state)
{
    (void)state;
    char name[RECORD_NAME_MAX + 1];
    struct contact_record back;
    assert_int_equal(record_name_parse(samples[RECORD_NAME].bytes, samples[RECORD_NAME].len, name),
                     LTH_OK);
    assert_string_equal(name, "alice");
    assert_int_equal(
        record_contact_parse(samples[RECORD_CONTACT].bytes, samples[RECORD_CONTACT].len, &back),
        LTH_OK);
    assert_memory_equal(back.x25519, contact.x25519, 32);
    assert_memory_equal(back.ed25519, contact.ed25519, 32);
    assert_int_equal(back.flags, contact.flags);
    assert_true(back.first_seen_ms == contact.first_seen_ms);
    assert_string_equal(back.name, contact.name);
    assert_string_equal(back.petname, contact.petname);
}

static void test_feeds_and_entries_come_back(void **state)
{
    (void)state;
    struct feed_record f;
    struct entry_record e;
    assert_int_equal(record_feed_parse(samples[RECORD_FEED].bytes, samples[RECORD_FEED].len, &f),
                     LTH_OK);
    assert_int_equal(f.handle, feed.handle);
    assert_memory_equal(f.conversation, feed.conversation, 32);
    assert_memory_equal(f.author, feed.author, 32);
    assert_true(f.incarnation == feed.incarnation);
    assert_int_equal(samples[RECORD_FEED].len, RECORD_FEED_LEN);
    assert_int_equal(record_entry_parse(samples[RECORD_ENTRY].bytes, samples[RECORD_ENTRY].len, &e),
                     LTH_OK);
    assert_int_equal(e.feed, entry.feed);
    assert_true(e.number == entry.number);
    assert_int_equal(e.content_len, 7);
    assert_memory_equal(e.content, "content", 7);
    assert_int_equal(samples[RECORD_ENTRY].len, RECORD_ENTRY_HEADER_LEN + 7);
}

static void test_receipts_and_heads_come_back(void **state)
{
    (void)state;
    struct receipt_record r;
    struct head_record h;
    assert_int_equal(
        record_receipt_parse(samples[RECORD_RECEIPT].bytes, samples[RECORD_RECEIPT].len, &r),
        LTH_OK);
    assert_int_equal(r.feed, receipt.feed);
    assert_true(r.number == receipt.number && r.time_ms == receipt.time_ms);
    assert_memory_equal(r.hash, receipt.hash, 32);
    assert_memory_equal(r.reader, receipt.reader, 32);
    assert_memory_equal(r.signature, receipt.signature, 64);
    assert_int_equal(samples[RECORD_RECEIPT].len, RECORD_RECEIPT_LEN);
    assert_int_equal(record_head_parse(samples[RECORD_HEAD].bytes, samples[RECORD_HEAD].len, &h),
                     LTH_OK);
    assert_int_equal(h.feed, head.feed);
    assert_true(h.number == head.number);
    assert_memory_equal(h.hash, head.hash, 32);
    assert_memory_equal(h.signature, head.signature, 64);
    assert_int_equal(samples[RECORD_HEAD].len, RECORD_HEAD_LEN);
}

static void test_addresses_come_back(void **state)
{
    (void)state;
    struct address_record a;
    struct seen_record s;
    assert_int_equal(
        record_address_parse(samples[RECORD_ADDRESS].bytes, samples[RECORD_ADDRESS].len, &a),
        LTH_OK);
    assert_true(a.removed);
    assert_string_equal(a.text, address.text);
    assert_int_equal(record_seen_parse(samples[RECORD_SEEN].bytes, samples[RECORD_SEEN].len, &s),
                     LTH_OK);
    assert_memory_equal(s.id, seen.id, 32);
    assert_true(endpoint_equal(&s.endpoint, &seen.endpoint));
    assert_true(s.time_ms == seen.time_ms);
    assert_int_equal(samples[RECORD_SEEN].len, RECORD_SEEN_LEN);
}

static void test_what_a_group_needs_comes_back(void **state)
{
    (void)state;
    struct operation_record_view o;
    struct key_record k;
    struct opened_record p;
    const struct sample *s = &samples[RECORD_OPERATION];
    assert_int_equal(record_operation_parse(s->bytes, s->len, &o), LTH_OK);
    assert_int_equal(o.len, sizeof operation);
    assert_memory_equal(o.bytes, operation, sizeof operation);
    s = &samples[RECORD_KEY];
    assert_int_equal(record_key_parse(s->bytes, s->len, &k), LTH_OK);
    assert_int_equal(k.feed, key.feed);
    assert_true(k.number == key.number);
    assert_memory_equal(k.key, key.key, 32);
    assert_int_equal(s->len, RECORD_KEY_LEN);
    s = &samples[RECORD_OPENED];
    assert_int_equal(record_opened_parse(s->bytes, s->len, &p), LTH_OK);
    assert_int_equal(p.feed, opened.feed);
    assert_true(p.number == opened.number);
    assert_int_equal(s->len, RECORD_OPENED_LEN);
}

static void test_who_introduced_somebody_comes_back(void **state)
{
    (void)state;
    struct contact_record met = contact, back;
    uint8_t bytes[ROOM];
    size_t len;
    met.flags |= CONTACT_INTRODUCED;
    memset(met.introduced_by, 7, sizeof met.introduced_by);
    struct writer w = writer_over(bytes, sizeof bytes);
    record_contact_write(&w, &met);
    assert_int_equal(writer_finish(&w, &len), LTH_OK);
    assert_int_equal(record_contact_parse(bytes, len, &back), LTH_OK);
    assert_memory_equal(back.introduced_by, met.introduced_by, sizeof met.introduced_by);
    assert_int_equal(record_contact_parse(bytes, len - 1, &back), LTH_MALFORMED);
}

static void test_an_unknown_flag_of_a_contact_is_too_new(void **state)
{
    (void)state;
    enum { FLAGS_AT = 1 + 32 + 32 };
    const struct sample *s = &samples[RECORD_CONTACT];
    for (unsigned bit = 0; bit < 8; bit++) {
        uint8_t bytes[RECORD_CONTACT_MAX];
        memcpy(bytes, s->bytes, s->len);
        bytes[FLAGS_AT] |= (uint8_t)(1 << bit);
        bool is_known = CONTACT_FLAGS >> bit & 1;
        assert_int_equal(parse(RECORD_CONTACT, bytes, s->len) == LTH_TOO_NEW, !is_known);
    }
}

static void test_a_record_says_its_type_and_is_no_other(void **state)
{
    (void)state;
    for (unsigned type = 1; type < LENGTH(samples); type++) {
        const struct sample *s = &samples[type];
        CHECK(record_type(s->bytes) == type, s->name);
        for (unsigned as = 1; as < LENGTH(samples); as++)
            CHECK_ERR(parse(as, s->bytes, s->len), as == type ? LTH_OK : LTH_MALFORMED, s->name);
    }
}

/* What such a record carries has no length of its own. */
static bool has_any_length(unsigned type, size_t len)
{
    return (type == RECORD_ENTRY && len >= RECORD_ENTRY_HEADER_LEN) ||
           (type == RECORD_OPERATION && len >= 1);
}

static void test_a_record_cut_anywhere_is_malformed(void **state)
{
    (void)state;
    for (unsigned type = 1; type < LENGTH(samples); type++) {
        const struct sample *s = &samples[type];
        for (size_t len = 0; len < s->len; len++)
            CHECK_ERR(parse(type, s->bytes, len),
                      has_any_length(type, len) ? LTH_OK : LTH_MALFORMED, s->name);
    }
}

static void test_a_byte_more_is_malformed(void **state)
{
    (void)state;
    for (unsigned type = 1; type < LENGTH(samples); type++)
        if (!has_any_length(type, samples[type].len))
            CHECK_ERR(parse(type, samples[type].bytes, samples[type].len + 1), LTH_MALFORMED,
                      samples[type].name);
}

static void test_a_string_is_as_long_as_its_place_and_no_longer(void **state)
{
    (void)state;
    uint8_t bytes[2 + 255] = {RECORD_NAME};
    memset(bytes + 2, 'n', 255);
    for (unsigned len = 0; len <= 255; len++) {
        bytes[1] = (uint8_t)len;
        assert_int_equal(parse(RECORD_NAME, bytes, 2 + len),
                         len <= RECORD_NAME_MAX ? LTH_OK : LTH_MALFORMED);
    }
    bytes[1] = 3;
    bytes[3] = 0; /* what follows a zero would be lost */
    assert_int_equal(parse(RECORD_NAME, bytes, 5), LTH_MALFORMED);
}

static void test_the_longest_strings_fit_the_sizes_of_the_header(void **state)
{
    (void)state;
    struct contact_record longest = contact;
    struct address_record far = {.removed = false};
    uint8_t bytes[ROOM];
    size_t len;
    longest.flags |= CONTACT_INTRODUCED;
    memset(longest.name, 'n', RECORD_NAME_MAX);
    memset(longest.petname, 'p', RECORD_NAME_MAX);
    memset(far.text, 'a', 255);
    struct writer w = writer_over(bytes, RECORD_CONTACT_MAX);
    record_contact_write(&w, &longest);
    assert_int_equal(writer_finish(&w, &len), LTH_OK);
    assert_int_equal(len, RECORD_CONTACT_MAX);
    assert_int_equal(parse(RECORD_CONTACT, bytes, len), LTH_OK);
    w = writer_over(bytes, RECORD_ADDRESS_MAX);
    record_address_write(&w, &far);
    assert_int_equal(writer_finish(&w, &len), LTH_OK);
    assert_int_equal(len, RECORD_ADDRESS_MAX);
    assert_int_equal(parse(RECORD_ADDRESS, bytes, len), LTH_OK);
}

static void test_what_is_malformed_changes_nothing(void **state)
{
    (void)state;
    char name[RECORD_NAME_MAX + 1] = "before";
    struct seen_record s = {.time_ms = 99};
    assert_int_equal(record_name_parse(samples[RECORD_NAME].bytes, 4, name), LTH_MALFORMED);
    assert_string_equal(name, "before");
    assert_int_equal(record_seen_parse(samples[RECORD_SEEN].bytes, RECORD_SEEN_LEN - 1, &s),
                     LTH_MALFORMED);
    assert_true(s.time_ms == 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_keys_and_marks_come_back),
        cmocka_unit_test(test_feeds_and_entries_come_back),
        cmocka_unit_test(test_receipts_and_heads_come_back),
        cmocka_unit_test(test_addresses_come_back),
        cmocka_unit_test(test_what_a_group_needs_comes_back),
        cmocka_unit_test(test_who_introduced_somebody_comes_back),
        cmocka_unit_test(test_an_unknown_flag_of_a_contact_is_too_new),
        cmocka_unit_test(test_a_record_says_its_type_and_is_no_other),
        cmocka_unit_test(test_a_record_cut_anywhere_is_malformed),
        cmocka_unit_test(test_a_byte_more_is_malformed),
        cmocka_unit_test(test_a_string_is_as_long_as_its_place_and_no_longer),
        cmocka_unit_test(test_the_longest_strings_fit_the_sizes_of_the_header),
        cmocka_unit_test(test_what_is_malformed_changes_nothing),
    };
    return cmocka_run_group_tests(tests, make_samples, NULL);
}
