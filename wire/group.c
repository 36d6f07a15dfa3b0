#include "wire/group.h"

#include <string.h>

void group_begin(struct writer *w, const uint8_t group[HASH_LEN])
{
    write_bytes(w, group, HASH_LEN);
}

void group_roster_begin(struct writer *w, const uint8_t group[HASH_LEN], uint8_t flags)
{
    group_begin(w, group);
    write_u8(w, flags);
}

void group_add_hash(struct writer *w, const uint8_t hash[HASH_LEN])
{
    write_bytes(w, hash, HASH_LEN);
}

void group_add_want(struct writer *w, const struct group_want *item)
{
    write_bytes(w, item->author, ID_LEN);
    write_u64(w, item->incarnation);
    write_u64(w, item->number);
}

/* r: behind what the message begins with. */
static enum lth_err list_finish(struct group_list *list, const struct reader *r, size_t item_len,
                                size_t min)
{
    list->count = reader_left(r) / item_len;
    list->rest = *r;
    if (r->spoiled || reader_left(r) % item_len != 0 || list->count < min ||
        list->count > GROUP_LIST_MAX)
        return LTH_MALFORMED;
    return LTH_OK;
}

enum lth_err group_roster_parse(const uint8_t *bytes, size_t len, struct group_list *out)
{
    struct reader r = reader_over(bytes, len);
    read_bytes(&r, out->group, HASH_LEN);
    out->is_answer = read_u8(&r) & GROUP_ANSWER;
    return list_finish(out, &r, HASH_LEN, 0);
}

static enum lth_err list_parse(const uint8_t *bytes, size_t len, size_t item_len,
                               struct group_list *out)
{
    struct reader r = reader_over(bytes, len);
    read_bytes(&r, out->group, HASH_LEN);
    out->is_answer = false;
    return list_finish(out, &r, item_len, 1);
}

enum lth_err group_want_parse(const uint8_t *bytes, size_t len, struct group_list *out)
{
    return list_parse(bytes, len, GROUP_WANT_LEN, out);
}

enum lth_err group_key_wanted_parse(const uint8_t *bytes, size_t len, struct group_list *out)
{
    return list_parse(bytes, len, HASH_LEN, out);
}

bool group_next_hash(struct group_list *list, uint8_t out[HASH_LEN])
{
    if (reader_left(&list->rest) == 0)
        return false;
    read_bytes(&list->rest, out, HASH_LEN);
    return true;
}

bool group_next_want(struct group_list *list, struct group_want *out)
{
    if (reader_left(&list->rest) == 0)
        return false;
    read_bytes(&list->rest, out->author, ID_LEN);
    out->incarnation = read_u64(&list->rest);
    out->number = read_u64(&list->rest);
    return true;
}

void group_key_write(const struct group_key *key, uint8_t out[GROUP_KEY_LEN])
{
    memcpy(out, key->group, HASH_LEN);
    memcpy(out + HASH_LEN, key->chain, HASH_LEN);
    memcpy(out + HASH_LEN + HASH_LEN, key->key, CHAIN_KEY_LEN);
}

enum lth_err group_key_parse(const uint8_t *bytes, size_t len, struct group_key *out)
{
    if (len != GROUP_KEY_LEN)
        return LTH_MALFORMED;
    memcpy(out->group, bytes, HASH_LEN);
    memcpy(out->chain, bytes + HASH_LEN, HASH_LEN);
    memcpy(out->key, bytes + HASH_LEN + HASH_LEN, CHAIN_KEY_LEN);
    return LTH_OK;
}
