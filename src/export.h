/* export.h - `lanthorn export`: all that was said, oldest first, from a store that no node holds.
 *
 * One conversation after another, in the order in which they began; also those of groups that were
 * left. Each message is what `history` shows of it: a JSON object, a row, or lines for a person.
 */
#ifndef LTH_EXPORT_H
#define LTH_EXPORT_H

#include "run/recall.h"
#include "ui/errand.h"

struct export_job {
    struct recall *recall; /* begun */
    const char *who;       /* of this conversation only; "" = all */
    enum errand_form form;
    bool color;
};

/* Sentences are said; the exit status is returned. */
int export_run(const struct export_job *job);

#endif
