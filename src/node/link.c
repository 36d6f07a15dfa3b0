#include "node/link.h"

#include "base/text.h"
#include "node/delivery.h"
#include "node/state.h"
#include "store/record.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct link *links_get(const struct links *l, uint32_t id)
{
    struct link *found;
    HASH_FIND(hh, l->table, &id, sizeof id, found);
    return found;
}

size_t links_count(const struct links *l, bool ready)
{
    size_t count = 0;
    for (const struct link *at = l->table; at; at = at->hh.next)
        count += ready == (at->state == LINK_READY);
    return count;
}

static void link_free(struct link *l)
{
    buffer_clear(&l->in);
    sodium_memzero(l, sizeof *l);
    free(l);
}

static void free_dead(struct links *links)
{
    for (struct link *next; links->dead; links->dead = next) {
        next = links->dead->next_dead;
        link_free(links->dead);
    }
}

void links_clear(struct links *links)
{
    struct link *l, *next;
    HASH_ITER(hh, links->table, l, next)
    {
        HASH_DEL(links->table, l);
        link_free(l);
    }
    free_dead(links);
}

static struct link *link_new(struct node *n, uint32_t id, bool dialled)
{
    struct link *l = calloc(1, sizeof *l);
    if (!l) {
        n->todo->out_of_memory = true;
        return NULL;
    }
    l->id = id;
    l->dialled = dialled;
    l->state = dialled ? LINK_CONNECTING : LINK_AWAIT_1;
    l->opened_ms = l->heard_ms = n->now.mono_ms;
    l->out_end = &l->out;
    HASH_ADD(hh, n->links.table, id, sizeof l->id, l);
    return l;
}

struct link *link_dial(struct node *n, uint32_t id)
{
    return link_new(n, id, true);
}

static void hand_out(struct node *n, struct link *l, uint8_t *bytes, size_t len)
{
    struct todo *todo = todo_add(n->todo, TODO_WRITE);
    todo->write.link = l->id;
    todo->write.bytes = bytes;
    todo->write.len = len;
    l->unsent += len;
}

/* Writes the next message of the handshake, its length in front. */
static enum lth_err write_handshake(struct node *n, struct link *l, const uint8_t *payload,
                                    size_t payload_len)
{
    size_t len = 0;
    uint8_t *out = todo_room(n->todo, SESSION_LENGTH_LEN + HANDSHAKE_MESSAGE_3_LEN);
    if (!out)
        return LTH_NO_MEMORY;
    enum lth_err err = noise_write(&l->noise, payload, payload_len, out + SESSION_LENGTH_LEN,
                                   HANDSHAKE_MESSAGE_3_LEN, &len);
    if (err != LTH_OK)
        return err;
    struct writer w = writer_over(out, SESSION_LENGTH_LEN);
    write_u16(&w, (uint16_t)len);
    hand_out(n, l, out, SESSION_LENGTH_LEN + len);
    return LTH_OK;
}

static void start_handshake(struct node *n, struct link *l, const struct endpoint *remote)
{
    l->remote = *remote;
    l->opened_ms = l->heard_ms = n->now.mono_ms;
    noise_init(&l->noise, l->dialled, &n->me.noise, n->prologue, n->prologue_len);
}

static bool same_source(const struct endpoint *a, const struct endpoint *b)
{
    /* A routed IPv6 network is one source; a link-local address is one by itself. */
    bool whole = endpoint_is_ipv4(a) || endpoint_is_link_local(a);
    return memcmp(a->ip, b->ip, whole ? 16 : 8) == 0 && a->scope == b->scope;
}

/* Incoming links that are not authenticated: how many of this source (NULL = of all), and the
 * oldest of them. The table is in the order of coming. */
static size_t half_open(const struct node *n, const struct endpoint *source, struct link **oldest)
{
    size_t count = 0;
    for (struct link *l = n->links.table; l; l = l->hh.next) {
        if (l->dialled || l->state == LINK_READY || (source && !same_source(&l->remote, source)))
            continue;
        if (count++ == 0)
            *oldest = l;
    }
    return count;
}

