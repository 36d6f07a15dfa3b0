#include "node/rosters.h"

#include "node/receiving.h"
#include "node/state.h"
#include "store/record.h"
#include "wire/group.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEND_MAX = 512 * 1024, /* bytes of operations for one ROSTER; another will ask for the rest */
    LEAVES_MAX = 64,       /* named in one */
    ROSTERS_MS = 1000,     /* in which there may be */
    ROSTERS_OF_GROUP = 8,
    ROSTERS_OF_OTHERS = 32,
    LINE_LEN = 16 * HASH_LEN /* bytes for one of them: ROSTER_MAX is 2^12 */
};

/* ---- what others lack ---- */

/* upto, and its ancestors 1, 2, 4, 8 ... steps before it, down to the create. */
static void name_line(const struct roster *r, const uint8_t *upto, struct writer *w)
{
    const struct operation_record *at = roster_find(r, upto);
    for (uint32_t step = 0, due = 0; at; step++) {
        const struct operation_record *parent = roster_find(r, at->op.parent);
        if (step == due || !parent) {
            group_add_hash(w, at->op.hash);
            due = due ? due * 2 : 1;
        }
        at = parent;
    }
}

/* What contact may know of g: up to which operation, NULL for all of it; false for nothing. */
static bool is_shown(const struct group *g, const struct contact *contact, const uint8_t **upto)
{
    const uint8_t *id = contact->identity.id;
    *upto = NULL;
    if (roster_member(g->roster, id))
        return true;
    const struct operation_record *end = roster_instead(g->roster, id);
    if (!end)
        end = roster_departure(g->roster, id);
    *upto = end ? end->op.hash : NULL;
    return end;
}

void rosters_tell(struct node *n, struct link *l, const struct group *g, bool is_answer)
{
    uint8_t leaves[LEAVES_MAX][HASH_LEN];
    uint8_t bytes[HASH_LEN + 1 + GROUP_LIST_MAX * HASH_LEN];
    const uint8_t *upto;
    struct writer w = writer_over(bytes, sizeof bytes);
    bool is_restricted = is_shown(g, l->contact, &upto) && upto;
    size_t count = is_restricted ? 0 : roster_leaves(g->roster, leaves, LEAVES_MAX);
    group_roster_begin(&w, roster_id(g->roster), is_answer ? GROUP_ANSWER : 0);
    if (is_restricted)
        name_line(g->roster, upto, &w);
    for (size_t i = 0; i < count && (size_t)(w.end - w.at) >= LINE_LEN; i++)
        name_line(g->roster, leaves[i], &w);
    link_send(n, l, MESSAGE_ROSTER, bytes, writer_len(&w));
}

void rosters_on_ready(struct node *n, struct link *l)
{
    const uint8_t *upto;
    for (struct group *g = n->groups.first; g; g = g->next)
        if (g->conversation && is_shown(g, l->contact, &upto))
            rosters_tell(n, l, g, false);
}

/* Members, and whoever takes themselves for one because of a decision that lost. */
static bool is_news(const struct group *g, const uint8_t id[ID_LEN])
{
    return (g->is_member && roster_member(g->roster, id)) || roster_instead(g->roster, id);
}

void rosters_announce(struct node *n, const struct group *g)
{
    for (struct link *l = n->links.table; l; l = l->hh.next)
        if (l->contact && l->contact->link == l && is_news(g, l->contact->identity.id))
            rosters_tell(n, l, g, false);
}

static void send_operation(struct node *n, struct link *l, const struct operation_record *record)
{
    link_send(n, l, MESSAGE_OPERATION, record->bytes, record->len);
}

/* Our word goes out when it is durable, and to everybody then: if it were lost here, the next one
 * would stand on the same parent, and be a fork. missing gave it last. */
static bool is_still_ours(const struct node *n, const struct group *g,
                          const struct operation_record *record,
                          const struct roster_missing *missing)
{
    return missing->next > g->durable && memcmp(record->op.author, n->me.public.id, ID_LEN) == 0;
}

