#include "node/dialer.h"

#include "base/text.h"
#include "node/state.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void dialer_clear(struct dialer *d)
{
    struct candidate *c, *next;
    HASH_ITER(hh, d->table, c, next)
    {
        HASH_DEL(d->table, c);
        free(c);
    }
}

static struct candidate *find(const struct node *n, const char *address)
{
    struct candidate *found;
    HASH_FIND_STR(n->dialer.table, address, found);
    return found;
}

static struct candidate *find_link(const struct node *n, uint32_t link)
{
    for (struct candidate *c = n->dialer.table; c; c = c->hh.next)
        if (link && c->link == link)
            return c;
    return NULL;
}

static struct candidate *add(struct node *n, const char *address, uint64_t wait_ms)
{
    struct candidate *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    text_copy(c->address, sizeof c->address, address); /* its length was checked */
    c->next_ms = n->now.mono_ms + wait_ms;
    HASH_ADD_STR(n->dialer.table, address, c);
    return c;
}

enum lth_err dialer_add(struct node *n, const char *address, uint8_t source, const char *instance,
                        uint64_t wait_ms)
{
    struct candidate *c = find(n, address);
    if (strlen(address) > CANDIDATE_ADDRESS_MAX || strlen(instance) > INSTANCE_MAX)
        return LTH_TOO_LONG;
    size_t room = source == CANDIDATE_ADVERT ? CANDIDATES_MAX - CANDIDATES_KEPT : CANDIDATES_MAX;
    if (!c && HASH_COUNT(n->dialer.table) >= room)
        return LTH_LIMIT;
    if (!c && !(c = add(n, address, wait_ms)))
        return LTH_NO_MEMORY;
    dialer_look_again(n);
    c->sources |= source;
    c->adverts += source == CANDIDATE_ADVERT;
    if (source == CANDIDATE_ADVERT && strcmp(c->instance, instance) != 0) {
        text_copy(c->instance, sizeof c->instance, instance); /* somebody new may be there */
        c->backoff_ms = 0;
        c->next_ms = n->now.mono_ms + wait_ms;
    }
    return LTH_OK;
}

bool dialer_is_typed(const struct node *n, const char *address)
{
    const struct candidate *c = find(n, address);
    return c && c->sources & CANDIDATE_TYPED;
}

void dialer_on_stored(struct node *n, const char *address)
{
    struct candidate *c = find(n, address);
    if (c)
        c->stored = true;
}

bool dialer_is_stored(const struct node *n, const char *address)
{
    const struct candidate *c = find(n, address);
    return c && c->sources & CANDIDATE_TYPED && c->stored;
}

bool dialer_link_is_typed(const struct node *n, uint32_t link)
{
    const struct candidate *c = find_link(n, link);
    return c && c->sources & CANDIDATE_TYPED;
}

static void drop(struct node *n, struct candidate *c)
{
    HASH_DEL(n->dialer.table, c);
    free(c);
}

bool dialer_remove(struct node *n, const char *address, uint8_t source)
{
    struct candidate *c = find(n, address);
    if (!c || !(c->sources & source))
        return false;
    if (source == CANDIDATE_ADVERT && --c->adverts)
        return true; /* another instance advertises it */
    c->sources &= (uint8_t)~source;
    c->stored = c->stored && source != CANDIDATE_TYPED;
    if (!c->sources)
        drop(n, c);
    return true;
}

/* True when c is an address of the same instance as other. */
static bool is_sibling(const struct candidate *c, const struct candidate *other)
{
    return c->instance[0] && strcmp(c->instance, other->instance) == 0;
}

void dialer_on_session(struct node *n, struct contact *contact, const struct endpoint *address,
                       uint32_t link)
{
    char text[ENDPOINT_TEXT_LEN];
    endpoint_write(address, text);
    struct candidate *reached = find_link(n, link), *claimed = find(n, text);
    if (!reached && claimed && !claimed->contact)
        reached =
            claimed; /* what an incoming hello says of itself counts only where nothing does */
    dialer_look_again(n);
    if (!reached)
        return;
    reached->contact = contact;
    reached->backoff_ms = 0;
}

void dialer_on_remembered(struct node *n, const char *address, struct contact *contact)
{
    struct candidate *c = find(n, address);
    if (c)
        c->contact = contact;
}

const struct contact *dialer_expected(const struct node *n, uint32_t link)
{
    const struct candidate *c = find_link(n, link);
    return c && c->sources == CANDIDATE_REMEMBERED ? c->contact : NULL;
}

void dialer_on_alias(struct node *n, uint32_t link, struct contact *contact)
{
    struct candidate *c = find_link(n, link);
    if (c)
        c->contact = contact;
}

static uint32_t longest_wait(const struct node *n, const struct contact *contact)
{
    if (!contact)
        return DIAL_STRANGER_WAIT_MS;
    bool is_recent = contact->left_ms && n->now.mono_ms - contact->left_ms < DIAL_RECENT_FOR_MS;
    return is_recent ? DIAL_RECENT_WAIT_MS : DIAL_KNOWN_WAIT_MS;
}

static void wait_longer(struct node *n, struct candidate *c)
{
    uint32_t longest = longest_wait(n, c->contact);
    c->backoff_ms = c->backoff_ms ? c->backoff_ms * 2 : DIAL_FIRST_WAIT_MS;
    if (c->backoff_ms > longest)
        c->backoff_ms = longest;
    c->next_ms = n->now.mono_ms + c->backoff_ms + randombytes_uniform(c->backoff_ms / 4 + 1);
}

void dialer_on_link_down(struct node *n, uint32_t link)
{
    struct candidate *c = find_link(n, link);
    dialer_look_again(n);
    if (!c)
        return;
    c->link = 0;
    wait_longer(n, c);
}

