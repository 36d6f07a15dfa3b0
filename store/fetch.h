/* store/fetch.h - getting records back out of their frames.
 *
 * The last opened frame is kept, for who reads one record mostly reads its neighbour next.
 */
#ifndef LTH_STORE_FETCH_H
#define LTH_STORE_FETCH_H

#include "base/cursor.h"
#include "store/file_window.h"
#include "store/frames.h"
#include "store/segment.h"

/* Secret: keys and plain text. Zeroed, then disk, dir, vault and frames set by the owner. */
struct fetch {
    const struct disk *disk;
    const char *dir; /* ".../log" */
    const struct vault *vault;
    const struct frames *frames;
    struct file file; /* the segment looked at, when is_open */
    bool is_open;
    uint32_t slot;
    struct segment_place *place; /* sodium_malloc */
    struct file_window window;
    size_t ahead;              /* how much of a segment to read at once */
    struct frames_entry entry; /* of the frame in plain; first 0: none */
    uint16_t count;            /* of records in plain */
    struct buffer plain;
    struct reader rest; /* of plain, behind the record read last: its neighbour is at once there */
    uint64_t passed;    /* records of plain before rest */
};

/* Appends record number to out. LTH_DAMAGED when it cannot be had, LTH_IO, LTH_NO_MEMORY. */
LTH_MUST_USE enum lth_err fetch_record(struct fetch *f, uint64_t number, struct buffer *out);

/* Calls each for every record of every frame, in order; its error ends it and is returned. */
LTH_MUST_USE enum lth_err fetch_all(struct fetch *f, store_each *each, void *ctx);

void fetch_forget(struct fetch *f); /* after frames have been cut */
void fetch_clear(struct fetch *f);  /* wipes */

#endif
