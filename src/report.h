/* report.h - what opening the store found, in warnings the user is told.
 *
 * A store that was closed in order and lacks nothing gives none.
 */
#ifndef LTH_REPORT_H
#define LTH_REPORT_H

#include "store/store.h"

/* code: as lanthorn-interface(7) has it; text: a sentence, borrowed for the call. */
typedef void report_warn(void *ctx, const char *code, const char *text);

/* orphans: records passed over, because what they rest on is lost. */
void report_tell(const struct store_report *report, uint64_t orphans, report_warn *warn, void *ctx);

#endif
