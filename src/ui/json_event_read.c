#include "ui/json_event_read.h"

#include "ui/time_text.h"

#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* The fields of one object are read one by one; what is not of its form spoils the reading and
 * yields zeros, and the end is asked once. */
struct reading {
    const uint8_t *me; /* NULL = not known yet */
    struct arena *arena;
    bool spoiled, no_memory;
};

/* ---- values ---- */

/* A string that no zero cuts short; NULL when it is null or not there. */
static const char *string_or_null(struct reading *r, const json_t *o, const char *key)
{
    const json_t *value = json_object_get(o, key);
    const char *text = json_string_value(value);
    if (!value || json_is_null(value))
        return NULL;
    if (!text || strlen(text) != json_string_length(value)) {
        r->spoiled = true;
        return NULL;
    }
    return text;
}

static const char *string(struct reading *r, const json_t *o, const char *key)
{
    const char *text = string_or_null(r, o, key);
    r->spoiled = r->spoiled || !text;
    return text ? text : "";
}

/* A name is as long as names are: whoever keeps one has that much room. */
static const char *name_or_null(struct reading *r, const json_t *o, const char *key)
{
    const char *name = string_or_null(r, o, key);
    bool is_too_long = name && strlen(name) > NAME_MAX_LEN;
    r->spoiled = r->spoiled || is_too_long;
    return is_too_long ? NULL : name;
}

static const char *name(struct reading *r, const json_t *o, const char *key)
{
    const char *found = name_or_null(r, o, key);
    r->spoiled = r->spoiled || !found;
    return found ? found : "";
}

static const char *digits(struct reading *r, const json_t *o, const char *key)
{
    const char *text = string(r, o, key);
    r->spoiled = r->spoiled || strspn(text, "0123456789") != strlen(text);
    return text;
}

static uint64_t number(struct reading *r, const json_t *o, const char *key)
{
    const json_t *value = json_object_get(o, key);
    if (json_is_integer(value) && json_integer_value(value) >= 0)
        return (uint64_t)json_integer_value(value);
    r->spoiled = true;
    return 0;
}

static uint64_t number_up_to(struct reading *r, const json_t *o, const char *key, uint64_t max)
{
    uint64_t value = number(r, o, key);
    r->spoiled = r->spoiled || value > max;
    return value > max ? 0 : value;
}

static bool truth(struct reading *r, const json_t *o, const char *key)
{
    const json_t *value = json_object_get(o, key);
    r->spoiled = r->spoiled || !json_is_boolean(value);
    return json_is_true(value);
}

/* False when it is null or not there. */
static bool truth_if_any(struct reading *r, const json_t *o, const char *key)
{
    return json_object_get(o, key) && truth(r, o, key);
}

static bool id_or_null(struct reading *r, const json_t *o, const char *key, uint8_t id[ID_LEN])
{
    const char *text = string_or_null(r, o, key);
    memset(id, 0, ID_LEN);
    if (text && id_parse(text, id) != LTH_OK)
        r->spoiled = true;
    return text != NULL;
}

static void id(struct reading *r, const json_t *o, const char *key, uint8_t out[ID_LEN])
{
    if (!id_or_null(r, o, key, out))
        r->spoiled = true;
}

static void hash_text(struct reading *r, const char *text, uint8_t out[32])
{
    if (strlen(text) != 64 || sodium_hex2bin(out, 32, text, 64, NULL, NULL, NULL) != 0)
        r->spoiled = true;
}

static void hash(struct reading *r, const json_t *o, const char *key, uint8_t out[32])
{
    hash_text(r, string(r, o, key), out);
}

static void hash_if_any(struct reading *r, const json_t *o, const char *key, uint8_t out[32])
{
    const char *text = string_or_null(r, o, key);
    if (text)
        hash_text(r, text, out);
}

static uint64_t moment(struct reading *r, const json_t *o, const char *key)
{
    const char *text = string_or_null(r, o, key);
    uint64_t time_ms = 0;
    if (text && time_parse(text, &time_ms) != LTH_OK)
        r->spoiled = true;
    return time_ms;
}

