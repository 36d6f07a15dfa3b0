/* store/vault.h - the keys, wrapped: what a passphrase or a key file opens.
 *
 *   passphrase --Argon2id--> KEK --unwraps--> master --derives--> one key for each purpose
 *                                                       |
 *                                                       `--wrap key unwraps--> segment keys
 *
 * A commitment to the KEK tells a wrong passphrase from damage, and a checksum over the
 * header is asked first, so that a damaged vault costs no Argon2. Changing the passphrase
 * makes a new header; the segment keys stay as they are. Bytes in and out, no I/O
 * (FORMAT.md, "vault"). The caller has called sodium_init.
 */
#ifndef LTH_STORE_VAULT_H
#define LTH_STORE_VAULT_H

#include "base/buffer.h"
#include "store/store.h"

enum {
    VAULT_HEADER_LEN = 224,
    VAULT_ENTRY_LEN = 76,
    VAULT_SEGMENTS_MAX = 65536,
    VAULT_FILE_MAX = VAULT_HEADER_LEN + VAULT_ENTRY_LEN * VAULT_SEGMENTS_MAX,
    VAULT_KEY_FILE_LEN = 32,
    STORE_ID_LEN = 16,
    SEGMENT_KEY_LEN = 32,
};

/* What Argon2id may cost. A header outside these bounds is refused before it is tried: a
 * crafted one must not take the machine's memory, nor give the passphrase away cheaply. */
struct vault_cost {
    uint32_t memory_kib, passes;
};
enum {
    VAULT_MEMORY_KIB = 256 * 1024, /* new vaults: 0.6 s on the reference machine */
    VAULT_PASSES = 3,
    VAULT_MEMORY_KIB_MIN = 8 * 1024,
    VAULT_MEMORY_KIB_MAX = 1024 * 1024,
    VAULT_PASSES_MAX = 10,
};

/* Secret: the opened vault. Allocated by sodium_malloc, read-only. */
struct vault_secrets {
    uint8_t store_id[STORE_ID_LEN]; /* not secret, but proved by the unwrapping */
    uint8_t master[32];
    uint8_t node[STORE_SECRET_LEN]; /* store_secret() */
    uint8_t wrap[32];               /* for segment keys */
    uint8_t head_mac[32];           /* for `head` */
    uint8_t shown_mac[32];          /* for `shown` */
    uint8_t segment_mac[32];        /* for segment headers */
};

struct vault {
    uint8_t header[VAULT_HEADER_LEN];
    struct buffer entries; /* wrapped segment keys, VAULT_ENTRY_LEN each */
    struct vault_secrets *secrets;
};

/* A new vault with no segments. LTH_MALFORMED for an empty passphrase or a key file that is
 * not 32 bytes; LTH_LIMIT for a cost out of bounds; LTH_NO_MEMORY. */
LTH_MUST_USE enum lth_err vault_make(struct vault *v, const struct store_key *key,
                                     const struct vault_cost *cost);

/* LTH_WRONG_KEY, LTH_DAMAGED (an unacceptable cost included), LTH_TOO_NEW, LTH_NO_MEMORY. */
LTH_MUST_USE enum lth_err vault_parse(struct vault *v, const uint8_t *bytes, size_t len,
                                      const struct store_key *key);

/* Appends the whole file to out. */
LTH_MUST_USE enum lth_err vault_write(const struct vault *v, struct buffer *out);

/* A new header under another passphrase or key file, with the same secrets. On failure the
 * vault is as it was. Errors as vault_make. */
LTH_MUST_USE enum lth_err vault_change_key(struct vault *v, const struct store_key *key,
                                           const struct vault_cost *cost);

/* Segments by slot: 0, 1, 2 … in the order they were made; their numbers ascend. */
size_t vault_segments(const struct vault *v);
uint32_t vault_segment_number(const struct vault *v, size_t slot);

/* LTH_DAMAGED when the entry does not unwrap. key is secret: wipe it. */
LTH_MUST_USE enum lth_err vault_segment_key(const struct vault *v, size_t slot,
                                            uint8_t key[SEGMENT_KEY_LEN]);

/* Adds a segment, number above all others, under a new random key. LTH_LIMIT, LTH_NO_MEMORY. */
LTH_MUST_USE enum lth_err vault_add_segment(struct vault *v, uint32_t number);
void vault_drop_last(struct vault *v);

void vault_clear(struct vault *v); /* wipes */

#endif
