#include "node/traffic.h"

#include "node/delivery.h"
#include "node/handshake.h"
#include "node/state.h"

#include <string.h>

size_t traffic_length_at(const uint8_t bytes[SESSION_LENGTH_LEN])
{
    return (size_t)bytes[0] << 8 | bytes[1];
}

static void on_close(struct node *n, struct link *l, const struct frame_message *m)
{
    struct reader r = reader_over(m->body, m->len);
    uint64_t frames = read_u64(&r); /* sent before the frame that carries it */
    if (reader_finish(&r) != LTH_OK || frames + 1 != l->session.frames_received)
        n->dropped[DROP_MALFORMED]++;
    l->hung_up = true;
    link_close(n, l, false);
}

static enum lth_err on_name(struct node *n, struct link *l, const struct frame_message *m)
{
    if (!hello_name_is_good(m->body, m->len))
        return LTH_MALFORMED;
    memset(l->next_name, 0, sizeof l->next_name);
    memcpy(l->next_name, m->body, m->len);
    traffic_check_name(n, l);
    return LTH_OK;
}

uint64_t traffic_name_ms(const struct link *l)
{
    if (!l->next_name[0])
        return UINT64_MAX;
    return l->contact->renamed_ms ? l->contact->renamed_ms + RENAME_MS : 0;
}

void traffic_check_name(struct node *n, struct link *l)
{
    if (traffic_name_ms(l) > n->now.mono_ms)
        return;
    l->contact->renamed_ms = n->now.mono_ms;
    people_rename(n, l->contact, l->next_name);
    l->next_name[0] = '\0';
}

static enum lth_err on_message(struct node *n, struct link *l, const struct frame_message *m)
{
    if (l->state == LINK_AWAIT_HELLO)
        return handshake_on_hello(n, l, m);
    switch (m->type) {
    case MESSAGE_PING:
        if (m->len != 8)
            return LTH_MALFORMED;
        link_send(n, l, MESSAGE_PONG, m->body, m->len);
        return LTH_OK;
    case MESSAGE_PONG: link_answered(l); return LTH_OK;
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

/* Nothing is read of it now. The first frame is: it tells who is there. */
static bool is_held(const struct node *n, const struct link *l)
{
    return n->paused && l->state == LINK_READY;
}

/* Opens the whole frames in bytes; returns how many bytes they took. */
static size_t take_frames(struct node *n, struct link *l, uint8_t *bytes, size_t len)
{
    size_t at = 0;
    while (l->state != LINK_CLOSED && !is_held(n, l) && len - at >= SESSION_LENGTH_LEN) {
        size_t frame_len = traffic_length_at(bytes + at), plain_len;
        if (l->state == LINK_AWAIT_HELLO && frame_len > FIRST_FRAME_MAX) {
            link_fail(n, l, DROP_MALFORMED);
            break;
        }
        if (len - at - SESSION_LENGTH_LEN < frame_len)
            break;
        uint8_t *frame = bytes + at + SESSION_LENGTH_LEN;
        at += SESSION_LENGTH_LEN + frame_len;
        enum lth_err err = session_open(&l->session, frame, frame_len, frame, &plain_len);
        if (err == LTH_OK) {
            link_heard(n, l);
            err = on_frame(n, l, frame, plain_len);
        }
        if (err != LTH_OK && l->state != LINK_CLOSED)
            link_fail(n, l, err == LTH_FORGED ? DROP_FORGED : DROP_MALFORMED);
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
void traffic_take(struct node *n, struct link *l, uint8_t *bytes, size_t len)
{
    if (l->in.len == 0 && !is_held(n, l)) {
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
    if (!is_held(n, l))
        take_kept(n, l);
}

void links_take_kept(struct node *n)
{
    struct link *l, *next;
    HASH_ITER(hh, n->links.table, l, next)
    if (l->state == LINK_READY && l->in.len)
        take_kept(n, l);
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
    link_hand_out(n, l, out, len + SESSION_OVERHEAD);
    if (rekey) {
        session_rekey_send(&l->session, n->now.mono_ms);
        n->rekeys++;
    }
    *w = writer_over(n->plain, sizeof n->plain - FRAME_HEADER_LEN);
    return true;
}

/* Packs what is queued into frames; HELLO gets one of its own. */
bool traffic_pack(struct node *n, struct link *l)
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
