/* keys_signal.c - sender keys as libsignal-protocol-c has them, a signature a message.
 *
 * The library leaves ciphers and storage to its user: HMAC and SHA-512 are libsodium's, AES-256-CBC
 * is OpenSSL's, and a sender key is kept in memory, in the form the library gives it.
 */
#include "sender_keys.h"

#include <group_cipher.h>
#include <group_session_builder.h>
#include <openssl/evp.h>
#include <protocol.h>
#include <signal_protocol.h>
#include <sodium.h>

enum { CIPHER_MAX = 1024, MESSAGE_MAX = 1024, AES_KEY_LEN = 32, AES_BLOCK_LEN = 16 };

/* ---- the ciphers it asks for ---- */

static int fill_random(uint8_t *out, size_t len, void *user)
{
    (void)user;
    randombytes_buf(out, len);
    return SG_SUCCESS;
}

static int hmac_init(void **state, const uint8_t *key, size_t len, void *user)
{
    (void)user;
    *state = malloc(sizeof(crypto_auth_hmacsha256_state));
    return *state ? crypto_auth_hmacsha256_init(*state, key, len) : SG_ERR_NOMEM;
}

static int hmac_update(void *state, const uint8_t *bytes, size_t len, void *user)
{
    (void)user;
    return crypto_auth_hmacsha256_update(state, bytes, len);
}

static int hmac_final(void *state, signal_buffer **out, void *user)
{
    uint8_t tag[crypto_auth_hmacsha256_BYTES];
    (void)user;
    crypto_auth_hmacsha256_final(state, tag);
    *out = signal_buffer_create(tag, sizeof tag);
    return *out ? SG_SUCCESS : SG_ERR_NOMEM;
}

static int sha512_init(void **state, void *user)
{
    (void)user;
    *state = malloc(sizeof(crypto_hash_sha512_state));
    return *state ? crypto_hash_sha512_init(*state) : SG_ERR_NOMEM;
}

static int sha512_update(void *state, const uint8_t *bytes, size_t len, void *user)
{
    (void)user;
    return crypto_hash_sha512_update(state, bytes, len);
}

static int sha512_final(void *state, signal_buffer **out, void *user)
{
    uint8_t hash[crypto_hash_sha512_BYTES];
    (void)user;
    crypto_hash_sha512_final(state, hash);
    *out = signal_buffer_create(hash, sizeof hash);
    return *out ? SG_SUCCESS : SG_ERR_NOMEM;
}

static void free_state(void *state, void *user)
{
    (void)user;
    free(state);
}

static int aes_cbc(signal_buffer **out, int cipher, const uint8_t *key, size_t key_len,
                   const uint8_t *iv, const uint8_t *bytes, size_t len, int encrypt)
{
    static EVP_CIPHER_CTX *aes;
    uint8_t result[CIPHER_MAX];
    int done = 0, last = 0;
    if (cipher != SG_CIPHER_AES_CBC_PKCS5 || key_len != AES_KEY_LEN ||
        len + AES_BLOCK_LEN > sizeof result || (!aes && !(aes = EVP_CIPHER_CTX_new())))
        return SG_ERR_INVAL;
    if (EVP_CipherInit_ex(aes, EVP_aes_256_cbc(), NULL, key, iv, encrypt) != 1 ||
        EVP_CipherUpdate(aes, result, &done, bytes, (int)len) != 1 ||
        EVP_CipherFinal_ex(aes, result + done, &last) != 1)
        return SG_ERR_UNKNOWN;
    *out = signal_buffer_create(result, (size_t)done + (size_t)last);
    return *out ? SG_SUCCESS : SG_ERR_NOMEM;
}

static int encrypt(signal_buffer **out, int cipher, const uint8_t *key, size_t key_len,
                   const uint8_t *iv, size_t iv_len, const uint8_t *bytes, size_t len, void *user)
{
    (void)iv_len, (void)user;
    return aes_cbc(out, cipher, key, key_len, iv, bytes, len, 1);
}

static int decrypt(signal_buffer **out, int cipher, const uint8_t *key, size_t key_len,
                   const uint8_t *iv, size_t iv_len, const uint8_t *bytes, size_t len, void *user)
{
    (void)iv_len, (void)user;
    return aes_cbc(out, cipher, key, key_len, iv, bytes, len, 0);
}

/* ---- where it keeps a sender key ---- */

struct kept {
    uint8_t *bytes;
    size_t len;
};