static void send_missing(struct node *n, struct link *l, const struct group *g,
                         struct roster_missing *missing)
{
    const struct operation_record *record;
    size_t sent = 0;
    while (sent < SEND_MAX && l->unsent + l->packing < LINK_UNSENT_HIGH &&
           (record = roster_missing_next(missing, g->roster))) {
        if (is_still_ours(n, g, record, missing))
            continue;
        send_operation(n, l, record);
        sent += record->len;
    }
    if (sent >= SEND_MAX)
        rosters_tell(n, l, g, false); /* who lacks more asks for it */
}

/* A group we know nothing of: all of it, please. */
static void ask_for_all(struct node *n, struct link *l, const uint8_t id[HASH_LEN])
{
    uint8_t bytes[HASH_LEN + 1];
    struct writer w = writer_over(bytes, sizeof bytes);
    group_roster_begin(&w, id, GROUP_ANSWER);
    link_send(n, l, MESSAGE_ROSTER, bytes, sizeof bytes);
}

/* A ROSTER costs little to send, and much to answer: of one group so many in a second, and of those
 * that do not concern its sender as many in all. */
static bool may_ask(const struct node *n, struct link *l, const struct group *g)
{
    struct exchange *x = g && g->conversation ? exchange_with(g->conversation, l->contact) : NULL;
    struct allowance *a = x ? &x->rosters : &l->rosters;
    if (n->now.mono_ms - a->since_ms >= ROSTERS_MS)
        *a = (struct allowance){.since_ms = n->now.mono_ms};
    return a->used++ < (x ? ROSTERS_OF_GROUP : ROSTERS_OF_OTHERS);
}

enum lth_err rosters_on_roster(struct node *n, struct link *l, const struct frame_message *m)
{
    struct group_list theirs;
    struct roster_missing missing;
    uint8_t hash[HASH_LEN];
    const uint8_t *upto;
    bool lacks_some = false;
    if (group_roster_parse(m->body, m->len, &theirs) != LTH_OK)
        return LTH_MALFORMED;
    struct group *g = group_find(n, theirs.group);
    if (!may_ask(n, l, g)) {
        n->dropped[DROP_LIMIT]++;
        return LTH_OK;
    }
    if (!g && !theirs.is_answer)
        ask_for_all(n, l, theirs.group);
    if (!g)
        return LTH_OK;
    bool shown = g->conversation && is_shown(g, l->contact, &upto);
    roster_missing_begin(&missing, g->roster, shown ? upto : NULL);
    while (group_next_hash(&theirs, hash))
        lacks_some = !roster_missing_has(&missing, g->roster, hash) || lacks_some;
    if (shown)
        send_missing(n, l, g, &missing);
    if (lacks_some && !theirs.is_answer)
        rosters_tell(n, l, g, true);
    return LTH_OK;
}

/* ---- taking ---- */

static enum lth_err store_operation(struct node *n, struct group *g,
                                    const struct operation_record *record,
                                    const struct journal_item *how)
{
    struct journal_item item = *how;
    size_t size = 1 + record->len;
    uint8_t *bytes = todo_room(n->todo, size);
    if (!bytes)
        return LTH_NO_MEMORY;
    struct writer w = writer_over(bytes, size);
    item.kind = JOURNAL_OPERATION;
    item.group = g;
    record_operation_write(&w, record->bytes, record->len);
    return store_item(n, &item, &w, true); /* decisions are rare, and people wait for them */
}

void rosters_store_all(struct node *n, struct group *g)
{
    for (size_t i = 0; i < roster_count(g->roster); i++) {
        bool is_last = i + 1 == roster_count(g->roster);
        const struct journal_item item = {.is_quiet = !is_last, .is_joined = is_last};
        if (store_operation(n, g, roster_nth(g->roster, i), &item) != LTH_OK)
            n->todo->out_of_memory = true;
    }
}

