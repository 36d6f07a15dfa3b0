/* store/options.h - what tests choose otherwise than the program does. Not for other rooms. */
#ifndef LTH_STORE_OPTIONS_H
#define LTH_STORE_OPTIONS_H

#include "store/vault.h"

struct store_options {
    struct vault_cost cost;   /* of a new vault */
    uint32_t segment_max;     /* bytes after which a new segment is begun */
    uint64_t (*now_ms)(void); /* monotonic */
};

/* As store_open, which passes the program's own choice. */
LTH_MUST_USE enum lth_err store_open_with(const struct disk *disk, const char *dir,
                                          const struct store_key *key,
                                          const struct store_options *options, struct store **out,
                                          struct store_report *report);

#endif