/* The object under key. */
static const json_t *object(struct reading *r, const json_t *o, const char *key)
{
    const json_t *value = json_object_get(o, key);
    r->spoiled = r->spoiled || !json_is_object(value);
    return value;
}

/* The list under key, with zeroed room for as many things of size bytes; *count is 0 when it is
 * none, or when memory is out. */
static void *room_for_list(struct reading *r, const json_t *o, const char *key, size_t size,
                           size_t *count)
{
    const json_t *value = json_object_get(o, key);
    r->spoiled = r->spoiled || !json_is_array(value);
    *count = json_array_size(value);
    void *room = arena_take(r->arena, (*count + 1) * size);
    if (room)
        return memset(room, 0, (*count + 1) * size);
    *count = 0;
    r->no_memory = true;
    return NULL;
}

/* Element i of the list under key, which must be an object. */
static const json_t *element(struct reading *r, const json_t *o, const char *key, size_t i)
{
    const json_t *value = json_array_get(json_object_get(o, key), i);
    r->spoiled = r->spoiled || !json_is_object(value);
    return value;
}

static bool is_me(const struct reading *r, const uint8_t other[ID_LEN])
{
    return r->me && memcmp(r->me, other, ID_LEN) == 0;
}

/* ---- things ---- */

static void read_ready(struct reading *r, const json_t *o, struct event *e)
{
    id(r, o, "id", e->ready.id);
    e->ready.name = name(r, o, "name");
    e->ready.port = (uint16_t)number_up_to(r, o, "port", UINT16_MAX);
    e->ready.version = string(r, o, "version");
    e->ready.data = string(r, o, "data");
}

/* An address on an interface that has gone is passed over: nobody can use it. */
static void read_addresses(const json_t *list, struct peer_view *out)
{
    for (size_t i = 0; i < json_array_size(list) && out->address_count < PEER_ADDRESSES_MAX; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (text && endpoint_parse(text, &out->addresses[out->address_count]) == LTH_OK)
            out->address_count++;
    }
}

static void read_peer(struct reading *r, const json_t *o, struct peer_view *out)
{
    id(r, o, "id", out->id);
    out->name = name(r, o, "name");
    out->petname = name(r, o, "petname");
    out->online = truth(r, o, "online");
    out->verified = truth(r, o, "verified");
    out->blocked = truth_if_any(r, o, "blocked");
    read_addresses(json_object_get(o, "addresses"), out);
    out->last_seen_ms = moment(r, o, "last_seen");
}

static void read_peers(struct reading *r, const json_t *o, struct event *e)
{
    size_t count;
    struct peer_view *peers = room_for_list(r, o, "peers", sizeof *peers, &count);
    for (size_t i = 0; i < count; i++)
        read_peer(r, element(r, o, "peers", i), &peers[i]);
    e->peers.peers = peers;
    e->peers.count = count;
}

/* The other side of a direct conversation, in the arena. */
static const uint8_t *read_with(struct reading *r, const json_t *o)
{
    uint8_t other[ID_LEN], *kept;
    if (!id_or_null(r, o, "with", other))
        return NULL;
    if ((kept = arena_take(r->arena, ID_LEN)))
        memcpy(kept, other, ID_LEN);
    r->no_memory = r->no_memory || !kept;
    return kept;
}

static void read_message(struct reading *r, const json_t *o, struct message_view *out)
{
    const json_t *text = json_object_get(o, "text");
    bool is_group = strcmp(string(r, o, "kind"), "group") == 0;
    hash(r, o, "id", out->id);
    hash(r, o, "conversation", out->conversation);
    id(r, o, "from", out->from);
    out->from_me = is_me(r, out->from);
    out->name = name(r, o, "name");
    out->with = is_group ? NULL : read_with(r, o);
    out->group_name = is_group ? name_or_null(r, o, "group_name") : NULL;
    if (is_group && !out->group_name)
        out->group_name = "";
    out->number = number(r, o, "number");
    out->time_ms = moment(r, o, "time");
    out->record = json_object_get(o, "record") ? number(r, o, "record") : 0;
    out->text = (const uint8_t *)json_string_value(text);
    out->text_len = json_string_length(text);
    r->spoiled = r->spoiled || !out->text;
}

