#include "ui/chat.h"

#include "ui/prompt_text.h"

#include <string.h>

/* Of our own question for everybody the store knows: its answer is remembered, not shown. */
static const uint64_t PEERS_TICKET = UINT64_MAX - 1;

/* Tickets of /peer remove carry this bit, for its answer looks like that of /peer add. */
static const uint64_t REMOVAL = UINT64_C(1) << 62;

void chat_init(struct chat *c, const char *to, bool first_run)
{
    *c = (struct chat){.first_run = first_run};
    seek_init(&c->seek, to);
}

void chat_clear(struct chat *c)
{
    known_peers_clear(&c->peers);
    unsettled_clear(&c->own);
}

enum lth_err chat_line(struct chat *c, const char *line, struct pen *pen, struct prompt_line *out)
{
    enum lth_err err = prompt_command_parse(line, c->has_current ? c->current_text : NULL, out);
    if (err != LTH_OK)
        return err;
    out->command.ticket = ++c->last_ticket;
    if (out->command.type == COMMAND_PEER_REMOVE)
        out->command.ticket |= REMOVAL;
    if (out->kind == PROMPT_TO) {
        c->to_ticket = out->command.ticket;
        seek_init(&c->seek, NULL); /* the user has decided anew */
    } else if (out->kind == PROMPT_HELP) {
        prompt_command_help(pen);
    } else if (out->kind == PROMPT_REFUSED) {
        prompt_text_alarm(pen);
        pen_quote(pen, out->why.text);
        prompt_text_end(pen);
    }
    return LTH_OK;
}

static void quote_peer(const struct chat *c, const uint8_t id[ID_LEN], struct pen *pen)
{
    char name[KNOWN_NAME_SIZE];
    known_peers_name(&c->peers, id, name);
    pen_quote(pen, name);
}

/* "-- lead bob tail" */
static void say_of_peer(const struct chat *c, struct pen *pen, const char *lead,
                        const uint8_t id[ID_LEN], const char *tail)
{
    prompt_text_notice(pen);
    pen_say(pen, "%s", lead);
    quote_peer(c, id, pen);
    pen_say(pen, "%s", tail);
    prompt_text_end(pen);
}

static void choose(struct chat *c, const uint8_t id[ID_LEN])
{
    memcpy(c->current, id, ID_LEN);
    id_write(id, c->current_text);
    c->has_current = true;
    seek_init(&c->seek, NULL);
}

static void on_peer(struct chat *c, const struct peer_view *peer, struct pen *pen)
{
    char before[KNOWN_NAME_SIZE];
    known_peers_name(&c->peers, peer->id, before);
    switch (known_peers_update(&c->peers, peer)) {
    case PEER_AS_BEFORE: break;
    case PEER_CAME: say_of_peer(c, pen, "", peer->id, " is here"); break;
    case PEER_WENT: say_of_peer(c, pen, "", peer->id, " is away"); break;
    case PEER_RENAMED:
        prompt_text_notice(pen);
        pen_quote(pen, before);
        pen_say(pen, " is now called ");
        quote_peer(c, peer->id, pen);
        prompt_text_end(pen);
        break;
    }
}

/* The message under the name by which the user knows its author. */
static void say_message(const struct chat *c, const struct message_view *m, struct chat_time now,
                        struct pen *pen)
{
    char name[KNOWN_NAME_SIZE];
    struct message_view known = *m;
    known_peers_name(&c->peers, m->from, name);
    if (known_peers_has(&c->peers, m->from))
        known.name = name;
    prompt_text_message(pen, &known, now.wall_ms);
}

static void on_message(struct chat *c, const struct message_view *m, struct chat_time now,
                       struct pen *pen)
{
    if (m->from_me)
        return; /* it stands on the screen as it was typed */
    say_message(c, m, now, pen);
    if (c->has_current || c->to_ticket || c->seek.who)
        return;
    choose(c, m->from);
    say_of_peer(c, pen, "what you type now goes to ", m->from, "; /to WHO chooses somebody else");
}

static void say_delivered(struct chat *c, struct pen *pen)
{
    if (c->delivered.count == 0)
        return;
    prompt_text_notice(pen);
    pen_say(pen, "delivered to ");
    quote_peer(c, c->delivered.peer, pen);
    pen_say(pen, ": %zu message%s that had waited", c->delivered.count,
            c->delivered.count == 1 ? "" : "s");
    prompt_text_end(pen);
    c->delivered.count = 0;
}

static void on_delivered(struct chat *c, const struct event *e, struct pen *pen)
{
    if (!unsettled_delivered(&c->own, e->delivery.id))
        return;
    if (memcmp(c->delivered.peer, e->delivery.peer, ID_LEN) != 0)
        say_delivered(c, pen);
    memcpy(c->delivered.peer, e->delivery.peer, ID_LEN);
    c->delivered.count++;
}