/* At a limit the oldest goes: whoever means it is done within milliseconds, and whoever only
 * holds places open cannot shut others out. */
static void make_room(struct node *n, const struct endpoint *remote)
{
    struct link *oldest = NULL;
    if (half_open(n, remote, &oldest) < HALF_OPEN_PER_SOURCE &&
        half_open(n, NULL, &oldest) < HALF_OPEN_MAX)
        return;
    n->dropped[DROP_HALF_OPEN]++;
    link_close(n, oldest, false);
}

static void add_close(struct node *n, uint32_t id)
{
    todo_add(n->todo, TODO_CLOSE)->link = id;
}

void link_on_up(struct node *n, uint32_t id, bool dialled, const struct endpoint *remote)
{
    struct link *l = links_get(&n->links, id);
    if (!dialled) {
        assert(!l && (id & NODE_INCOMING_LINK));
        make_room(n, remote);
        l = link_new(n, id, false);
    }
    if (!l) {
        add_close(n, id);
        return;
    }
    start_handshake(n, l, remote);
    if (!dialled)
        return;
    l->state = LINK_AWAIT_2;
    if (write_handshake(n, l, NULL, 0) != LTH_OK)
        link_close(n, l, false);
}

/* Closes as a handshake that failed: silently, whatever the reason. */
static void fail(struct node *n, struct link *l, enum drop why)
{
    n->dropped[why]++;
    n->handshakes_failed += l->state != LINK_READY;
    link_close(n, l, false);
}

/* ---- the session that counts ---- */

static void activate(struct node *n, struct link *l)
{
    struct contact *contact = l->contact;
    struct link *before = contact->link;
    l->rival = NULL;
    contact->link = l;
    contact->last_seen_ms = n->now.wall_ms;
    delivery_on_active(n, l);
    if (!before)
        say_contact(n, EVENT_PEER, contact);
}

/* Which of two sessions with one person lives when each side dialled one. */
static bool lower_id_dialled(const struct node *n, const struct link *l)
{
    bool we_are_lower = memcmp(n->me.public.id, l->contact->identity.id, ID_LEN) < 0;
    return l->dialled == we_are_lower;
}

static void replace(struct node *n, struct link *old, struct link *l)
{
    activate(n, l);
    link_close(n, old, true);
}

static void send_ping(struct node *n, struct link *l)
{
    uint8_t token[8];
    randombytes_buf(token, sizeof token);
    link_send(n, l, MESSAGE_PING, token, sizeof token);
    l->pinged_ms = n->now.mono_ms;
}

/* l is new, old was there before, and by the rule old should live: does it? */
static void probe(struct node *n, struct link *old, struct link *l)
{
    if (n->now.mono_ms - old->heard_ms < PROBE_MS / 2) {
        link_close(n, l, true);
        return;
    }
    l->rival = old;
    l->probe_until_ms = n->now.mono_ms + PROBE_MS;
    send_ping(n, old);
}

static void settle(struct node *n, struct link *l)
{
    struct link *old = l->contact->link;
    if (!old)
        activate(n, l);
    else if (old->incarnation != l->incarnation || old->dialled == l->dialled)
        replace(n, old, l); /* the peer's process is a new one, or its dialler wants it so */
    else if (lower_id_dialled(n, l))
        replace(n, old, l);
    else
        probe(n, old, l);
}

static void note_address(struct node *n, struct link *l, const struct hello *hello)
{
    struct endpoint at = l->remote;
    struct contact *c = l->contact;
    if (!l->dialled)
        at.port = hello->port;
    dialer_on_session(n, c, &at, l->id);
    if (!endpoint_is_dialable(&at) || endpoint_equal(&at, &c->address))
        return;
    uint8_t record[RECORD_SEEN_LEN];
    struct writer w = writer_over(record, sizeof record);
    struct seen_record seen = {.endpoint = at, .time_ms = n->now.wall_ms};
    memcpy(seen.id, c->identity.id, ID_LEN);
    c->address = at;
    if (!c->in_log)
        store_contact(n, c); /* replay wants it first */
    record_seen_write(&w, &seen);
    store_note(n, &w);
}