/* A decision that a user saw take effect does not any more, and perhaps we are out with it. */
static void say_overturned(struct node *n, struct group *g)
{
    const struct roster_change *change = &g->overturned;
    if (!change->overturned)
        return;
    struct event *event = say(n, EVENT_GROUP);
    group_view(n, g, &event->group);
    event->group.change = (struct group_change){
        .is_any = true,
        .what = "overturn",
        .by_name = group_name_of(n, g, change->by),
        .subject_name = group_name_of(n, g, change->of),
        .by_me = memcmp(change->by, n->me.public.id, ID_LEN) == 0,
        .subject_is_me = memcmp(change->of, n->me.public.id, ID_LEN) == 0,
    };
    memcpy(event->group.change.by, change->by, ID_LEN);
    memcpy(event->group.change.subject, change->of, ID_LEN);
    g->overturned.overturned = false;
    if (!g->is_member)
        group_say_dropped(n, g);
}

/* The operation taken last becomes so. */
static enum lth_err follow(struct node *n, struct group *g, const struct journal_item *how)
{
    bool was_kept = g->conversation;
    if (was_kept && roster_change(g->roster)->overturned)
        g->overturned = *roster_change(g->roster); /* told when it is durable */
    group_settle(n, g, false);
    if (!was_kept)
        return LTH_OK; /* all of it has been stored, or none is */
    return store_operation(n, g, roster_nth(g->roster, roster_count(g->roster) - 1), how);
}

static void tell_limit(struct node *n, struct group *g)
{
    if (g->limit_told)
        return;
    g->limit_told = true;
    say_warning(n, "limit",
                "A decision about the group %.64s was not taken, because as many as fit are held: "
                "make a new group.",
                roster_name(g->roster));
}

static enum lth_err take_first(struct node *n, struct link *l, const struct frame_message *m)
{
    struct group *g;
    enum lth_err err = group_new(n, m->body, m->len, l->contact, &g);
    if (err == LTH_LIMIT || err == LTH_UNAVAILABLE)
        n->dropped[DROP_LIMIT]++;
    if (err != LTH_OK)
        return err == LTH_LIMIT || err == LTH_UNAVAILABLE ? LTH_OK : err;
    group_settle(n, g, false);
    return LTH_OK;
}

/* An admin may have built on what we lack. */
static void await_parent(const struct group *g, const struct operation *op,
                         const struct frame_message *m)
{
    const struct member *author = roster_member(g->roster, op->author);
    if (author && author->admin &&
        operation_verify(m->body, m->len, author->identity.ed25519) == LTH_OK)
        roster_await(g->roster, op->parent, op->author);
}

/* Of many that follow one we lack, once. */
static void ask_for_parents(struct node *n, struct link *l, struct group *g,
                            const struct frame_message *m)
{
    struct operation op;
    if (g->asked_link == l->id && g->asked_count == roster_count(g->roster))
        return;
    if (operation_parse(m->body, m->len, &op) == LTH_OK)
        await_parent(g, &op, m);
    g->asked_link = l->id;
    g->asked_count = roster_count(g->roster);
    rosters_tell(n, l, g, false);
}

static enum lth_err take(struct node *n, struct link *l, struct group *g,
                         const struct frame_message *m)
{
    static const struct journal_item learnt = {.is_quiet = false};
    enum lth_err err = roster_take(g->roster, m->body, m->len);
    switch (err) {
    case LTH_OK: return follow(n, g, &learnt);
    case LTH_BAD_STATE: return LTH_OK; /* known */
    case LTH_NOT_FOUND: ask_for_parents(n, l, g, m); return LTH_OK;
    case LTH_LIMIT:
        tell_limit(n, g);
        n->dropped[DROP_LIMIT]++;
        return LTH_OK;
    case LTH_UNAVAILABLE: n->dropped[DROP_ROSTER]++; return LTH_OK;
    default: return err;
    }
}