void dialer_on_offline(struct node *n, const struct contact *contact)
{
    bool we_are_lower = memcmp(n->me.public.id, contact->identity.id, ID_LEN) < 0;
    dialer_look_again(n);
    for (struct candidate *c = n->dialer.table; c; c = c->hh.next) {
        if (c->contact != contact || c->link)
            continue;
        c->backoff_ms = 0;
        c->next_ms = n->now.mono_ms + DIAL_BACK_MS + (we_are_lower ? 0 : DIAL_TURN_MS);
    }
}

void dialer_on_rebuff(struct node *n, const struct contact *contact)
{
    for (struct candidate *c = n->dialer.table; c; c = c->hh.next)
        if (c->contact == contact)
            c->next_ms =
                n->now.mono_ms + DIAL_REBUFF_WAIT_MS + randombytes_uniform(DIAL_REBUFF_WAIT_MS);
    dialer_look_again(n);
}

static bool is_open(const struct node *n, const struct candidate *c)
{
    const struct link *link = c->link ? links_get(&n->links, c->link) : NULL;
    return link && link->state == LINK_READY;
}

/* False while another way to the same person is open or being tried. */
static bool is_wanted(const struct node *n, const struct candidate *c)
{
    if (c->link || (c->contact && (c->contact->link || c->contact->blocked)))
        return false;
    for (const struct candidate *other = n->dialer.table; other; other = other->hh.next) {
        if (other == c || !other->link)
            continue;
        if ((is_sibling(c, other) && !is_open(n, other)) ||
            (c->contact && c->contact == other->contact))
            return false;
    }
    return true;
}

static bool is_only_advertised(const struct candidate *c)
{
    return c->sources == CANDIDATE_ADVERT && !c->contact;
}

/* Dials that wait for their end, in all and at addresses that only an advert names. */
static void count_dials(const struct node *n, size_t *all, size_t *advertised)
{
    *all = *advertised = 0;
    for (const struct candidate *c = n->dialer.table; c; c = c->hh.next) {
        if (!c->link || is_open(n, c))
            continue;
        ++*all;
        *advertised += is_only_advertised(c);
    }
}

/* Who is to be dialled next, and when: who waits longest, among those for whom there is room. */
static struct candidate *next_in_turn(const struct node *n)
{
    size_t all, advertised;
    struct candidate *first = NULL;
    count_dials(n, &all, &advertised);
    for (struct candidate *c = n->dialer.table; c && all < DIALS_AT_ONCE; c = c->hh.next) {
        if (is_only_advertised(c) && advertised >= DIALS_AT_ONCE - DIALS_KEPT)
            continue;
        if ((!first || c->next_ms < first->next_ms) && is_wanted(n, c))
            first = c;
    }
    return first;
}

static bool dial(struct node *n, struct candidate *c)
{
    if (!++n->dialer.last_link || (n->dialer.last_link & NODE_INCOMING_LINK))
        n->dialer.last_link = 1;
    struct endpoint numeric;
    if (!link_dial(n, n->dialer.last_link, endpoint_parse(c->address, &numeric) == LTH_OK))
        return false;
    c->link = n->dialer.last_link;
    struct todo *todo = todo_add(n->todo, TODO_DIAL);
    todo->dial.link = c->link;
    todo->dial.address = keep_string(n, c->address);
    return true;
}

void dialer_renew(struct node *n, uint32_t link)
{
    struct candidate *c = find_link(n, link);
    if (c)
        (void)dial(n, c); /* else the old session goes on a little */
}

void dialer_rescue(struct node *n, const struct contact *contact)
{
    struct candidate *found = NULL;
    for (struct candidate *c = n->dialer.table; c; c = c->hh.next) {
        if (c->contact != contact)
            continue;
        if (c->link && !is_open(n, c))
            return; /* is being tried */
        if (!found || c->next_ms < found->next_ms)
            found = c; /* another one than the last time */
    }
    if (!found)
        return;
    found->next_ms = n->now.mono_ms;
    (void)dial(n, found);
}

static void dial_again(struct node *n, struct candidate *c)
{
    struct link *l = c->link ? links_get(&n->links, c->link) : NULL;
    if (l && l->state == LINK_CONNECTING)
        link_close(n, l, false);
    c->backoff_ms = 0;
    c->next_ms = n->now.mono_ms + randombytes_uniform(DIAL_AGAIN_MS);
}

void dialer_on_network(struct node *n)
{
    for (struct candidate *c = n->dialer.table; c; c = c->hh.next)
        if (!is_only_advertised(c))
            dial_again(n, c);
    dialer_look_again(n);
}

void dialer_on_waking(struct node *n)
{
    for (struct candidate *c = n->dialer.table; c; c = c->hh.next)
        dial_again(n, c);
    dialer_look_again(n);
}

void dialer_forget(struct node *n, const struct contact *contact)
{
    for (struct candidate *c = n->dialer.table; c; c = c->hh.next)
        if (c->contact == contact)
            c->contact = NULL;
}

void dialer_run(struct node *n)
{
    if (n->dialer.idle_until_ms > n->now.mono_ms)
        return;
    struct candidate *c;
    while ((c = next_in_turn(n)) && c->next_ms <= n->now.mono_ms && dial(n, c))
        ;
    n->dialer.idle_until_ms = c ? c->next_ms : UINT64_MAX; /* unless something changes */
}

void dialer_look_again(struct node *n)
{
    n->dialer.idle_until_ms = 0;
}

uint64_t dialer_wake_ms(const struct node *n)
{
    return n->dialer.idle_until_ms;
}
