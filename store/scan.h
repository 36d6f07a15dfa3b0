/* store/scan.h - reading the whole log once, to know what is there and whether it is true.
 *
 * Every frame is proved. Where one cannot be, three things may have happened:
 *   torn     the machine stopped while writing: only at the end of the last segment, above
 *            the anchor, and no frame after it was written knowing it durable. Cut it off.
 *   put back the log ends before its anchor, or with another tag: cleanly, or in the first
 *            part of a frame, as in a copy made while the log grew. Cut that part off.
 *   damaged  anything else. The next frame that can be proved goes on from there, and the
 *            numbers between are lost.
 * A segment ends where the header of the next says it begins: what a failed disk left behind
 * that point was written again, and does not count. So a file of which nothing counts may be
 * missing; and so may the last one where the anchor knows of nothing in it: the copy of its
 * directory is older than that of the vault.
 */
#ifndef LTH_STORE_SCAN_H
#define LTH_STORE_SCAN_H

#include "store/anchor.h"
#include "store/file.h"
#include "store/frames.h"

#include <stdbool.h>

struct scan_result {
    uint64_t next;                /* number after the last record */
    uint8_t tag[SEGMENT_TAG_LEN]; /* of the last frame */
    uint32_t last;                /* number of the last segment that is there; 0: none */
    uint64_t end;                 /* of the frames in it */
    uint64_t file_len;            /* of it */
    uint64_t torn_bytes;          /* after end, up to the last that is not zero */
    uint64_t bytes;               /* of frames and headers in all segments */
    uint64_t lost_from, lost_count;
    bool damaged, rolled_back;
};

/* Scans the segments of the vault in dir (".../log") and fills frames. Nothing on the disk is
 * changed. LTH_TOO_NEW, LTH_IO, LTH_NO_MEMORY, LTH_LIMIT; the disk's word in *status. */
LTH_MUST_USE enum lth_err scan_log(const struct disk *disk, const char *dir,
                                   const struct vault *vault, const struct anchor *anchor,
                                   struct frames *frames, struct scan_result *out, int *status);

#endif
