#include "ui/lines.h"

#include "ui/names.h"

#include <inttypes.h>
#include <string.h>

void lines_init(struct lines *l, const char *to, bool has_addresses)
{
    *l = (struct lines){.state = LINES_SEEKING, .to = to, .has_addresses = has_addresses};
    seek_init(&l->seek, to);
}

static void finish(struct lines *l, enum exit_status status)
{
    if (l->state != LINES_DONE)
        l->status = status;
    l->state = LINES_DONE;
}

static void finish_if_delivered(struct lines *l)
{
    if (l->state == LINES_DRAINING && l->unanswered == 0 && !l->last_is_open)
        finish(l, l->some_refused ? EXIT_FAILED : EXIT_DONE);
}

void lines_take(struct lines *l, const char *text, size_t len, struct command *out)
{
    l->line++;
    l->unanswered++;
    *out = (struct command){
        .type = COMMAND_SEND,
        .ticket = l->line,
        .who = l->id,
        .text = (const uint8_t *)text,
        .text_len = len,
    };
}

void lines_take_too_long(struct lines *l, struct pen *complaints)
{
    l->line++;
    l->some_refused = true;
    pen_say(complaints,
            "lanthorn: line %" PRIu64 " is longer than a message may be (%d bytes) and "
            "was not sent.\n",
            l->line, TEXT_MAX);
}

void lines_end_of_input(struct lines *l)
{
    if (l->state == LINES_SENDING)
        l->state = LINES_DRAINING;
    finish_if_delivered(l);
}

static void on_accepted(struct lines *l, const struct event *e)
{
    memcpy(l->last_id, e->accepted.id, MESSAGE_ID_LEN);
    l->last_is_open = true;
}

static void on_delivered(struct lines *l, const struct event *e)
{
    if (memcmp(l->last_id, e->delivery.id, MESSAGE_ID_LEN) == 0)
        l->last_is_open = false;
}

static void on_refused(struct lines *l, const struct event *e, struct pen *complaints)
{
    enum error_code code = e->error.code;
    l->some_refused = true;
    pen_complain(complaints, e->ticket, e->error.text);
    if (code == CODE_UNKNOWN_PEER || code == CODE_AMBIGUOUS)
        finish(l, EXIT_UNKNOWN_PEER);
    else if (!error_code_is_of_text(code))
        finish(l, EXIT_FAILED);
}

static void on_answer(struct lines *l, const struct event *e, struct pen *complaints)
{
    l->unanswered--;
    if (e->type == EVENT_ACCEPTED)
        on_accepted(l, e);
    else if (e->type == EVENT_ERROR && l->state != LINES_DONE)
        on_refused(l, e, complaints);
}

static void on_message(const struct event *e, struct pen *out)
{
    const struct names nobody = {0};
    struct names_room room;
    const struct message_view m = names_of_message(&nobody, &e->message, &room);
    if (m.from_me)
        return;
    if (m.group_name) {
        pen_group(out, m.group_name);
        pen_say(out, " ");
    }
    pen_person(out, m.name);
    pen_say(out, ": ");
    pen_text(out, m.text, m.text_len, "  | ");
    pen_say(out, "\n");
}

static void on_warning(struct lines *l, const struct event *e, struct pen *complaints)
{
    if (strcmp(e->warning.code, "discovery_lost") == 0)
        l->lost_discovery = true;
    else if (strcmp(e->warning.code, "discovery") == 0)
        l->lost_discovery = false;
    pen_complain(complaints, 0, e->warning.text);
}

/* Somebody ends the process before we do. */
static void on_bye(struct lines *l, struct pen *complaints)
{
    enum exit_status status = lines_status(l);
    if (l->state == LINES_DONE)
        return;
    pen_say(complaints,
            status == EXIT_NOT_DELIVERED
                ? "lanthorn: stopped before everything was delivered; what was accepted is kept "
                  "and sent when lanthorn runs again.\n"
                : "lanthorn: stopped before the end of the input; what was not read is not "
                  "sent.\n");
    finish(l, status);
}

static void on_news(struct lines *l, const struct event *e, struct pen *out, struct pen *complaints)
{
    if (e->type == EVENT_MESSAGE)
        on_message(e, out);
    else if (e->type == EVENT_DELIVERED)
        on_delivered(l, e);
    else if (e->type == EVENT_WARNING)
        on_warning(l, e, complaints);
    else if (e->type == EVENT_ERROR)
        pen_complain(complaints, 0, e->error.text);
    else if (e->type == EVENT_BYE)
        on_bye(l, complaints);
}

static void on_found(struct lines *l)
{
    if (l->seek.is_group)
        group_id_write(l->seek.id, l->id);
    else
        id_write(l->seek.id, l->id);
    l->state = LINES_SENDING;
}

static bool on_sought(struct lines *l, const struct event *e, struct pen *complaints)
{
    switch (seek_event(&l->seek, e)) {
    case SEEK_OTHER: return false;
    case SEEK_WAITING: l->has_answer = true; return true;
    case SEEK_FOUND: on_found(l); return true;
    case SEEK_AMBIGUOUS:
        pen_complain(complaints, 0,
                     "more than one group has the name of --to: give the group's id.");
        finish(l, EXIT_UNKNOWN_PEER);
        return true;
    case SEEK_REFUSED:
        pen_complain(complaints, 0,
                     e->type == EVENT_ERROR ? e->error.text : "no answer about --to.");
        finish(l, e->type == EVENT_ERROR && e->error.code == CODE_AMBIGUOUS ? EXIT_UNKNOWN_PEER
                                                                            : EXIT_FAILED);
        return true;
    }
    return false;
}

void lines_event(struct lines *l, const struct event *e, struct pen *out, struct pen *complaints)
{
    if (l->state == LINES_SEEKING && on_sought(l, e, complaints))
        return;
    if (e->is_answer && e->ticket && e->ticket <= l->line && l->unanswered)
        on_answer(l, e, complaints);
    else
        on_news(l, e, out, complaints);
    finish_if_delivered(l);
}

bool lines_is_timed(const struct lines *l)
{
    return (l->state == LINES_SEEKING && l->has_answer) ||
           (l->state == LINES_DRAINING && l->unanswered == 0);
}

static void give_up_seeking(struct lines *l, struct pen *complaints)
{
    bool is_blind = l->lost_discovery && !l->has_addresses;
    pen_say(complaints, "lanthorn: %s known as \"", l->seek.is_group ? "no group" : "nobody");
    pen_quote(complaints, l->to);
    pen_say(complaints,
            is_blind ? "\" has appeared, so nothing was sent: discovery is not available here; "
                       "give an address with --peer.\n"
                     : "\" has appeared, so nothing was sent; check the name, or wait longer "
                       "with --timeout.\n");
    finish(l, is_blind ? EXIT_NO_DISCOVERY : EXIT_UNKNOWN_PEER);
}

void lines_timeout(struct lines *l, struct pen *complaints)
{
    if (l->state == LINES_SEEKING) {
        give_up_seeking(l, complaints);
    } else if (l->state == LINES_DRAINING) {
        pen_say(complaints, "lanthorn: not everything was delivered in time; what is left is kept "
                            "and sent when lanthorn runs again.\n");
        finish(l, EXIT_NOT_DELIVERED);
    }
}

enum exit_status lines_status(const struct lines *l)
{
    if (l->state == LINES_DONE)
        return l->status;
    return l->last_is_open ? EXIT_NOT_DELIVERED : EXIT_FAILED;
}