enum lth_err rosters_on_operation(struct node *n, struct link *l, const struct frame_message *m)
{
    struct operation op;
    if (operation_parse(m->body, m->len, &op) != LTH_OK)
        return LTH_MALFORMED;
    struct group *g = group_find(n, op.group);
    if (g)
        return take(n, l, g, m);
    return op.type == OPERATION_CREATE ? take_first(n, l, m) : LTH_OK;
}

/* ---- deciding ---- */

static int compare_items(const void *left, const void *right)
{
    const struct cut_item *a = left, *b = right;
    return a->incarnation < b->incarnation ? -1 : a->incarnation > b->incarnation;
}

size_t rosters_cut(const struct group *g, const uint8_t id[ID_LEN], struct writer *w)
{
    const struct conversation *c = g->conversation;
    struct cut_item items[CUT_MAX] = {{0}};
    size_t count = 0;
    for (size_t i = c->feed_count; i-- > 0 && count < CUT_MAX;) { /* the newest matter most */
        const struct feed *f = c->feeds[i];
        uint64_t held = f->mine ? f->count : f->durable;
        uint64_t end = held < f->limit ? held : f->limit;
        if (end && memcmp(f->id.author, id, ID_LEN) == 0)
            items[count++] = (struct cut_item){f->id.incarnation, end};
    }
    qsort(items, count, sizeof *items, compare_items);
    for (size_t i = 0; i < count; i++)
        cut_write(w, &items[i]);
    return count;
}

static enum lth_err sign(struct node *n, struct operation *op, uint8_t *bytes, size_t *len)
{
    op->time_ms = n->now.wall_ms;
    return operation_sign(&n->me, op, bytes, OPERATION_MAX, len);
}

static enum lth_err sign_and_take(struct node *n, struct group *g, struct operation *op,
                                  const struct journal_item *how)
{
    uint8_t bytes[OPERATION_MAX];
    size_t len;
    enum lth_err err = sign(n, op, bytes, &len);
    if (err == LTH_OK)
        err = roster_take(g->roster, bytes, len);
    return err == LTH_OK ? follow(n, g, how) : err;
}

enum lth_err rosters_decide(struct node *n, struct group *g, struct operation *op, bool is_asked,
                            uint64_t ticket)
{
    const struct journal_item how = {.is_asked = is_asked, .ticket = ticket};
    memcpy(op->group, roster_id(g->roster), HASH_LEN);
    memcpy(op->parent, roster_head(g->roster), HASH_LEN);
    return sign_and_take(n, g, op, &how);
}

enum lth_err rosters_create(struct node *n, struct operation *op, uint64_t ticket,
                            struct group **out)
{
    const struct journal_item how = {.is_asked = true, .ticket = ticket};
    uint8_t bytes[OPERATION_MAX];
    size_t len;
    enum lth_err err = sign(n, op, bytes, &len);
    if (err == LTH_OK)
        err = group_new(n, bytes, len, NULL, out);
    if (err != LTH_OK)
        return err;
    group_settle(n, *out, false);
    return store_operation(n, *out, roster_nth((*out)->roster, 0), &how);
}

void rosters_repeat(struct node *n, struct group *g)
{
    static const struct journal_item how = {.is_quiet = false};
    uint8_t cut[CUT_MAX * CUT_ITEM_LEN];
    struct operation op;
    bool wants_cut;
    while (roster_repeat(g->roster, n->me.public.id, &op, &wants_cut)) {
        struct writer w = writer_over(cut, sizeof cut);
        if (wants_cut)
            op.cut_count = rosters_cut(g, op.subject, &w);
        if (wants_cut)
            op.cut = cut;
        if (sign_and_take(n, g, &op, &how) != LTH_OK)
            return;
    }
}

/* ---- what is durable, and what is not ---- */

