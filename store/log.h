/* store/log.h - the records, over segments that come and go with the health of the disk.
 *
 *   append:  records --pack--> pending --seal--> the tail's file
 *   sync:    fdatasync; what was pending is durable, and is forgotten
 *
 * Whatever is not yet durable is still in `pending`, in the clear, in memory. When a write
 * or an fdatasync fails, the file is left alone for ever and a new segment takes over: it
 * begins, by number and by tag, right after what was durable, and pending is sealed into it
 * anew. If that fails too the log is read-only. A full disk is no failure: the call says so
 * and everything is as before.
 *
 * A segment is made at the first append, and when one has grown too long.
 */
#ifndef LTH_STORE_LOG_H
#define LTH_STORE_LOG_H

#include "store/anchor.h"
#include "store/fetch.h"
#include "store/frames.h"
#include "store/options.h"
#include "store/scan.h"
#include "store/tail.h"

enum { LOG_SEGMENT_MAX = 64 << 20, LOG_PENDING_MAX = 8 << 20 };

struct log_end {
    uint64_t next; /* number of the record after it */
    uint8_t tag[SEGMENT_TAG_LEN];
};

/* Secret: keys and plain text. */
struct log {
    const struct disk *disk;
    char *dir, *log_dir; /* owned */
    struct vault *vault; /* borrowed */
    struct store_options options;

    struct frames frames;
    struct fetch fetch;

    struct tail tail;
    bool growing; /* tail is open */
    struct log_end durable, written;

    struct buffer pending; /* packed records from durable.next on */
    uint64_t pending_count;
    size_t pending_written; /* bytes of it that are in the tail */
    struct buffer sealed;   /* kept for its memory */

    struct anchor anchor; /* as it is on the disk */
    unsigned appends;     /* since it was written */
    uint64_t anchored_ms;

    struct scan_result found; /* at opening */
    bool read_only;
    uint64_t bytes; /* in all segments */
};

/* Scans what is in dir and changes nothing there; until log_begin the log is read-only. report is
 * added to. dir is copied, the vault borrowed until log_close. LTH_TOO_NEW, LTH_IO, LTH_NO_MEMORY,
 * LTH_LIMIT. */
LTH_MUST_USE enum lth_err log_open(struct log *log, const struct disk *disk, const char *dir,
                                   struct vault *vault, const struct store_options *options,
                                   struct store_report *report);

/* Puts the end in order and allows appends, unless report->read_only. What may pass is an error;
 * any other failure leaves the log read-only, which the report then says. */
LTH_MUST_USE enum lth_err log_begin(struct log *log, struct store_report *report);

/* As their namesakes in store.h. */
LTH_MUST_USE enum lth_err log_append(struct log *log, const struct store_record *records,
                                     size_t count);
bool log_append_is_quick(const struct log *log, const struct store_record *records, size_t count);
LTH_MUST_USE enum lth_err log_sync(struct log *log);
LTH_MUST_USE enum lth_err log_read(struct log *log, uint64_t number, struct buffer *out);
LTH_MUST_USE enum lth_err log_close(struct log *log);
uint64_t log_next(const struct log *log);

/* Replaces the vault's file by what the vault now is. 0 or -errno; *replaced tells whether
 * the new one is in place, durable or not. */
int log_save_vault(const struct log *log, bool *replaced);

#endif
