#include "ui/errand.h"

#include "base/utf8.h"
#include "ui/group_pick.h"
#include "ui/group_text.h"
#include "ui/json_event.h"
#include "ui/prompt_text.h"
#include "ui/rows.h"
#include "ui/typed_word.h"

#include <string.h>
#include <strings.h>

/* Of our own questions; lines have their numbers behind FIRST_LINE. */
enum { PEERS_TICKET = 1, GROUPS_TICKET = 2, STATE_TICKET = 3, FIRST_LINE = 4 };

enum { NAMES_BEFORE = KNOWN_NAME_SIZE + KNOWN_GROUP_SIZE }; /* either fits */

static bool is_of_lines(const struct errand *e)
{
    return e->shell->lines;
}

/* True where names are printed that the events alone do not tell apart. */
static bool prints_names(const struct errand *e)
{
    return e->form != FORM_JSON && e->shell->kind != SHELL_SEND;
}

void errand_init(struct errand *e, const struct shell *shell, enum errand_form form)
{
    *e = (struct errand){.shell = shell, .form = form};
    e->wants_peers = e->wants_groups = prints_names(e);
    e->wants_command = shell->kind != SHELL_WATCH;
    splitter_init(&e->input, TEXT_MAX);
}

void errand_clear(struct errand *e)
{
    names_clear(&e->names);
    splitter_clear(&e->input);
}

static void finish(struct errand *e, enum exit_status status)
{
    if (e->state != ERRAND_DONE)
        e->status = status;
    e->state = ERRAND_DONE;
}

/* ---- what is asked ---- */

static bool take_question(bool *is_wanted, enum command_type type, uint64_t ticket,
                          struct command *out)
{
    if (!*is_wanted)
        return false;
    *is_wanted = false;
    *out = (struct command){.type = type, .ticket = ticket};
    return true;
}

/* The node would say the same, but cannot be asked: no JSON holds such a text. */
static const char *what_is_wrong(const uint8_t *text, size_t len)
{
    if (len > TEXT_MAX)
        return "The message is longer than 16384 bytes: send it in parts.";
    if (!utf8_is_valid(text, len))
        return "The message is not valid UTF-8: set the terminal or the program to UTF-8.";
    return NULL;
}

/* False when the text cannot be sent, which is said. */
static bool make_message(struct errand *e, const void *text, size_t len, struct command *out,
                         struct pen *complaints)
{
    const char *wrong = what_is_wrong(text, len);
    e->line++;
    if (wrong) {
        pen_complain(complaints, is_of_lines(e) ? e->line : 0, wrong);
        e->some_refused = true;
        return false;
    }
    e->unanswered++;
    *out = e->shell->command;
    out->ticket = FIRST_LINE + e->line;
    out->text = text;
    out->text_len = len;
    return true;
}

/* Everything has been answered: it is done, or delivery is what is waited for. */
static void settle(struct errand *e)
{
    bool is_over = e->state == ERRAND_SENDING ? e->is_drained : e->state == ERRAND_ASKING;
    if (!is_over || e->unanswered)
        return;
    if (e->last_is_open && e->shell->wait_s != SHELL_FOREVER)
        e->state = ERRAND_WAITING;
    else
        finish(e, e->some_refused ? EXIT_FAILED : EXIT_DONE);
}

/* The next line that can be sent. */
static bool take_line(struct errand *e, struct command *out, struct pen *complaints)
{
    const char *line;
    size_t len;
    while (e->unanswered < ERRAND_OPEN_MAX) {
        enum split split = splitter_next(&e->input, &line, &len);
        if (split == SPLIT_NONE) {
            e->is_drained = e->input.ended;
            break;
        }
        if (make_message(e, line, split == SPLIT_LINE ? len : SIZE_MAX, out, complaints))
            return true;
    }
    settle(e);
    return false;
}

/* All that stdin holds, without the line feed at its end; when it is too much, before its end. */
static bool take_whole(struct errand *e, struct command *out, struct pen *complaints)
{
    const struct buffer *held = &e->input.held;
    bool is_too_much = held->len > TEXT_MAX + 1;
    if (e->is_drained || (!e->input.ended && !is_too_much))
        return false;
    bool has_end = held->len && held->bytes[held->len - 1] == '\n';
    e->is_drained = true;
    bool is_made = make_message(e, held->len ? (const char *)held->bytes : "", held->len - has_end,
                                out, complaints);
    settle(e);
    return is_made;
}