static void read_history(struct reading *r, const json_t *o, struct event *e)
{
    size_t count;
    struct message_view *messages = room_for_list(r, o, "messages", sizeof *messages, &count);
    for (size_t i = 0; i < count; i++)
        read_message(r, element(r, o, "messages", i), &messages[i]);
    e->history.messages = messages;
    e->history.count = count;
    e->history.more = truth(r, o, "more");
}

static void read_member(struct reading *r, const json_t *o, struct member_view *out)
{
    id(r, o, "id", out->id);
    out->name = name(r, o, "name");
    out->admin = truth(r, o, "admin");
    out->online = truth_if_any(r, o, "online");
    out->verified = truth_if_any(r, o, "verified");
    out->is_me = is_me(r, out->id);
    out->introduced = id_or_null(r, o, "introduced_by", out->introduced_by);
    out->introducer = name_or_null(r, o, "introducer");
}

static void read_group(struct reading *r, const json_t *o, struct group_view *out)
{
    struct member_view *members =
        room_for_list(r, o, "members", sizeof *members, &out->member_count);
    hash(r, o, "id", out->id);
    out->name = name(r, o, "name");
    out->epoch = number(r, o, "epoch");
    out->all_history = strcmp(string(r, o, "history"), "all") == 0;
    out->members = members;
    for (size_t i = 0; i < out->member_count; i++) {
        read_member(r, element(r, o, "members", i), &members[i]);
        out->is_member = out->is_member || members[i].is_me;
        out->is_admin = out->is_admin || (members[i].is_me && members[i].admin);
    }
}

static void read_change(struct reading *r, const json_t *o, struct group_change *out)
{
    out->is_any = json_is_object(o);
    if (!out->is_any)
        return;
    out->what = string(r, o, "do");
    id(r, o, "by", out->by);
    out->by_name = name(r, o, "name");
    out->by_me = is_me(r, out->by);
    out->subject_name = name_or_null(r, o, "member_name");
    out->subject_is_me = id_or_null(r, o, "member", out->subject) && is_me(r, out->subject);
}

static void read_groups(struct reading *r, const json_t *o, struct event *e)
{
    size_t count;
    struct group_view *groups = room_for_list(r, o, "groups", sizeof *groups, &count);
    for (size_t i = 0; i < count; i++)
        read_group(r, element(r, o, "groups", i), &groups[i]);
    e->groups.groups = groups;
    e->groups.count = count;
}

static void read_delivery(struct reading *r, const json_t *o, struct event *e)
{
    hash(r, o, "id", e->delivery.id);
    hash_if_any(r, o, "conversation", e->delivery.conversation);
    id(r, o, "peer", e->delivery.peer);
    e->delivery.time_ms = moment(r, o, "time");
}

static void read_gap(struct reading *r, const json_t *o, struct event *e)
{
    hash(r, o, "conversation", e->gap.conversation);
    id(r, o, "from", e->gap.from);
    e->gap.first = number(r, o, "first");
    e->gap.last = number(r, o, "last");
}

static void read_fork(struct reading *r, const json_t *o, struct event *e)
{
    hash(r, o, "conversation", e->fork.conversation);
    id(r, o, "from", e->fork.from);
    e->fork.number = number(r, o, "number");
    e->fork.in_roster = truth_if_any(r, o, "roster");
}

static void read_waiting_for_key(struct reading *r, const json_t *o, struct event *e)
{
    hash(r, o, "conversation", e->waiting_for_key.conversation);
    id(r, o, "from", e->waiting_for_key.from);
    hash(r, o, "id", e->waiting_for_key.id);
}

