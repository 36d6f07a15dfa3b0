#include "wire/operation.h"

#include <sodium.h>
#include <string.h>

static const char domain[] = "lanthorn/operation/1";

/* ---- what an operation is made of ---- */

static void write_name(struct writer *w, const char *name)
{
    size_t len = strlen(name);
    write_u8(w, (uint8_t)len);
    write_bytes(w, name, len);
}

static void read_name(struct reader *r, char out[HELLO_NAME_MAX + 1])
{
    size_t len = read_u8(r);
    const uint8_t *name = read_view(r, len);
    if (!name || !hello_name_is_good(name, len)) {
        r->spoiled = true;
        return;
    }
    memcpy(out, name, len);
    out[len] = '\0';
}

void person_write(struct writer *w, const struct person *person)
{
    write_bytes(w, person->identity.x25519, IDENTITY_KEY_LEN);
    write_bytes(w, person->identity.ed25519, IDENTITY_KEY_LEN);
    write_name(w, person->name);
}

bool person_read(struct reader *r, struct person *out)
{
    struct person person = {0};
    if (reader_left(r) == 0)
        return false;
    const uint8_t *x25519 = read_view(r, IDENTITY_KEY_LEN);
    const uint8_t *ed25519 = read_view(r, IDENTITY_KEY_LEN);
    read_name(r, person.name);
    if (r->spoiled)
        return false;
    identity_init(&person.identity, x25519, ed25519);
    *out = person;
    return true;
}

void cut_write(struct writer *w, const struct cut_item *item)
{
    write_u64(w, item->incarnation);
    write_u64(w, item->number);
}

static struct cut_item cut_at(const struct operation *op, size_t i)
{
    struct reader r = reader_over(op->cut + i * CUT_ITEM_LEN, CUT_ITEM_LEN);
    uint64_t incarnation = read_u64(&r);
    return (struct cut_item){.incarnation = incarnation, .number = read_u64(&r)};
}

uint64_t operation_cut_of(const struct operation *op, uint64_t incarnation)
{
    size_t low = 0, high = op->cut_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct cut_item item = cut_at(op, middle);
        if (item.incarnation == incarnation)
            return item.number;
        if (item.incarnation < incarnation)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

/* ---- writing ---- */

static void write_cut(struct writer *w, const struct operation *op)
{
    write_u16(w, (uint16_t)op->cut_count);
    write_bytes(w, op->cut, op->cut_count * CUT_ITEM_LEN);
}

static void write_create(struct writer *w, const struct operation *op, const struct identity *me)
{
    struct person creator = op->person;
    creator.identity = *me;
    write_u8(w, op->history);
    write_bytes(w, op->nonce, GROUP_NONCE_LEN);
    write_name(w, op->name);
    person_write(w, &creator);
    write_u8(w, (uint8_t)op->person_count);
    write_bytes(w, op->persons, op->persons_len);
}

static void write_body(struct writer *w, const struct operation *op, const struct identity *me)
{
    switch (op->type) {
    case OPERATION_CREATE: write_create(w, op, me); break;
    case OPERATION_ADD: person_write(w, &op->person); break;
    case OPERATION_REMOVE:
        write_bytes(w, op->subject, ID_LEN);
        write_cut(w, op);
        break;
    case OPERATION_LEAVE: write_cut(w, op); break;
    case OPERATION_PROMOTE:
    case OPERATION_DEMOTE: write_bytes(w, op->subject, ID_LEN); break;
    case OPERATION_RENAME: write_name(w, op->name); break;
    case OPERATION_HISTORY: write_u8(w, op->history); break;
    }
}

static void write_unsigned(struct writer *w, const struct operation *op, const struct identity *me)
{
    static const uint8_t zeros[HASH_LEN];
    bool creates = op->type == OPERATION_CREATE;
    write_bytes(w, creates ? zeros : op->group, HASH_LEN);
    write_bytes(w, creates ? zeros : op->parent, HASH_LEN);
    write_bytes(w, me->id, ID_LEN);
    write_u64(w, op->time_ms);
    write_bytes(w, creates ? zeros : op->again, HASH_LEN);
    write_u8(w, (uint8_t)op->type);
    write_body(w, op, me);
}

enum lth_err operation_sign(const struct identity_secret *me, struct operation *op, uint8_t *out,
                            size_t size, size_t *len)
{
    struct writer w = writer_over(out, size);
    uint8_t signature[SIGNATURE_LEN];

    if (op->person_count >= GROUP_MEMBERS_MAX || op->cut_count > CUT_MAX)
        return LTH_MALFORMED;
    write_unsigned(&w, op, &me->public);
    if (w.spoiled)
        return LTH_TOO_LONG;
    identity_sign(me, domain, out, writer_len(&w), signature);
    write_bytes(&w, signature, sizeof signature);
    if (w.spoiled)
        return LTH_TOO_LONG;
    enum lth_err err = operation_parse(out, writer_len(&w), op);
    if (err == LTH_OK)
        *len = writer_len(&w);
    return err;
}

/* ---- reading ---- */

static bool is_among(uint8_t (*ids)[ID_LEN], size_t count, const uint8_t id[ID_LEN])
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(ids[i], id, ID_LEN) == 0)
            return true;
    return false;
}