static int keep(const signal_protocol_sender_key_name *name, uint8_t *record, size_t len,
                uint8_t *user_record, size_t user_record_len, void *user)
{
    struct kept *kept = user;
    uint8_t *bytes = realloc(kept->bytes, len);
    (void)name, (void)user_record, (void)user_record_len;
    if (!bytes)
        return SG_ERR_NOMEM;
    memcpy(bytes, record, len);
    kept->bytes = bytes;
    kept->len = len;
    return SG_SUCCESS;
}

/* 1 when there is one. */
static int load(signal_buffer **record, signal_buffer **user_record,
                const signal_protocol_sender_key_name *name, void *user)
{
    const struct kept *kept = user;
    (void)user_record, (void)name;
    if (!kept->bytes)
        return 0;
    *record = signal_buffer_create(kept->bytes, kept->len);
    return *record ? 1 : SG_ERR_NOMEM;
}

/* ---- author and reader ---- */

static signal_context *context;
static signal_protocol_sender_key_name group = {"group", 5, {"author", 6, 1}};
static struct side {
    struct kept kept;
    group_session_builder *builder;
    group_cipher *cipher;
} author, reader;
static struct {
    uint8_t bytes[MESSAGE_MAX];
    size_t len;
} messages[BATCH];

static void checked(int result)
{
    if (result < 0)
        die("libsignal");
}

static void begin_library(void)
{
    static const signal_crypto_provider provider = {
        .random_func = fill_random,
        .hmac_sha256_init_func = hmac_init,
        .hmac_sha256_update_func = hmac_update,
        .hmac_sha256_final_func = hmac_final,
        .hmac_sha256_cleanup_func = free_state,
        .sha512_digest_init_func = sha512_init,
        .sha512_digest_update_func = sha512_update,
        .sha512_digest_final_func = sha512_final,
        .sha512_digest_cleanup_func = free_state,
        .encrypt_func = encrypt,
        .decrypt_func = decrypt,
    };
    checked(signal_context_create(&context, NULL));
    checked(signal_context_set_crypto_provider(context, &provider));
}

static void begin_side(struct side *side)
{
    signal_protocol_store_context *stores;
    signal_protocol_sender_key_store store = {
        .store_sender_key = keep, .load_sender_key = load, .user_data = &side->kept};
    checked(signal_protocol_store_context_create(&stores, context));
    checked(signal_protocol_store_context_set_sender_key_store(stores, &store));
    checked(group_session_builder_create(&side->builder, stores, context));
    checked(group_cipher_create(&side->cipher, stores, &group, context));
}

static void begin(void)
{
    sender_key_distribution_message *made, *told;
    begin_library();
    begin_side(&author);
    begin_side(&reader);
    checked(group_session_builder_create_session(author.builder, &made, &group));
    const signal_buffer *bytes =
        ciphertext_message_get_serialized((const ciphertext_message *)made);
    checked(sender_key_distribution_message_deserialize(&told, signal_buffer_const_data(bytes),
                                                        signal_buffer_len(bytes), context));
    checked(group_session_builder_process_session(reader.builder, &group, told));
    SIGNAL_UNREF(made);
    SIGNAL_UNREF(told);
}

static size_t seal(const uint8_t text[TEXT_LEN], size_t burst)
{
    size_t total = 0;
    (void)burst;
    for (size_t i = 0; i < BATCH; i++) {
        ciphertext_message *message;
        checked(group_cipher_encrypt(author.cipher, text, TEXT_LEN, &message));
        const signal_buffer *bytes = ciphertext_message_get_serialized(message);
        messages[i].len = signal_buffer_len(bytes);
        if (messages[i].len > MESSAGE_MAX)
            die("libsignal");
        memcpy(messages[i].bytes, signal_buffer_const_data(bytes), messages[i].len);
        total += messages[i].len;
        SIGNAL_UNREF(message);
    }
    return total;
}

static void open_batch(const uint8_t text[TEXT_LEN], size_t burst)
{
    (void)burst;
    for (size_t i = 0; i < BATCH; i++) {
        sender_key_message *message;
        signal_buffer *plain;
        checked(
            sender_key_message_deserialize(&message, messages[i].bytes, messages[i].len, context));
        checked(group_cipher_decrypt(reader.cipher, message, NULL, &plain));
        if (signal_buffer_len(plain) != TEXT_LEN ||
            memcmp(signal_buffer_const_data(plain), text, TEXT_LEN) != 0)
            die("libsignal: open");
        signal_buffer_free(plain);
        SIGNAL_UNREF(message);
    }
}

const struct sender_keys signal_keys = {"libsignal", begin, seal, open_batch};
