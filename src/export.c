#include "export.h"

#include "base/grow.h"
#include "store/record.h"
#include "ui/complain.h"
#include "ui/group_pick.h"
#include "ui/json_event.h"
#include "ui/names.h"
#include "ui/prompt_text.h"
#include "ui/rows.h"
#include "wire/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A page is noted with so many messages, and printed from where it began: what comes meanwhile and
 * finds its place in it puts nothing of it out. */
enum { TICKET = 1, PAGE = HISTORY_MAX / 2 };

/* A person, and the id of the conversation with them. */
struct person {
    uint8_t id[ID_LEN], conversation[CONVERSATION_ID_LEN];
};

struct hash_text {
    char text[2 * MESSAGE_ID_LEN + 1];
};

struct conversation_id {
    uint8_t bytes[CONVERSATION_ID_LEN];
};

struct exporter {
    const struct export_job *job;
    struct names names;
    struct pen out;
    uint64_t seq;
    int status;

    struct person *people; /* owned */
    size_t person_count, person_capacity;
    struct conversation_id *conversations; /* owned, in the order of the log */
    size_t conversation_count, conversation_capacity;

    /* A history is told from its end, page by page, so it is asked twice: to learn where each page
     * begins, and, from the first page on, to print it. */
    bool is_printing;
    size_t page_count;        /* messages in the last page */
    bool has_more;            /* before it */
    struct hash_text *starts; /* owned: ids of the first message of each, the last page first */
    size_t start_count, start_capacity;
    const char *first; /* to be printed of a page, */
    bool is_found;     /* and whether it was there; if not, with which message the page begins: */
    struct hash_text page_start;
};

static void fail(struct exporter *x, const char *why)
{
    if (x->status == EXIT_DONE)
        complain("%s", why);
    x->status = EXIT_FAILED;
}

static const char no_memory[] = "Memory is short, and not all was printed: try again.";

/* ---- printing ---- */

static void say(struct exporter *x, const struct event *message)
{
    struct names_room room;
    if (x->job->form == FORM_JSON) {
        if (json_event_write(x->out.out, message, x->seq, (struct json_ref){0}) != LTH_OK)
            x->out.spoiled = true;
    } else if (x->job->form == FORM_PEOPLE) {
        const struct message_view known = names_of_message(&x->names, &message->message, &room);
        prompt_text_message(&x->out, &known, x->job->from.now_ms);
    } else {
        rows_event(&x->out, &x->names, message);
    }
}

/* The message with the id x->first; behind the last when it is not among them. */
static size_t find_first(const struct exporter *x, const struct event *history)
{
    struct hash_text id;
    size_t i = 0;
    for (; i < history->history.count; i++) {
        group_id_write(history->history.messages[i].id, id.text);
        if (strcmp(id.text, x->first) == 0)
            break;
    }
    return i;
}

static void print_page(struct exporter *x, const struct event *history)
{
    struct buffer *text = x->out.out;
    size_t first = find_first(x, history);
    x->page_count = history->history.count;
    x->is_found = first < x->page_count;
    if (x->page_count)
        group_id_write(history->history.messages[0].id, x->page_start.text);
    for (size_t i = first; i < history->history.count; i++) {
        const struct event message = {.type = EVENT_MESSAGE,
                                      .message = history->history.messages[i]};
        x->seq++;
        say(x, &message);
    }
    if (pen_finish(&x->out) != LTH_OK)
        fail(x, no_memory);
    else if (text->len && fwrite(text->bytes, 1, text->len, stdout) != text->len)
        fail(x, complaint_no_output);
    text->len = 0;
}

/* ---- what the node that remembers answers ---- */

static void note(struct exporter *x, const uint8_t id[CONVERSATION_ID_LEN])
{
    if (grow((void **)&x->conversations, x->conversation_count, &x->conversation_capacity,
             sizeof *x->conversations))
        memcpy(x->conversations[x->conversation_count++].bytes, id, CONVERSATION_ID_LEN);
    else
        fail(x, no_memory);
}

static void note_groups(struct exporter *x, const struct event *groups)
{
    for (size_t i = 0; i < groups->groups.count && !x->job->from.store; i++)
        note(x, groups->groups.groups[i].id);
}

static void note_people(struct exporter *x, const struct event *peers)
{
    for (size_t i = 0; i < peers->peers.count; i++) {
        if (!grow((void **)&x->people, x->person_count, &x->person_capacity, sizeof *x->people)) {
            fail(x, no_memory);
            return;
        }
        struct person *p = &x->people[x->person_count++];
        memcpy(p->id, peers->peers.peers[i].id, ID_LEN);
        conversation_direct_id(x->job->from.me, p->id, p->conversation);
        if (!x->job->from.store)
            note(x, p->conversation);
    }
}

static void note_page(struct exporter *x, const struct event *history)
{
    x->page_count = history->history.count;
    x->has_more = history->history.more && x->page_count;
    if (!x->page_count)
        return;
    if (!grow((void **)&x->starts, x->start_count, &x->start_capacity, sizeof *x->starts)) {
        fail(x, no_memory);
        return;
    }
    group_id_write(history->history.messages[0].id, x->starts[x->start_count++].text);
}