static bool take_command(struct errand *e, struct command *out, struct pen *complaints)
{
    const struct command *c = &e->shell->command;
    if (!e->wants_command || e->unlearnt)
        return false;
    e->wants_command = false;
    e->state = e->shell->from_input ? ERRAND_SENDING : ERRAND_ASKING;
    if (e->shell->from_input)
        return false;
    if (e->shell->kind == SHELL_SEND) {
        bool is_made = make_message(e, c->text, c->text_len, out, complaints);
        settle(e);
        return is_made;
    }
    *out = *c;
    out->ticket = FIRST_LINE;
    return true;
}

bool errand_ask(struct errand *e, struct command *out, struct pen *complaints)
{
    if (e->state == ERRAND_GREETED || e->state == ERRAND_DONE)
        return false;
    if (take_question(&e->wants_peers, COMMAND_PEERS, PEERS_TICKET, out) ||
        take_question(&e->wants_groups, COMMAND_GROUPS, GROUPS_TICKET, out)) {
        e->unlearnt++;
        return true;
    }
    if (e->wants_state) {
        e->wants_state = false;
        group_id_write(e->last_id, e->last_text);
        *out =
            (struct command){.type = COMMAND_MESSAGE, .ticket = STATE_TICKET, .id = e->last_text};
        return true;
    }
    if (take_command(e, out, complaints))
        return true;
    if (e->state != ERRAND_SENDING)
        return false;
    return is_of_lines(e) ? take_line(e, out, complaints) : take_whole(e, out, complaints);
}

bool errand_wants_input(const struct errand *e)
{
    return e->state == ERRAND_SENDING && !e->input.ended && e->unanswered < ERRAND_OPEN_MAX;
}

enum lth_err errand_input(struct errand *e, const char *bytes, size_t len)
{
    return splitter_feed(&e->input, bytes, len);
}

void errand_end_of_input(struct errand *e)
{
    splitter_end(&e->input);
}

/* ---- what is printed ---- */

static void say_notice(struct pen *pen, const char *text)
{
    prompt_text_notice(pen);
    pen_say(pen, "%s", text);
    prompt_text_end(pen);
}

static void say_messages(struct errand *e, const struct event *ev, uint64_t now_ms, struct pen *pen)
{
    for (size_t i = 0; i < ev->history.count; i++) {
        struct names_room room;
        const struct message_view known =
            names_of_message(&e->names, &ev->history.messages[i], &room);
        prompt_text_message(pen, &known, now_ms);
    }
    if (ev->history.count == 0)
        say_notice(pen, "no messages yet");
    else if (ev->history.more)
        say_notice(pen, "there is more: --last N shows N messages");
}

static void say_presence(const struct errand *e, const struct event *ev, const char *before,
                         struct pen *pen)
{
    bool is_renamed = *before;
    prompt_text_notice(pen);
    if (is_renamed) {
        pen_person(pen, before);
        pen_say(pen, " is now called ");
    }
    names_quote_person(&e->names, ev->peer.id, NULL, pen);
    if (!is_renamed)
        pen_say(pen, ev->peer.online ? " is here" : " is away");
    prompt_text_end(pen);
}

static void say_group(struct errand *e, const struct event *ev, const char *before, struct pen *pen)
{
    if (e->shell->kind == SHELL_INFO)
        group_text_info(pen, &ev->group, &e->names);
    else
        group_text_change(pen, ev, &e->names, before);
}

/* Of many lines, and where delivery will be told, the good news is that there is no bad. */
static void say_accepted(const struct errand *e, struct pen *pen)
{
    if (e->shell->kind != SHELL_SEND || is_of_lines(e) || e->shell->wait_s != SHELL_FOREVER)
        return;
    prompt_text_notice(pen);
    pen_say(pen, "kept here, and on its way to ");
    pen_quote(pen, e->shell->command.who);
    prompt_text_end(pen);
}

static void say_to_people(struct errand *e, const struct event *ev, const char *before,
                          uint64_t now_ms, struct pen *pen)
{
    struct names_room room;
    struct message_view known;
    switch (ev->type) {
    case EVENT_MESSAGE:
        known = names_of_message(&e->names, &ev->message, &room);
        prompt_text_message(pen, &known, now_ms);
        break;
    case EVENT_HISTORY: say_messages(e, ev, now_ms, pen); break;
    case EVENT_PEER: say_presence(e, ev, before, pen); break;
    case EVENT_ACCEPTED: say_accepted(e, pen); break;
    case EVENT_DELIVERED: say_notice(pen, "delivered"); break;
    case EVENT_GROUP:
    case EVENT_LEFT: say_group(e, ev, before, pen); break;
    case EVENT_ADDRESS:
        prompt_text_address(pen, ev, e->shell->command.type == COMMAND_PEER_REMOVE);
        break;
    default: prompt_text_event(pen, ev, now_ms); break;
    }
}

