#include "ui/json_event.h"

#include "ui/json_writer.h"

static void put_string_or_null(struct json_writer *w, const char *key, const char *text)
{
    if (text)
        json_put_string(w, key, text);
    else
        json_put_null(w, key);
}

static void put_id_or_null(struct json_writer *w, const char *key, const uint8_t *id)
{
    if (id)
        json_put_id(w, key, id);
    else
        json_put_null(w, key);
}

static void write_ready(struct json_writer *w, const struct event *e)
{
    json_put_id(w, "id", e->ready.id);
    json_put_string(w, "name", e->ready.name);
    json_put_number(w, "port", e->ready.port);
    json_put_string(w, "version", e->ready.version);
    json_put_string(w, "data", e->ready.data);
}

/* The peer object's fields, without its braces. */
static void write_peer(struct json_writer *w, const struct peer_view *p)
{
    char address[ENDPOINT_TEXT_LEN];
    json_put_id(w, "id", p->id);
    json_put_string(w, "name", p->name);
    json_put_string(w, "petname", p->petname);
    json_put_bool(w, "online", p->online);
    json_put_bool(w, "verified", p->verified);
    json_put_bool(w, "blocked", p->blocked);
    json_put_open(w, "addresses", '[');
    for (size_t i = 0; i < p->address_count; i++) {
        endpoint_write(&p->addresses[i], address);
        json_put_string(w, NULL, address);
    }
    json_put_close(w, ']');
    json_put_time(w, "last_seen", p->last_seen_ms);
}

static void write_peers(struct json_writer *w, const struct event *e)
{
    json_put_open(w, "peers", '[');
    for (size_t i = 0; i < e->peers.count; i++) {
        json_put_open(w, NULL, '{');
        write_peer(w, &e->peers.peers[i]);
        json_put_close(w, '}');
    }
    json_put_close(w, ']');
}

static void write_message(struct json_writer *w, const struct message_view *m)
{
    json_put_hash(w, "id", m->id);
    json_put_hash(w, "conversation", m->conversation);
    json_put_string(w, "kind", m->group_name ? "group" : "direct");
    if (m->group_name) /* a group's id is its conversation's */
        json_put_hash(w, "group", m->conversation);
    else
        json_put_null(w, "group");
    put_string_or_null(w, "group_name", m->group_name);
    put_id_or_null(w, "with", m->with);
    json_put_id(w, "from", m->from);
    json_put_string(w, "name", m->name);
    json_put_number(w, "number", m->number);
    json_put_time(w, "time", m->time_ms);
    json_put_number(w, "record", m->record);
    json_put_text(w, "text", m->text, m->text_len);
}

static void write_history(struct json_writer *w, const struct event *e)
{
    json_put_open(w, "messages", '[');
    for (size_t i = 0; i < e->history.count; i++) {
        json_put_open(w, NULL, '{');
        write_message(w, &e->history.messages[i]);
        json_put_close(w, '}');
    }
    json_put_close(w, ']');
    json_put_bool(w, "more", e->history.more);
}

static void write_member(struct json_writer *w, const struct member_view *m)
{
    json_put_open(w, NULL, '{');
    json_put_id(w, "id", m->id);
    json_put_string(w, "name", m->name);
    json_put_bool(w, "admin", m->admin);
    put_id_or_null(w, "introduced_by", m->introduced ? m->introduced_by : NULL);
    put_string_or_null(w, "introducer", m->introduced ? m->introducer : NULL);
    json_put_bool(w, "online", m->online);
    json_put_bool(w, "verified", m->verified);
    json_put_close(w, '}');
}

static void write_group(struct json_writer *w, const char *key, const struct group_view *g)
{
    json_put_open(w, key, '{');
    json_put_hash(w, "id", g->id);
    json_put_string(w, "name", g->name);
    json_put_number(w, "epoch", g->epoch);
    json_put_open(w, "members", '[');
    for (size_t i = 0; i < g->member_count; i++)
        write_member(w, &g->members[i]);
    json_put_close(w, ']');
    json_put_string(w, "history", g->all_history ? "all" : "none");
    json_put_close(w, '}');
}

