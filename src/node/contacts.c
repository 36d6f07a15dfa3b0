#include "node/contacts.h"

#include <stdlib.h>
#include <string.h>

void contacts_clear(struct contacts *c)
{
    struct contact *contact, *next;
    HASH_ITER(hh, c->table, contact, next)
    {
        HASH_DEL(c->table, contact);
        free(contact);
    }
}

struct contact *contacts_get(const struct contacts *c, const uint8_t id[ID_LEN])
{
    struct contact *found;
    HASH_FIND(hh, c->table, id, ID_LEN, found);
    return found;
}

enum lth_err contacts_add(struct contacts *c, const struct identity *identity, struct contact **out)
{
    if (HASH_COUNT(c->table) >= CONTACTS_MAX)
        return LTH_LIMIT;
    struct contact *contact = calloc(1, sizeof *contact);
    if (!contact)
        return LTH_NO_MEMORY;
    contact->identity = *identity;
    HASH_ADD_KEYPTR(hh, c->table, contact->identity.id, ID_LEN, contact);
    *out = contact;
    return LTH_OK;
}

static bool has_petname(const struct contact *c, const char *who)
{
    return c->petname[0] && strcmp(c->petname, who) == 0;
}

static bool has_name(const struct contact *c, const char *who)
{
    return strcmp(c->name, who) == 0;
}

static bool has_id(const struct contact *c, const char *who)
{
    char text[ID_TEXT_LEN + 1];
    id_write(c->identity.id, text);
    return strlen(who) >= ID_PREFIX_MIN && strncasecmp(text, who, strlen(who)) == 0;
}

/* The one contact for which fits is true. */
static enum lth_err find_one(const struct contacts *c, const char *who,
                             bool (*fits)(const struct contact *, const char *),
                             struct contact **out)
{
    struct contact *found = NULL;
    for (struct contact *at = c->table; at; at = at->hh.next) {
        if (!fits(at, who))
            continue;
        if (found)
            return LTH_AMBIGUOUS;
        found = at;
    }
    if (!found)
        return LTH_NOT_FOUND;
    *out = found;
    return LTH_OK;
}

enum lth_err contacts_find(const struct contacts *c, const char *who, struct contact **out)
{
    if (!who || !who[0])
        return LTH_NOT_FOUND;
    enum lth_err err = find_one(c, who, has_petname, out);
    if (err == LTH_NOT_FOUND)
        err = find_one(c, who, has_name, out);
    if (err == LTH_NOT_FOUND)
        err = find_one(c, who, has_id, out);
    return err;
}

const struct contact *contacts_namesake(const struct contacts *c, const struct contact *of)
{
    for (const struct contact *at = c->table; at; at = at->hh.next)
        if (at != of && strcmp(at->name, of->name) == 0)
            return at;
    return NULL;
}

const char *contact_label(const struct contact *c)
{
    return c->petname[0] ? c->petname : c->name;
}

void contact_view(const struct contact *c, struct peer_view *out)
{
    *out = (struct peer_view){
        .name = c->name,
        .petname = c->petname,
        .online = c->link != NULL,
        .verified = c->verified,
        .blocked = c->blocked,
        .last_seen_ms = c->last_seen_ms,
    };
    memcpy(out->id, c->identity.id, ID_LEN);
    if (c->address.port) {
        out->addresses[0] = c->address;
        out->address_count = 1;
    }
}