/* Nobody is named twice, the creator included. */
static void read_persons(struct reader *r, struct operation *op)
{
    uint8_t ids[GROUP_MEMBERS_MAX][ID_LEN];
    struct person person = op->person;

    op->person_count = read_u8(r);
    op->persons = r->at;
    if (op->person_count >= GROUP_MEMBERS_MAX)
        r->spoiled = true;
    for (size_t i = 0; i < op->person_count && !r->spoiled; i++) {
        memcpy(ids[i], person.identity.id, ID_LEN);
        if (!person_read(r, &person) || is_among(ids, i + 1, person.identity.id))
            r->spoiled = true;
    }
    op->persons_len = (size_t)(r->at - op->persons);
}

static void read_create(struct reader *r, struct operation *op)
{
    op->history = read_u8(r);
    read_bytes(r, op->nonce, GROUP_NONCE_LEN);
    read_name(r, op->name);
    if (!person_read(r, &op->person) || memcmp(op->person.identity.id, op->author, ID_LEN) != 0)
        r->spoiled = true;
    read_persons(r, op);
}

static void read_add(struct reader *r, struct operation *op)
{
    if (!person_read(r, &op->person))
        r->spoiled = true;
    memcpy(op->subject, op->person.identity.id, ID_LEN);
}

static bool cut_ascends(const struct operation *op)
{
    for (size_t i = 1; i < op->cut_count; i++)
        if (cut_at(op, i - 1).incarnation >= cut_at(op, i).incarnation)
            return false;
    return true;
}

static void read_cut(struct reader *r, struct operation *op)
{
    op->cut_count = read_u16(r);
    op->cut = read_view(r, op->cut_count * CUT_ITEM_LEN);
    if (op->cut_count > CUT_MAX || !op->cut || !cut_ascends(op))
        r->spoiled = true;
}

static void read_body(struct reader *r, struct operation *op)
{
    switch (op->type) {
    case OPERATION_CREATE: read_create(r, op); return;
    case OPERATION_ADD: read_add(r, op); return;
    case OPERATION_REMOVE:
        read_bytes(r, op->subject, ID_LEN);
        read_cut(r, op);
        return;
    case OPERATION_LEAVE:
        memcpy(op->subject, op->author, ID_LEN);
        read_cut(r, op);
        return;
    case OPERATION_PROMOTE:
    case OPERATION_DEMOTE: read_bytes(r, op->subject, ID_LEN); return;
    case OPERATION_RENAME: read_name(r, op->name); return;
    case OPERATION_HISTORY: op->history = read_u8(r); return;
    }
    r->spoiled = true; /* a type we do not know */
}

/* A create has nothing before it, everything else has. */
static bool is_well_placed(const struct operation *op)
{
    bool grouped = !sodium_is_zero(op->group, HASH_LEN);
    bool follows = !sodium_is_zero(op->parent, HASH_LEN);
    if (op->type == OPERATION_CREATE)
        return !grouped && !follows && sodium_is_zero(op->again, HASH_LEN);
    return grouped && follows;
}

enum lth_err operation_parse(const uint8_t *bytes, size_t len, struct operation *out)
{
    struct reader r = reader_over(bytes, len);
    struct operation op = {0};

    if (len > OPERATION_MAX)
        return LTH_MALFORMED;
    read_bytes(&r, op.group, HASH_LEN);
    read_bytes(&r, op.parent, HASH_LEN);
    read_bytes(&r, op.author, ID_LEN);
    op.time_ms = read_u64(&r);
    read_bytes(&r, op.again, HASH_LEN);
    op.type = read_u8(&r);
    read_body(&r, &op);
    read_bytes(&r, op.signature, SIGNATURE_LEN);
    if (reader_finish(&r) != LTH_OK || op.history > HISTORY_ALL || !is_well_placed(&op))
        return LTH_MALFORMED;
    domain_hash(domain, bytes, len - SIGNATURE_LEN, op.hash);
    if (op.type == OPERATION_CREATE)
        memcpy(op.group, op.hash, HASH_LEN);
    *out = op;
    return LTH_OK;
}

enum lth_err operation_verify(const uint8_t *bytes, size_t len,
                              const uint8_t ed25519[IDENTITY_KEY_LEN])
{
    size_t signed_len = len - SIGNATURE_LEN;
    return identity_verify(ed25519, domain, bytes, signed_len, bytes + signed_len);
}
