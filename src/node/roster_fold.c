#include "node/roster_state.h"

#include "base/text.h"

#include <string.h>

/* ---- from the operations of the path to the people ---- */

static void forget(struct roster *r)
{
    for (size_t i = 0; i < r->people_count; i++)
        r->people[i] = (struct somebody){.person = r->people[i].person};
}

static void join(const struct roster *r, struct somebody *p, uint32_t height)
{
    p->joined = height;
    p->all_history = r->history == HISTORY_ALL;
}

static void create(struct roster *r, const struct held *h)
{
    r->name_at = r->history_at = h->height;
    r->name = h->record->op.name;
    r->history = h->record->op.history;
    for (size_t i = 0; i < h->members; i++) /* they were the first to be met */
        join(r, &r->people[i], h->height);
    r->people[0].appointed = h->height;
}

static void change_group(struct roster *r, const struct held *h)
{
    const struct operation *op = &h->record->op;
    if (op->type == OPERATION_RENAME) {
        r->name = op->name;
        r->name_at = h->height;
    } else {
        r->history = op->history;
        r->history_at = h->height;
    }
}

static void change_person(const struct roster *r, const struct held *h)
{
    struct somebody *p = &r->people[h->about];
    p->about = h->height;
    switch (h->record->op.type) {
    case OPERATION_ADD: join(r, p, h->height); break;
    case OPERATION_PROMOTE: p->appointed = h->height; break;
    case OPERATION_DEMOTE: p->appointed = 0; break;
    case OPERATION_REMOVE:
    case OPERATION_LEAVE:
        p->joined = p->appointed = 0;
        p->gone = h->height;
        break;
    case OPERATION_CREATE:
    case OPERATION_RENAME:
    case OPERATION_HISTORY: break;
    }
}

static void apply(struct roster *r, const struct held *h)
{
    enum operation_type type = h->record->op.type;
    if (type == OPERATION_CREATE)
        create(r, h);
    else if (h->about == NOWHERE)
        change_group(r, h);
    else
        change_person(r, h);
    if (type != OPERATION_PROMOTE && type != OPERATION_DEMOTE && type != OPERATION_RENAME &&
        type != OPERATION_HISTORY)
        r->membership_at = h->height;
}

/* ---- from the people to the members ---- */

/* Appends p if h is what brought p in. */
static void list_if_joined(struct roster *r, const struct held *h, struct somebody *p,
                           const char *name)
{
    if (p->joined != h->height)
        return;
    p->seat = r->member_count;
    struct member *m = &r->members[r->member_count++];
    *m = (struct member){.identity = p->person.identity,
                         .admin = p->appointed != 0,
                         .all_history = p->all_history,
                         .joined = p->joined,
                         .appointed = p->appointed};
    text_copy(m->name, sizeof m->name, name);
    memcpy(m->added_by, h->record->op.author, ID_LEN);
}

static void list_members(struct roster *r)
{
    const struct held *first = roster_on_path(r, 1);
    r->member_count = 0;
    for (size_t i = 0; i < first->members; i++)
        list_if_joined(r, first, &r->people[i], r->people[i].person.name);
    for (uint32_t height = 2; height <= r->epoch; height++) {
        const struct held *h = roster_on_path(r, height);
        if (h->type == OPERATION_ADD)
            list_if_joined(r, h, &r->people[h->about], h->record->op.person.name);
    }
    r->admin_count = roster_on_path(r, r->epoch)->admins;
}

void roster_fold(struct roster *r, uint32_t from)
{
    if (from == 1)
        forget(r);
    for (uint32_t height = from; height <= r->epoch; height++)
        apply(r, roster_on_path(r, height));
    list_members(r);
}

/* ---- what it came to ---- */

static const uint8_t *hash_at(const struct roster *r, uint32_t height)
{
    return r->count ? roster_on_path(r, height)->record->op.hash : NULL;
}

