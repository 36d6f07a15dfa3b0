#include "node/roster_state.h"

#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

struct roster *roster_new(void)
{
    return calloc(1, sizeof(struct roster));
}

void roster_free(struct roster *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->count; i++)
        free(r->held[i].record);
    free(r->held);
    free(r->people);
    free(r->path);
    places_clear(&r->by_hash);
    places_clear(&r->by_id);
    free(r);
}

/* ---- which path counts ---- */

static const uint8_t *hash_of(const struct held *h)
{
    return h->record->op.hash;
}

/* Of two operations on one parent: would the path go on with a? Of equal rank, both are one
 * admin's, and built, or both are leaves of somebody who is none: then what admins built on one of
 * them must not fall because somebody, perhaps removed by now, signs another. */
static bool goes_first(const struct held *a, const struct held *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank;
    if (a->built != b->built)
        return a->built;
    return memcmp(hash_of(a), hash_of(b), HASH_LEN) < 0;
}

/* The operation at that place is new, or built now: is it what its parent would go on with? */
static void contend(struct roster *r, uint32_t at)
{
    if (r->held[at].parent == NOWHERE)
        return;
    struct held *parent = &r->held[r->held[at].parent];
    if (parent->best == NOWHERE || goes_first(&r->held[at], &r->held[parent->best]))
        parent->best = at;
}

/* An admin's operation is at that place. Above one that is built all are. */
static void mark_built(struct roster *r, uint32_t at)
{
    for (; at != NOWHERE && !r->held[at].built; at = r->held[at].parent) {
        r->held[at].built = true;
        contend(r, at);
    }
}

/* Where the operations from that place on stand, by the path; parents come first. */
static void set_anchors(struct roster *r, size_t from)
{
    for (size_t i = from; i < r->count; i++) {
        struct held *h = &r->held[i];
        bool counts = h->height <= r->epoch && r->path[h->height - 1] == i;
        h->anchor = counts ? h->height : r->held[h->parent].anchor;
    }
}

/* Behind that height the path goes on with the operation at that place, and what is best there. */
static void bend_path(struct roster *r, uint32_t fork, uint32_t at)
{
    bool overturned = r->epoch > fork;
    r->change.moved = true;
    r->change.overturned = overturned;
    r->change.lost = r->epoch - fork;
    memcpy(r->change.by, r->held[at].record->op.author, ID_LEN);
    if (overturned)
        memcpy(r->change.of, roster_on_path(r, fork + 1)->record->op.author, ID_LEN);
    for (r->epoch = fork; at != NOWHERE; at = r->held[at].best)
        r->path[r->epoch++] = at;
    set_anchors(r, overturned ? 0 : r->count - 1);
    roster_fold(r, overturned ? 1 : r->epoch);
}

/* With the new operation at that place. What it changes is between it and its anchor: above, the
 * path goes on as it did. */
static void choose_path(struct roster *r, uint32_t at)
{
    uint32_t fork = r->held[at].anchor;
    if (r->held[at].rank == NO_ADMIN)
        contend(r, at);
    else
        mark_built(r, at);
    uint32_t next = fork == 0 ? at : roster_on_path(r, fork)->best;
    r->change = (struct roster_change){0};
    if (fork == r->epoch || r->path[fork] != next)
        bend_path(r, fork, next);
}

/* ---- taking ---- */

static struct operation_record *record_new(const uint8_t *bytes, size_t len)
{
    struct operation_record *record = malloc(sizeof *record + len);
    if (!record)
        return NULL;
    *record = (struct operation_record){.len = len};
    memcpy(record->bytes, bytes, len);
    return record;
}

/* Is there a place for it, before anybody looks at who signed? */
static enum lth_err find_place(const struct roster *r, const struct operation_record *record,
                               uint32_t *parent)
{
    const struct operation *op = &record->op;
    *parent = places_find(&r->by_hash, op->parent);
    if (r->count == 0)
        return op->type == OPERATION_CREATE ? LTH_OK : LTH_NOT_FOUND;
    if (memcmp(op->group, roster_id(r), HASH_LEN) != 0)
        return LTH_UNAVAILABLE;
    if (roster_knows(r, op->hash))
        return LTH_BAD_STATE;
    if (*parent == NOWHERE)
        return LTH_NOT_FOUND;
    bool fits = r->count < ROSTER_MAX && r->bytes + record->len <= ROSTER_BYTES_MAX;
    return fits ? LTH_OK : LTH_LIMIT;
}

