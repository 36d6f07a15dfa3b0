#include "chance.h"

#include <sodium.h>
#include <string.h>

static struct chance *sodium_source; /* libsodium's interface has no context */

/* Steele, Lea, Flood: "Fast splittable pseudorandom number generators", SplitMix64. */
uint64_t chance_u64(struct chance *c)
{
    uint64_t z = c->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

struct chance chance_of(uint64_t seed, uint64_t stream)
{
    struct chance of_seed = {seed}, mixed = {chance_u64(&of_seed) ^ stream};
    return (struct chance){chance_u64(&mixed)};
}

uint64_t chance_below(struct chance *c, uint64_t end)
{
    return chance_u64(c) % end;
}

uint64_t chance_between(struct chance *c, uint64_t low, uint64_t high)
{
    return low + chance_below(c, high - low + 1);
}

bool chance_per_mille(struct chance *c, unsigned of_1000)
{
    return chance_below(c, 1000) < of_1000;
}

static const char *source_name(void)
{
    return "simulator";
}

static uint32_t source_u32(void)
{
    return (uint32_t)chance_u64(sodium_source);
}

static void source_bytes(void *bytes, size_t len)
{
    uint8_t *at = bytes;
    while (len) {
        uint64_t value = chance_u64(sodium_source);
        size_t part = len < sizeof value ? len : sizeof value;
        memcpy(at, &value, part);
        at += part;
        len -= part;
    }
}

void chance_feeds_sodium(struct chance *c)
{
    static struct randombytes_implementation source = {
        .implementation_name = source_name, .random = source_u32, .buf = source_bytes};
    if (!sodium_source)
        randombytes_set_implementation(&source);
    sodium_source = c;
}