static void on_event(void *ctx, const struct event *event)
{
    struct exporter *x = ctx;
    names_learn(&x->names, event);
    if (event->type == EVENT_PEERS) {
        note_people(x, event);
    } else if (event->type == EVENT_GROUPS) {
        note_groups(x, event);
    } else if (event->type == EVENT_HISTORY && x->is_printing) {
        print_page(x, event);
    } else if (event->type == EVENT_HISTORY) {
        note_page(x, event);
    } else if (event->type == EVENT_ERROR) {
        complain("%s", event->error.text);
        x->status = event->error.code == CODE_UNKNOWN_PEER || event->error.code == CODE_AMBIGUOUS
                        ? EXIT_UNKNOWN_PEER
                        : EXIT_FAILED;
    }
}

static void ask(struct exporter *x, const struct command *c)
{
    const struct export_source *from = &x->job->from;
    enum lth_err err = x->status == EXIT_DONE ? from->ask(from->ctx, c, on_event, x) : LTH_OK;
    if (err == LTH_UNAVAILABLE)
        fail(x, "The node ended or is silent, and not all was printed: look at it, and try again.");
    else if (err != LTH_OK)
        fail(x, no_memory);
}

static void ask_page(struct exporter *x, const char *who, const char *before, uint32_t last)
{
    const struct command c = {
        .type = COMMAND_HISTORY, .ticket = TICKET, .who = who, .id = before, .last = last};
    ask(x, &c);
}

/* So much has come meanwhile that the start of the page is on one before it, which is put in. */
static void put_in_page(struct exporter *x, size_t at)
{
    if (!grow((void **)&x->starts, x->start_count, &x->start_capacity, sizeof *x->starts)) {
        fail(x, no_memory);
        return;
    }
    memmove(x->starts + at + 1, x->starts + at, (x->start_count++ - at) * sizeof *x->starts);
    x->starts[at] = x->page_start;
}

static void export_one(struct exporter *x, const char *who)
{
    const char *before = NULL;
    x->start_count = 0;
    x->is_printing = false;
    do {
        x->has_more = false;
        ask_page(x, who, before, PAGE);
        before = x->start_count ? x->starts[x->start_count - 1].text : NULL;
    } while (x->has_more && x->status == EXIT_DONE);
    x->is_printing = true;
    for (size_t at = x->start_count; at > 0 && x->status == EXIT_DONE;) {
        x->first = x->starts[at - 1].text;
        ask_page(x, who, at > 1 ? x->starts[at - 2].text : NULL, HISTORY_MAX);
        if (x->is_found || !x->page_count)
            at--;
        else
            put_in_page(x, at++ - 1);
    }
}

/* ---- all conversations ---- */

static bool is_noted(const struct exporter *x, const uint8_t id[CONVERSATION_ID_LEN])
{
    for (size_t i = 0; i < x->conversation_count; i++)
        if (memcmp(x->conversations[i].bytes, id, CONVERSATION_ID_LEN) == 0)
            return true;
    return false;
}

static enum lth_err note_conversation(void *ctx, uint64_t number, const uint8_t *bytes, size_t len)
{
    struct exporter *x = ctx;
    struct feed_record feed;
    (void)number;
    if (record_type(bytes) != RECORD_FEED || record_feed_parse(bytes, len, &feed) != LTH_OK ||
        is_noted(x, feed.conversation))
        return LTH_OK;
    note(x, feed.conversation);
    return x->status == EXIT_DONE ? LTH_OK : LTH_NO_MEMORY;
}

/* The word for a conversation in a command: the other person's id, else it is a group's. */
static void write_who(const struct exporter *x, const uint8_t id[CONVERSATION_ID_LEN],
                      char who[GROUP_TEXT_LEN + 1])
{
    for (size_t i = 0; i < x->person_count; i++)
        if (memcmp(x->people[i].conversation, id, CONVERSATION_ID_LEN) == 0) {
            id_write(x->people[i].id, who);
            return;
        }
    group_id_write(id, who);
}

static void export_all(struct exporter *x)
{
    if (x->job->from.store && store_replay(x->job->from.store, note_conversation, x) != LTH_OK)
        fail(x, no_memory);
    for (size_t i = 0; i < x->conversation_count && x->status == EXIT_DONE; i++) {
        char who[GROUP_TEXT_LEN + 1];
        write_who(x, x->conversations[i].bytes, who);
        export_one(x, who);
    }
}

/* ---- the whole ---- */

int export_run(const struct export_job *job)
{
    struct buffer text = {0};
    struct exporter x = {.job = job, .out = pen_over(&text, job->color)};
    x.out.no_prompt = true;
    ask(&x, &(struct command){.type = COMMAND_PEERS, .ticket = TICKET});
    ask(&x, &(struct command){.type = COMMAND_GROUPS, .ticket = TICKET});
    if (x.status == EXIT_DONE && *job->who)
        export_one(&x, job->who);
    else if (x.status == EXIT_DONE)
        export_all(&x);
    if (fflush(stdout) != 0 || ferror(stdout))
        fail(&x, complaint_no_output);
    names_clear(&x.names);
    buffer_clear(&text);
    free(x.people);
    free(x.conversations);
    free(x.starts);
    return x.status;
}