/* Beyond a number of sessions, only with those who are more than passers-by. */
static bool has_room_for(const struct node *n, const struct contact *c)
{
    return c->link || c->has_feeds || c->verified || c->petname[0] ||
           links_count(&n->links, true) < SESSIONS_WITH_STRANGERS_MAX;
}

static void become_ready(struct node *n, struct link *l, const struct hello *hello)
{
    struct contact *c = people_meet(n, hello);
    if (!c || c->blocked || !has_room_for(n, c)) {
        fail(n, l, c && c->blocked ? DROP_BLOCKED : DROP_LIMIT);
        return;
    }
    l->contact = c;
    l->incarnation = hello->incarnation;
    l->state = LINK_READY;
    n->handshakes_ok++;
    note_address(n, l, hello);
    settle(n, l);
    if (l->state == LINK_READY)
        delivery_on_ready(n, l);
    if (n->paused) /* the others were told when it began */
        todo_add(n->todo, TODO_PAUSE)->link = l->id;
}

/* ---- the handshake ---- */

static struct contact *contact_of_static(const struct node *n, const uint8_t rs[NOISE_KEY_LEN])
{
    for (struct contact *c = n->contacts.table; c; c = c->hh.next)
        if (memcmp(c->identity.x25519, rs, NOISE_KEY_LEN) == 0)
            return c;
    return NULL;
}

/* times: the limits, so many times over. */
static bool is_old(const struct node *n, const struct link *l, unsigned times)
{
    return n->now.mono_ms - l->opened_ms >= (uint64_t)times * SESSION_MAX_MS ||
           l->session.frames_sent >= (uint64_t)times * SESSION_MAX_FRAMES ||
           l->session.frames_received >= (uint64_t)times * SESSION_MAX_FRAMES;
}

/* Before message 3 tells who we are: do we want to talk to the owner of rs? */
static bool may_tell(struct node *n, struct link *l)
{
    struct contact *c = contact_of_static(n, l->noise.rs);
    const struct contact *expected = dialer_expected(n, l->id);
    if (expected && expected != c)
        return false;
    if (!c || c->blocked)
        return !c;
    dialer_on_alias(n, l->id, c);
    return !c->link || !c->link->dialled || n->now.mono_ms - c->link->opened_ms >= SESSION_MAX_MS ||
           c->link->session.frames_sent >= SESSION_MAX_FRAMES;
}

static void start_session(struct node *n, struct link *l)
{
    struct session session;
    memcpy(l->rs, l->noise.rs, sizeof l->rs);
    session_init(&session, &l->noise, n->now.mono_ms);
    noise_clear(&l->noise);
    l->session = session;
    sodium_memzero(&session, sizeof session);
}

static enum lth_err on_message_1(struct node *n, struct link *l, const uint8_t *m, size_t len)
{
    size_t none;
    enum lth_err err = noise_read(&l->noise, m, len, NULL, 0, &none);
    if (err == LTH_OK)
        err = write_handshake(n, l, NULL, 0);
    l->state = LINK_AWAIT_3;
    return err;
}

static enum lth_err on_message_2(struct node *n, struct link *l, const uint8_t *m, size_t len)
{
    uint8_t hello[HELLO_LEN];
    size_t none, hello_len;
    enum lth_err err = noise_read(&l->noise, m, len, NULL, 0, &none);
    if (err != LTH_OK)
        return err;
    if (!may_tell(n, l)) {
        link_close(n, l, false); /* not a failure: this address is not needed now */
        return LTH_OK;
    }
    err = hello_write(&n->me, n->incarnation, n->port, n->name, hello, &hello_len);
    if (err == LTH_OK)
        err = write_handshake(n, l, hello, hello_len);
    if (err != LTH_OK)
        return err;
    start_session(n, l);
    l->state = LINK_AWAIT_HELLO;
    return LTH_OK;
}