static void read_key_change(struct reading *r, const json_t *o, struct event *e)
{
    e->key_change.name = name(r, o, "name");
    id(r, o, "old", e->key_change.old_id);
    id(r, o, "new", e->key_change.new_id);
}

/* A code of a later version is an error all the same. */
static void read_error(struct reading *r, const json_t *o, struct event *e)
{
    const char *word = string(r, o, "code");
    e->error.code = CODE_INTERNAL;
    e->error.text = string(r, o, "text");
    for (int i = 0; i <= CODE_INTERNAL; i++)
        if (strcmp(error_code_word((enum error_code)i), word) == 0)
            e->error.code = (enum error_code)i;
}

static void read_recipient(struct reading *r, const json_t *o, struct recipient_view *out)
{
    const char *state = string(r, o, "state");
    id(r, o, "peer", out->peer);
    out->state = strcmp(state, "delivered") == 0 ? STATE_DELIVERED
                 : strcmp(state, "sent") == 0    ? STATE_SENT
                                                 : STATE_QUEUED;
    out->time_ms = moment(r, o, "time");
}

static void read_message_state(struct reading *r, const json_t *o, struct event *e)
{
    size_t count;
    struct recipient_view *to = room_for_list(r, o, "recipients", sizeof *to, &count);
    hash(r, o, "id", e->message_state.id);
    for (size_t i = 0; i < count; i++)
        read_recipient(r, element(r, o, "recipients", i), &to[i]);
    e->message_state.recipients = to;
    e->message_state.count = count;
}

static void read_dropped(struct reading *r, const json_t *o, struct status_view *out)
{
    json_t *causes = json_object_get(o, "dropped");
    struct drop_count *dropped =
        arena_take(r->arena, (json_object_size(causes) + 1) * sizeof *dropped);
    const char *cause;
    json_t *count;
    r->spoiled = r->spoiled || !json_is_object(causes);
    r->no_memory = r->no_memory || !dropped;
    out->dropped = dropped;
    if (!dropped)
        return;
    json_object_foreach(causes, cause, count)
    {
        bool is_word = strspn(cause, "abcdefghijklmnopqrstuvwxyz_") == strlen(cause);
        r->spoiled = r->spoiled || !is_word || !json_is_integer(count);
        dropped[out->dropped_count++] =
            (struct drop_count){cause, (uint64_t)json_integer_value(count)};
    }
}

static void read_traffic(struct reading *r, const json_t *o, struct status_view *out)
{
    const json_t *handshakes = object(r, o, "handshakes");
    out->sessions = number(r, o, "sessions");
    out->half_open = number(r, o, "half_open");
    out->handshakes_ok = number(r, handshakes, "ok");
    out->handshakes_failed = number(r, handshakes, "failed");
    out->rekeys = number(r, o, "rekeys");
    out->queued = number(r, o, "queued");
    read_dropped(r, o, out);
}

static void read_status(struct reading *r, const json_t *o, struct status_view *out)
{
    const json_t *store = object(r, o, "store"), *discovery = object(r, o, "discovery");
    id(r, o, "id", out->id);
    out->name = name(r, o, "name");
    out->version = string(r, o, "version");
    out->port = (uint16_t)number_up_to(r, o, "port", UINT16_MAX);
    out->pid = (int)number_up_to(r, o, "pid", INT_MAX);
    out->uptime_s = number(r, o, "uptime_s");
    read_traffic(r, o, out);
    out->store_records = number(r, store, "records");
    out->store_bytes = number(r, store, "bytes");
    out->store_segments = number(r, store, "segments");
    out->store_writable = truth(r, store, "writable");
    out->discovery_backend = string(r, discovery, "backend");
    out->discovery_state = string(r, discovery, "state");
    out->discovery_adverts = number(r, discovery, "adverts");
    out->discovery_resolves = number(r, discovery, "resolves");
    out->rss_bytes = number(r, o, "rss_bytes");
}