/* On that parent, a leave of somebody who is no admin would be the head. */
static bool would_count(const struct roster *r, const struct operation *op, uint32_t parent)
{
    const struct held *on = &r->held[parent];
    const struct held *best = on->best == NOWHERE ? NULL : &r->held[on->best];
    if (on->anchor != on->height)
        return false;
    return !best || (!best->built && memcmp(op->hash, hash_of(best), HASH_LEN) < 0);
}

bool roster_await(struct roster *r, const uint8_t hash[HASH_LEN], const uint8_t by[ID_LEN])
{
    for (size_t i = 0; i < LENGTH(r->awaited); i++)
        if (memcmp(r->awaited[i].hash, hash, HASH_LEN) == 0)
            return false;
    if (roster_knows(r, hash))
        return false;
    memcpy(r->awaited[r->awaited_at].hash, hash, HASH_LEN);
    memcpy(r->awaited[r->awaited_at].by, by, ID_LEN);
    r->awaited_at = (r->awaited_at + 1) % LENGTH(r->awaited);
    return true;
}

static bool is_awaited(const struct roster *r, const struct operation *op)
{
    for (size_t i = 0; i < LENGTH(r->awaited); i++)
        if (memcmp(op->hash, r->awaited[i].hash, HASH_LEN) == 0)
            return memcmp(op->author, r->awaited[i].by, ID_LEN) != 0;
    return false;
}

/* What is held of those who decide nothing. */
struct crowd {
    size_t of_one, of_all, bytes;
};

static struct crowd crowd_with(const struct roster *r, const struct operation_record *record)
{
    uint32_t who = places_find(&r->by_id, record->op.author);
    struct crowd crowd = {.bytes = record->len};
    for (size_t i = 0; i < r->count; i++) {
        const struct held *h = &r->held[i];
        if (h->rank != NO_ADMIN)
            continue;
        crowd.of_one += h->author == who;
        crowd.of_all++;
        crowd.bytes += h->record->len;
    }
    return crowd;
}

/* Whoever decides nothing must not be able to use up what all can decide. What counts is held, but
 * for somebody who overturns their own word again and again. */
static bool is_one_too_many(const struct roster *r, const struct operation_record *record,
                            uint32_t parent)
{
    const struct operation *op = &record->op;
    if (op->type != OPERATION_LEAVE || is_awaited(r, op) ||
        roster_standing(r, parent, places_find(&r->by_id, op->author)).appointed != NO_ADMIN)
        return false;
    struct crowd crowd = crowd_with(r, record);
    bool is_full = crowd.of_one >= PLAIN_LEAVES_OF_ONE_MAX || crowd.of_all >= PLAIN_LEAVES_MAX ||
                   crowd.bytes > PLAIN_LEAVES_BYTES_MAX;
    return crowd.of_one >= PLAIN_LEAVES_EVER || (is_full && !would_count(r, op, parent));
}

/* The signature first: a valid one on something invalid is passed over, a false one is not. */
static enum lth_err check(const struct roster *r, const struct operation_record *record,
                          uint32_t parent)
{
    const struct operation *op = &record->op;
    bool creates = op->type == OPERATION_CREATE;
    const struct identity *author = creates ? &op->person.identity : roster_identity(r, op->author);
    if (!author)
        return LTH_UNAVAILABLE;
    enum lth_err err = operation_verify(record->bytes, record->len, author->ed25519);
    if (err != LTH_OK)
        return err;
    if (roster_judge(r, parent, op->author, op) != ROSTER_VALID)
        return LTH_UNAVAILABLE;
    return is_one_too_many(r, record, parent) ? LTH_LIMIT : LTH_OK;
}

/* All the room that keeping op may need. */
static bool reserve(struct roster *r, const struct operation *op)
{
    size_t persons = 1 + op->person_count;
    return grow_to((void **)&r->held, r->count + 1, &r->capacity, sizeof *r->held) &&
           grow_to((void **)&r->path, r->count + 1, &r->path_capacity, sizeof *r->path) &&
           grow_to((void **)&r->people, r->people_count + persons, &r->people_capacity,
                   sizeof *r->people) &&
           places_reserve(&r->by_id, persons) && places_reserve(&r->by_hash, 1);
}

static void meet(struct roster *r, const struct person *person)
{
    if (places_find(&r->by_id, person->identity.id) != NOWHERE)
        return;
    places_put(&r->by_id, person->identity.id, (uint32_t)r->people_count);
    r->people[r->people_count++] = (struct somebody){.person = *person};
}

