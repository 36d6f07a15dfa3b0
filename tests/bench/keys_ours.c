/* keys_ours.c - sender keys as a node uses them: an entry a message, a head a burst.
 *
 * The author seals an entry, hashes it - the hash is its id and the next entry's link - and signs
 * the last hash of a burst. The reader parses and hashes the burst, verifies the signature for the
 * last hash, and only then opens. Each batch (a node: every 100 messages) has a new chain, which
 * begins with an entry; its key has come before. There is no other feed to name as a parent.
 */
#include "sender_keys.h"
#include "wire/sealed.h"
#include "wire/statement.h"

#include <sodium.h>

enum { CONTENT_MAX = 256 };

/* Author or reader: where it stands in feed and chain. */
struct side {
    struct feed_point point; /* of the last entry */
    struct chain chain;
};

struct sent {
    uint8_t content[CONTENT_MAX];
    size_t len;
};

static struct identity_secret me;
static struct side author, reader;
static struct sent chain_entry, entries[BATCH];
static uint8_t chain_key[CHAIN_KEY_LEN]; /* of index 0 */
static struct head heads[BATCH];

static void begin(void)
{
    uint8_t x25519[32], ed25519[32];
    randombytes_buf(x25519, sizeof x25519);
    randombytes_buf(ed25519, sizeof ed25519);
    identity_secret_init(&me, x25519, ed25519);
    randombytes_buf(author.point.feed.conversation, HASH_LEN);
    memcpy(author.point.feed.author, me.public.id, ID_LEN);
    reader = author;
}

static void checked(enum lth_err err, const char *what)
{
    if (err == LTH_OK)
        return;
    fprintf(stderr, "%s: %s\n", what, lth_strerror(err));
    exit(1);
}

/* Goes on to the next entry. */
static void advance(struct feed_point *point, const struct sent *entry)
{
    point->number++;
    entry_hash(&point->feed, point->number, point->hash, entry->content, entry->len, point->hash);
}

static struct sealed_place place_behind(const struct feed_point *point)
{
    return (struct sealed_place){
        .feed = &point->feed, .number = point->number + 1, .prev = point->hash};
}

/* ---- the author ---- */

static void begin_chain(void)
{
    struct chain_body body = {{0}, {0}};
    uint8_t bytes[CHAIN_BODY_LEN];
    const struct entry_content entry = {
        .kind = ENTRY_CHAIN, .body = bytes, .body_len = sizeof bytes};
    randombytes_buf(chain_key, sizeof chain_key);
    chain_commitment(&author.point.feed, body.roster_head, chain_key, body.commitment);
    chain_body_write(&body, bytes);
    checked(entry_content_write(&entry, chain_entry.content, CONTENT_MAX, &chain_entry.len),
            "chain");
    advance(&author.point, &chain_entry);
    chain_init(&author.chain, chain_key);
}

static void seal_one(const uint8_t text[TEXT_LEN], struct sent *out)
{
    const struct sealed_place place = place_behind(&author.point);
    const struct entry_content outer = {.time_ms = place.number, .order_ms = place.number};
    const uint32_t index = author.chain.index;
    uint8_t key[CHAIN_KEY_LEN];
    checked(chain_message_key(&author.chain, index, key), "message key");
    checked(sealed_write(&outer, &place, index, key, ENTRY_TEXT, text, TEXT_LEN, out->content,
                         CONTENT_MAX, &out->len),
            "seal");
    advance(&author.point, out);
}

static size_t seal(const uint8_t text[TEXT_LEN], size_t burst)
{
    begin_chain();
    size_t bytes = chain_entry.len;
    for (size_t first = 0; first < BATCH; first += burst) {
        for (size_t i = first; i < first + burst; i++) {
            seal_one(text, &entries[i]);
            bytes += entries[i].len;
        }
        head_sign(&me, &author.point, &heads[first]);
        bytes += SIGNATURE_LEN;
    }
    return bytes;
}

/* ---- the reader ---- */

static void take_chain(void)
{
    struct entry_content parsed;
    struct chain_body body;
    uint8_t commitment[HASH_LEN];
    checked(entry_content_parse(chain_entry.content, chain_entry.len, &parsed), "parse");
    checked(chain_body_parse(&parsed, &body), "chain");
    chain_commitment(&reader.point.feed, body.roster_head, chain_key, commitment);
    if (memcmp(commitment, body.commitment, HASH_LEN) != 0)
        die("another chain key");
    advance(&reader.point, &chain_entry);
    chain_init(&reader.chain, chain_key);
}

/* What vouches for the entries up to the last of a burst. */
static void verify(const struct head *head)
{
    checked(head_verify(head, &me.public), "verify");
    if (head->point.number != reader.point.number ||
        memcmp(head->point.hash, reader.point.hash, HASH_LEN) != 0)
        die("another head");
}

static void open_one(const uint8_t text[TEXT_LEN], const struct sent *entry,
                     const struct entry_content *parsed, const struct feed_point *before)
{
    const struct sealed_place place = place_behind(before);
    struct entry_content opened;
    uint8_t key[CHAIN_KEY_LEN], plain[CONTENT_MAX];
    uint32_t index;
    checked(sealed_index(parsed, &index), "index");
    checked(chain_message_key(&reader.chain, index, key), "message key");
    checked(sealed_open(entry->content, entry->len, &place, key, plain, &opened), "open");
    if (opened.kind != ENTRY_TEXT || opened.body_len != TEXT_LEN ||
        memcmp(opened.body, text, TEXT_LEN) != 0)
        die("another text");
}

static void open_burst(const uint8_t text[TEXT_LEN], size_t first, size_t burst)
{
    static struct entry_content parsed[BATCH];
    static struct feed_point before[BATCH]; /* each entry */
    for (size_t i = 0; i < burst; i++) {
        const struct sent *entry = &entries[first + i];
        before[i] = reader.point;
        checked(entry_content_parse(entry->content, entry->len, &parsed[i]), "parse");
        advance(&reader.point, entry);
    }
    verify(&heads[first]);
    for (size_t i = 0; i < burst; i++)
        open_one(text, &entries[first + i], &parsed[i], &before[i]);
}

static void open_batch(const uint8_t text[TEXT_LEN], size_t burst)
{
    take_chain();
    for (size_t first = 0; first < BATCH; first += burst)
        open_burst(text, first, burst);
}

const struct sender_keys our_keys = {"ours", begin, seal, open_batch};
