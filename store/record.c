#include "store/record.h"

#include <string.h>

static void write_string(struct writer *w, const char *text)
{
    write_u8(w, (uint8_t)strlen(text));
    write_bytes(w, text, strlen(text));
}

/* size: of text, its zero included. Too long for it spoils the reader. */
static void read_string(struct reader *r, char *text, size_t size)
{
    size_t len = read_u8(r);
    const uint8_t *view = read_view(r, len);
    if (!view || len >= size || memchr(view, 0, len)) {
        r->spoiled = true;
        text[0] = '\0';
        return;
    }
    memcpy(text, view, len);
    text[len] = '\0';
}

static struct reader reader_of(uint8_t type, const uint8_t *bytes, size_t len)
{
    struct reader r = reader_over(bytes, len);
    if (read_u8(&r) != type)
        r.spoiled = true;
    return r;
}

uint8_t record_type(const uint8_t *bytes)
{
    return bytes[0];
}

void record_name_write(struct writer *w, const char *name)
{
    write_u8(w, RECORD_NAME);
    write_string(w, name);
}

enum lth_err record_name_parse(const uint8_t *bytes, size_t len, char *name)
{
    struct reader r = reader_of(RECORD_NAME, bytes, len);
    char text[RECORD_NAME_MAX + 1];
    read_string(&r, text, sizeof text);
    if (reader_finish(&r) != LTH_OK)
        return LTH_MALFORMED;
    memcpy(name, text, sizeof text);
    return LTH_OK;
}

void record_contact_write(struct writer *w, const struct contact_record *contact)
{
    write_u8(w, RECORD_CONTACT);
    write_bytes(w, contact->x25519, 32);
    write_bytes(w, contact->ed25519, 32);
    write_u8(w, contact->flags);
    write_u64(w, contact->first_seen_ms);
    write_string(w, contact->name);
    write_string(w, contact->petname);
    if (contact->flags & CONTACT_INTRODUCED)
        write_bytes(w, contact->introduced_by, 32);
}

enum lth_err record_contact_parse(const uint8_t *bytes, size_t len, struct contact_record *out)
{
    struct reader r = reader_of(RECORD_CONTACT, bytes, len);
    struct contact_record contact = {0};
    read_bytes(&r, contact.x25519, 32);
    read_bytes(&r, contact.ed25519, 32);
    contact.flags = read_u8(&r);
    contact.first_seen_ms = read_u64(&r);
    read_string(&r, contact.name, sizeof contact.name);
    read_string(&r, contact.petname, sizeof contact.petname);
    if (contact.flags & ~CONTACT_FLAGS)
        return LTH_TOO_NEW; /* more may follow, then */
    if (contact.flags & CONTACT_INTRODUCED)
        read_bytes(&r, contact.introduced_by, 32);
    if (reader_finish(&r) != LTH_OK)
        return LTH_MALFORMED;
    *out = contact;
    return LTH_OK;
}

void record_feed_write(struct writer *w, const struct feed_record *feed)
{
    write_u8(w, RECORD_FEED);
    write_u32(w, feed->handle);
    write_bytes(w, feed->conversation, 32);
    write_bytes(w, feed->author, 32);
    write_u64(w, feed->incarnation);
}

enum lth_err record_feed_parse(const uint8_t *bytes, size_t len, struct feed_record *out)
{
    struct reader r = reader_of(RECORD_FEED, bytes, len);
    struct feed_record feed = {.handle = read_u32(&r)};
    read_bytes(&r, feed.conversation, 32);
    read_bytes(&r, feed.author, 32);
    feed.incarnation = read_u64(&r);
    if (reader_finish(&r) != LTH_OK)
        return LTH_MALFORMED;
    *out = feed;
    return LTH_OK;
}

void record_entry_write(struct writer *w, const struct entry_record *entry)
{
    write_u8(w, RECORD_ENTRY);
    write_u32(w, entry->feed);
    write_u64(w, entry->number);
    write_bytes(w, entry->content, entry->content_len);
}

enum lth_err record_entry_parse(const uint8_t *bytes, size_t len, struct entry_record *out)
{
    struct reader r = reader_of(RECORD_ENTRY, bytes, len);
    struct entry_record entry = {.feed = read_u32(&r), .number = 0};
    entry.number = read_u64(&r);
    entry.content_len = reader_left(&r);
    entry.content = read_view(&r, entry.content_len);
    if (reader_finish(&r) != LTH_OK)
        return LTH_MALFORMED;
    *out = entry;
    return LTH_OK;
}

void record_receipt_write(struct writer *w, const struct receipt_record *receipt)
{
    write_u8(w, RECORD_RECEIPT);
    write_u32(w, receipt->feed);
    write_u64(w, receipt->number);
    write_bytes(w, receipt->hash, 32);
    write_bytes(w, receipt->reader, 32);
    write_bytes(w, receipt->signature, 64);
    write_u64(w, receipt->time_ms);
}

