#include "ui/unsettled.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct unsettled_message {
    uint8_t id[MESSAGE_ID_LEN];
    struct unsettled_place place;
    uint64_t since_ms;
    bool has_come;
    UT_hash_handle hh;
};

void unsettled_clear(struct unsettled *u)
{
    struct unsettled_message *m = u->table, *next;
    HASH_CLEAR(hh, u->table);
    for (; m; m = next) {
        next = m->hh.next;
        free(m);
    }
    u->open = 0;
}

static struct unsettled_message *find(const struct unsettled *u, const uint8_t id[MESSAGE_ID_LEN])
{
    struct unsettled_message *m;
    HASH_FIND(hh, u->table, id, MESSAGE_ID_LEN, m);
    return m;
}

void unsettled_add(struct unsettled *u, const uint8_t id[MESSAGE_ID_LEN],
                   const struct unsettled_place *place, uint64_t now_ms)
{
    struct unsettled_message *m;
    if (HASH_COUNT(u->table) >= UNSETTLED_MAX || find(u, id) || !(m = calloc(1, sizeof *m)))
        return;
    memcpy(m->id, id, MESSAGE_ID_LEN);
    m->place = *place;
    m->since_ms = now_ms;
    u->open++;
    HASH_ADD(hh, u->table, id, MESSAGE_ID_LEN, m);
}

bool unsettled_has_come(struct unsettled *u, const uint8_t id[MESSAGE_ID_LEN])
{
    struct unsettled_message *m = find(u, id);
    if (!m)
        return true;
    u->open -= !m->has_come;
    m->has_come = true; /* and stays a while: the other members of a group are as quick */
    return false;
}

bool unsettled_take_late(struct unsettled *u, uint64_t now_ms, struct unsettled_place *place)
{
    bool is_late = false;
    while (!is_late && u->table && now_ms - u->table->since_ms >= UNSETTLED_PATIENCE_MS) {
        struct unsettled_message *m = u->table;
        is_late = !m->has_come;
        *place = m->place;
        u->open -= is_late;
        HASH_DEL(u->table, m);
        free(m);
    }
    return is_late;
}
