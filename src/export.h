/* export.h - `lanthorn export`: all that was said, each conversation from its beginning.
 *
 * From a store that no node holds, in the order in which the conversations began; from a running
 * node people come first, then groups, also those that were left. Each message is what `history`
 * shows of it: a JSON object, a row, or lines for a person.
 */
#ifndef LTH_EXPORT_H
#define LTH_EXPORT_H

#include "run/recall.h"
#include "ui/errand.h"

/* Who is asked, and tells the answer within the call. */
struct export_source {
    enum lth_err (*ask)(void *ctx, const struct command *c, recall_tell *tell, void *tell_ctx);
    void *ctx;
    const uint8_t *me;   /* whose messages these are: ID_LEN bytes */
    struct store *store; /* has all conversations; NULL: a node lists people and groups */
    uint64_t now_ms;     /* wall clock */
};

struct export_job {
    struct export_source from;
    const char *who; /* of this conversation only; "" = all */
    enum errand_form form;
    bool color;
};

/* Sentences are said; the exit status is returned. */
int export_run(const struct export_job *job);

#endif
