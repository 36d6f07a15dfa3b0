/* store/tail.h - the segment that grows: frames go to its end, into blocks written before.
 *
 * Zeros are written ahead in steps, because an fdatasync that changes no metadata takes two
 * thirds of the time of one that does. The zeros are the end mark too, and are cut off when
 * the segment is finished.
 */
#ifndef LTH_STORE_TAIL_H
#define LTH_STORE_TAIL_H

#include "store/file.h"
#include "store/segment.h"

#include <stdbool.h>

enum {
    TAIL_FIRST_STEP = 64 << 10, /* so that a small store stays small */
    TAIL_STEP = 1 << 20,
    SEGMENT_NAME_LEN = 16, /* its zero included */
};

/* Secret: the key in place. */
struct tail {
    struct file file;
    struct segment_place *place; /* sodium_malloc */
    uint64_t end;                /* where the next frame goes */
    uint64_t allocated;          /* bytes in the file, zeros after end */
};

/* "00000001.seg", or another ending of three or four letters. */
void segment_name(uint32_t number, const char *ending, char name[SEGMENT_NAME_LEN]);

/* Makes the file of a segment in dir with its header and makes it durable, name included.
 * The key is copied from place. LTH_BAD_STATE when the file is there already; else what the
 * disk says, and then no file is left. */
LTH_MUST_USE enum lth_err tail_create(struct tail *t, const struct disk *disk, const char *dir,
                                      const struct segment_header *header,
                                      const struct vault_secrets *secrets,
                                      const struct segment_place *place);

/* Appends sealed frames. 0 or -errno; *intact tells whether the file is again as it was
 * before, so that it may still be used. */
int tail_append(struct tail *t, const uint8_t *frames, size_t len, bool *intact);

/* Cuts the zeros off. */
int tail_trim(struct tail *t);

void tail_close(struct tail *t); /* wipes; may be called again */

#endif