static enum lth_err on_message_3(struct node *n, struct link *l, const uint8_t *m, size_t len)
{
    uint8_t payload[HELLO_LEN], mine[HELLO_LEN];
    size_t payload_len, mine_len;
    struct hello hello;
    enum lth_err err = noise_read(&l->noise, m, len, payload, sizeof payload, &payload_len);
    if (err == LTH_OK)
        err = hello_parse(payload, payload_len, l->noise.rs, &hello);
    if (err == LTH_OK)
        err = hello_write(&n->me, n->incarnation, n->port, n->name, mine, &mine_len);
    if (err != LTH_OK)
        return err;
    start_session(n, l);
    link_send(n, l, MESSAGE_HELLO, mine, mine_len);
    become_ready(n, l, &hello);
    return LTH_OK;
}

static bool is_handshaking(const struct link *l)
{
    return l->state == LINK_AWAIT_1 || l->state == LINK_AWAIT_2 || l->state == LINK_AWAIT_3;
}

/* Every message of the handshake has one legal length. */
static bool is_legal_length(const struct link *l, size_t len)
{
    if (l->state == LINK_AWAIT_1)
        return len == NOISE_OVERHEAD_1;
    if (l->state == LINK_AWAIT_2)
        return len == NOISE_OVERHEAD_2;
    return len == HANDSHAKE_MESSAGE_3_LEN;
}

static void on_handshake(struct node *n, struct link *l, const uint8_t *m, size_t len)
{
    enum lth_err err;
    l->handshake_len = 0;
    if (l->state == LINK_AWAIT_1)
        err = on_message_1(n, l, m, len);
    else if (l->state == LINK_AWAIT_2)
        err = on_message_2(n, l, m, len);
    else
        err = on_message_3(n, l, m, len);
    if (err != LTH_OK && l->state != LINK_CLOSED)
        fail(n, l, DROP_HANDSHAKE);
}

static size_t length_at(const uint8_t *bytes)
{
    return (size_t)bytes[0] << 8 | bytes[1];
}

/* Takes bytes towards the message that is due; returns how many. */
static size_t take_handshake(struct node *n, struct link *l, const uint8_t *bytes, size_t len)
{
    size_t want = SESSION_LENGTH_LEN;
    if (l->handshake_len >= SESSION_LENGTH_LEN)
        want += length_at(l->handshake);
    size_t take = want - l->handshake_len < len ? want - l->handshake_len : len;
    memcpy(l->handshake + l->handshake_len, bytes, take);
    l->handshake_len += take;
    if (l->handshake_len == SESSION_LENGTH_LEN && !is_legal_length(l, length_at(l->handshake)))
        fail(n, l, DROP_HANDSHAKE);
    else if (l->handshake_len > SESSION_LENGTH_LEN && l->handshake_len == want)
        on_handshake(n, l, l->handshake + SESSION_LENGTH_LEN, want - SESSION_LENGTH_LEN);
    return take;
}

/* ---- the session ---- */

static void on_close(struct node *n, struct link *l, const struct frame_message *m)
{
    struct reader r = reader_over(m->body, m->len);
    uint64_t frames = read_u64(&r); /* sent before the frame that carries it */
    if (reader_finish(&r) != LTH_OK || frames + 1 != l->session.frames_received)
        n->dropped[DROP_MALFORMED]++;
    link_close(n, l, false);
}

static enum lth_err on_name(struct node *n, struct link *l, const struct frame_message *m)
{
    char name[NAME_MAX_LEN + 1] = "";
    if (!hello_name_is_good(m->body, m->len))
        return LTH_MALFORMED;
    if (l->contact->renamed_ms && n->now.mono_ms - l->contact->renamed_ms < RENAME_MS)
        return LTH_OK; /* the next hello tells the last one */
    l->contact->renamed_ms = n->now.mono_ms;
    memcpy(name, m->body, m->len);
    people_rename(n, l->contact, name);
    return LTH_OK;
}

static enum lth_err on_first_message(struct node *n, struct link *l, const struct frame_message *m)
{
    struct hello hello;
    if (m->type != MESSAGE_HELLO)
        return LTH_MALFORMED;
    enum lth_err err = hello_parse(m->body, m->len, l->rs, &hello);
    if (err == LTH_OK)
        become_ready(n, l, &hello);
    return err;
}

