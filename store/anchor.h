/* store/anchor.h - the file `head`: how far the log had come when it was last durable.
 *
 * Two slots are written in turn, each proved by its own MAC, so a torn write leaves the
 * other. A log that ends before its anchor was cut or put back; a bad last frame below it
 * is damage, not a torn write. Without a readable slot nothing is known, and the log is
 * taken as it is. Pure (FORMAT.md, "head").
 */
#ifndef LTH_STORE_ANCHOR_H
#define LTH_STORE_ANCHOR_H

#include "store/segment.h"

enum { ANCHOR_SLOT_LEN = 512, ANCHOR_FILE_LEN = 2 * ANCHOR_SLOT_LEN };

struct anchor {
    uint64_t generation;          /* one more at each write; its lowest bit chooses the slot */
    uint32_t segment;             /* the one being written */
    uint64_t records;             /* how many were durable */
    uint8_t tag[SEGMENT_TAG_LEN]; /* of the last durable frame */
};

/* Where the slot of a is in the file. */
uint64_t anchor_offset(const struct anchor *a);

LTH_MUST_USE enum lth_err anchor_write(const struct anchor *a, const struct vault_secrets *s,
                                       uint8_t out[ANCHOR_SLOT_LEN]);

/* The newest proved slot of the file's len bytes. LTH_NOT_FOUND, LTH_TOO_NEW. */
LTH_MUST_USE enum lth_err anchor_parse(const uint8_t *bytes, size_t len,
                                       const struct vault_secrets *s, struct anchor *out);

#endif
