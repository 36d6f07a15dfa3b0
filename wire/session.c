#include "wire/session.h"

#include "base/cursor.h"

#include <sodium.h>
#include <string.h>

void session_init(struct session *s, const struct noise *hs, uint64_t now_ms)
{
    memset(s, 0, sizeof *s);
    noise_split(hs, &s->send, &s->receive);
    s->rekeyed_at_ms = now_ms;
}

/* The frame in the caller's hand is not counted yet: hence the 1. */
bool session_wants_rekey(const struct session *s, uint64_t now_ms)
{
    return s->frames_sent + 1 - s->rekeyed_at_frame >= SESSION_REKEY_FRAMES ||
           now_ms - s->rekeyed_at_ms >= SESSION_REKEY_MS;
}

void session_rekey_send(struct session *s, uint64_t now_ms)
{
    noise_rekey(&s->send);
    s->rekeyed_at_frame = s->frames_sent;
    s->rekeyed_at_ms = now_ms;
    s->rekeys++;
}

void session_rekey_receive(struct session *s)
{
    noise_rekey(&s->receive);
    s->rekeys++;
}

enum lth_err session_seal(struct session *s, const uint8_t *plain, size_t len, uint8_t *out)
{
    struct writer w = writer_over(out, SESSION_LENGTH_LEN);

    if (len == 0)
        return LTH_MALFORMED;
    if (len > SESSION_PLAIN_MAX)
        return LTH_TOO_LONG;
    enum lth_err err = noise_encrypt(&s->send, NULL, 0, plain, len, out + SESSION_LENGTH_LEN);
    if (err != LTH_OK)
        return err;
    write_u16(&w, (uint16_t)(len + NOISE_TAG_LEN));
    s->frames_sent++;
    return LTH_OK;
}

enum lth_err session_open(struct session *s, const uint8_t *frame, size_t len, uint8_t *plain,
                          size_t *plain_len)
{
    enum lth_err err = LTH_MALFORMED;

    if (len > NOISE_TAG_LEN && len <= SESSION_FRAME_MAX)
        err = noise_decrypt(&s->receive, NULL, 0, frame, len, plain);
    if (err != LTH_OK) {
        sodium_memzero(&s->receive, sizeof s->receive);
        return err;
    }
    *plain_len = len - NOISE_TAG_LEN;
    s->frames_received++;
    return LTH_OK;
}

void session_clear(struct session *s)
{
    sodium_memzero(s, sizeof *s);
}
