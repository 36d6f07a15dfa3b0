#include "node/people.h"

#include "base/text.h"
#include "node/state.h"

#include <string.h>

/* Forgets somebody met in passing: what pointed there points nowhere. */
static void forget_contact(struct node *n, struct contact *c)
{
    journal_forget(&n->journal, c);
    dialer_forget(n, c);
    if (c->direct)
        feeds_remove_conversation(&n->feeds, c->direct);
    contacts_remove(&n->contacts, c);
}

enum lth_err people_add(struct node *n, const struct identity *identity, struct contact **out)
{
    enum lth_err err = contacts_add(&n->contacts, identity, out);
    struct contact *passer_by = err == LTH_LIMIT ? contacts_oldest_passer_by(&n->contacts) : NULL;
    if (!passer_by)
        return err;
    forget_contact(n, passer_by);
    return contacts_add(&n->contacts, identity, out);
}

static void warn_of_namesake(struct node *n, const struct contact *c)
{
    const struct contact *other = contacts_namesake(&n->contacts, c);
    if (!other)
        return;
    struct event *event = say(n, EVENT_KEY_CHANGE);
    event->key_change.name = keep_string(n, c->name);
    memcpy(event->key_change.old_id, other->identity.id, ID_LEN);
    memcpy(event->key_change.new_id, c->identity.id, ID_LEN);
}

void people_rename(struct node *n, struct contact *c, const char *name)
{
    if (strcmp(c->name, name) == 0)
        return;
    text_copy(c->name, sizeof c->name, name);
    store_contact(n, c);
    warn_of_namesake(n, c);
    if (c->link)
        say_contact(n, EVENT_PEER, c);
}

struct contact *people_meet(struct node *n, const struct hello *hello)
{
    struct contact *c = contacts_get(&n->contacts, hello->identity.id);
    bool is_new = !c;
    if (is_new && people_add(n, &hello->identity, &c) != LTH_OK)
        return NULL;
    if (is_new)
        c->first_seen_ms = n->now.wall_ms;
    people_rename(n, c, hello->name);
    return c;
}

enum lth_err people_introduce(struct node *n, const struct member *m, const uint8_t by[ID_LEN],
                              bool is_replay, struct contact **out)
{
    enum lth_err err = people_add(n, &m->identity, out);
    if (err != LTH_OK)
        return err;
    struct contact *c = *out;
    c->introduced = true;
    memcpy(c->introduced_by, by, ID_LEN);
    c->first_seen_ms = n->now.wall_ms;
    if (is_replay)
        text_copy(c->name, sizeof c->name, m->name); /* until its own record comes */
    else
        people_rename(n, c, m->name);
    return LTH_OK;
}
