/* store/shown.h - the mark of what the user has seen, in a mapped page.
 *
 * A store to memory is all it takes, so a prompt may move it for every line it prints, and
 * the mark outlives the process that dies right after. Two slots are written in turn, each
 * with a MAC; the highest proved number wins. When neither can be proved, or after a power
 * cut, the mark is older or 0: something is shown twice rather than never. A mark beyond the
 * end of the log was made for records that are gone, as after restoring a backup: it is put
 * back to the last record, for others will come under those numbers.
 *
 * One thread at a time, but not the one that uses the rest of the store.
 */
#ifndef LTH_STORE_SHOWN_H
#define LTH_STORE_SHOWN_H

#include "store/file.h"
#include "store/vault.h"

enum { SHOWN_SLOT_LEN = 512, SHOWN_FILE_LEN = 2 * SHOWN_SLOT_LEN };

struct shown {
    const struct disk *disk;
    const struct vault_secrets *secrets; /* borrowed */
    uint8_t *map;                        /* SHOWN_FILE_LEN bytes; NULL: kept in memory only */
    uint64_t number;
    unsigned slot; /* the one to write next */
};

/* Reads dir/shown and changes nothing there: the mark lives in memory. last: number of the log's
 * last record. Only LTH_TOO_NEW is an error. */
LTH_MUST_USE enum lth_err shown_open(struct shown *m, const struct disk *disk, const char *dir,
                                     const struct vault_secrets *secrets, uint64_t last);

/* Maps the file, made when missing, so that the mark is kept. Where that cannot be it goes on
 * living in memory. */
void shown_begin(struct shown *m, const char *dir, uint64_t last);

void shown_set(struct shown *m, uint64_t number); /* never goes back */
void shown_close(struct shown *m);

#endif
