#include "node/reads.h"

#include "node/state.h"

#include <stdlib.h>
#include <string.h>

void read_free(struct pending_read *read)
{
    if (!read)
        return;
    free(read->places);
    free(read->as);
    free(read);
}

void reads_clear(struct reads *r)
{
    struct pending_read *read, *next;
    HASH_ITER(hh, r->table, read, next)
    {
        HASH_DEL(r->table, read);
        read_free(read);
    }
}

static struct pending_read *read_new(const struct place *places, size_t count)
{
    struct pending_read *read = calloc(1, sizeof *read);
    struct place *copy = malloc((count ? count : 1) * sizeof *copy);
    if (!read || !copy) {
        free(copy);
        free(read);
        return NULL;
    }
    if (count)
        memcpy(copy, places, count * sizeof *copy);
    read->places = copy;
    read->count = count;
    return read;
}

struct pending_read *reads_ask(struct node *n, enum read_purpose purpose,
                               const struct place *places, size_t count, size_t max_bytes)
{
    uint64_t *numbers = todo_room(n->todo, count * sizeof *numbers);
    struct pending_read *read = numbers ? read_new(places, count) : NULL;
    if (!read) {
        n->todo->out_of_memory = true;
        return NULL;
    }
    read->purpose = purpose;
    read->token = ++n->reads.last_token;
    HASH_ADD(hh, n->reads.table, token, sizeof read->token, read);
    for (size_t i = 0; i < count; i++)
        numbers[i] = feed_entry(places[i].feed, places[i].number)->record;
    struct todo *todo = todo_add(n->todo, TODO_READ);
    todo->read.token = read->token;
    todo->read.numbers = numbers;
    todo->read.count = count;
    todo->read.max_bytes = max_bytes;
    return read;
}

struct pending_read *reads_take(struct reads *r, uint64_t token)
{
    struct pending_read *read;
    HASH_FIND(hh, r->table, &token, sizeof token, read);
    if (read)
        HASH_DEL(r->table, read);
    return read;
}