static void put_line(struct pen *pen, const char *line, size_t len)
{
    if (buffer_append(pen->out, line, len) != LTH_OK || buffer_append(pen->out, "\n", 1) != LTH_OK)
        pen->spoiled = true;
}

/* What the event tells, in the form that is wanted. before: the name that the person or the group
 * had until then, "" = the same. */
static void print(struct errand *e, const struct errand_news *news, const char *before,
                  struct pen *out)
{
    struct pen pen = *out;
    pen.no_prompt = true;
    if (e->form == FORM_JSON)
        put_line(&pen, news->line, news->len);
    else if (e->form == FORM_PEOPLE)
        say_to_people(e, news->event, before, news->now_ms, &pen);
    else if (e->shell->kind == SHELL_INFO && news->event->type == EVENT_GROUP)
        rows_members(&pen, &e->names, &news->event->group);
    else if (e->shell->kind == SHELL_WATCH)
        rows_news(&pen, &e->names, news->event);
    else
        rows_event(&pen, &e->names, news->event);
    out->spoiled = pen.spoiled;
}

/* ---- answers ---- */

static enum exit_status status_of(const struct errand *e, enum error_code code)
{
    const struct command *c = &e->shell->command;
    if (code == CODE_UNKNOWN_PEER || code == CODE_AMBIGUOUS)
        return EXIT_UNKNOWN_PEER;
    if (c->type == COMMAND_VERIFY && c->number && code == CODE_USAGE)
        return EXIT_KEY_CHANGED;
    return code == CODE_USAGE ? EXIT_USAGE : EXIT_FAILED;
}

static void on_refused(struct errand *e, const struct event *ev, struct pen *complaints)
{
    bool of_line = is_of_lines(e) && ev->ticket > FIRST_LINE;
    e->some_refused = true;
    pen_complain(complaints, of_line ? ev->ticket - FIRST_LINE : 0, ev->error.text);
    if (!of_line || !error_code_is_of_text(ev->error.code))
        finish(e, status_of(e, ev->error.code));
}

static void on_accepted(struct errand *e, const struct event *ev)
{
    memcpy(e->last_id, ev->accepted.id, MESSAGE_ID_LEN);
    e->last_is_open = true;
    if (e->shell->wait_s != SHELL_FOREVER && !e->knows_person)
        e->wants_state = !typed_word_is_group(e->shell->command.who);
}

/* What has become of the last message, asked because events were lost, or to learn who it is that
 * gets it: WHO may be a petname, which no alarm about their key speaks of. */
static void on_state(struct errand *e, const struct event *ev)
{
    bool is_delivered = false;
    bool is_to_one = ev->type == EVENT_MESSAGE_STATE && ev->message_state.count == 1;
    if (is_to_one && !typed_word_is_group(e->shell->command.who)) {
        e->knows_person = true;
        memcpy(e->person, ev->message_state.recipients[0].peer, ID_LEN);
    }
    for (size_t i = 0; ev->type == EVENT_MESSAGE_STATE && i < ev->message_state.count; i++)
        is_delivered = is_delivered || ev->message_state.recipients[i].state == STATE_DELIVERED;
    if (!is_delivered || memcmp(ev->message_state.id, e->last_id, MESSAGE_ID_LEN) != 0)
        return;
    e->last_is_open = false;
    if (e->state == ERRAND_WAITING)
        finish(e, e->some_refused ? EXIT_FAILED : EXIT_DONE);
}

/* What the node did not say itself, in its words. */
static void print_own(struct errand *e, const struct event *ev, uint64_t seq, uint64_t now_ms,
                      struct pen *out)
{
    struct buffer line = {0};
    if (json_event_write(&line, ev, seq, (struct json_ref){0}) == LTH_OK) {
        const struct errand_news told = {LTH_OK,      ev, seq, now_ms, (const char *)line.bytes,
                                         line.len - 1 /* line feed */};
        print(e, &told, "", out);
    }
    buffer_clear(&line);
}

static void refuse_group(struct errand *e, const struct errand_news *news, bool is_ambiguous,
                         struct pen *out, struct pen *complaints)
{
    struct event no = {.type = EVENT_ERROR};
    no.error.code = is_ambiguous ? CODE_AMBIGUOUS : CODE_UNKNOWN_PEER;
    no.error.text = is_ambiguous
                        ? "More than one group has this name: give the id, see lanthorn groups."
                        : "There is no such group here: lanthorn groups lists them.";
    if (e->form == FORM_JSON)
        print_own(e, &no, news->seq, news->now_ms, out);
    pen_complain(complaints, 0, no.error.text);
    finish(e, EXIT_UNKNOWN_PEER);
}

