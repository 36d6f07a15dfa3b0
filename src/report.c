#include "report.h"

#include <inttypes.h>
#include <stdio.h>

enum { TEXT_SIZE = 256 };

static void tell_torn_tail(const struct store_report *report, report_warn *warn, void *ctx)
{
    char text[TEXT_SIZE];
    snprintf(text, sizeof text,
             "The last write before the previous end was cut off: %" PRIu64 " bytes were put aside "
             "in the log directory, nothing that was acknowledged is missing.",
             report->torn_tail_bytes);
    warn(ctx, "torn_tail", text);
}

static void tell_damage(const struct store_report *report, report_warn *warn, void *ctx)
{
    char text[TEXT_SIZE];
    snprintf(text, sizeof text,
             "The log is damaged: %" PRIu64 " records from number %" PRIu64 " on are lost; the "
             "store is open for reading only.",
             report->damaged_count, report->damaged_from);
    warn(ctx, "store_damaged", text);
}

static void tell_orphans(uint64_t orphans, report_warn *warn, void *ctx)
{
    char text[TEXT_SIZE];
    snprintf(text, sizeof text,
             "%" PRIu64 " records rest on lost ones and were passed over: put the directory back "
             "from a backup, if there is one.",
             orphans);
    warn(ctx, "store_damaged", text);
}

void report_tell(const struct store_report *report, uint64_t orphans, report_warn *warn, void *ctx)
{
    if (report->torn_tail_bytes && !report->rolled_back) /* a log put back ends where it ends */
        tell_torn_tail(report, warn, ctx);
    if (report->rolled_back)
        warn(ctx, "rollback",
             "The log ends earlier than it once did, as after putting back a backup: what came "
             "later is asked of the peers that hold it, and what none of them holds is lost.");
    if (report->damaged_from)
        tell_damage(report, warn, ctx);
    if (orphans)
        tell_orphans(orphans, warn, ctx);
    if (report->read_only)
        warn(ctx, "store_read_only",
             "The store takes no writes: messages can be read, but none sent or received.");
}