static enum lth_err on_message(struct node *n, struct link *l, const struct frame_message *m)
{
    if (l->state == LINK_AWAIT_HELLO)
        return on_first_message(n, l, m);
    switch (m->type) {
    case MESSAGE_PING:
        if (m->len != 8)
            return LTH_MALFORMED;
        link_send(n, l, MESSAGE_PONG, m->body, m->len);
        return LTH_OK;
    case MESSAGE_PONG: return LTH_OK; /* that something was heard is all it says */
    case MESSAGE_CLOSE: on_close(n, l, m); return LTH_OK;
    case MESSAGE_NAME: return on_name(n, l, m);
    case MESSAGE_HELLO: return LTH_MALFORMED; /* once is enough */
    default: return delivery_on_message(n, l, m);
    }
}

static enum lth_err on_any_message(struct node *n, struct link *l, const struct frame_message *m)
{
    if (m->type != MESSAGE_REKEY)
        return on_message(n, l, m);
    return m->len == 0 && l->state == LINK_READY ? LTH_OK : LTH_MALFORMED;
}

/* The messages of one plain frame, in order. REKEY must be the last. */
static enum lth_err on_frame(struct node *n, struct link *l, const uint8_t *plain, size_t len)
{
    struct reader r = reader_over(plain, len);
    struct frame_message m;
    bool rekey = false;
    enum lth_err err = LTH_OK;
    while (l->state != LINK_CLOSED && (err = frame_next(&r, &m)) == LTH_OK) {
        err = rekey ? LTH_MALFORMED : on_any_message(n, l, &m);
        if (err != LTH_OK)
            return err;
        rekey = m.type == MESSAGE_REKEY;
    }
    if (rekey && l->state != LINK_CLOSED) {
        session_rekey_receive(&l->session);
        n->rekeys++;
    }
    return err == LTH_NOT_FOUND ? LTH_OK : err;
}

/* Opens the whole frames in bytes; returns how many bytes they took. */
static size_t take_frames(struct node *n, struct link *l, uint8_t *bytes, size_t len)
{
    size_t at = 0;
    while (l->state != LINK_CLOSED && len - at >= SESSION_LENGTH_LEN) {
        size_t frame_len = length_at(bytes + at), plain_len;
        if (l->state == LINK_AWAIT_HELLO && frame_len > FIRST_FRAME_MAX) {
            fail(n, l, DROP_MALFORMED);
            break;
        }
        if (len - at - SESSION_LENGTH_LEN < frame_len)
            break;
        uint8_t *frame = bytes + at + SESSION_LENGTH_LEN;
        at += SESSION_LENGTH_LEN + frame_len;
        enum lth_err err = session_open(&l->session, frame, frame_len, frame, &plain_len);
        if (err == LTH_OK)
            err = on_frame(n, l, frame, plain_len);
        if (err != LTH_OK && l->state != LINK_CLOSED)
            fail(n, l, err == LTH_FORGED ? DROP_FORGED : DROP_MALFORMED);
    }
    return at;
}

static void take_kept(struct node *n, struct link *l)
{
    buffer_drop(&l->in, take_frames(n, l, l->in.bytes, l->in.len));
    if (l->in.len == 0)
        buffer_clear(&l->in); /* an idle session keeps no buffer */
}

/* Bytes of a session: whole frames where they lie, the rest is kept; all of it while we read
 * nothing from peers. */
static void take_session(struct node *n, struct link *l, uint8_t *bytes, size_t len)
{
    if (l->in.len == 0 && !n->paused) {
        size_t taken = take_frames(n, l, bytes, len);
        bytes += taken;
        len -= taken;
        if (l->state != LINK_CLOSED && len && buffer_append(&l->in, bytes, len) != LTH_OK)
            n->todo->out_of_memory = true;
        return;
    }
    if (buffer_append(&l->in, bytes, len) != LTH_OK) {
        n->todo->out_of_memory = true;
        return;
    }
    if (!n->paused)
        take_kept(n, l);
}

