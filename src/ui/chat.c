#include "ui/chat.h"

#include "ui/group_text.h"
#include "ui/prompt_text.h"
#include "ui/typed_word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of our own questions for all that the store knows: their answers are remembered, not shown. */
static const uint64_t PEERS_TICKET = UINT64_MAX - 1, GROUPS_TICKET = UINT64_MAX - 2;

/* Tickets of /peer remove carry this bit, for its answer looks like that of /peer add. */
static const uint64_t REMOVAL = UINT64_C(1) << 62;

void chat_init(struct chat *c, const char *to, const char *link_name, bool first_run)
{
    *c = (struct chat){.link_name = link_name, .first_run = first_run};
    seek_init(&c->seek, to);
}

void chat_clear(struct chat *c)
{
    names_clear(&c->names);
    overdue_clear(&c->overdue);
}

static void ask(struct chat_question *q, uint64_t ticket, const char *group)
{
    q->ticket = ticket;
    snprintf(q->group, sizeof q->group, "%s", group ? group : "");
}

static void refuse(struct pen *pen, const char *why)
{
    prompt_text_alarm(pen);
    pen_quote(pen, why);
    prompt_text_end(pen);
}

/* What we do about a line ourselves. */
static void follow_line(struct chat *c, const struct prompt_line *line, struct pen *pen)
{
    if (line->kind == PROMPT_TO) {
        ask(&c->to, line->command.ticket, line->command.who);
        seek_init(&c->seek, NULL); /* the user has decided anew */
    } else if (line->kind == PROMPT_INFO) {
        ask(&c->info, line->command.ticket, line->command.group);
    } else if (line->kind == PROMPT_HELP) {
        prompt_command_help(pen);
    } else if (line->kind == PROMPT_GROUP_HELP) {
        prompt_command_group_help(pen);
    } else if (line->kind == PROMPT_REFUSED) {
        refuse(pen, line->why.text);
    }
}

enum lth_err chat_line(struct chat *c, const char *line, struct pen *pen, struct prompt_line *out)
{
    enum lth_err err = prompt_command_parse(line, c->has_current ? c->current_text : NULL, out);
    if (err != LTH_OK)
        return err;
    out->command.ticket = ++c->last_ticket;
    if (out->command.type == COMMAND_PEER_REMOVE)
        out->command.ticket |= REMOVAL;
    follow_line(c, out, pen);
    return LTH_OK;
}

/* "-- lead bob tail" */
static void say_of_peer(const struct chat *c, struct pen *pen, const char *lead,
                        const uint8_t id[ID_LEN], const char *tail)
{
    prompt_text_notice(pen);
    pen_say(pen, "%s", lead);
    names_quote_person(&c->names, id, NULL, pen);
    pen_say(pen, "%s", tail);
    prompt_text_end(pen);
}

static void choose(struct chat *c, const uint8_t id[ID_LEN], bool is_group)
{
    memcpy(c->current, id, ID_LEN);
    if (is_group)
        group_id_write(id, c->current_text);
    else
        id_write(id, c->current_text);
    c->has_current = true;
    c->current_is_group = is_group;
    seek_init(&c->seek, NULL);
}

static void on_peer(struct chat *c, const struct peer_view *peer, struct pen *pen)
{
    char before[KNOWN_NAME_SIZE];
    known_peers_name(&c->names.peers, peer->id, before);
    switch (known_peers_update(&c->names.peers, peer)) {
    case PEER_AS_BEFORE: break;
    case PEER_CAME: say_of_peer(c, pen, "", peer->id, " is here"); break;
    case PEER_WENT: say_of_peer(c, pen, "", peer->id, " is away"); break;
    case PEER_RENAMED:
        prompt_text_notice(pen);
        pen_person(pen, before);
        pen_say(pen, " is now called ");
        names_quote_person(&c->names, peer->id, NULL, pen);
        prompt_text_end(pen);
        break;
    }
}

static void on_message(struct chat *c, const struct message_view *m, struct chat_time now,
                       struct pen *pen)
{
    struct names_room room;
    if (m->from_me)
        return; /* it stands on the screen as it was typed */
    known_peers_introduce(&c->names.peers, m->from, m->name);
    const struct message_view known = names_of_message(&c->names, m, &room);
    prompt_text_message(pen, &known, now.wall_ms);
    if (m->group_name || c->has_current || c->to.ticket || c->seek.who)
        return; /* what goes to many is never chosen for the user */
    choose(c, m->from, false);
    say_of_peer(c, pen, "what you type now goes to ", m->from, "; /to WHO chooses somebody else");
}

/* A change of a group; our leaving, which an answer tells as well as an event, is said once. */
static void on_group(struct chat *c, const struct event *e, struct pen *pen)
{
    char before[KNOWN_GROUP_SIZE];
    bool is_told = known_groups_is_left(&c->names.groups, e->group.id) && !e->group.is_member;
    known_groups_name(&c->names.groups, e->group.id, before);
    names_learn(&c->names, e);
    if (!is_told)
        group_text_change(pen, e, &c->names, before);
}

