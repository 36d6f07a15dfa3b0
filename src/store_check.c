#include "store_check.h"

#include "start.h"
#include "ui/complain.h"
#include "ui/json_writer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static bool is_whole(const struct start *s)
{
    return !s->report.damaged && !s->report.rolled_back && s->orphans == 0;
}

static void print_json(const struct start *s, const struct store_stats *stats)
{
    const struct store_report *report = &s->report;
    struct buffer line = {0};
    struct json_writer w = json_writer_over(&line);
    json_put_open(&w, NULL, '{');
    json_put_string(&w, "event", "checked");
    json_put_number(&w, "seq", 1);
    json_put_bool(&w, "whole", is_whole(s));
    json_put_number(&w, "segments", stats->segments);
    json_put_number(&w, "records", stats->records - report->damaged_count);
    json_put_number(&w, "bytes", stats->bytes);
    json_put_bool(&w, "damaged", report->damaged);
    json_put_number(&w, "lost", report->damaged_count);
    json_put_number(&w, "lost_from", report->damaged_from);
    json_put_number(&w, "passed_over", s->orphans);
    json_put_bool(&w, "rolled_back", report->rolled_back);
    json_put_number(&w, "unfinished_bytes", report->torn_tail_bytes);
    json_put_close(&w, '}');
    if (json_writer_finish(&w) == LTH_OK)
        fwrite(line.bytes, 1, line.len, stdout);
    buffer_clear(&line);
}

/* A part of a sentence, behind what is there. */
static void add(struct sentence *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct sentence *s, const char *format, ...)
{
    size_t len = strlen(s->text);
    va_list args;
    va_start(args, format);
    vsnprintf(s->text + len, sizeof s->text - len, format, args);
    va_end(args);
}

static void print_line(const struct start *s, const struct store_stats *stats)
{
    const struct store_report *report = &s->report;
    struct sentence found = {0};
    if (report->damaged_count)
        add(&found, ", lost from number %" PRIu64 " on: %" PRIu64, report->damaged_from,
            report->damaged_count);
    else if (report->damaged)
        add(&found, ", damaged, no record lost");
    if (s->orphans)
        add(&found, ", resting on lost ones: %" PRIu64, s->orphans);
    if (report->rolled_back)
        add(&found, ", ends earlier than it once did");
    if (is_whole(s))
        add(&found, ", nothing damaged");
    if (report->torn_tail_bytes)
        add(&found, ", the last write cut off (%" PRIu64 " bytes)", report->torn_tail_bytes);
    announce("%s: %" PRIu32 " segment%s, %" PRIu64 " records, %" PRIu64 " bytes%s.", s->data_dir,
             stats->segments, stats->segments == 1 ? "" : "s",
             stats->records - report->damaged_count, stats->bytes, found.text);
}

int store_check_run(const struct options *o)
{
    struct start s;
    struct store_stats stats;
    int status = start_look(o, &s);
    if (status != EXIT_DONE)
        return status;
    store_stats(s.store, &stats);
    if (o->json)
        print_json(&s, &stats);
    else
        print_line(&s, &stats);
    status = check_printed();
    status = is_whole(&s) ? status : EXIT_FAILED;
    int end = start_end(&s);
    return status != EXIT_DONE ? status : end;
}
