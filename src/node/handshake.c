#include "node/handshake.h"

#include "node/restoring.h"
#include "node/state.h"
#include "node/traffic.h"

#include <sodium.h>
#include <string.h>

/* Writes the next message of the handshake, its length in front. */
static enum lth_err write_message(struct node *n, struct link *l, const uint8_t *payload,
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
    link_hand_out(n, l, out, SESSION_LENGTH_LEN + len);
    return LTH_OK;
}

void handshake_start(struct node *n, struct link *l, const struct endpoint *remote)
{
    l->remote = *remote;
    l->opened_ms = l->heard_ms = n->now.mono_ms;
    noise_init(&l->noise, l->dialled, &n->me.noise, n->prologue, n->prologue_len);
    if (!l->dialled)
        return;
    l->state = LINK_AWAIT_2;
    if (write_message(n, l, NULL, 0) != LTH_OK)
        link_close(n, l, false);
}

static struct contact *contact_of_static(const struct node *n, const uint8_t rs[NOISE_KEY_LEN])
{
    for (struct contact *c = n->contacts.table; c; c = c->hh.next)
        if (memcmp(c->identity.x25519, rs, NOISE_KEY_LEN) == 0)
            return c;
    return NULL;
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
    return !c->link || !c->link->dialled || c->link->stalled || link_is_old(n, c->link, 1);
}

/* l accepted a message 1 with ephemeral key e. If a dial of ours sent it, whoever answers there
 * leads back to this very process: no copy of our identity is at work. */
static void mark_mirrored(struct node *n, const uint8_t e[NOISE_KEY_LEN])
{
    for (struct link *dial = n->links.table; dial; dial = dial->hh.next)
        if (dial->state == LINK_AWAIT_2 && memcmp(dial->noise.e.public, e, NOISE_KEY_LEN) == 0)
            dial->mirrored = true;
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
        mark_mirrored(n, l->noise.re);
    if (err == LTH_OK)
        err = write_message(n, l, NULL, 0);
    l->state = LINK_AWAIT_3;
    return err;
}

static enum lth_err on_message_2(struct node *n, struct link *l, const uint8_t *m, size_t len)
{
    uint8_t hello[HELLO_LEN];
    size_t none, hello_len;
    enum lth_err err = noise_read(&l->noise, m, len, NULL, 0, &none);
    if (err == LTH_OURSELVES && !l->mirrored)
        restoring_on_clone(n);
    if (err != LTH_OK)
        return err;
    if (!may_tell(n, l)) {
        link_close(n, l, false); /* not a failure: this address is not needed now */
        return LTH_OK;
    }
    err = hello_write(&n->me, n->incarnation, n->port, n->name, hello, &hello_len);
    if (err == LTH_OK)
        err = write_message(n, l, hello, hello_len);
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
    link_become_ready(n, l, &hello);
    return LTH_OK;
}

bool handshake_is_under_way(const struct link *l)
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
        link_fail(n, l, DROP_HANDSHAKE);
}

/* Takes bytes towards the message that is due; returns how many. */
size_t handshake_take(struct node *n, struct link *l, const uint8_t *bytes, size_t len)
{
    size_t want = SESSION_LENGTH_LEN;
    if (l->handshake_len >= SESSION_LENGTH_LEN)
        want += traffic_length_at(l->handshake);
    size_t take = want - l->handshake_len < len ? want - l->handshake_len : len;
    memcpy(l->handshake + l->handshake_len, bytes, take);
    l->handshake_len += take;
    if (l->handshake_len == SESSION_LENGTH_LEN &&
        !is_legal_length(l, traffic_length_at(l->handshake)))
        link_fail(n, l, DROP_HANDSHAKE);
    else if (l->handshake_len > SESSION_LENGTH_LEN && l->handshake_len == want)
        on_handshake(n, l, l->handshake + SESSION_LENGTH_LEN, want - SESSION_LENGTH_LEN);
    return take;
}

enum lth_err handshake_on_hello(struct node *n, struct link *l, const struct frame_message *m)
{
    struct hello hello;
    if (m->type != MESSAGE_HELLO)
        return LTH_MALFORMED;
    enum lth_err err = hello_parse(m->body, m->len, l->rs, &hello);
    if (err == LTH_OK)
        link_become_ready(n, l, &hello);
    return err;
}
