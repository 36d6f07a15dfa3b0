#include "node/guest.h"

#include "wire/entries.h"
#include "wire/have.h"
#include "wire/hello.h"
#include "wire/message.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void require(bool fact)
{
    if (!fact)
        abort();
}

void guest_init(struct guest *g, uint8_t seed, const char *name)
{
    uint8_t secret[64];
    require(sodium_init() >= 0);
    memset(secret, seed, sizeof secret);
    *g = (struct guest){.name = name, .incarnation = 1000u + seed};
    identity_secret_init(&g->me, secret, secret + 32);
}

void guest_clear(struct stage *s, struct guest *g)
{
    if (s->guest == g)
        s->guest = NULL;
    for (size_t i = s->staying_count; i-- > 0;)
        if (s->staying[i] == g)
            s->staying[i] = s->staying[--s->staying_count];
    buffer_clear(&g->raw);
    buffer_clear(&g->heard);
}

static bool stays(const struct stage *s, const struct guest *g)
{
    for (size_t i = 0; i < s->staying_count; i++)
        if (s->staying[i] == g)
            return true;
    return false;
}

void guest_stay(struct stage *s, struct guest *g)
{
    require(s->staying_count < STAGE_STAYING_MAX);
    if (s->guest == g)
        s->guest = NULL;
    if (!stays(s, g))
        s->staying[s->staying_count++] = g;
}

/* ---- hearing ---- */

void guest_forget(struct guest *g)
{
    g->heard.len = 0;
}

/* Takes one thing that stands behind its length; returns false when it is not whole. */
static bool next_piece(const struct guest *g, const uint8_t **bytes, size_t *len)
{
    if (g->raw.len < 2)
        return false;
    *len = (size_t)g->raw.bytes[0] << 8 | g->raw.bytes[1];
    *bytes = g->raw.bytes + 2;
    return g->raw.len - 2 >= *len;
}

static void hear_frames(struct guest *g)
{
    static uint8_t plain[SESSION_PLAIN_MAX];
    const uint8_t *frame;
    size_t len, plain_len;
    struct frame_message m;
    while (next_piece(g, &frame, &len)) {
        require(session_open(&g->session, frame, len, plain, &plain_len) == LTH_OK);
        buffer_drop(&g->raw, 2 + len);
        struct reader r = reader_over(plain, plain_len);
        while (frame_next(&r, &m) == LTH_OK) {
            const uint8_t *start = m.body - FRAME_HEADER_LEN;
            require(buffer_append(&g->heard, start, FRAME_HEADER_LEN + m.len) == LTH_OK);
            g->heard_of[m.type % 32]++;
            if (m.type == MESSAGE_REKEY)
                session_rekey_receive(&g->session);
        }
    }
}

void guest_hear(struct guest *g, const struct todo *write)
{
    if (write->write.link != g->link)
        return;
    require(buffer_append(&g->raw, write->write.bytes, write->write.len) == LTH_OK);
    if (g->ready)
        hear_frames(g);
}

bool guest_heard(const struct guest *g, uint8_t type, struct frame_message *out)
{
    struct reader r = reader_over(g->heard.bytes, g->heard.len);
    while (frame_next(&r, out) == LTH_OK)
        if (out->type == type)
            return true;
    return false;
}

/* ---- the handshake ---- */

static void init_noise(struct guest *g, bool initiator)
{
    static const uint8_t prologue[] = {'l', 'a', 'n', 't', 'h', 'o', 'r', 'n', WIRE_VERSION, 0};
    noise_init(&g->noise, initiator, &g->me.noise, prologue, sizeof prologue);
    g->ready = false;
    g->raw.len = 0;
}

size_t guest_write_handshake(struct guest *g, const uint8_t *payload, size_t len, uint8_t out[512])
{
    size_t written;
    require(noise_write(&g->noise, payload, len, out + 2, 510, &written) == LTH_OK);
    out[0] = (uint8_t)(written >> 8);
    out[1] = (uint8_t)written;
    return 2 + written;
}

static size_t say_hello(const struct guest *g, uint8_t hello[HELLO_LEN])
{
    size_t len;
    require(hello_write(&g->me, g->incarnation, 0, g->name, hello, &len) == LTH_OK);
    return len;
}

static void read_handshake(struct guest *g, uint8_t payload[HELLO_LEN])
{
    const uint8_t *message;
    size_t len, payload_len;
    require(next_piece(g, &message, &len));
    require(noise_read(&g->noise, message, len, payload, HELLO_LEN, &payload_len) == LTH_OK);
    buffer_drop(&g->raw, 2 + len);
}