void links_take_kept(struct node *n)
{
    struct link *l, *next;
    HASH_ITER(hh, n->links.table, l, next)
    if (l->state == LINK_READY && l->in.len)
        take_kept(n, l);
}

static void heard(const struct node *n, struct link *l)
{
    l->heard_ms = n->now.mono_ms;
    l->pinged_ms = 0;
}

void link_on_bytes(struct node *n, uint32_t id, uint8_t *bytes, size_t len)
{
    struct link *l = links_get(&n->links, id);
    if (!l || !len)
        return;
    heard(n, l);
    while (len && is_handshaking(l)) {
        size_t taken = take_handshake(n, l, bytes, len);
        bytes += taken;
        len -= taken;
    }
    if (len && (l->state == LINK_AWAIT_HELLO || l->state == LINK_READY))
        take_session(n, l, bytes, len);
}

void link_send_kept(struct node *n, struct link *l, uint8_t type, uint8_t *body, size_t len)
{
    struct outgoing *o = todo_room(n->todo, sizeof *o);
    if (!o || l->state == LINK_CLOSED)
        return;
    *o = (struct outgoing){.type = type, .flags = 0, .len = len, .body = body};
    *l->out_end = o;
    l->out_end = &o->next;
    l->packing += len;
    l->choked = l->choked || l->unsent + l->packing > LINK_UNSENT_MAX;
    if (l->in_flush)
        return;
    l->in_flush = true;
    l->next_flush = n->links.flush;
    n->links.flush = l;
}

void link_send(struct node *n, struct link *l, uint8_t type, const void *body, size_t len)
{
    uint8_t *copy = todo_room(n->todo, len ? len : 1);
    if (!copy)
        return;
    if (len)
        memcpy(copy, body, len);
    link_send_kept(n, l, type, copy, len);
}

/* Pads, seals and hands out the frame under w; w starts over. False: the session is at its end. */
static bool seal(struct node *n, struct link *l, struct writer *w)
{
    bool rekey = session_wants_rekey(&l->session, n->now.mono_ms);
    w->end = n->plain + sizeof n->plain;
    if (rekey && !frame_add(w, MESSAGE_REKEY, FRAME_MUST_UNDERSTAND, NULL, 0))
        return false; /* room was kept for it */
    size_t len = frame_pad(w, SESSION_PLAIN_MAX);
    uint8_t *out = todo_room(n->todo, len + SESSION_OVERHEAD);
    if (!out || session_seal(&l->session, n->plain, len, out) != LTH_OK)
        return false;
    hand_out(n, l, out, len + SESSION_OVERHEAD);
    if (rekey) {
        session_rekey_send(&l->session, n->now.mono_ms);
        n->rekeys++;
    }
    *w = writer_over(n->plain, sizeof n->plain - FRAME_HEADER_LEN);
    return true;
}

/* Packs what is queued into frames; HELLO gets one of its own. */
static bool pack(struct node *n, struct link *l)
{
    struct writer w = writer_over(n->plain, sizeof n->plain - FRAME_HEADER_LEN);
    bool ok = true;
    for (struct outgoing *o = l->out; o && ok; o = o->next) {
        if (!frame_add(&w, o->type, o->flags, o->body, o->len))
            ok = seal(n, l, &w) && frame_add(&w, o->type, o->flags, o->body, o->len);
        if (ok && o->type == MESSAGE_HELLO)
            ok = seal(n, l, &w);
    }
    if (ok && writer_len(&w))
        ok = seal(n, l, &w);
    l->out = NULL;
    l->out_end = &l->out;
    l->packing = 0;
    return ok;
}

/* ---- the end ---- */

static void send_close(struct node *n, struct link *l)
{
    uint8_t body[8];
    struct writer w = writer_over(body, sizeof body);
    pack(n, l); /* so that the count below is true */
    write_u64(&w, l->session.frames_sent);
    link_send(n, l, MESSAGE_CLOSE, body, sizeof body);
    pack(n, l);
}

