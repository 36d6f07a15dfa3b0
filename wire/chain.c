#include "wire/chain.h"

#include "wire/must.h"

#include <sodium.h>
#include <string.h>

static const char commitment_domain[] = "lanthorn/chain/1";
static const char next_label[] = "lanthorn/chain-key/1";
static const char message_label[] = "lanthorn/message-key/1";

void chain_init(struct chain *c, const uint8_t key0[CHAIN_KEY_LEN])
{
    memcpy(c->key, key0, CHAIN_KEY_LEN);
    c->index = 0;
}

void chain_clear(struct chain *c)
{
    sodium_memzero(c, sizeof *c);
}

/* HMAC-SHA-256 of label, without its final zero, under the key that state was made with. */
static void derive(crypto_auth_hmacsha256_state *state, const char *label,
                   uint8_t out[CHAIN_KEY_LEN])
{
    must(crypto_auth_hmacsha256_update(state, (const uint8_t *)label, strlen(label)));
    must(crypto_auth_hmacsha256_final(state, out));
    sodium_memzero(state, sizeof *state);
}

/* One step; message_key may be NULL. Both keys come from one key, so HMAC begins once. */
static void step(struct chain *c, uint8_t *message_key)
{
    crypto_auth_hmacsha256_state next, message;

    must(crypto_auth_hmacsha256_init(&next, c->key, CHAIN_KEY_LEN));
    if (message_key) {
        message = next;
        derive(&message, message_label, message_key);
    }
    derive(&next, next_label, c->key);
    c->index++;
}

enum lth_err chain_message_key(struct chain *c, uint32_t index, uint8_t message_key[CHAIN_KEY_LEN])
{
    if (index < c->index)
        return LTH_BAD_STATE;
    if (index - c->index > CHAIN_JUMP_MAX || index >= CHAIN_LEN_MAX)
        return LTH_LIMIT;
    while (c->index < index)
        step(c, NULL);
    step(c, message_key);
    return LTH_OK;
}

void chain_commitment(const struct feed_id *feed, const uint8_t roster_head[HASH_LEN],
                      const uint8_t key0[CHAIN_KEY_LEN], uint8_t out[HASH_LEN])
{
    uint8_t bytes[FEED_ID_LEN + HASH_LEN + CHAIN_KEY_LEN];
    struct writer w = writer_over(bytes, sizeof bytes);

    feed_id_write(&w, feed);
    write_bytes(&w, roster_head, HASH_LEN);
    write_bytes(&w, key0, CHAIN_KEY_LEN);
    domain_hash(commitment_domain, bytes, sizeof bytes, out);
    sodium_memzero(bytes, sizeof bytes);
}
