#include "ui/unsettled.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct own_message {
    uint8_t id[MESSAGE_ID_LEN];
    uint64_t accepted_ms;
    bool told;
    UT_hash_handle hh;
};

static void drop(struct unsettled *u, struct own_message *m)
{
    if (!m->told)
        u->untold--;
    HASH_DEL(u->table, m);
    free(m);
}

void unsettled_clear(struct unsettled *u)
{
    struct own_message *m = u->table, *next;
    HASH_CLEAR(hh, u->table);
    for (; m; m = next) {
        next = m->hh.next;
        free(m);
    }
    u->untold = 0;
}

void unsettled_accepted(struct unsettled *u, const uint8_t id[MESSAGE_ID_LEN], uint64_t now_ms)
{
    struct own_message *m;
    if (HASH_COUNT(u->table) >= UNSETTLED_MAX || !(m = calloc(1, sizeof *m)))
        return;
    memcpy(m->id, id, MESSAGE_ID_LEN);
    m->accepted_ms = now_ms;
    u->untold++;
    HASH_ADD(hh, u->table, id, MESSAGE_ID_LEN, m);
}

bool unsettled_delivered(struct unsettled *u, const uint8_t id[MESSAGE_ID_LEN])
{
    struct own_message *m;
    HASH_FIND(hh, u->table, id, MESSAGE_ID_LEN, m);
    if (!m)
        return true;
    bool told = m->told;
    drop(u, m);
    return told;
}

size_t unsettled_take_late(struct unsettled *u, uint64_t now_ms)
{
    size_t late = 0;
    for (struct own_message *m = u->table; m; m = m->hh.next) {
        if (m->told || now_ms - m->accepted_ms < UNSETTLED_PATIENCE_MS)
            continue;
        m->told = true;
        late++;
    }
    u->untold -= late;
    return late;
}
