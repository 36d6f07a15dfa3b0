#include "node/contacts.h"

#include "base/marked_name.h"
#include "base/text.h"

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
    struct contact *contact =
        HASH_COUNT(c->table) < CONTACTS_MAX ? calloc(1, sizeof *contact) : NULL;
    if (!contact && HASH_COUNT(c->table) >= CONTACTS_MAX)
        return LTH_LIMIT;
    if (!contact)
        return LTH_NO_MEMORY;
    contact->identity = *identity;
    HASH_ADD_KEYPTR(hh, c->table, contact->identity.id, ID_LEN, contact);
    *out = contact;
    return LTH_OK;
}

/* Never shadowed by what somebody calls themselves: programs and the prompt address by id. */
static bool is_whole_id(const char *who, uint8_t id[ID_LEN])
{
    return id_parse(who, id) == LTH_OK;
}

static bool has_petname(const struct contact *c, const char *who)
{
    return c->petname[0] && strcmp(c->petname, who) == 0;
}

/* Announced name or start of the id: together, so that a name made to look like the start of
 * somebody's id is ambiguous and not theirs. */
static bool has_name_or_id(const struct contact *c, const char *who)
{
    char text[ID_TEXT_LEN + 1];
    id_write(c->identity.id, text);
    return strcmp(c->name, who) == 0 ||
           (strlen(who) >= ID_PREFIX_MIN && strncasecmp(text, who, strlen(who)) == 0);
}

/* A word of this form is never an announced name: they choose it, and could redirect us. */
static bool is_meant(const struct contact *c, const char *who)
{
    char text[ID_TEXT_LEN + 1];
    id_write(c->identity.id, text);
    return marked_name_means(who, c->name, text) || marked_name_means(who, c->petname, text);
}

/* Somebody met in passing: nothing was said, marked or named, and they are not here. */
static bool is_passer_by(const struct contact *c)
{
    return !c->link && !c->marked && !c->verified && !c->blocked && !c->petname[0] &&
           !c->has_feeds && !c->in_group;
}

struct contact *contacts_oldest_passer_by(const struct contacts *c)
{
    struct contact *oldest = NULL;
    for (struct contact *at = c->table; at; at = at->hh.next)
        if (is_passer_by(at) && (!oldest || at->last_seen_ms < oldest->last_seen_ms))
            oldest = at;
    return oldest;
}

void contacts_remove(struct contacts *c, struct contact *contact)
{
    HASH_DEL(c->table, contact);
    free(contact);
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
    uint8_t id[ID_LEN];
    if (!who || !who[0])
        return LTH_NOT_FOUND;
    if (is_whole_id(who, id)) {
        struct contact *contact = contacts_get(c, id);
        *out = contact ? contact : *out;
        return contact ? LTH_OK : LTH_NOT_FOUND;
    }
    enum lth_err err = find_one(c, who, has_petname, out);
    if (err != LTH_NOT_FOUND)
        return err;
    return find_one(c, who, marked_name_is(who) ? is_meant : has_name_or_id, out);
}

const struct contact *contacts_namesake(const struct contacts *c, const struct contact *of)
{
    for (const struct contact *at = c->table; at; at = at->hh.next)
        if (at != of && (text_looks_same(at->name, of->name) ||
                         (at->petname[0] && text_looks_same(at->petname, of->name))))
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