/* The group of a list that q is about; NULL after the user has been told that there is none. */
static const struct group_view *pick(const struct chat_question *q, const struct event *groups,
                                     struct pen *pen)
{
    const struct group_view *found;
    switch (group_pick(groups, q->group, &found)) {
    case LTH_OK: return found;
    case LTH_AMBIGUOUS:
        refuse(pen, "More than one group has this name: Tab behind # tells them apart.");
        return NULL;
    default: refuse(pen, "There is no such group here: /groups lists them."); return NULL;
    }
}

static void choose_group(struct chat *c, const struct group_view *g, struct pen *pen)
{
    choose(c, g->id, true);
    known_groups_update(&c->names.groups, g);
    prompt_text_notice(pen);
    pen_say(pen, "talking to ");
    names_quote_group(&c->names, g->id, pen);
    if (g->is_member)
        pen_say(pen, ", %zu member%s: /group info shows them", g->member_count,
                g->member_count == 1 ? "" : "s");
    else
        pen_say(pen, ", of which you are no member any more: /history shows what was said");
    prompt_text_end(pen);
}

static void on_info(struct chat *c, const struct event *e, struct chat_time now, struct pen *pen)
{
    const struct group_view *g = e->type == EVENT_GROUPS ? pick(&c->info, e, pen) : NULL;
    c->info.ticket = 0;
    if (g)
        group_text_info(pen, g, &c->names);
    else if (e->type != EVENT_GROUPS)
        prompt_text_event(pen, e, now.wall_ms);
}

/* The answer to the last /to, or to --to: who it is, or that there is no such person. */
static void on_to_answer(struct chat *c, const struct event *e, struct chat_time now,
                         struct pen *pen)
{
    c->to.ticket = 0;
    if (e->type == EVENT_GROUPS) {
        const struct group_view *g = pick(&c->to, e, pen);
        if (g)
            choose_group(c, g, pen);
        return;
    }
    if (e->type != EVENT_SAFETY) {
        prompt_text_event(pen, e, now.wall_ms);
        return;
    }
    choose(c, e->safety.peer, false);
    say_of_peer(c, pen, "talking to ", c->current,
                e->safety.verified ? ", verified" : ", not verified: see /verify");
}

/* What a link calls somebody stands last: whatever it is, it can pass for nothing of ours. */
static void say_link_waiting(const char *name, struct pen *pen)
{
    pen_say(pen, "you have not met the person this link leads to; they are chosen as soon as they "
                 "appear");
    if (!*name)
        return;
    pen_say(pen, "; the link calls them ");
    pen_person(pen, name);
}

static void say_waiting(struct chat *c, const char *who, struct pen *pen)
{
    if (c->told_waiting)
        return;
    c->told_waiting = true;
    prompt_text_notice(pen);
    if (c->link_name) {
        say_link_waiting(c->link_name, pen);
    } else {
        pen_say(pen, "waiting for ");
        pen_quote(pen, who);
        pen_say(pen, " to appear");
    }
    prompt_text_end(pen);
}

static bool on_sought(struct chat *c, const struct event *e, struct chat_time now, struct pen *pen)
{
    const char *who = c->seek.who;
    switch (seek_event(&c->seek, e)) {
    case SEEK_OTHER: return false;
    case SEEK_FOUND:
    case SEEK_AMBIGUOUS:
    case SEEK_REFUSED:
        ask(&c->to, 0, who);
        on_to_answer(c, e, now, pen);
        return true;
    case SEEK_WAITING: say_waiting(c, who, pen); return true;
    }
    return false;
}

static bool is_own_id(const char *who, const uint8_t own[ID_LEN])
{
    uint8_t id[ID_LEN];
    return who && id_parse(who, id) == LTH_OK && memcmp(id, own, ID_LEN) == 0;
}

/* The port is open: who we are, and from now on the node answers. */
static void on_ready(struct chat *c, const struct event *e, struct pen *pen)
{
    c->wants_peers = c->wants_groups = true;
    if (c->first_run)
        prompt_text_welcome(pen, e);
    else
        prompt_text_greeting(pen, e);
    if (!c->link_name || !is_own_id(c->seek.who, e->ready.id))
        return;
    seek_init(&c->seek, NULL);
    prompt_text_notice(pen);
    pen_say(pen, "the link leads to yourself: hand it to others");
    prompt_text_end(pen);
}

/* Answers to our own questions; the last: to a search the user has given up. */
static bool on_own_answer(struct chat *c, const struct event *e, struct chat_time now,
                          struct pen *pen)
{
    if (e->is_answer && (e->ticket == PEERS_TICKET || e->ticket == GROUPS_TICKET)) {
        names_learn(&c->names, e);
        return true;
    }
    return on_sought(c, e, now, pen) || (e->is_answer && e->ticket == SEEK_TICKET);
}

static bool answers(const struct event *e, const struct chat_question *q)
{
    return q->ticket && e->is_answer && e->ticket == q->ticket;
}

