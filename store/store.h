/* store/store.h - what was said before: an encrypted, append-only log of records.
 *
 * One directory, mode 0700: `vault` (wrapped keys), `head` (two alternating slots),
 * `shown`, `lock`, `log/NNNNNNNN.seg` (FORMAT.md). A record is some bytes whose first is its type
 * (store/record.h); records are numbered 1, 2, 3 … over the whole store, and a number
 * never changes. One process writes at a time.
 *
 * Calls block on the disk; they are made from one thread at a time (run/disk_uv.c), except
 * the two about the shown mark, which never block.
 */
#ifndef LTH_STORE_STORE_H
#define LTH_STORE_STORE_H

#include "base/buffer.h"
#include "store/disk.h"

#include <stdbool.h>
#include <sys/types.h>

struct store;

enum {
    STORE_SECRET_LEN = 64,
    STORE_RECORD_MAX = 65535,
    STORE_APPEND_MAX = 16 << 20, /* bytes of one store_append, 2 more for each record */
};

/* What unlocks the vault. Borrowed for the call. */
struct store_key {
    enum { STORE_KEY_PASSPHRASE, STORE_KEY_FILE } kind;
    const uint8_t *bytes; /* the passphrase, or the 32 bytes of the key file */
    size_t len;
};

/* What opening found, for the user to be told. */
struct store_report {
    bool created;             /* there was no store here */
    bool read_only;           /* damage, or a disk that takes no writes */
    bool damaged;             /* bytes of the log cannot be proved, or are missing */
    bool rolled_back;         /* the log is shorter than `head` says */
    uint64_t torn_tail_bytes; /* cut off and kept aside as log/NNNNNNNN.torn */
    uint64_t damaged_from;    /* first record number lost to damage; 0 = none */
    uint64_t damaged_count;   /* how many numbers are missing, as far as known */
    pid_t holder;             /* with LTH_IN_USE: who holds the store; 0 = unknown */
    int os_error;             /* errno behind LTH_IO, LTH_DISK_FULL, LTH_READ_ONLY; 0 = none */
};

/* True when dir holds a vault: then a passphrase is asked once, else twice. */
bool store_exists(const struct disk *disk, const char *dir);

/* True while a process holds the store in dir; its pid in *holder, 0 = unknown. Asked before the
 * key is, for nobody types a passphrase to hear this; store_open has the last word. Nothing is
 * made. */
bool store_is_held(const struct disk *disk, const char *dir, pid_t *holder);

/* Opens the store in dir for reading, or makes a new one. It is locked, and nothing of what is
 * there is changed, not even the content of `lock`: a store written by a newer version stays as it
 * is, and so does one that is only looked at. Errors: LTH_WRONG_KEY, LTH_IN_USE (holder),
 * LTH_DAMAGED (the vault), LTH_TOO_NEW, LTH_READ_ONLY (nothing there and nothing can be
 * made), LTH_DISK_FULL, LTH_IO. *report is filled in every case. */
LTH_MUST_USE enum lth_err store_open(const struct disk *disk, const char *dir,
                                     const struct store_key *key, struct store **out,
                                     struct store_report *report);

/* The 64 random bytes made with the vault: the node's identity seeds. Borrowed until close. */
const uint8_t *store_secret(const struct store *s);

/* Calls each for every record, in order, deciphering as it goes. bytes are borrowed for the call.
 * An error of each ends the replay and is returned. Before the first append. */
typedef enum lth_err store_each(void *ctx, uint64_t number, const uint8_t *bytes, size_t len);
LTH_MUST_USE enum lth_err store_replay(struct store *s, store_each *each, void *ctx);

/* Makes the store ready for appends, once what was replayed is understood: a torn tail is cut off,
 * all that is there is made durable, the shown mark is kept from now on. report is that of
 * store_open, added to; where it says read_only the store stays so. LTH_IN_USE: another process has
 * used it since it was opened, as can be where there was no lock file; LTH_DISK_FULL,
 * LTH_NO_MEMORY, LTH_LIMIT, LTH_IO. Only store_close may follow a failure. */
LTH_MUST_USE enum lth_err store_begin(struct store *s, struct store_report *report);

/* The number the next appended record gets. */
uint64_t store_next(const struct store *s);

struct store_record {
    const uint8_t *bytes; /* borrowed, 1 to STORE_RECORD_MAX */
    size_t len;
};

/* True of LTH_DISK_FULL, LTH_NO_MEMORY and LTH_LIMIT: everything is as before, so try again. */
bool store_may_pass(enum lth_err err);

/* Seals count records as one frame, or a few when they are many, and writes them: they
 * survive the end of this process, and with the next store_sync that of the machine.
 * LTH_DISK_FULL: nothing was appended, the store is as before, try again when there is room;
 * LTH_NO_MEMORY and LTH_LIMIT (no handles) likewise. LTH_READ_ONLY: nothing was appended, nor
 * will be. LTH_MALFORMED, LTH_TOO_LONG: a record is empty, or too much was given at once. */
LTH_MUST_USE enum lth_err store_append(struct store *s, const struct store_record *records,
                                       size_t count);

/* True when store_append would only copy the records to the page cache: no new segment, no
 * zeros written ahead, no sync of its own. */
bool store_append_is_quick(const struct store *s, const struct store_record *records, size_t count);

/* fdatasync. When it fails, it is not tried again on that file: what was not yet durable
 * goes into a new segment; if that fails too the store is read-only and says LTH_READ_ONLY.
 * LTH_DISK_FULL: nothing is lost yet, try again when there is room. */
LTH_MUST_USE enum lth_err store_sync(struct store *s);

/* Appends the bytes of a record to out. LTH_NOT_FOUND, LTH_DAMAGED. */
LTH_MUST_USE enum lth_err store_read(struct store *s, uint64_t number, struct buffer *out);

/* The highest record whose text has been shown to the user; never goes back. Kept in a
 * mapped page, so that it survives the death of the process at once, without a write. */
uint64_t store_shown(const struct store *s);
void store_set_shown(struct store *s, uint64_t number);

struct store_stats {
    uint64_t records, bytes;
    uint32_t segments;
    bool writable;
};
void store_stats(const struct store *s, struct store_stats *out);

/* Wraps the keys anew: only `vault` changes, and store_begin need not come before. The old key
 * opens it no more. On failure the old or, after LTH_IO, perhaps the new one holds. LTH_MALFORMED
 * for an empty passphrase. */
LTH_MUST_USE enum lth_err store_change_key(struct store *s, const struct store_key *key);

/* Syncs, writes `head`, trims the last segment, gives up the lock, wipes keys. NULL is fine. */
LTH_MUST_USE enum lth_err store_close(struct store *s);

#endif