static void write_change(struct json_writer *w, const struct group_change *c)
{
    if (!c->is_any) {
        json_put_null(w, "change");
        return;
    }
    json_put_open(w, "change", '{');
    json_put_id(w, "by", c->by);
    json_put_string(w, "name", c->by_name);
    json_put_string(w, "do", c->what);
    put_id_or_null(w, "member", c->subject_name ? c->subject : NULL);
    put_string_or_null(w, "member_name", c->subject_name);
    json_put_close(w, '}');
}

static void write_groups(struct json_writer *w, const struct event *e)
{
    json_put_open(w, "groups", '[');
    for (size_t i = 0; i < e->groups.count; i++)
        write_group(w, NULL, &e->groups.groups[i]);
    json_put_close(w, ']');
}

static void write_delivery(struct json_writer *w, const struct event *e)
{
    json_put_hash(w, "id", e->delivery.id);
    json_put_hash(w, "conversation", e->delivery.conversation);
    json_put_id(w, "peer", e->delivery.peer);
    json_put_time(w, "time", e->delivery.time_ms);
}

static void write_gap(struct json_writer *w, const struct event *e)
{
    json_put_hash(w, "conversation", e->gap.conversation);
    json_put_id(w, "from", e->gap.from);
    json_put_number(w, "first", e->gap.first);
    json_put_number(w, "last", e->gap.last);
}

static void write_fork(struct json_writer *w, const struct event *e)
{
    json_put_hash(w, "conversation", e->fork.conversation);
    json_put_id(w, "from", e->fork.from);
    json_put_number(w, "number", e->fork.number);
    json_put_bool(w, "roster", e->fork.in_roster);
}

static void write_waiting_for_key(struct json_writer *w, const struct event *e)
{
    json_put_hash(w, "conversation", e->waiting_for_key.conversation);
    json_put_id(w, "from", e->waiting_for_key.from);
    json_put_hash(w, "id", e->waiting_for_key.id);
}

static void write_key_change(struct json_writer *w, const struct event *e)
{
    json_put_string(w, "name", e->key_change.name);
    json_put_id(w, "old", e->key_change.old_id);
    json_put_id(w, "new", e->key_change.new_id);
}

static void write_message_state(struct json_writer *w, const struct event *e)
{
    static const char *const words[] = {
        [STATE_QUEUED] = "queued", [STATE_SENT] = "sent", [STATE_DELIVERED] = "delivered"};
    json_put_hash(w, "id", e->message_state.id);
    json_put_open(w, "recipients", '[');
    for (size_t i = 0; i < e->message_state.count; i++) {
        const struct recipient_view *r = &e->message_state.recipients[i];
        json_put_open(w, NULL, '{');
        json_put_id(w, "peer", r->peer);
        json_put_string(w, "state", words[r->state]);
        json_put_time(w, "time", r->time_ms);
        json_put_close(w, '}');
    }
    json_put_close(w, ']');
}

static void write_status_parts(struct json_writer *w, const struct status_view *s)
{
    json_put_open(w, "store", '{');
    json_put_number(w, "records", s->store_records);
    json_put_number(w, "bytes", s->store_bytes);
    json_put_number(w, "segments", s->store_segments);
    json_put_bool(w, "writable", s->store_writable);
    json_put_close(w, '}');
    json_put_open(w, "discovery", '{');
    json_put_string(w, "backend", s->discovery_backend);
    json_put_string(w, "state", s->discovery_state);
    json_put_number(w, "adverts", s->discovery_adverts);
    json_put_number(w, "resolves", s->discovery_resolves);
    json_put_close(w, '}');
}

