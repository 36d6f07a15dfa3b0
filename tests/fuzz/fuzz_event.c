/* ui/json_event_read.h: any bytes as a line of a node. What is read is written as a line that reads
 * the same, and neither people nor programs are shown a control character of it. */
#include "ui/group_text.h"
#include "ui/json_event_read.h"
#include "ui/prompt_text.h"
#include "ui/rows.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len);

static const uint8_t me[ID_LEN] = {1};

static void require(bool fact)
{
    if (!fact)
        abort();
}

static void write(struct buffer *out, const struct read_event *read)
{
    out->len = 0;
    require(json_event_write(out, &read->event, read->seq, (struct json_ref){0}) == LTH_OK);
}

static void check_written(const struct read_event *read)
{
    struct buffer once = {0}, twice = {0};
    struct read_event again;
    write(&once, read);
    require(json_event_read((char *)once.bytes, once.len - 1, me, &again) == LTH_OK);
    write(&twice, &again);
    require(once.len == twice.len && memcmp(once.bytes, twice.bytes, once.len) == 0);
    json_event_clear(&again);
    buffer_clear(&once);
    buffer_clear(&twice);
}

static void check_printed(const struct event *e)
{
    struct names names = {0};
    struct buffer out = {0};
    struct pen pen = pen_over(&out, false);
    names_learn(&names, e);
    rows_news(&pen, &names, e);
    prompt_text_event(&pen, e, 1000);
    if (e->type == EVENT_MESSAGE)
        prompt_text_message(&pen, &e->message, 1000);
    if (e->type == EVENT_GROUP || e->type == EVENT_LEFT) {
        group_text_change(&pen, e, &names, "before");
        group_text_info(&pen, &e->group, &names);
    }
    for (size_t i = 0; i < out.len; i++)
        require((out.bytes[i] >= ' ' && out.bytes[i] != 0x7f) || out.bytes[i] == '\n' ||
                out.bytes[i] == '\t');
    names_clear(&names);
    buffer_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    struct read_event read;
    if (json_event_read((const char *)input, len, me, &read) != LTH_OK)
        return 0;
    check_written(&read);
    check_printed(&read.event);
    json_event_clear(&read);
    return 0;
}