static void meet_all(struct roster *r, const struct operation *op)
{
    struct person person;
    meet(r, &op->person);
    if (op->person_count == 0)
        return;
    struct reader rest = reader_over(op->persons, op->persons_len);
    while (person_read(&rest, &person))
        meet(r, &person);
}

/* How many are in after h, which stands on that parent. */
static void count_members(const struct roster *r, struct held *h)
{
    const struct held *parent = h->parent == NOWHERE ? h : &r->held[h->parent];
    h->members = parent->members;
    h->admins = parent->admins;
    switch (h->record->op.type) {
    case OPERATION_CREATE:
        h->members = (uint16_t)(1 + h->record->op.person_count);
        h->admins = 1;
        break;
    case OPERATION_ADD: h->members++; break;
    case OPERATION_REMOVE:
    case OPERATION_LEAVE:
        h->members--;
        if (roster_standing(r, h->parent, h->about).appointed != NO_ADMIN)
            h->admins--;
        break;
    case OPERATION_PROMOTE: h->admins++; break;
    case OPERATION_DEMOTE: h->admins--; break;
    case OPERATION_RENAME:
    case OPERATION_HISTORY: break;
    }
}

/* What h and the others of its author have to do with each other. */
static void compare_own(struct roster *r, struct held *h)
{
    const struct operation *op = &h->record->op;
    uint32_t named = h->again ? places_find(&r->by_hash, op->again) : NOWHERE;
    size_t siblings = 0;
    if (named != NOWHERE && r->held[named].author == h->author)
        r->held[named].repeated = true;
    for (size_t i = 0; i < r->count; i++) {
        const struct held *other = &r->held[i];
        if (other->author != h->author)
            continue;
        siblings += other->parent == h->parent;
        if (other->again && memcmp(other->record->op.again, op->hash, HASH_LEN) == 0)
            h->repeated = true;
    }
    h->doubled = siblings == 1; /* of three and more, too, it is told once */
}

static void keep(struct roster *r, struct operation_record *record, uint32_t parent)
{
    static const uint8_t zeros[HASH_LEN];
    const struct operation *op = &record->op;
    if (op->type == OPERATION_CREATE || op->type == OPERATION_ADD)
        meet_all(r, op);
    struct held h = {.record = record, .parent = parent, .best = NOWHERE};
    h.type = (uint8_t)op->type;
    h.author = places_find(&r->by_id, op->author);
    h.about = places_find(&r->by_id, op->subject); /* zeros, where it is about nobody */
    h.height = parent == NOWHERE ? 1 : r->held[parent].height + 1;
    h.anchor = parent == NOWHERE ? 0 : r->held[parent].anchor; /* not on the path yet */
    h.rank = parent == NOWHERE ? 1 : roster_standing(r, parent, h.author).appointed;
    h.again = memcmp(op->again, zeros, HASH_LEN) != 0;
    count_members(r, &h);
    compare_own(r, &h);
    record->height = h.height;
    r->bytes += record->len;
    places_put(&r->by_hash, op->hash, (uint32_t)r->count);
    r->held[r->count++] = h;
    choose_path(r, (uint32_t)r->count - 1);
}

static enum lth_err admit(struct roster *r, struct operation_record *record)
{
    uint32_t parent = NOWHERE;
    enum lth_err err = operation_parse(record->bytes, record->len, &record->op);
    if (err == LTH_OK)
        err = find_place(r, record, &parent);
    if (err == LTH_OK)
        err = check(r, record, parent);
    if (err == LTH_OK && !reserve(r, &record->op))
        err = LTH_NO_MEMORY;
    if (err == LTH_OK)
        keep(r, record, parent);
    return err;
}

enum lth_err roster_take(struct roster *r, const uint8_t *bytes, size_t len)
{
    struct operation_record *record = record_new(bytes, len);
    enum lth_err err = record ? admit(r, record) : LTH_NO_MEMORY;
    if (err != LTH_OK)
        free(record);
    return err;
}

const struct roster_change *roster_change(const struct roster *r)
{
    return &r->change;
}

bool roster_equivocation(struct roster *r, uint8_t author[ID_LEN], uint32_t *height)
{
    while (r->equivocations_told < r->count) {
        const struct held *h = &r->held[r->equivocations_told++];
        if (!h->doubled)
            continue;
        memcpy(author, h->record->op.author, ID_LEN);
        *height = h->height;
        return true;
    }
    return false;
}
