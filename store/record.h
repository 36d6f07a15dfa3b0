/* store/record.h - what the log's records say (FORMAT.md §records).
 *
 * A record is one byte of type and a body. Each is written and read here. Feeds are
 * named by a handle, a small number that a FEED record introduces, so that an entry costs
 * thirteen bytes beside its content.
 */
#ifndef LTH_STORE_RECORD_H
#define LTH_STORE_RECORD_H

#include "base/cursor.h"
#include "base/endpoint.h"

enum {
    RECORD_NAME = 1,      /* our own display name */
    RECORD_CONTACT = 2,   /* a person: keys, names, marks; the last one counts */
    RECORD_FEED = 3,      /* a feed and its handle */
    RECORD_ENTRY = 4,     /* an entry's content */
    RECORD_RECEIPT = 5,   /* a reader's signed receipt */
    RECORD_HEAD = 6,      /* an author's signed head */
    RECORD_ADDRESS = 7,   /* an address typed by the user, or its removal */
    RECORD_SEEN = 8,      /* where a contact was last reached */
    RECORD_OPERATION = 9, /* of a group's roster, as it was signed */
    RECORD_KEY = 10,      /* the key of a chain of a group's feed */
    RECORD_OPENED = 11,   /* an entry whose key came after it is to be shown now */
};

enum {
    RECORD_NAME_MAX = 64,
    RECORD_CONTACT_MAX = 1 + 32 + 32 + 1 + 8 + 2 * (1 + RECORD_NAME_MAX) + 32,
    RECORD_FEED_LEN = 1 + 4 + 32 + 32 + 8,
    RECORD_ENTRY_HEADER_LEN = 1 + 4 + 8,
    RECORD_RECEIPT_LEN = 1 + 4 + 8 + 32 + 32 + 64 + 8,
    RECORD_HEAD_LEN = 1 + 4 + 8 + 32 + 64,
    RECORD_ADDRESS_MAX = 1 + 1 + 1 + 255,
    RECORD_SEEN_LEN = 1 + 32 + 16 + 4 + 2 + 8,
    RECORD_KEY_LEN = 1 + 4 + 8 + 32,
    RECORD_OPENED_LEN = 1 + 4 + 8,
};

enum {
    CONTACT_VERIFIED = 0x01,
    CONTACT_BLOCKED = 0x02,
    CONTACT_INTRODUCED = 0x04,
    CONTACT_FLAGS = CONTACT_VERIFIED | CONTACT_BLOCKED | CONTACT_INTRODUCED,
};

struct contact_record {
    uint8_t x25519[32], ed25519[32], flags;
    uint64_t first_seen_ms; /* wall clock */
    char name[RECORD_NAME_MAX + 1], petname[RECORD_NAME_MAX + 1];
    uint8_t introduced_by[32]; /* with CONTACT_INTRODUCED: id of who did */
};

struct feed_record {
    uint32_t handle; /* 1, 2, 3 … in the order of the log */
    uint8_t conversation[32], author[32];
    uint64_t incarnation;
};

struct entry_record {
    uint32_t feed;
    uint64_t number;
    const uint8_t *content; /* borrowed; wire/entry.h */
    size_t content_len;
};

struct receipt_record {
    uint32_t feed;
    uint64_t number;
    uint8_t hash[32], reader[32], signature[64];
    uint64_t time_ms; /* wall clock, when it came */
};

struct head_record {
    uint32_t feed;
    uint64_t number;
    uint8_t hash[32], signature[64];
};

struct address_record {
    bool removed;
    char text[256]; /* host:port as typed */
};

struct seen_record {
    uint8_t id[32];
    struct endpoint endpoint;
    uint64_t time_ms; /* wall clock */
};

struct operation_record_view {
    const uint8_t *bytes; /* borrowed; wire/operation.h */
    size_t len;
};

/* Holds a secret. */
struct key_record {
    uint32_t feed;
    uint64_t number; /* of the chain's first entry */
    uint8_t key[32];
};

struct opened_record {
    uint32_t feed;
    uint64_t number;
};

/* Each writes a whole record, type included, into w. */
void record_name_write(struct writer *w, const char *name);
void record_contact_write(struct writer *w, const struct contact_record *contact);
void record_feed_write(struct writer *w, const struct feed_record *feed);
void record_entry_write(struct writer *w, const struct entry_record *entry);
void record_receipt_write(struct writer *w, const struct receipt_record *receipt);
void record_head_write(struct writer *w, const struct head_record *head);
void record_address_write(struct writer *w, const struct address_record *address);
void record_seen_write(struct writer *w, const struct seen_record *seen);
void record_operation_write(struct writer *w, const uint8_t *bytes, size_t len);
void record_key_write(struct writer *w, const struct key_record *key);
void record_opened_write(struct writer *w, const struct opened_record *opened);

/* Type of a record of at least one byte. */
uint8_t record_type(const uint8_t *bytes);

/* Each reads a whole record of its type; LTH_MALFORMED otherwise. name: RECORD_NAME_MAX + 1. A
 * contact with a flag that we do not know is LTH_TOO_NEW: written again, it would be gone. */
LTH_MUST_USE enum lth_err record_name_parse(const uint8_t *bytes, size_t len, char *name);
LTH_MUST_USE enum lth_err record_contact_parse(const uint8_t *bytes, size_t len,
                                               struct contact_record *out);
LTH_MUST_USE enum lth_err record_feed_parse(const uint8_t *bytes, size_t len,
                                            struct feed_record *out);
LTH_MUST_USE enum lth_err record_entry_parse(const uint8_t *bytes, size_t len,
                                             struct entry_record *out);
LTH_MUST_USE enum lth_err record_receipt_parse(const uint8_t *bytes, size_t len,
                                               struct receipt_record *out);
LTH_MUST_USE enum lth_err record_head_parse(const uint8_t *bytes, size_t len,
                                            struct head_record *out);
LTH_MUST_USE enum lth_err record_address_parse(const uint8_t *bytes, size_t len,
                                               struct address_record *out);
LTH_MUST_USE enum lth_err record_seen_parse(const uint8_t *bytes, size_t len,
                                            struct seen_record *out);
LTH_MUST_USE enum lth_err record_operation_parse(const uint8_t *bytes, size_t len,
                                                 struct operation_record_view *out);
LTH_MUST_USE enum lth_err record_key_parse(const uint8_t *bytes, size_t len,
                                           struct key_record *out);
LTH_MUST_USE enum lth_err record_opened_parse(const uint8_t *bytes, size_t len,
                                              struct opened_record *out);

#endif
