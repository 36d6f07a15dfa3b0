/* store/segment.h - the bytes of one log file: a header, then frames to the first zero length.
 *
 * A frame seals records with XChaCha20-Poly1305 under the segment's own key and a random
 * nonce. Its associated data binds it to its place: store, segment, offset, its own header
 * and the tag of the frame before, which are the 16 bytes before it in the file; the first
 * frame finds there the last tag of the segment before. So no frame can be moved, left out,
 * doubled or exchanged unnoticed. Pure: bytes in, bytes out (FORMAT.md, "segment").
 */
#ifndef LTH_STORE_SEGMENT_H
#define LTH_STORE_SEGMENT_H

#include "store/vault.h"

enum {
    SEGMENT_HEADER_LEN = 72,
    SEGMENT_TAG_LEN = 16,
    FRAME_FIELDS_LEN = 24, /* checksummed, in the clear */
    FRAME_PLAIN_AT = 48,   /* where the sealed records begin */
    FRAME_OVERHEAD = FRAME_PLAIN_AT + SEGMENT_TAG_LEN,
    SEGMENT_FILE_MAX = 128 << 20, /* twice what a segment ends at: no file has more to be read */
    FRAME_RECORDS = 1,            /* type; 2 to 15 are reserved, FORMAT.md */
};

/* --- the header of the file --- */

struct segment_header {
    uint32_t number;
    uint64_t first; /* number of its first record: older segments end before it */
    uint8_t previous[SEGMENT_TAG_LEN]; /* tag of the frame before it; zeros for the first */
};

LTH_MUST_USE enum lth_err segment_header_write(const struct segment_header *h,
                                               const struct vault_secrets *s,
                                               uint8_t out[SEGMENT_HEADER_LEN]);

/* LTH_DAMAGED, LTH_TOO_NEW. */
LTH_MUST_USE enum lth_err segment_header_parse(const uint8_t bytes[SEGMENT_HEADER_LEN],
                                               const struct vault_secrets *s,
                                               struct segment_header *out);

/* --- frames --- */

/* Secret. Which segment a frame is in. */
struct segment_place {
    uint8_t store_id[STORE_ID_LEN];
    uint32_t number;
    uint8_t key[SEGMENT_KEY_LEN];
};

struct segment_frame {
    uint32_t sealed_len; /* records and their tag */
    uint8_t type;
    uint16_t count;    /* of records */
    uint64_t first;    /* number of the first record */
    uint32_t unsynced; /* records before it that were not known durable when it was written */
};

/* Bytes of a whole frame in the file. */
size_t segment_frame_len(const struct segment_frame *f);

/* Seals plain_len packed records (pack.h), at most PACK_FRAME_MAX, into out, plain_len +
 * FRAME_OVERHEAD bytes. f->sealed_len is computed. The frame's tag are its last bytes. */
LTH_MUST_USE enum lth_err segment_seal(const struct segment_place *place, uint64_t offset,
                                       const uint8_t previous[SEGMENT_TAG_LEN],
                                       const struct segment_frame *f, const uint8_t *plain,
                                       size_t plain_len, uint8_t *out);

/* The clear fields of a frame. LTH_NOT_FOUND for a zero length, the end of the log;
 * LTH_DAMAGED for anything else that no frame starts with. */
LTH_MUST_USE enum lth_err segment_frame_parse(const uint8_t bytes[FRAME_FIELDS_LEN],
                                              struct segment_frame *out);

/* Opens the frame f at `at`, which has the previous tag in the 16 bytes before it and
 * segment_frame_len bytes after it. plain takes sealed_len - SEGMENT_TAG_LEN bytes; NULL
 * only proves the frame. LTH_DAMAGED. */
LTH_MUST_USE enum lth_err segment_open(const struct segment_place *place, uint64_t offset,
                                       const uint8_t *at, const struct segment_frame *f,
                                       uint8_t *plain);

#endif
