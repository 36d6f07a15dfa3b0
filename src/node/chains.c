#include "node/chains.h"

#include "base/grow.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static void chain_free(struct feed_chain *chain)
{
    sodium_memzero(chain, sizeof *chain);
    free(chain);
}

void chains_clear(struct chains *c)
{
    chains_cut(c, 0);
    free(c->items);
    *c = (struct chains){0};
}

enum lth_err chains_open(struct chains *c, uint64_t number, const struct chain_body *body)
{
    if (!grow((void **)&c->items, c->count, &c->capacity, sizeof(struct feed_chain *)))
        return LTH_NO_MEMORY;
    struct feed_chain *chain = calloc(1, sizeof *chain);
    if (!chain)
        return LTH_NO_MEMORY;
    chain->number = number;
    chain->body = *body;
    c->items[c->count++] = chain;
    return LTH_OK;
}

void chains_cut(struct chains *c, uint64_t number)
{
    while (c->count && c->items[c->count - 1]->number > number)
        chain_free(c->items[--c->count]);
}

struct feed_chain *chains_of(const struct chains *c, uint64_t number)
{
    size_t low = 0, high = c->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->items[middle]->number <= number)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? c->items[low - 1] : NULL;
}

enum lth_err chains_take_key(struct feed_chain *chain, const struct feed_id *feed,
                             const uint8_t key[CHAIN_KEY_LEN])
{
    uint8_t commitment[HASH_LEN];
    chain_commitment(feed, chain->body.roster_head, key, commitment);
    if (memcmp(commitment, chain->body.commitment, HASH_LEN) != 0)
        return LTH_FORGED;
    memcpy(chain->key, key, CHAIN_KEY_LEN);
    chain_init(&chain->at, key);
    chain->has_key = true;
    return LTH_OK;
}

void chains_drop_key(struct feed_chain *chain)
{
    sodium_memzero(chain->key, sizeof chain->key);
    chain_clear(&chain->at);
    chain->has_key = false;
}

enum lth_err chains_message_key(struct feed_chain *chain, uint32_t index,
                                uint8_t message_key[CHAIN_KEY_LEN])
{
    if (!chain->has_key)
        return LTH_NOT_FOUND;
    if (index < chain->at.index)
        chain_init(&chain->at, chain->key); /* back, as history is read */
    while (index - chain->at.index > CHAIN_JUMP_MAX) {
        enum lth_err err =
            chain_message_key(&chain->at, chain->at.index + CHAIN_JUMP_MAX, message_key);
        if (err != LTH_OK)
            return err;
    }
    return chain_message_key(&chain->at, index, message_key);
}