/* The session of a contact ended: another one takes over, or the contact is offline. */
static void pass_on(struct node *n, struct link *ended)
{
    struct contact *c = ended->contact;
    for (struct link *l = n->links.table; l; l = l->hh.next) {
        if (l->contact == c && l->state == LINK_READY && !c->blocked) {
            activate(n, l);
            return;
        }
    }
    c->link = NULL;
    c->last_seen_ms = n->now.wall_ms;
    dialer_on_offline(n, c);
    if (!n->stopped)
        say_contact(n, EVENT_PEER, c);
}

/* Takes the link out of everything that knows it; it is freed at the end of the step. */
static void forget(struct node *n, struct link *l)
{
    l->state = LINK_CLOSED;
    HASH_DEL(n->links.table, l);
    l->next_dead = n->links.dead;
    n->links.dead = l;
    dialer_on_link_down(n, l->id);
    for (struct link *other = n->links.table; other; other = other->hh.next)
        if (other->rival == l)
            other->rival = NULL;
    if (l->contact && l->contact->link == l)
        pass_on(n, l);
}

void link_close(struct node *n, struct link *l, bool orderly)
{
    if (l->state == LINK_CLOSED)
        return;
    if (orderly && l->state == LINK_READY)
        send_close(n, l);
    add_close(n, l->id);
    forget(n, l);
}

void links_close_all(struct node *n, const struct contact *contact)
{
    struct link *l, *next;
    HASH_ITER(hh, n->links.table, l, next)
    if (l->contact == contact)
        link_close(n, l, true);
}

void link_on_down(struct node *n, uint32_t id)
{
    struct link *l = links_get(&n->links, id);
    if (!l)
        return;
    n->handshakes_failed += l->state != LINK_READY && l->state != LINK_CONNECTING;
    forget(n, l);
}

void links_flush(struct node *n)
{
    while (n->links.flush) {
        struct link *l = n->links.flush;
        n->links.flush = l->next_flush;
        l->in_flush = false;
        if (l->state != LINK_CLOSED && (l->choked || !pack(n, l)))
            link_close(n, l, false); /* it does not read, or its counters are used up */
    }
    free_dead(&n->links);
}

/* ---- time ---- */

static uint64_t deadline_of(const struct link *l)
{
    if (l->state != LINK_READY)
        return l->opened_ms + (l->state == LINK_AWAIT_1 ? HANDSHAKE_FIRST_MS : HANDSHAKE_MS);
    if (l->rival)
        return l->probe_until_ms;
    return l->heard_ms + (l->pinged_ms ? DEAD_AFTER_MS : PING_AFTER_MS);
}

static void check_probe(struct node *n, struct link *l)
{
    bool rival_lives = l->rival->heard_ms + PROBE_MS > l->probe_until_ms;
    if (rival_lives)
        link_close(n, l, true);
    else
        replace(n, l->rival, l);
}

static void check(struct node *n, struct link *l)
{
    bool due = deadline_of(l) <= n->now.mono_ms;
    if (n->paused && l->state == LINK_READY)
        heard(n, l); /* it is we who do not listen */
    if (l->state != LINK_READY) {
        if (due)
            fail(n, l, DROP_HANDSHAKE);
    } else if (l->rival) {
        if (due)
            check_probe(n, l);
    } else if (due && l->pinged_ms) {
        link_close(n, l, false); /* nobody is there */
    } else if (due) {
        send_ping(n, l);
    } else if (is_old(n, l, 2)) {
        link_close(n, l, true); /* whose renewal failed */
    } else if (is_old(n, l, 1) && l->dialled && l->contact->link == l) {
        dialer_renew(n, l->id);
    }
}

void links_check(struct node *n, bool stood_still)
{
    struct link *l, *next;
    HASH_ITER(hh, n->links.table, l, next)
    {
        if (stood_still)
            link_close(n, l, false); /* nothing more goes out under the old keys */
        else if (l->state != LINK_CLOSED)
            check(n, l);
    }
}

uint64_t links_wake_ms(const struct node *n)
{
    uint64_t wake = UINT64_MAX;
    for (const struct link *l = n->links.table; l; l = l->hh.next)
        if (deadline_of(l) < wake)
            wake = deadline_of(l);
    return wake;
}