static void send_handshake(struct stage *s, struct guest *g, const uint8_t *payload, size_t len)
{
    uint8_t out[512];
    size_t written = guest_write_handshake(g, payload, len, out);
    stage_bytes(s, g->link, out, written);
}

static void be_ready(struct stage *s, struct guest *g)
{
    session_init(&g->session, &g->noise, s->now.mono_ms);
    noise_clear(&g->noise);
    g->ready = true;
}

void guest_begin(struct stage *s, struct guest *g, uint32_t link, unsigned until)
{
    uint8_t none[HELLO_LEN];
    s->guest = stays(s, g) ? NULL : g;
    g->link = link;
    init_noise(g, true);
    stage_link_up(s, link, false, "192.0.2.9:40000");
    if (until == 0)
        return;
    send_handshake(s, g, NULL, 0);
    if (until == 2)
        read_handshake(g, none);
}

void guest_connect(struct stage *s, struct guest *g, uint32_t link)
{
    uint8_t hello[HELLO_LEN];
    guest_begin(s, g, link, 2);
    size_t hello_len = say_hello(g, hello), len;
    uint8_t out[512];
    len = guest_write_handshake(g, hello, hello_len, out);
    be_ready(s, g);
    stage_bytes(s, link, out, len);
}

void guest_accept(struct stage *s, struct guest *g, uint32_t link, const char *remote)
{
    uint8_t hello[HELLO_LEN];
    s->guest = stays(s, g) ? NULL : g;
    g->link = link;
    init_noise(g, false);
    stage_link_up(s, link, true, remote);
    read_handshake(g, hello);
    send_handshake(s, g, NULL, 0);
    if (stage_closed(s, link)) /* the node does not want us there */
        return;
    read_handshake(g, hello);
    be_ready(s, g);
    guest_send(s, g, MESSAGE_HELLO, 0, hello, say_hello(g, hello));
}

/* ---- saying ---- */

void guest_send_frame(struct stage *s, struct guest *g, const uint8_t *plain, size_t len)
{
    static uint8_t frame[SESSION_LENGTH_LEN + SESSION_FRAME_MAX];
    require(session_seal(&g->session, plain, len, frame) == LTH_OK);
    stage_bytes(s, g->link, frame, len + SESSION_OVERHEAD);
}

void guest_send(struct stage *s, struct guest *g, uint8_t type, uint8_t flags, const void *body,
                size_t len)
{
    static uint8_t plain[SESSION_PLAIN_MAX];
    struct writer w = writer_over(plain, sizeof plain);
    require(frame_add(&w, type, flags, body, len));
    guest_send_frame(s, g, plain, frame_pad(&w, sizeof plain));
}

void guest_feed(const struct stage *s, const struct guest *g, struct feed_id *out)
{
    conversation_direct_id(node_id(s->node), g->me.public.id, out->conversation);
    memcpy(out->author, g->me.public.id, ID_LEN);
    out->incarnation = g->incarnation;
}

void guest_send_have(struct stage *s, struct guest *g)
{
    uint8_t body[HAVE_HEADER_LEN];
    struct feed_id feed;
    struct writer w = writer_over(body, sizeof body);
    guest_feed(s, g, &feed);
    have_begin(&w, feed.conversation, HAVE_LAST);
    guest_send(s, g, MESSAGE_HAVE, 0, body, sizeof body);
}

void guest_send_texts(struct stage *s, struct guest *g, uint64_t first, size_t count,
                      const uint8_t prev[HASH_LEN], uint8_t hash[HASH_LEN])
{
    static uint8_t body[48 * 1024];
    struct feed_id feed;
    struct writer w = writer_over(body, sizeof body);
    guest_feed(s, g, &feed);
    entries_begin(&w, &feed, first, prev);
    if (hash != prev)
        memcpy(hash, prev, HASH_LEN);
    for (uint64_t number = first; number < first + count; number++) {
        char text[32];
        uint8_t bytes[128];
        size_t len;
        int text_len = snprintf(text, sizeof text, "text %llu", (unsigned long long)number);
        const struct entry_content content = {.time_ms = s->now.wall_ms,
                                              .order_ms = s->now.wall_ms,
                                              .kind = ENTRY_TEXT,
                                              .body = (const uint8_t *)text,
                                              .body_len = (size_t)text_len};
        require(entry_content_write(&content, bytes, sizeof bytes, &len) == LTH_OK);
        require(entries_add(&w, bytes, len));
        entry_hash(&feed, number, hash, bytes, len, hash);
    }
    guest_send(s, g, MESSAGE_ENTRIES, 0, body, writer_len(&w));
}
