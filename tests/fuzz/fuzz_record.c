/* store/record.h: any bytes as a record of the type they say. What is taken, written again, is the
 * same bytes, and strings have an end. */
#include "store/record.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len);

static uint8_t again[1 << 16];

static void require(bool fact)
{
    if (!fact)
        abort();
}

/* Reads the bytes as a record of its type and writes what was read; false when it is none. */
static bool read_and_write(const uint8_t *bytes, size_t len, struct writer *w)
{
    char name[RECORD_NAME_MAX + 1];
    struct contact_record contact;
    struct feed_record feed;
    struct entry_record entry;
    struct receipt_record receipt;
    struct head_record head;
    struct seen_record seen;
    bool ok = false;
    switch (record_type(bytes)) {
    case RECORD_NAME:
        if ((ok = record_name_parse(bytes, len, name) == LTH_OK))
            record_name_write(w, name);
        break;
    case RECORD_CONTACT:
        if ((ok = record_contact_parse(bytes, len, &contact) == LTH_OK))
            record_contact_write(w, &contact);
        break;
    case RECORD_FEED:
        if ((ok = record_feed_parse(bytes, len, &feed) == LTH_OK))
            record_feed_write(w, &feed);
        break;
    case RECORD_ENTRY:
        if ((ok = record_entry_parse(bytes, len, &entry) == LTH_OK))
            record_entry_write(w, &entry);
        break;
    case RECORD_RECEIPT:
        if ((ok = record_receipt_parse(bytes, len, &receipt) == LTH_OK))
            record_receipt_write(w, &receipt);
        break;
    case RECORD_HEAD:
        if ((ok = record_head_parse(bytes, len, &head) == LTH_OK))
            record_head_write(w, &head);
        break;
    case RECORD_SEEN:
        if ((ok = record_seen_parse(bytes, len, &seen) == LTH_OK))
            record_seen_write(w, &seen);
        break;
    }
    return ok;
}

/* Its one flag is a whole byte, of which any value but 0 counts as 1. */
static void check_address(const uint8_t *bytes, size_t len)
{
    struct address_record address;
    struct writer w = writer_over(again, sizeof again);
    if (record_address_parse(bytes, len, &address) != LTH_OK)
        return;
    record_address_write(&w, &address);
    require(writer_len(&w) == len && again[1] == (bytes[1] != 0));
    require(memcmp(again + 2, bytes + 2, len - 2) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    struct writer w = writer_over(again, sizeof again);
    if (len == 0 || len > sizeof again)
        return 0;
    if (record_type(input) == RECORD_ADDRESS)
        check_address(input, len);
    else if (read_and_write(input, len, &w))
        require(!w.spoiled && writer_len(&w) == len && memcmp(again, input, len) == 0);
    return 0;
}