/* Of all the groups the one that is asked about. */
static void on_groups(struct errand *e, const struct errand_news *news, struct pen *out,
                      struct pen *complaints)
{
    const struct group_view *found;
    struct event one = {.type = EVENT_GROUP, .is_answer = true, .ticket = news->event->ticket};
    enum lth_err err = group_pick(news->event, e->shell->command.group, &found);
    if (err != LTH_OK) {
        refuse_group(e, news, err == LTH_AMBIGUOUS, out, complaints);
        return;
    }
    one.group = *found;
    print_own(e, &one, news->seq, news->now_ms, out);
    finish(e, EXIT_DONE);
}

static void on_answer(struct errand *e, const struct errand_news *news, const char *before,
                      struct pen *out, struct pen *complaints)
{
    const struct event *ev = news->event;
    bool is_info = e->shell->kind == SHELL_INFO && ev->type == EVENT_GROUPS;
    if (is_info) {
        on_groups(e, news, out, complaints);
        return;
    }
    if (ev->type != EVENT_ERROR || e->form == FORM_JSON)
        print(e, news, before, out);
    e->unanswered -= e->unanswered > 0;
    if (ev->type == EVENT_ERROR)
        on_refused(e, ev, complaints);
    else if (ev->type == EVENT_ACCEPTED)
        on_accepted(e, ev);
    settle(e);
}

/* ---- news ---- */

/* By the person; before that is known, by what was typed: a name, or the beginning of an id. */
static bool is_of_whom_we_write_to(const struct errand *e, const struct event *ev)
{
    const char *who = e->shell->command.who;
    char id[ID_TEXT_LEN + 1];
    if (e->knows_person)
        return memcmp(e->person, ev->key_change.old_id, ID_LEN) == 0;
    id_write(ev->key_change.old_id, id);
    return strcmp(who, ev->key_change.name) == 0 ||
           (strlen(who) >= ID_PREFIX_MIN && strncasecmp(id, who, strlen(who)) == 0);
}

static void on_delivered(struct errand *e, const struct errand_news *news, struct pen *out)
{
    if (!e->last_is_open || memcmp(news->event->delivery.id, e->last_id, MESSAGE_ID_LEN) != 0)
        return;
    e->last_is_open = false;
    if (e->state != ERRAND_WAITING)
        return;
    if (e->form != FORM_ROWS) /* its row is the id, which has been printed */
        print(e, news, "", out);
    finish(e, e->some_refused ? EXIT_FAILED : EXIT_DONE);
}

static void on_news_of_sending(struct errand *e, const struct errand_news *news, struct pen *out,
                               struct pen *complaints)
{
    const struct event *ev = news->event;
    if (ev->type == EVENT_DELIVERED)
        on_delivered(e, news, out);
    if (ev->type != EVENT_KEY_CHANGE || !is_of_whom_we_write_to(e, ev))
        return;
    prompt_text_event(complaints, ev, news->now_ms);
    finish(e, EXIT_KEY_CHANGED);
}

/* What people and rows are not told; JSON is what came. */
static bool is_worth_telling(const struct errand *e, const struct event *ev,
                             enum peer_change change)
{
    if (e->form == FORM_JSON)
        return true;
    if (ev->type == EVENT_ACCEPTED || ev->type == EVENT_SENT || ev->type == EVENT_DELIVERED ||
        ev->type == EVENT_WAITING_FOR_KEY || ev->type == EVENT_BYE)
        return false;
    return ev->type != EVENT_PEER || change != PEER_AS_BEFORE;
}

static void on_watched(struct errand *e, const struct errand_news *news, const char *before,
                       enum peer_change change, struct pen *out)
{
    if (!is_worth_telling(e, news->event, change))
        return;
    print(e, news, before, out);
    if (news->event->type == EVENT_READY)
        return; /* tells whoever watches that nothing is missed from here on */
    e->seen++;
    if (e->seen == e->shell->count)
        finish(e, EXIT_DONE);
}

/* ---- everything that is told ---- */

static void on_ready(struct errand *e)
{
    e->state = e->shell->kind == SHELL_WATCH ? ERRAND_WATCHING : ERRAND_ASKING;
}

static void check_seq(struct errand *e, uint64_t seq, struct pen *complaints)
{
    bool is_hole = e->seq && seq && seq != e->seq + 1;
    e->seq = seq ? seq : e->seq;
    if (!is_hole)
        return;
    e->wants_state = e->last_is_open;
    if (e->state == ERRAND_WATCHING)
        pen_complain(complaints, 0, "Events were lost, because they were not read in time.");
}