/* The answer to the last /to: who it is, or that there is no such person. */
static void on_to_answer(struct chat *c, const struct event *e, struct chat_time now,
                         struct pen *pen)
{
    c->to_ticket = 0;
    if (e->type != EVENT_SAFETY) {
        prompt_text_event(pen, e, now.wall_ms);
        return;
    }
    choose(c, e->safety.peer);
    say_of_peer(c, pen, "talking to ", c->current,
                e->safety.verified ? ", verified" : ", not verified: see /verify");
}

static bool on_sought(struct chat *c, const struct event *e, struct chat_time now, struct pen *pen)
{
    const char *who = c->seek.who;
    switch (seek_event(&c->seek, e)) {
    case SEEK_OTHER: return false;
    case SEEK_FOUND:
    case SEEK_REFUSED: on_to_answer(c, e, now, pen); return true;
    case SEEK_WAITING:
        if (!c->told_waiting) {
            prompt_text_notice(pen);
            pen_say(pen, "waiting for ");
            pen_quote(pen, who);
            pen_say(pen, " to appear");
            prompt_text_end(pen);
        }
        c->told_waiting = true;
        return true;
    }
    return false;
}

/* What the other events leave in our memory. */
static void remember(struct chat *c, const struct event *e)
{
    if (e->type == EVENT_CONTACT)
        known_peers_update(&c->peers, &e->peer);
    for (size_t i = 0; e->type == EVENT_PEERS && i < e->peers.count; i++)
        known_peers_update(&c->peers, &e->peers.peers[i]);
}

/* The port is open: who we are, and from now on the node answers. */
static void on_ready(struct chat *c, const struct event *e, struct pen *pen)
{
    c->wants_peers = true;
    if (c->first_run)
        prompt_text_welcome(pen, e);
    else
        prompt_text_greeting(pen, e);
}

/* Answers to our own questions; the last: to a search the user has given up. */
static bool on_own_answer(struct chat *c, const struct event *e, struct chat_time now,
                          struct pen *pen)
{
    if (e->is_answer && e->ticket == PEERS_TICKET) {
        remember(c, e);
        return true;
    }
    return on_sought(c, e, now, pen) || (e->is_answer && e->ticket == SEEK_TICKET);
}

void chat_event(struct chat *c, const struct event *e, struct chat_time now, struct pen *pen)
{
    if (on_own_answer(c, e, now, pen))
        return;
    if (c->to_ticket && e->is_answer && e->ticket == c->to_ticket)
        on_to_answer(c, e, now, pen);
    else if (e->type == EVENT_PEER)
        on_peer(c, &e->peer, pen);
    else if (e->type == EVENT_MESSAGE)
        on_message(c, &e->message, now, pen);
    else if (e->type == EVENT_ACCEPTED)
        unsettled_accepted(&c->own, e->accepted.id, now.monotonic_ms);
    else if (e->type == EVENT_DELIVERED)
        on_delivered(c, e, pen);
    else if (e->type == EVENT_READY)
        on_ready(c, e, pen);
    else if (e->type == EVENT_ADDRESS)
        prompt_text_address(pen, e, (e->ticket & REMOVAL) != 0);
    else
        prompt_text_event(pen, e, now.wall_ms);
    remember(c, e);
}

bool chat_ask(struct chat *c, struct command *out)
{
    if (!c->wants_peers)
        return seek_ask(&c->seek, out);
    c->wants_peers = false; /* first, so that whoever is found has a name */
    *out = (struct command){.type = COMMAND_PEERS, .ticket = PEERS_TICKET};
    return true;
}

void chat_settle(struct chat *c, uint64_t monotonic_ms, struct pen *pen)
{
    say_delivered(c, pen);
    size_t late = unsettled_take_late(&c->own, monotonic_ms);
    if (late == 0)
        return;
    prompt_text_notice(pen);
    pen_say(pen,
            "%zu message%s not delivered yet; kept, and sent when the other side can be "
            "reached",
            late, late == 1 ? "" : "s");
    prompt_text_end(pen);
}

bool chat_wants_tick(const struct chat *c)
{
    return c->own.untold > 0;
}

void chat_prompt(const struct chat *c, struct pen *pen)
{
    if (c->has_current)
        quote_peer(c, c->current, pen);
    pen_say(pen, "> ");
}

/* True when the word after before is the WHO of a command. */
static bool is_who_next(const char *before)
{
    static const char *const words[] = {"/to ",    "/msg ",     "/verify ", "/petname ",
                                        "/block ", "/unblock ", "/history "};
    for (size_t i = 0; i < LENGTH(words); i++)
        if (strcmp(before, words[i]) == 0)
            return true;
    return false;
}

char *chat_complete(const struct chat *c, const char *before, const char *word, size_t nth)
{
    if (!*before && *word == '/') {
        const char *command = prompt_command_complete(word, nth);
        return command ? strdup(command) : NULL;
    }
    return is_who_next(before) ? known_peers_complete(&c->peers, word, nth) : NULL;
}