/* To everybody it concerns who is online: those who were members before it too. */
static void broadcast(struct node *n, const struct group *g, const struct operation_record *record)
{
    const struct conversation *c = g->conversation;
    for (size_t i = 0; i < c->exchange_count; i++) {
        const struct contact *contact = c->exchanges[i]->contact;
        const uint8_t *id = contact->identity.id;
        bool concerns = roster_was_member(g->roster, record->op.hash, id) ||
                        roster_was_member(g->roster, record->op.parent, id);
        if (contact->link && concerns && !c->exchanges[i]->is_new)
            send_operation(n, contact->link, record);
    }
}

static void answer(struct node *n, struct group *g, const struct journal_item *item,
                   const struct operation *op)
{
    struct event *event = say(n, EVENT_GROUP);
    event->is_answer = true;
    event->ticket = item->ticket;
    group_view(n, g, &event->group);
    group_change_of(n, g, op, &event->group.change);
}

void rosters_on_durable(struct node *n, const struct journal_item *item)
{
    struct operation op;
    const uint8_t *bytes = item->bytes + 1;
    item->group->durable++;
    if (operation_parse(bytes, item->len - 1, &op) != LTH_OK)
        return; /* it was parsed before it was written */
    const struct operation_record *record = roster_find(item->group->roster, op.hash);
    say_overturned(n, item->group);
    if (item->is_asked)
        answer(n, item->group, item, &op);
    if (item->is_joined)
        group_say_joined(n, item->group);
    else if (!item->is_quiet && (!item->is_asked || !item->group->is_member))
        group_say(n, item->group, &op);
    if (record && memcmp(op.author, n->me.public.id, ID_LEN) == 0)
        broadcast(n, item->group, record);
    if (!item->is_quiet)
        group_greet(n, item->group);
}

/* Who is in it by what is left of it, and whoever told us of it. */
static void ask_again(struct node *n, struct group *g)
{
    const struct member *members = roster_members(g->roster);
    g->is_refused = false;
    if (!g->conversation)
        group_settle(n, g, false); /* what is left may be enough to be in it */
    for (size_t i = 0; g->conversation && i < roster_member_count(g->roster); i++) {
        const struct contact *c = contacts_get(&n->contacts, members[i].identity.id);
        if (c && c->link)
            rosters_tell(n, c->link, g, false);
    }
    if (!g->conversation && g->teller && g->teller->link)
        rosters_tell(n, g->teller->link, g, false);
}

void rosters_resync(struct node *n)
{
    for (struct group *g = n->groups.first; g; g = g->next)
        if (g->is_refused)
            ask_again(n, g);
}

/* What was told of the roster is not told again. */
static void pass_over_forks(struct roster *r)
{
    uint8_t author[ID_LEN];
    uint32_t height;
    while (roster_equivocation(r, author, &height))
        ;
}

/* The first count of those held, again. */
static struct roster *roster_of_first(const struct roster *r, size_t count)
{
    struct roster *less = roster_new();
    for (size_t i = 0; less && i < count; i++) {
        const struct operation_record *record = roster_nth(r, i);
        if (roster_take(less, record->bytes, record->len) == LTH_OK)
            continue;
        roster_free(less); /* nothing but memory can be wrong with it now */
        return NULL;
    }
    return less;
}

static void undo_refused(struct node *n, struct group *g)
{
    size_t count = roster_count(g->roster) - g->refused;
    g->refused = 0;
    g->is_refused = true;
    receiving_resync_later(n);
    g->overturned.overturned = false;
    if (count == 0) {
        group_undo(n, g);
        return;
    }
    struct roster *less = roster_of_first(g->roster, count);
    if (!less) {
        n->todo->out_of_memory = true;
        return;
    }
    pass_over_forks(less);
    roster_free(g->roster);
    g->roster = less;
    group_settle(n, g, false);
    if (g->conversation)
        group_greet(n, g);
    wants_look(n, g);
}

void rosters_on_refused(struct node *n)
{
    for (struct group *g = n->groups.first, *next; g; g = next) {
        next = g->next;
        if (g->refused)
            undo_refused(n, g);
    }
}
