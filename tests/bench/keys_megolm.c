/* keys_megolm.c - Megolm as libolm has it, a signature a message.
 *
 * Its messages are base64, and opening one destroys it, so a copy is opened: both are part of how
 * it is used.
 */
#include "sender_keys.h"

#include <olm/olm.h>
#include <sodium.h>

enum { MESSAGE_MAX = 1024, KEY_MAX = 1024, RANDOM_MAX = 1024 };

static OlmOutboundGroupSession *author;
static OlmInboundGroupSession *reader;
static struct {
    uint8_t bytes[MESSAGE_MAX];
    size_t len;
} messages[BATCH];

static void *room(size_t size)
{
    void *memory = malloc(size);
    if (!memory)
        die("Megolm");
    return memory;
}

static size_t checked(size_t result)
{
    if (result == olm_error())
        die("Megolm");
    return result;
}

static void begin(void)
{
    uint8_t random[RANDOM_MAX], key[KEY_MAX];
    randombytes_buf(random, sizeof random);
    author = olm_outbound_group_session(room(olm_outbound_group_session_size()));
    checked(olm_init_outbound_group_session(author, random,
                                            olm_init_outbound_group_session_random_length(author)));
    reader = olm_inbound_group_session(room(olm_inbound_group_session_size()));
    size_t len = checked(olm_outbound_group_session_key(author, key, sizeof key));
    checked(olm_init_inbound_group_session(reader, key, len));
}

static size_t seal(const uint8_t text[TEXT_LEN], size_t burst)
{
    size_t bytes = 0;
    (void)burst;
    for (size_t i = 0; i < BATCH; i++) {
        messages[i].len = checked(
            olm_group_encrypt(author, text, TEXT_LEN, messages[i].bytes, sizeof messages[i].bytes));
        bytes += messages[i].len;
    }
    return bytes;
}

static void open_batch(const uint8_t text[TEXT_LEN], size_t burst)
{
    uint8_t message[MESSAGE_MAX], plain[MESSAGE_MAX];
    uint32_t index;
    (void)burst;
    for (size_t i = 0; i < BATCH; i++) {
        memcpy(message, messages[i].bytes, messages[i].len);
        size_t len = checked(
            olm_group_decrypt(reader, message, messages[i].len, plain, sizeof plain, &index));
        if (len != TEXT_LEN || memcmp(plain, text, TEXT_LEN) != 0)
            die("Megolm: open");
    }
}

const struct sender_keys megolm_keys = {"megolm", begin, seal, open_batch};
