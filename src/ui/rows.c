#include "ui/rows.h"

#include "base/display.h"
#include "ui/group_pick.h"
#include "ui/time_text.h"

#include <inttypes.h>
#include <string.h>

static void tab(struct pen *pen)
{
    pen_say(pen, "\t");
}

static void end(struct pen *pen)
{
    pen_say(pen, "\n");
}

static void say_id(struct pen *pen, const uint8_t id[ID_LEN])
{
    char text[ID_TEXT_LEN + 1];
    id_write(id, text);
    pen_say(pen, "%s", text);
}

static void say_hash(struct pen *pen, const uint8_t id[CONVERSATION_ID_LEN])
{
    char text[GROUP_TEXT_LEN + 1];
    group_id_write(id, text);
    pen_say(pen, "%s", text);
}

static void say_time(struct pen *pen, uint64_t time_ms)
{
    char text[TIME_TEXT_LEN + 1];
    time_write(time_ms, text);
    pen_say(pen, "%s", text);
}

/* A stranger's words, or that there are none. */
static void say_words(struct pen *pen, const char *words)
{
    if (*words)
        pen_quote(pen, words);
    else
        pen_say(pen, "-");
}

static const char *if_so(bool is_so, const char *word)
{
    return is_so ? word : "-";
}

static void person(struct pen *pen, const struct names *names, const struct peer_view *p)
{
    char address[ENDPOINT_TEXT_LEN];
    names_quote_person(names, p->id, p->petname[0] ? p->petname : p->name, pen);
    pen_say(pen, "\t%s\t%s\t%s\t", p->online ? "here" : "away", if_so(p->verified, "verified"),
            if_so(p->blocked, "blocked"));
    say_id(pen, p->id);
    pen_say(pen, p->address_count ? "\t" : "\t-");
    for (size_t i = 0; i < p->address_count; i++) {
        endpoint_write(&p->addresses[i], address);
        pen_say(pen, "%s%s", i ? " " : "", address);
    }
    end(pen);
}

/* The text on one line. */
static void say_text(struct pen *pen, const struct message_view *m)
{
    if (m->text_len == 0)
        pen_say(pen, "-");
    else if (display_line(pen->out, m->text, m->text_len) != LTH_OK)
        pen->spoiled = true;
}

static void message(struct pen *pen, const struct names *names, const struct message_view *m)
{
    struct names_room room;
    const struct message_view known = names_of_message(names, m, &room);
    say_time(pen, m->time_ms);
    tab(pen);
    if (m->group_name)
        pen_group(pen, known.group_name);
    else
        names_quote_person(names, m->with ? m->with : m->from, NULL, pen);
    tab(pen);
    if (m->from_me)
        pen_say(pen, "(you)");
    else
        pen_person(pen, known.name);
    tab(pen);
    say_text(pen, m);
    end(pen);
}

static void group(struct pen *pen, const struct names *names, const struct group_view *g)
{
    names_quote_group(names, g->id, pen);
    pen_say(pen, "\t%s\t%zu\t",
            g->is_admin    ? "admin"
            : g->is_member ? "member"
                           : "left",
            g->member_count);
    say_hash(pen, g->id);
    end(pen);
}

void rows_members(struct pen *pen, const struct names *names, const struct group_view *g)
{
    for (size_t i = 0; i < g->member_count; i++) {
        const struct member_view *m = &g->members[i];
        if (m->is_me)
            pen_say(pen, "(you)");
        else
            names_quote_person(names, m->id, m->name, pen);
        pen_say(pen, "\t%s\t%s\t%s\t", m->admin ? "admin" : "member",
                m->is_me || m->online ? "here" : "away", if_so(m->verified, "verified"));
        say_id(pen, m->id);
        end(pen);
    }
}

static void value(struct pen *pen, const char *name, uint64_t number)
{
    pen_say(pen, "%s\t%" PRIu64 "\n", name, number);
}

static void words(struct pen *pen, const char *name, const char *text)
{
    pen_say(pen, "%s\t", name);
    say_words(pen, text);
    end(pen);
}

