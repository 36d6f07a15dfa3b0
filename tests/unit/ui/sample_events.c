#include "ui/sample_events.h"

#include "check.h"

const char sample_words[] = "\"}\n{\"event\":\"bye\"}\x1b[2J\\";

const uint8_t sample_me[ID_LEN] = {1};

static void set_message(struct message_view *m)
{
    static const char text[] = "line one\nline \"two\" 日本";
    static const uint8_t other[ID_LEN] = {2};
    *m = (struct message_view){
        .id = {0xaa}, .conversation = {0xcd}, .from = {2}, .with = other, .name = sample_words};
    m->number = 3;
    m->record = 9;
    m->time_ms = 1000;
    m->text = (const uint8_t *)text;
    m->text_len = sizeof text - 1;
}

static const struct message_view *one_message(void)
{
    static struct message_view m;
    set_message(&m);
    return &m;
}

static struct peer_view a_peer(void)
{
    struct peer_view p = {.id = {2},
                          .name = sample_words,
                          .petname = "",
                          .online = true,
                          .verified = true,
                          .blocked = true,
                          .address_count = 1};
    assert_int_equal(endpoint_parse("192.0.2.1:7327", &p.addresses[0]), LTH_OK);
    return p;
}

static const struct group_view *a_group(void)
{
    static const struct member_view members[] = {
        {.id = {1}, .name = sample_words, .admin = true, .is_me = true},
        {.id = {2},
         .name = "bob",
         .online = true,
         .verified = true,
         .introduced = true,
         .introduced_by = {1},
         .introducer = sample_words},
    };
    static const struct group_view group = {
        .id = {0xcd},
        .name = sample_words,
        .epoch = 5,
        .members = members,
        .member_count = LENGTH(members),
        .all_history = true,
        .is_member = true,
        .is_admin = true,
        .change = {true, "add", {1}, {2}, sample_words, sample_words, true, false},
    };
    return &group;
}

static void set_status(struct status_view *s)
{
    static const struct drop_count dropped[] = {{"bad_frame", 2}, {"forged", 3}};
    *s = (struct status_view){.id = {1}, .name = sample_words, .version = "1", .port = 7327};
    s->pid = 4;
    s->uptime_s = 5;
    s->sessions = 6;
    s->half_open = 7;
    s->handshakes_ok = 8;
    s->handshakes_failed = 9;
    s->rekeys = 10;
    s->queued = 11;
    s->dropped = dropped;
    s->dropped_count = LENGTH(dropped);
    s->store_records = 12;
    s->store_bytes = UINT64_C(1) << 40;
    s->store_segments = 13;
    s->store_writable = true;
    s->discovery_backend = "avahi";
    s->discovery_state = "published";
    s->discovery_adverts = 14;
    s->discovery_resolves = 15;
    s->rss_bytes = 16;
}

/* What tells of ids, numbers and a time. */
static void set_place(struct event *e)
{
    static const uint8_t place[32] = {0xcd}, entry[32] = {0xaa}, bob[ID_LEN] = {2};
    if (e->type == EVENT_SENT || e->type == EVENT_DELIVERED) {
        memcpy(e->delivery.id, entry, sizeof entry);
        memcpy(e->delivery.conversation, place, sizeof place);
        memcpy(e->delivery.peer, bob, sizeof bob);
        e->delivery.time_ms = 1000;
    } else if (e->type == EVENT_GAP || e->type == EVENT_GAP_FILLED) {
        memcpy(e->gap.conversation, place, sizeof place);
        memcpy(e->gap.from, bob, sizeof bob);
        e->gap.first = 4;
        e->gap.last = 6;
    } else if (e->type == EVENT_WAITING_FOR_KEY) {
        memcpy(e->waiting_for_key.conversation, place, sizeof place);
        memcpy(e->waiting_for_key.from, bob, sizeof bob);
        memcpy(e->waiting_for_key.id, entry, sizeof entry);
    } else if (e->type == EVENT_FORK) {
        memcpy(e->fork.conversation, place, sizeof place);
        memcpy(e->fork.from, bob, sizeof bob);
        e->fork.number = 7;
        e->fork.in_roster = true;
    } else {
        memcpy(e->accepted.id, entry, sizeof entry);
        memcpy(e->accepted.conversation, place, sizeof place);
    }
}

static void set_key_change(struct event *e)
{
    e->key_change.name = sample_words;
    e->key_change.old_id[0] = 2;
    e->key_change.new_id[0] = 3;
}

void sample_event(struct event *e)
{
    static struct peer_view peer;
    static struct recipient_view recipient = {.peer = {2}, .state = STATE_SENT, .time_ms = 1};
    peer = a_peer();
    switch (e->type) {
    case EVENT_READY:
        e->ready.id[0] = 1;
        e->ready.name = e->ready.version = e->ready.data = sample_words;
        e->ready.port = 7327;
        break;
    case EVENT_PEER:
    case EVENT_CONTACT: e->peer = peer; break;
    case EVENT_MESSAGE: set_message(&e->message); break;
    case EVENT_GROUP:
    case EVENT_LEFT: e->group = *a_group(); break;
    case EVENT_GROUPS:
        e->groups.groups = a_group();
        e->groups.count = 1;
        break;
    case EVENT_KEY_CHANGE: set_key_change(e); break;
    case EVENT_WARNING:
        e->warning.code = "torn_tail";
        e->warning.text = sample_words;
        break;
    case EVENT_ERROR:
        e->error.code = CODE_AMBIGUOUS;
        e->error.text = sample_words;
        break;
    case EVENT_PEERS:
        e->peers.peers = &peer;
        e->peers.count = 1;
        break;
    case EVENT_HISTORY:
        e->history.messages = one_message();
        e->history.count = 1;
        e->history.more = true;
        break;
    case EVENT_MESSAGE_STATE:
        e->message_state.id[0] = 0xaa;
        e->message_state.recipients = &recipient;
        e->message_state.count = 1;
        break;
    case EVENT_NAMED: e->named.name = sample_words; break;
    case EVENT_SAFETY:
        e->safety.peer[0] = 2;
        e->safety.number = "012345";
        e->safety.verified = true;
        break;
    case EVENT_ADDRESS: e->address.address = "a:1"; break;
    case EVENT_STATUS: set_status(&e->status); break;
    case EVENT_SYNCED: e->synced.queued = 3; break;
    case EVENT_SHOWN: e->shown.record = 9; break;
    case EVENT_SENT:
    case EVENT_DELIVERED:
    case EVENT_GAP:
    case EVENT_GAP_FILLED:
    case EVENT_WAITING_FOR_KEY:
    case EVENT_FORK:
    case EVENT_ACCEPTED: set_place(e); break;
    case EVENT_BYE: break;
    }
}
