#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

enum { BLOCK_SIZE = 16 * 1024 }; /* holds the to-do list of an ordinary step */

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

static struct arena_block *add_block(struct arena *a, size_t size)
{
    size = size < BLOCK_SIZE ? BLOCK_SIZE : size;
    struct arena_block *block = malloc(sizeof *block + size);
    if (!block)
        return NULL;
    block->next = a->blocks;
    block->used = 0;
    block->size = size;
    a->blocks = block;
    return block;
}

void *arena_take(struct arena *a, size_t size)
{
    size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    struct arena_block *block = a->blocks;
    if (!block || block->size - block->used < size)
        block = add_block(a, size);
    if (!block)
        return NULL;
    void *taken = block->bytes + block->used;
    block->used += size;
    return taken;
}

void arena_reset(struct arena *a)
{
    while (a->blocks && (a->blocks->next || a->blocks->size > BLOCK_SIZE)) {
        struct arena_block *next = a->blocks->next;
        free(a->blocks);
        a->blocks = next;
    }
    if (a->blocks)
        a->blocks->used = 0;
}

void arena_clear(struct arena *a)
{
    for (struct arena_block *next; a->blocks; a->blocks = next) {
        next = a->blocks->next;
        free(a->blocks);
    }
}
