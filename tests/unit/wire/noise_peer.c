/* One end of a Noise connection on stdin and stdout, for a driver in another language.
 *
 * One request a line, words separated by one blank, bytes in hexadecimal, "-" for no bytes:
 *     begin initiator|responder STATIC EPHEMERAL PROLOGUE    both secrets
 *     write PAYLOAD | read MESSAGE                           the handshake; splits when done
 *     seal PLAIN | open SEALED                               transport messages
 *     rekey send|receive
 *     state                                                  rs, then h
 * One answer a line: "ok", or "ok" and bytes, or "error" and words.
 */
#include "wire/noise.h"
#include "wire/noise_inject.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { WORDS = 5, LINE_MAX_LEN = 2 * NOISE_MESSAGE_MAX + 64 };

struct bytes {
    uint8_t at[NOISE_MESSAGE_MAX];
    size_t len;
};

struct peer {
    struct noise hs;
    struct noise_cipher send, receive;
};

/* False when hex is neither "-" nor hexadecimal digits of at most out's room. */
static bool from_hex(const char *hex, struct bytes *out)
{
    const char *end = NULL;

    out->len = 0;
    if (!hex)
        return false;
    if (strcmp(hex, "-") == 0)
        return true;
    return sodium_hex2bin(out->at, sizeof out->at, hex, strlen(hex), NULL, &out->len, &end) == 0 &&
           *end == '\0';
}

static void answer(enum lth_err err, const struct bytes *bytes)
{
    if (err != LTH_OK) {
        printf("error %s\n", lth_strerror(err));
        return;
    }
    printf("ok ");
    for (size_t i = 0; i < bytes->len; i++)
        printf("%02x", bytes->at[i]);
    printf("%s\n", bytes->len == 0 ? "-" : "");
}

static enum lth_err begin(struct peer *p, char *const words[WORDS])
{
    static struct bytes s, e, prologue;
    struct noise_keypair pair;

    if (!words[1] || !from_hex(words[2], &s) || !from_hex(words[3], &e) ||
        !from_hex(words[4], &prologue) || s.len != NOISE_KEY_LEN || e.len != NOISE_KEY_LEN)
        return LTH_MALFORMED;
    noise_keypair_from_secret(&pair, s.at);
    noise_init(&p->hs, strcmp(words[1], "initiator") == 0, &pair, prologue.at, prologue.len);
    noise_inject_ephemeral(&p->hs, e.at);
    return LTH_OK;
}

static enum lth_err handshake(struct peer *p, bool write, const struct bytes *in, struct bytes *out)
{
    enum lth_err err =
        write ? noise_write(&p->hs, in->at, in->len, out->at, sizeof out->at, &out->len)
              : noise_read(&p->hs, in->at, in->len, out->at, sizeof out->at, &out->len);

    if (err == LTH_OK && noise_is_done(&p->hs))
        noise_split(&p->hs, &p->send, &p->receive);
    return err;
}

static enum lth_err transport(struct peer *p, bool seal, const struct bytes *in, struct bytes *out)
{
    if (seal && in->len > sizeof out->at - NOISE_TAG_LEN)
        return LTH_TOO_LONG;
    enum lth_err err = seal ? noise_encrypt(&p->send, NULL, 0, in->at, in->len, out->at)
                            : noise_decrypt(&p->receive, NULL, 0, in->at, in->len, out->at);
    if (err == LTH_OK)
        out->len = seal ? in->len + NOISE_TAG_LEN : in->len - NOISE_TAG_LEN;
    return err;
}

static enum lth_err tell_state(const struct peer *p, struct bytes *out)
{
    memcpy(out->at, p->hs.rs, NOISE_KEY_LEN);
    memcpy(out->at + NOISE_KEY_LEN, p->hs.h, NOISE_HASH_LEN);
    out->len = NOISE_KEY_LEN + NOISE_HASH_LEN;
    return LTH_OK;
}

static enum lth_err rekey(struct peer *p, const char *direction)
{
    if (!direction || !noise_is_done(&p->hs))
        return LTH_BAD_STATE;
    noise_rekey(strcmp(direction, "send") == 0 ? &p->send : &p->receive);
    return LTH_OK;
}

static enum lth_err obey(struct peer *p, char *const words[WORDS], struct bytes *out)
{
    static struct bytes in;
    const char *verb = words[0];

    out->len = 0;
    if (strcmp(verb, "begin") == 0)
        return begin(p, words);
    if (strcmp(verb, "rekey") == 0)
        return rekey(p, words[1]);
    if (strcmp(verb, "state") == 0)
        return tell_state(p, out);
    if (!from_hex(words[1], &in))
        return LTH_MALFORMED;
    if (strcmp(verb, "write") == 0 || strcmp(verb, "read") == 0)
        return handshake(p, verb[0] == 'w', &in, out);
    if (strcmp(verb, "seal") == 0 || strcmp(verb, "open") == 0)
        return transport(p, verb[0] == 's', &in, out);
    return LTH_MALFORMED;
}

int main(void)
{
    static char line[LINE_MAX_LEN];
    static struct bytes out;
    struct peer p = {.hs = {.next = 0}};

    if (sodium_init() < 0)
        return 1;
    while (fgets(line, sizeof line, stdin)) {
        char *words[WORDS] = {NULL}, *rest = NULL;
        size_t n = 0;
        for (char *w = strtok_r(line, " \n", &rest); w && n < WORDS;
             w = strtok_r(NULL, " \n", &rest))
            words[n++] = w;
        if (n > 0)
            answer(obey(&p, words, &out), &out);
        fflush(stdout);
    }
    return 0;
}