static void status(struct pen *pen, const struct status_view *s)
{
    pen_say(pen, "id\t");
    say_id(pen, s->id);
    end(pen);
    words(pen, "name", s->name);
    words(pen, "version", s->version);
    value(pen, "port", s->port);
    value(pen, "pid", (uint64_t)s->pid);
    value(pen, "uptime_s", s->uptime_s);
    value(pen, "sessions", s->sessions);
    value(pen, "half_open", s->half_open);
    value(pen, "handshakes_ok", s->handshakes_ok);
    value(pen, "handshakes_failed", s->handshakes_failed);
    value(pen, "rekeys", s->rekeys);
    value(pen, "queued", s->queued);
    value(pen, "store_records", s->store_records);
    value(pen, "store_bytes", s->store_bytes);
    value(pen, "store_segments", s->store_segments);
    words(pen, "store", s->store_writable ? "writable" : "read-only");
    words(pen, "discovery", s->discovery_backend);
    words(pen, "discovery_state", s->discovery_state);
    value(pen, "rss_bytes", s->rss_bytes);
    for (size_t i = 0; i < s->dropped_count; i++) {
        pen_say(pen, "dropped_");
        pen_quote(pen, s->dropped[i].cause);
        pen_say(pen, "\t%" PRIu64 "\n", s->dropped[i].count);
    }
}

/* Entries of somebody's feed, and how many of them; or the number of one. */
static void entries(struct pen *pen, const struct names *names, const uint8_t from[ID_LEN],
                    uint64_t count)
{
    names_quote_person(names, from, NULL, pen);
    pen_say(pen, "\t%" PRIu64 "\n", count);
}

static void ready(struct pen *pen, const struct event *e)
{
    say_words(pen, e->ready.name);
    tab(pen);
    say_id(pen, e->ready.id);
    end(pen);
}

static void key_change(struct pen *pen, const struct event *e)
{
    pen_person(pen, e->key_change.name);
    tab(pen);
    say_id(pen, e->key_change.old_id);
    tab(pen);
    say_id(pen, e->key_change.new_id);
    end(pen);
}

static void line(struct pen *pen, const char *text)
{
    say_words(pen, text);
    end(pen);
}

static void warning(struct pen *pen, const struct event *e)
{
    say_words(pen, e->warning.code);
    tab(pen);
    line(pen, e->warning.text);
}

static void hash(struct pen *pen, const uint8_t id[MESSAGE_ID_LEN])
{
    say_hash(pen, id);
    end(pen);
}

void rows_event(struct pen *pen, const struct names *names, const struct event *e)
{
    switch (e->type) {
    case EVENT_READY: ready(pen, e); break;
    case EVENT_SENT:
    case EVENT_DELIVERED:
    case EVENT_WAITING_FOR_KEY:
    case EVENT_MESSAGE_STATE:
    case EVENT_SYNCED:
    case EVENT_SHOWN:
    case EVENT_BYE: break;
    case EVENT_PEER:
    case EVENT_CONTACT: person(pen, names, &e->peer); break;
    case EVENT_PEERS:
        for (size_t i = 0; i < e->peers.count; i++)
            person(pen, names, &e->peers.peers[i]);
        break;
    case EVENT_MESSAGE: message(pen, names, &e->message); break;
    case EVENT_HISTORY:
        for (size_t i = 0; i < e->history.count; i++)
            message(pen, names, &e->history.messages[i]);
        break;
    case EVENT_GROUP:
    case EVENT_LEFT: group(pen, names, &e->group); break;
    case EVENT_GROUPS:
        for (size_t i = 0; i < e->groups.count; i++)
            group(pen, names, &e->groups.groups[i]);
        break;
    case EVENT_GAP:
    case EVENT_GAP_FILLED: entries(pen, names, e->gap.from, e->gap.last - e->gap.first + 1); break;
    case EVENT_FORK: entries(pen, names, e->fork.from, e->fork.number); break;
    case EVENT_KEY_CHANGE: key_change(pen, e); break;
    case EVENT_WARNING: warning(pen, e); break;
    case EVENT_ERROR: line(pen, e->error.text); break;
    case EVENT_ACCEPTED: hash(pen, e->accepted.id); break;
    case EVENT_NAMED: line(pen, e->named.name); break;
    case EVENT_SAFETY:
        say_words(pen, e->safety.number);
        pen_say(pen, "\t%s\n", if_so(e->safety.verified, "verified"));
        break;
    case EVENT_ADDRESS: line(pen, e->address.address); break;
    case EVENT_STATUS: status(pen, &e->status); break;
    }
}

void rows_news(struct pen *pen, const struct names *names, const struct event *e)
{
    struct buffer row = {0};
    struct pen inner = pen_over(&row, false);
    rows_event(&inner, names, e);
    if (row.len) {
        pen_say(pen, "%s\t", event_word(e->type));
        if (buffer_append(pen->out, row.bytes, row.len) != LTH_OK)
            pen->spoiled = true;
    }
    pen->spoiled = pen->spoiled || inner.spoiled;
    buffer_clear(&row);
}