static void write_traffic(struct json_writer *w, const struct status_view *s)
{
    json_put_number(w, "sessions", s->sessions);
    json_put_number(w, "half_open", s->half_open);
    json_put_open(w, "handshakes", '{');
    json_put_number(w, "ok", s->handshakes_ok);
    json_put_number(w, "failed", s->handshakes_failed);
    json_put_close(w, '}');
    json_put_open(w, "dropped", '{');
    for (size_t i = 0; i < s->dropped_count; i++)
        json_put_number(w, s->dropped[i].cause, s->dropped[i].count);
    json_put_close(w, '}');
    json_put_number(w, "rekeys", s->rekeys);
    json_put_number(w, "queued", s->queued);
}

static void write_status(struct json_writer *w, const struct status_view *s)
{
    json_put_id(w, "id", s->id);
    json_put_string(w, "name", s->name);
    json_put_string(w, "version", s->version);
    json_put_number(w, "port", s->port);
    json_put_number(w, "pid", (uint64_t)s->pid);
    json_put_number(w, "uptime_s", s->uptime_s);
    write_traffic(w, s);
    write_status_parts(w, s);
    json_put_number(w, "rss_bytes", s->rss_bytes);
}

static void write_fields(struct json_writer *w, const struct event *e)
{
    switch (e->type) {
    case EVENT_READY: write_ready(w, e); break;
    case EVENT_PEER:
    case EVENT_CONTACT: write_peer(w, &e->peer); break;
    case EVENT_MESSAGE: write_message(w, &e->message); break;
    case EVENT_SENT:
    case EVENT_DELIVERED: write_delivery(w, e); break;
    case EVENT_GROUP:
    case EVENT_LEFT:
        write_group(w, "group", &e->group);
        write_change(w, &e->group.change);
        break;
    case EVENT_GAP:
    case EVENT_GAP_FILLED: write_gap(w, e); break;
    case EVENT_WAITING_FOR_KEY: write_waiting_for_key(w, e); break;
    case EVENT_FORK: write_fork(w, e); break;
    case EVENT_KEY_CHANGE: write_key_change(w, e); break;
    case EVENT_WARNING:
        json_put_string(w, "code", e->warning.code);
        json_put_string(w, "text", e->warning.text);
        break;
    case EVENT_ERROR:
        json_put_string(w, "code", error_code_word(e->error.code));
        json_put_string(w, "text", e->error.text);
        break;
    case EVENT_ACCEPTED:
        json_put_hash(w, "id", e->accepted.id);
        json_put_hash(w, "conversation", e->accepted.conversation);
        break;
    case EVENT_PEERS: write_peers(w, e); break;
    case EVENT_HISTORY: write_history(w, e); break;
    case EVENT_MESSAGE_STATE: write_message_state(w, e); break;
    case EVENT_NAMED: json_put_string(w, "name", e->named.name); break;
    case EVENT_SAFETY:
        json_put_id(w, "peer", e->safety.peer);
        json_put_string(w, "number", e->safety.number);
        json_put_bool(w, "verified", e->safety.verified);
        break;
    case EVENT_ADDRESS: json_put_string(w, "address", e->address.address); break;
    case EVENT_GROUPS: write_groups(w, e); break;
    case EVENT_STATUS: write_status(w, &e->status); break;
    case EVENT_SYNCED: json_put_number(w, "queued", e->synced.queued); break;
    case EVENT_SHOWN: json_put_number(w, "record", e->shown.record); break;
    case EVENT_BYE: break;
    }
}

enum lth_err json_event_write(struct buffer *out, const struct event *e, uint64_t seq,
                              struct json_ref ref)
{
    struct json_writer w = json_writer_over(out);
    json_put_open(&w, NULL, '{');
    json_put_string(&w, "event", event_word(e->type));
    json_put_number(&w, "seq", seq);
    if (ref.text)
        json_put_text(&w, "ref", ref.text, ref.len);
    else if (e->type == EVENT_ERROR) /* an error's ref is never missing */
        json_put_null(&w, "ref");
    write_fields(&w, e);
    json_put_close(&w, '}');
    return json_writer_finish(&w);
}
