#include "wire/hello.h"

#include "base/cursor.h"
#include "base/utf8.h"

#include <sodium.h>
#include <string.h>

static const char domain[] = "lanthorn/static/1";

bool hello_name_is_good(const uint8_t *name, size_t len)
{
    return len >= 1 && len <= HELLO_NAME_MAX && utf8_is_valid(name, len) && !memchr(name, 0, len);
}

enum lth_err hello_write(const struct identity_secret *me, uint64_t incarnation, uint16_t port,
                         const char *name, uint8_t *out, size_t *len)
{
    static const uint8_t zeros[HELLO_NAME_MAX];
    uint8_t signature[SIGNATURE_LEN];
    struct writer w = writer_over(out, HELLO_LEN);
    size_t name_len = strlen(name);

    if (name_len > HELLO_NAME_MAX)
        return LTH_TOO_LONG;
    identity_sign(me, domain, me->public.x25519, IDENTITY_KEY_LEN, signature);
    write_bytes(&w, me->public.ed25519, IDENTITY_KEY_LEN);
    write_bytes(&w, signature, sizeof signature);
    write_u64(&w, incarnation);
    write_u16(&w, port);
    write_u8(&w, (uint8_t)name_len);
    write_bytes(&w, name, name_len);
    write_bytes(&w, zeros, HELLO_NAME_MAX - name_len);
    return writer_finish(&w, len);
}

enum lth_err hello_parse(const uint8_t *bytes, size_t len, const uint8_t rs[NOISE_KEY_LEN],
                         struct hello *out)
{
    struct reader r = reader_over(bytes, len);
    struct hello hello = {0};

    const uint8_t *ed25519 = read_view(&r, IDENTITY_KEY_LEN);
    const uint8_t *signature = read_view(&r, SIGNATURE_LEN);
    hello.incarnation = read_u64(&r);
    hello.port = read_u16(&r);
    size_t name_len = read_u8(&r);
    const uint8_t *name = read_view(&r, HELLO_NAME_MAX);
    if (reader_finish(&r) != LTH_OK || !hello_name_is_good(name, name_len) ||
        !sodium_is_zero(name + name_len, HELLO_NAME_MAX - name_len))
        return LTH_MALFORMED;
    if (identity_verify(ed25519, domain, rs, NOISE_KEY_LEN, signature) != LTH_OK)
        return LTH_FORGED;
    identity_init(&hello.identity, rs, ed25519);
    memcpy(hello.name, name, name_len);
    *out = hello;
    return LTH_OK;
}