const uint8_t *roster_id(const struct roster *r)
{
    return hash_at(r, 1);
}

const uint8_t *roster_head(const struct roster *r)
{
    return hash_at(r, r->epoch);
}

const uint8_t *roster_membership_head(const struct roster *r)
{
    return hash_at(r, r->membership_at);
}

uint32_t roster_epoch(const struct roster *r)
{
    return r->epoch;
}

const char *roster_name(const struct roster *r)
{
    return r->name;
}

uint8_t roster_history(const struct roster *r)
{
    return r->history;
}

const struct member *roster_members(const struct roster *r)
{
    return r->count ? r->members : NULL;
}

size_t roster_member_count(const struct roster *r)
{
    return r->member_count;
}

size_t roster_admin_count(const struct roster *r)
{
    return r->admin_count;
}

static const struct somebody *find_person(const struct roster *r, const uint8_t id[ID_LEN])
{
    uint32_t at = places_find(&r->by_id, id);
    return at == NOWHERE ? NULL : &r->people[at];
}

const struct member *roster_member(const struct roster *r, const uint8_t id[ID_LEN])
{
    const struct somebody *p = find_person(r, id);
    return p && p->joined ? &r->members[p->seat] : NULL;
}

const struct identity *roster_identity(const struct roster *r, const uint8_t id[ID_LEN])
{
    const struct somebody *p = find_person(r, id);
    return p ? &p->person.identity : NULL;
}

const struct operation_record *roster_departure(const struct roster *r, const uint8_t id[ID_LEN])
{
    const struct somebody *p = find_person(r, id);
    bool went = p && p->gone && !p->joined;
    return went ? roster_on_path(r, p->gone)->record : NULL;
}

/* ---- what counted at an operation ---- */

const struct operation_record *roster_instead(const struct roster *r, const uint8_t id[ID_LEN])
{
    uint32_t who = places_find(&r->by_id, id), instead = 0;
    if (who == NOWHERE || r->people[who].joined)
        return NULL;
    for (size_t i = 0; i < r->count; i++) {
        const struct held *h = &r->held[i];
        bool is_later = h->anchor >= instead && h->anchor >= r->people[who].gone;
        if (h->about == who && h->type == OPERATION_ADD && h->anchor < r->epoch && is_later)
            instead = h->anchor + 1;
    }
    return instead ? roster_on_path(r, instead)->record : NULL;
}

bool roster_was_member(const struct roster *r, const uint8_t hash[HASH_LEN],
                       const uint8_t id[ID_LEN])
{
    uint32_t at = places_find(&r->by_hash, hash);
    return roster_standing(r, at, places_find(&r->by_id, id)).is_in;
}

static bool departs(const struct held *h, uint32_t who)
{
    return h->about == who && (h->type == OPERATION_REMOVE || h->type == OPERATION_LEAVE);
}

bool roster_ever_left(const struct roster *r, const uint8_t author[ID_LEN])
{
    const struct somebody *p = find_person(r, author);
    return p && p->gone;
}

uint64_t roster_end(const struct roster *r, const uint8_t hash[HASH_LEN],
                    const uint8_t author[ID_LEN], uint64_t incarnation)
{
    uint32_t at = places_find(&r->by_hash, hash), who = places_find(&r->by_id, author);
    if (!roster_standing(r, at, who).is_in)
        return 0;
    for (uint32_t height = r->held[at].anchor; height < r->people[who].gone; height++) {
        const struct held *next = roster_on_path(r, height + 1);
        if (departs(next, who))
            return operation_cut_of(&next->record->op, incarnation);
    }
    return UINT64_MAX;
}

bool roster_counts(const struct roster *r, const uint8_t hash[HASH_LEN],
                   const uint8_t author[ID_LEN], uint64_t incarnation, uint64_t number)
{
    uint64_t end = roster_end(r, hash, author, incarnation);
    return end && number <= end;
}
