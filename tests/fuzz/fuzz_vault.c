/* store/vault.h: any bytes as a vault, as they are and with a checksum that fits, so that what
 * lies under it is reached. Tried with a key file: a cost is judged all the same, and no Argon2
 * takes the fuzzer's time. */
#include "base/cursor.h"
#include "store/crc32c.h"
#include "store/vault.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { CHECKSUM_AT = VAULT_HEADER_LEN - 4 };

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len);

static void fit_checksum(uint8_t *bytes)
{
    struct writer w = writer_over(bytes + CHECKSUM_AT, 4);
    write_u32(&w, crc32c(bytes, CHECKSUM_AT));
}

static void use(struct vault *v)
{
    uint8_t key[SEGMENT_KEY_LEN];
    struct buffer out = {0};
    for (size_t slot = 0; slot < vault_segments(v); slot++)
        if (vault_segment_key(v, slot, key) == LTH_OK)
            abort(); /* nobody but us can wrap a key */
    if (vault_write(v, &out) != LTH_OK)
        abort();
    buffer_clear(&out);
    vault_clear(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    static const uint8_t key_bytes[VAULT_KEY_FILE_LEN] = {1};
    static const struct store_key key = {STORE_KEY_FILE, key_bytes, sizeof key_bytes};
    struct vault v;
    uint8_t *bytes = malloc(len + 1);
    if (!bytes || sodium_init() < 0)
        abort();
    if (len > 0)
        memcpy(bytes, input, len);
    if (vault_parse(&v, bytes, len, &key) == LTH_OK)
        use(&v);
    if (len >= VAULT_HEADER_LEN) {
        fit_checksum(bytes);
        if (vault_parse(&v, bytes, len, &key) == LTH_OK)
            use(&v);
    }
    free(bytes);
    return 0;
}