/* Learns the names in an event; before: the name its person or group had, when it is another. */
static enum peer_change learn(struct errand *e, const struct event *ev, char before[NAMES_BEFORE])
{
    enum peer_change change = PEER_AS_BEFORE;
    *before = '\0';
    if (ev->type == EVENT_PEER) {
        known_peers_name(&e->names.peers, ev->peer.id, before);
        change = known_peers_update(&e->names.peers, &ev->peer);
        if (change != PEER_RENAMED)
            *before = '\0';
    } else if (ev->type == EVENT_GROUP || ev->type == EVENT_LEFT) {
        known_groups_name(&e->names.groups, ev->group.id, before);
    }
    names_learn(&e->names, ev);
    return change;
}

static bool is_question(const struct event *ev)
{
    return ev->is_answer && (ev->ticket == PEERS_TICKET || ev->ticket == GROUPS_TICKET);
}

static void on_event(struct errand *e, const struct errand_news *news, struct pen *out,
                     struct pen *complaints)
{
    const struct event *ev = news->event;
    char before[NAMES_BEFORE];
    enum peer_change change = learn(e, ev, before);
    if (ev->type == EVENT_READY)
        on_ready(e);
    if (is_question(ev))
        e->unlearnt -= e->unlearnt > 0;
    else if (ev->is_answer && ev->ticket == STATE_TICKET)
        on_state(e, ev);
    else if (ev->is_answer)
        on_answer(e, news, before, out, complaints);
    else if (e->state == ERRAND_WATCHING)
        on_watched(e, news, before, change, out);
    else if (e->state == ERRAND_GREETED && ev->type == EVENT_ERROR)
        on_refused(e, ev, complaints); /* there is no room for one more */
    else if (e->shell->kind == SHELL_SEND)
        on_news_of_sending(e, news, out, complaints);
}

/* A line that is no event we know. */
static void on_strange(struct errand *e, const struct errand_news *news, struct pen *out,
                       struct pen *complaints)
{
    if (e->state == ERRAND_WATCHING && e->form == FORM_JSON)
        put_line(out, news->line, news->len);
    if (news->err == LTH_NOT_FOUND || e->state == ERRAND_WATCHING)
        return;
    pen_complain(complaints, 0,
                 "The node's answer was not understood: is it of the same version? Restart it.");
    finish(e, EXIT_FAILED);
}

void errand_event(struct errand *e, const struct errand_news *news, struct pen *out,
                  struct pen *complaints)
{
    if (e->state == ERRAND_DONE)
        return;
    if (news->err != LTH_OK) {
        on_strange(e, news, out, complaints);
        return;
    }
    check_seq(e, news->seq, complaints);
    on_event(e, news, out, complaints);
}

/* ---- the end ---- */

static const char still_kept[] =
    "The node ended before it was delivered: it is kept, and sent when the node runs again.";

void errand_lost(struct errand *e, struct pen *complaints)
{
    if (e->state == ERRAND_DONE)
        return;
    if (e->state == ERRAND_WAITING)
        pen_complain(complaints, 0, still_kept);
    else if (e->state == ERRAND_WATCHING)
        pen_complain(complaints, 0, "The node has ended.");
    else
        pen_complain(complaints, 0, "The node ended before it answered: start it again.");
    finish(e, e->state == ERRAND_WAITING    ? EXIT_NOT_DELIVERED
              : e->state == ERRAND_WATCHING ? EXIT_NO_NODE
                                            : EXIT_FAILED);
}

bool errand_is_timed(const struct errand *e)
{
    return e->shell->wait_s != SHELL_FOREVER &&
           (e->state == ERRAND_WAITING || e->state == ERRAND_WATCHING);
}

void errand_timeout(struct errand *e, struct pen *complaints)
{
    if (e->state == ERRAND_WAITING) {
        pen_complain(complaints, 0,
                     "It was not delivered in that time: it is kept, and sent as soon as they are "
                     "here.");
        finish(e, EXIT_NOT_DELIVERED);
    } else if (e->state == ERRAND_WATCHING) {
        finish(e, e->shell->count ? EXIT_FAILED : EXIT_DONE);
    }
}

void errand_interrupt(struct errand *e, struct pen *complaints)
{
    if (e->state == ERRAND_WAITING)
        pen_complain(complaints, 0, "Interrupted: the message is kept, and sent all the same.");
    finish(e, EXIT_INTERRUPTED);
}