static void read_fields(struct reading *r, const json_t *o, struct event *e)
{
    switch (e->type) {
    case EVENT_READY: read_ready(r, o, e); break;
    case EVENT_PEER:
    case EVENT_CONTACT: read_peer(r, o, &e->peer); break;
    case EVENT_MESSAGE: read_message(r, o, &e->message); break;
    case EVENT_SENT:
    case EVENT_DELIVERED: read_delivery(r, o, e); break;
    case EVENT_GROUP:
    case EVENT_LEFT:
        read_group(r, object(r, o, "group"), &e->group);
        read_change(r, json_object_get(o, "change"), &e->group.change);
        break;
    case EVENT_GAP:
    case EVENT_GAP_FILLED: read_gap(r, o, e); break;
    case EVENT_WAITING_FOR_KEY: read_waiting_for_key(r, o, e); break;
    case EVENT_FORK: read_fork(r, o, e); break;
    case EVENT_KEY_CHANGE: read_key_change(r, o, e); break;
    case EVENT_WARNING:
        e->warning.code = string(r, o, "code");
        e->warning.text = string(r, o, "text");
        break;
    case EVENT_ERROR: read_error(r, o, e); break;
    case EVENT_ACCEPTED:
        hash(r, o, "id", e->accepted.id);
        hash(r, o, "conversation", e->accepted.conversation);
        break;
    case EVENT_PEERS: read_peers(r, o, e); break;
    case EVENT_HISTORY: read_history(r, o, e); break;
    case EVENT_MESSAGE_STATE: read_message_state(r, o, e); break;
    case EVENT_NAMED: e->named.name = name(r, o, "name"); break;
    case EVENT_SAFETY:
        id(r, o, "peer", e->safety.peer);
        e->safety.number = digits(r, o, "number");
        e->safety.verified = truth(r, o, "verified");
        break;
    case EVENT_ADDRESS: e->address.address = string(r, o, "address"); break;
    case EVENT_GROUPS: read_groups(r, o, e); break;
    case EVENT_STATUS: read_status(r, o, &e->status); break;
    case EVENT_SYNCED: e->synced.queued = number(r, o, "queued"); break;
    case EVENT_SHOWN: e->shown.record = number(r, o, "record"); break;
    case EVENT_BYE: break;
    }
}

/* ---- the line ---- */

static bool find_type(const char *word, enum event_type *type)
{
    for (int i = 0; i <= EVENT_BYE; i++) {
        *type = (enum event_type)i;
        if (strcmp(event_word(*type), word) == 0)
            return true;
    }
    return false;
}

/* A ref of ours is a number in decimal digits. */
static void read_ref(struct reading *r, const json_t *o, struct event *e)
{
    const char *ref = string_or_null(r, o, "ref");
    e->is_answer = ref != NULL;
    if (ref && *ref && strlen(ref) <= 20 && strspn(ref, "0123456789") == strlen(ref))
        e->ticket = strtoull(ref, NULL, 10);
}

static enum lth_err read_root(struct reading *r, struct read_event *out)
{
    const char *word = string(r, out->root, "event");
    out->seq = number(r, out->root, "seq");
    read_ref(r, out->root, &out->event);
    if (r->spoiled)
        return LTH_MALFORMED;
    if (!find_type(word, &out->event.type))
        return LTH_NOT_FOUND;
    read_fields(r, out->root, &out->event);
    if (r->no_memory)
        return LTH_NO_MEMORY;
    return r->spoiled ? LTH_MALFORMED : LTH_OK;
}

enum lth_err json_event_read(const char *line, size_t len, const uint8_t *me,
                             struct read_event *out)
{
    json_error_t error;
    memset(out, 0, sizeof *out); /* each member of the union */
    out->root = json_loadb(line, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    struct reading r = {.me = me, .arena = &out->arena};
    enum lth_err err = json_is_object(out->root) ? read_root(&r, out) : LTH_MALFORMED;
    if (err != LTH_OK)
        json_event_clear(out);
    return err;
}

void json_event_clear(struct read_event *e)
{
    json_decref(e->root);
    arena_clear(&e->arena);
    *e = (struct read_event){0};
}