/* What is shown as it is, once the names in it are known. */
static void on_other(struct chat *c, const struct event *e, struct chat_time now, struct pen *pen)
{
    names_learn(&c->names, e);
    if (e->type == EVENT_READY)
        on_ready(c, e, pen);
    else if (e->type == EVENT_ADDRESS)
        prompt_text_address(pen, e, (e->ticket & REMOVAL) != 0);
    else
        prompt_text_event(pen, e, now.wall_ms);
}

void chat_event(struct chat *c, const struct event *e, struct chat_time now, struct pen *pen)
{
    if (on_own_answer(c, e, now, pen))
        return;
    overdue_event(&c->overdue, &c->names, e, now.monotonic_ms);
    if (answers(e, &c->to))
        on_to_answer(c, e, now, pen);
    else if (answers(e, &c->info))
        on_info(c, e, now, pen);
    else if (e->type == EVENT_PEER)
        on_peer(c, &e->peer, pen);
    else if (e->type == EVENT_MESSAGE)
        on_message(c, &e->message, now, pen);
    else if (e->type == EVENT_GROUP || e->type == EVENT_LEFT)
        on_group(c, e, pen);
    else
        on_other(c, e, now, pen);
}

bool chat_ask(struct chat *c, struct command *out)
{
    if (c->wants_peers) { /* first, so that whoever is found has a name */
        c->wants_peers = false;
        *out = (struct command){.type = COMMAND_PEERS, .ticket = PEERS_TICKET};
        return true;
    }
    if (c->wants_groups) {
        c->wants_groups = false;
        *out = (struct command){.type = COMMAND_GROUPS, .ticket = GROUPS_TICKET};
        return true;
    }
    return seek_ask(&c->seek, out);
}

void chat_settle(struct chat *c, uint64_t monotonic_ms, struct pen *pen)
{
    overdue_settle(&c->overdue, &c->names, monotonic_ms, pen);
}

bool chat_wants_tick(const struct chat *c)
{
    return overdue_wants_tick(&c->overdue);
}

void chat_prompt(const struct chat *c, struct pen *pen)
{
    if (c->has_current && c->current_is_group)
        names_quote_group(&c->names, c->current, pen);
    else if (c->has_current)
        names_quote_person(&c->names, c->current, NULL, pen);
    pen_say(pen, "> ");
}

enum { A_PERSON = 1, A_GROUP = 2, ANYBODY = A_PERSON | A_GROUP };

/* What may stand behind a command: as the first word, behind a group, behind other words. */
static const struct {
    const char *command;
    unsigned first, behind_group, behind_any;
} places[] = {
    {"/to ", ANYBODY, 0, 0},
    {"/msg ", ANYBODY, 0, 0},
    {"/history ", ANYBODY, 0, 0},
    {"/verify ", A_PERSON, 0, 0},
    {"/petname ", A_PERSON, 0, 0},
    {"/block ", A_PERSON, 0, 0},
    {"/unblock ", A_PERSON, 0, 0},
    {"/group new ", 0, A_PERSON, A_PERSON},
    {"/group add ", ANYBODY, A_PERSON, 0},
    {"/group remove ", ANYBODY, A_PERSON, 0},
    {"/group promote ", ANYBODY, A_PERSON, 0},
    {"/group demote ", ANYBODY, A_PERSON, 0},
    {"/group leave ", A_GROUP, 0, 0},
    {"/group rename ", A_GROUP, 0, 0},
    {"/group history ", A_GROUP, 0, 0},
    {"/group rekey ", A_GROUP, 0, 0},
    {"/group info ", A_GROUP, 0, 0},
};

/* True when text is one word that names a group, and a space. */
static bool is_one_group(const char *text)
{
    bool quoted = *text == '"';
    const char *end = text[quoted] == '#' ? strchr(text + 1, quoted ? '"' : ' ') : NULL;
    return end && strcmp(end + quoted, " ") == 0;
}

/* What the word after before may be. */
static unsigned what_is_next(const char *before)
{
    for (size_t i = 0; i < LENGTH(places); i++) {
        size_t len = strlen(places[i].command);
        if (strncmp(before, places[i].command, len) != 0)
            continue;
        if (!before[len])
            return places[i].first;
        return is_one_group(before + len) ? places[i].behind_group : places[i].behind_any;
    }
    return 0;
}

/* The rest of the nth command that the line may become. */
static char *complete_command(const char *before, const char *word, size_t nth)
{
    size_t len = strlen(before), size = len + strlen(word) + 1;
    char *line = malloc(size), *rest = NULL;
    if (!line)
        return NULL;
    snprintf(line, size, "%s%s", before, word);
    const char *command = *line == '/' ? prompt_command_complete(line, nth) : NULL;
    if (command) /* it begins with the line */
        rest = strdup(command + len);
    free(line);
    return rest;
}

char *chat_complete(const struct chat *c, const char *before, const char *word, size_t nth)
{
    char *found = complete_command(before, word, nth);
    unsigned wanted = what_is_next(before);
    word += *word == '"'; /* the completion has it where it is needed */
    if (!found && (wanted & A_PERSON))
        found = known_peers_complete(&c->names.peers, word, &nth);
    if (!found && (wanted & A_GROUP))
        found = known_groups_complete(&c->names.groups, word, &nth);
    return found;
}