enum lth_err record_receipt_parse(const uint8_t *bytes, size_t len, struct receipt_record *out)
{
    struct reader r = reader_of(RECORD_RECEIPT, bytes, len);
    struct receipt_record receipt = {.feed = read_u32(&r)};
    receipt.number = read_u64(&r);
    read_bytes(&r, receipt.hash, 32);
    read_bytes(&r, receipt.reader, 32);
    read_bytes(&r, receipt.signature, 64);
    receipt.time_ms = read_u64(&r);
    if (reader_finish(&r) != LTH_OK)
        return LTH_MALFORMED;
    *out = receipt;
    return LTH_OK;
}

void record_head_write(struct writer *w, const struct head_record *head)
{
    write_u8(w, RECORD_HEAD);
    write_u32(w, head->feed);
    write_u64(w, head->number);
    write_bytes(w, head->hash, 32);
    write_bytes(w, head->signature, 64);
}

enum lth_err record_head_parse(const uint8_t *bytes, size_t len, struct head_record *out)
{
    struct reader r = reader_of(RECORD_HEAD, bytes, len);
    struct head_record head = {.feed = read_u32(&r)};
    head.number = read_u64(&r);
    read_bytes(&r, head.hash, 32);
    read_bytes(&r, head.signature, 64);
    if (reader_finish(&r) != LTH_OK)
        return LTH_MALFORMED;
    *out = head;
    return LTH_OK;
}

void record_address_write(struct writer *w, const struct address_record *address)
{
    write_u8(w, RECORD_ADDRESS);
    write_u8(w, address->removed);
    write_string(w, address->text);
}

enum lth_err record_address_parse(const uint8_t *bytes, size_t len, struct address_record *out)
{
    struct reader r = reader_of(RECORD_ADDRESS, bytes, len);
    struct address_record address = {.removed = read_u8(&r) != 0};
    read_string(&r, address.text, sizeof address.text);
    if (reader_finish(&r) != LTH_OK)
        return LTH_MALFORMED;
    *out = address;
    return LTH_OK;
}

void record_seen_write(struct writer *w, const struct seen_record *seen)
{
    write_u8(w, RECORD_SEEN);
    write_bytes(w, seen->id, 32);
    write_bytes(w, seen->endpoint.ip, 16);
    write_u32(w, seen->endpoint.scope);
    write_u16(w, seen->endpoint.port);
    write_u64(w, seen->time_ms);
}

enum lth_err record_seen_parse(const uint8_t *bytes, size_t len, struct seen_record *out)
{
    struct reader r = reader_of(RECORD_SEEN, bytes, len);
    struct seen_record seen = {0};
    read_bytes(&r, seen.id, 32);
    read_bytes(&r, seen.endpoint.ip, 16);
    seen.endpoint.scope = read_u32(&r);
    seen.endpoint.port = read_u16(&r);
    seen.time_ms = read_u64(&r);
    if (reader_finish(&r) != LTH_OK)
        return LTH_MALFORMED;
    *out = seen;
    return LTH_OK;
}

void record_operation_write(struct writer *w, const uint8_t *bytes, size_t len)
{
    write_u8(w, RECORD_OPERATION);
    write_bytes(w, bytes, len);
}

enum lth_err record_operation_parse(const uint8_t *bytes, size_t len,
                                    struct operation_record_view *out)
{
    struct reader r = reader_of(RECORD_OPERATION, bytes, len);
    struct operation_record_view operation = {.len = reader_left(&r)};
    operation.bytes = read_view(&r, operation.len);
    if (reader_finish(&r) != LTH_OK)
        return LTH_MALFORMED;
    *out = operation;
    return LTH_OK;
}

void record_key_write(struct writer *w, const struct key_record *key)
{
    write_u8(w, RECORD_KEY);
    write_u32(w, key->feed);
    write_u64(w, key->number);
    write_bytes(w, key->key, 32);
}

enum lth_err record_key_parse(const uint8_t *bytes, size_t len, struct key_record *out)
{
    struct reader r = reader_of(RECORD_KEY, bytes, len);
    struct key_record key = {.feed = read_u32(&r), .number = 0};
    key.number = read_u64(&r);
    read_bytes(&r, key.key, 32);
    if (reader_finish(&r) != LTH_OK)
        return LTH_MALFORMED;
    *out = key;
    return LTH_OK;
}

void record_opened_write(struct writer *w, const struct opened_record *opened)
{
    write_u8(w, RECORD_OPENED);
    write_u32(w, opened->feed);
    write_u64(w, opened->number);
}

enum lth_err record_opened_parse(const uint8_t *bytes, size_t len, struct opened_record *out)
{
    struct reader r = reader_of(RECORD_OPENED, bytes, len);
    struct opened_record opened = {.feed = read_u32(&r), .number = 0};
    opened.number = read_u64(&r);
    if (reader_finish(&r) != LTH_OK)
        return LTH_MALFORMED;
    *out = opened;
    return LTH_OK;
}
