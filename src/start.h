/* start.h - from the command line to an open store and a node that has read it.
 *
 * Everything that can go wrong before the loop runs ends here, as one sentence on stderr and
 * the exit status lanthorn-interface(7) gives it.
 */
#ifndef LTH_START_H
#define LTH_START_H

#include "node/node.h"
#include "store/store.h"
#include "ui/exit_status.h"
#include "ui/options.h"

struct start {
    char data_dir[4096];
    struct store *store;
    struct store_report report;
    struct node *node;
    bool only_looks;
    uint64_t orphans; /* records passed over, because what they rest on is lost */
};

/* EXIT_DONE: both are open, start_end gives them back. Else the sentence has been said. */
int start_begin(const struct options *options, struct start *out);

/* The same for a store that must be there, without making it ready for appends: by opening it no
 * byte changes, and the log takes none (store_open). */
int start_look(const struct options *options, struct start *out);
int start_end(struct start *s); /* EXIT_FAILED when the store could not be closed in order */

#endif
