#include "wire/entry.h"

#include "base/utf8.h"

#include <sodium.h>
#include <string.h>

static bool is_ordered(const struct entry_content *content)
{
    return content->order_ms != content->time_ms;
}

size_t entry_content_len(const struct entry_content *content)
{
    return (size_t)8 + 1 + (is_ordered(content) ? 8 : 0) +
           (size_t)content->parent_count * ENTRY_PARENT_LEN + 1 + content->body_len;
}

void entry_front_write(struct writer *w, const struct entry_content *content, uint8_t kind)
{
    write_u64(w, content->time_ms);
    write_u8(w, (uint8_t)(content->parent_count | (is_ordered(content) ? ENTRY_ORDERED : 0)));
    if (is_ordered(content))
        write_u64(w, content->order_ms);
    for (size_t i = 0; i < content->parent_count; i++) {
        const struct entry_parent *parent = &content->parents[i];
        write_bytes(w, parent->author, ID_LEN);
        write_u64(w, parent->incarnation);
        write_u64(w, parent->number);
        write_bytes(w, parent->hash, HASH_LEN);
    }
    write_u8(w, kind);
}

enum lth_err entry_content_write(const struct entry_content *content, uint8_t *out, size_t size,
                                 size_t *len)
{
    struct writer w = writer_over(out, size);
    entry_front_write(&w, content, content->kind);
    write_bytes(&w, content->body, content->body_len);
    return writer_finish(&w, len);
}

static void read_parent(struct reader *r, struct entry_parent *parent)
{
    read_bytes(r, parent->author, ID_LEN);
    parent->incarnation = read_u64(r);
    parent->number = read_u64(r);
    read_bytes(r, parent->hash, HASH_LEN);
}

bool entry_body_is_good(const struct entry_content *content)
{
    return content->kind != ENTRY_TEXT ||
           (content->body_len >= 1 && content->body_len <= ENTRY_TEXT_MAX &&
            utf8_is_valid(content->body, content->body_len));
}

enum lth_err entry_content_parse(const uint8_t *bytes, size_t len, struct entry_content *out)
{
    struct reader r = reader_over(bytes, len);

    if (len > ENTRY_CONTENT_MAX)
        return LTH_MALFORMED; /* whatever its kind: each must fit a message */
    out->time_ms = read_u64(&r);
    uint8_t count = read_u8(&r);
    out->parent_count = count & (uint8_t)~ENTRY_ORDERED;
    out->order_ms = count & ENTRY_ORDERED ? read_u64(&r) : out->time_ms;
    if (out->parent_count > ENTRY_PARENTS_MAX || out->order_ms < out->time_ms ||
        (count & ENTRY_ORDERED && out->order_ms == out->time_ms))
        return LTH_MALFORMED; /* each content has one form */
    for (size_t i = 0; i < out->parent_count; i++)
        read_parent(&r, &out->parents[i]);
    out->kind = read_u8(&r);
    out->body_len = reader_left(&r);
    out->body = read_view(&r, out->body_len);
    if (reader_finish(&r) != LTH_OK || !entry_body_is_good(out))
        return LTH_MALFORMED;
    return LTH_OK;
}

void entry_hash(const struct feed_id *feed, uint64_t number, const uint8_t prev[HASH_LEN],
                const uint8_t *content, size_t len, uint8_t out[HASH_LEN])
{
    static const char domain[] = "lanthorn/entry/1"; /* its final zero is hashed too */
    uint8_t place[sizeof domain + FEED_ID_LEN + 8 + HASH_LEN];
    struct writer w = writer_over(place, sizeof place);
    crypto_generichash_state state;

    write_bytes(&w, domain, sizeof domain);
    feed_id_write(&w, feed);
    write_u64(&w, number);
    write_bytes(&w, prev, HASH_LEN);
    if (crypto_generichash_init(&state, NULL, 0, HASH_LEN) != 0 ||
        crypto_generichash_update(&state, place, sizeof place) != 0 ||
        crypto_generichash_update(&state, content, len) != 0 ||
        crypto_generichash_final(&state, out, HASH_LEN) != 0)
        sodium_misuse(); /* cannot happen with these lengths */
}
