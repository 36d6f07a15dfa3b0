#include "node/delivery.h"

#include "node/gaps.h"
#include "node/keys.h"
#include "node/receipts.h"
#include "node/receiving.h"
#include "node/restoring.h"
#include "node/rosters.h"
#include "node/sending.h"
#include "node/state.h"
#include "store/record.h"
#include "wire/entries.h"
#include "wire/have.h"
#include "wire/statement.h"

#include <sodium.h>
#include <string.h>

static const uint64_t time_max_ms = 253402300799999; /* 9999-12-31T23:59:59.999Z */

struct conversation *delivery_conversation(struct node *n, struct contact *contact)
{
    uint8_t id[CONVERSATION_ID_LEN];
    if (contact->direct)
        return contact->direct;
    conversation_direct_id(n->me.public.id, contact->identity.id, id);
    struct conversation *c = feeds_conversation(&n->feeds, id, contact);
    if (!c)
        n->todo->out_of_memory = true;
    return c;
}

uint64_t delivery_incarnation(const struct node *n, const struct conversation *c)
{
    return c->group && c->group->incarnation ? c->group->incarnation : n->incarnation;
}

enum lth_err delivery_writing(struct node *n, struct conversation *c, struct feed **out)
{
    if (!c->writing) {
        if (!feeds_have_room(&n->feeds, c, n->me.public.id))
            return LTH_LIMIT;
        enum lth_err err =
            feeds_add(&n->feeds, c, 0, n->me.public.id, delivery_incarnation(n, c), &c->writing);
        if (err != LTH_OK)
            return err;
    }
    *out = c->writing;
    return LTH_OK;
}

struct exchange *delivery_exchange(struct node *n, const struct link *l,
                                   const uint8_t conversation[CONVERSATION_ID_LEN])
{
    struct conversation *direct = delivery_conversation(n, l->contact);
    if (direct && memcmp(direct->id, conversation, CONVERSATION_ID_LEN) == 0)
        return direct->exchanges[0];
    struct conversation *group = feeds_find_conversation(&n->feeds, conversation);
    struct exchange *x = group && group->group ? exchange_with(group, l->contact) : NULL;
    return x && x->is_open ? x : NULL;
}

void delivery_on_ready(struct node *n, struct link *l)
{
    l->was_told = true;
    if (!delivery_conversation(n, l->contact))
        return;
    groups_on_ready(n, l->contact);
    rosters_on_ready(n, l);
    for (struct exchange *x = l->contact->exchanges; x; x = x->next_of_contact) {
        if (!x->is_open)
            continue;
        receiving_tell(n, l, x);
        if (x->conversation->group)
            sending_show_heads(n, l, x);
    }
}

static void on_active(struct node *n, struct link *l, struct exchange *x)
{
    x->synced = false;
    x->awaited = NULL; /* a new session begins with the oldest */
    sending_drop_lost(x);
    receipts_repeat(n, l, x);
    sending_forget_wants(x);
    if (l->has_told && x->conversation->group)
        receiving_ask(n, l,
                      x); /* what the session before said last may be older than what this did */
    else
        receiving_tell_again(n, l, x);
    if (l->has_told && x->account_of == l->incarnation)
        sending_rewind(n, x, false);
    else if (l->has_told && !x->conversation->group)
        link_close(n, l, true); /* another process told since: a new session tells anew */
}

void delivery_on_active(struct node *n, struct link *l)
{
    if (!delivery_conversation(n, l->contact))
        return;
    if (l->was_told) /* what was decided since went on another, which may have swallowed it */
        rosters_on_ready(n, l);
    for (struct exchange *x = l->contact->exchanges; x; x = x->next_of_contact)
        if (x->is_open)
            on_active(n, l, x);
}

void delivery_on_offline(struct node *n, const struct contact *contact)
{
    for (struct exchange *x = contact->exchanges; x; x = x->next_of_contact)
        sending_drop_lost(x);
    groups_on_offline(n, contact);
}

void delivery_pump(struct node *n, const struct link *l)
{
    for (struct exchange *x = l->contact->exchanges; x; x = x->next_of_contact)
        sending_pump(n, x);
}

/* What was said, in the place of how it was sealed. False: we cannot read it. */
static bool unseal(struct node *n, const struct place *place, const uint8_t *content, size_t len,
                   struct entry_content *parsed)
{
    const struct feed *f = place->feed;
    const struct sealed_place at = {&f->id, place->number, feed_hash(f, place->number - 1)};
    struct feed_chain *chain = chains_of(&f->chains, place->number);
    uint8_t key[CHAIN_KEY_LEN], *plain = todo_room(n->todo, len);
    bool is_open = plain && chain && parsed->kind == ENTRY_SEALED &&
                   chains_message_key(chain, feed_entry(f, place->number)->index, key) == LTH_OK &&
                   sealed_open(content, len, &at, key, plain, parsed) == LTH_OK;
    sodium_memzero(key, sizeof key);
    return is_open;
}

bool delivery_view(struct node *n, const struct place *place, const struct node_record *record,
                   struct message_view *out)
{
    const struct feed *f = place->feed;
    const struct conversation *c = f->conversation;
    struct entry_content parsed;
    const uint8_t *content;
    size_t len;
    if (!entry_content_of(record->bytes, record->len, &content, &len) ||
        entry_content_parse(content, len, &parsed) != LTH_OK ||
        (c->group && !unseal(n, place, content, len, &parsed)) || parsed.kind != ENTRY_TEXT)
        return false;
    *out = (struct message_view){
        .from_me = f->mine,
        .name = c->group  ? group_name_of(n, c->group, f->id.author)
                : f->mine ? n->name
                          : contact_label(c->peer),
        .with = c->group ? NULL : c->peer->identity.id,
        .group_name = c->group ? roster_name(c->group->roster) : NULL,
        .number = place->number,
        .time_ms = parsed.time_ms > time_max_ms ? time_max_ms : parsed.time_ms,
        .record = feed_entry(f, place->number)->record,
        .text = parsed.body,
        .text_len = parsed.body_len,
    };
    memcpy(out->id, feed_hash(f, place->number), HASH_LEN);
    memcpy(out->conversation, f->id.conversation, CONVERSATION_ID_LEN);
    memcpy(out->from, f->id.author, ID_LEN);
    return true;
}

/* as: the record by which it counts as shown; 0: its own. */
static void show(struct node *n, const struct place *place, const struct node_record *record,
                 uint64_t as)
{
    struct message_view view;
    if (!delivery_view(n, place, record, &view)) {
        n->dropped[DROP_SEAL] += place->feed->conversation->group != NULL;
        return;
    }
    view.record = as ? as : view.record;
    uint8_t *text = todo_room(n->todo, view.text_len);
    if (!text)
        return;
    view.text = memcpy(text, view.text, view.text_len);
    say(n, EVENT_MESSAGE)->message = view;
    told_add(&n->told, place, view.record);
}

static void show_or_queue(struct node *n, const struct place *place,
                          const struct node_record *record)
{
    if (unseen_is_empty(&n->unseen))
        show(n, place, record, 0);
    else if (unseen_add(&n->unseen, place, 0) != LTH_OK)
        n->todo->out_of_memory = true;
}

static void say_accepted(struct node *n, const struct journal_item *item)
{
    struct event *event = say(n, EVENT_ACCEPTED);
    event->is_answer = true;
    event->ticket = item->ticket;
    memcpy(event->accepted.id, feed_hash(item->feed, item->number), HASH_LEN);
    memcpy(event->accepted.conversation, item->feed->id.conversation, CONVERSATION_ID_LEN);
}

static void say_delivered(struct node *n, struct reach *r, uint64_t upto)
{
    r->receipted_ms = n->now.wall_ms;
    r->receipted_first = r->receipted + 1;
    sending_say_sent(n, r, upto); /* a receipt proves that it was sent */
    for (; r->receipted < upto; r->receipted++) {
        if (!group_is_for(r, r->receipted + 1))
            continue;
        struct event *event = say(n, EVENT_DELIVERED);
        memcpy(event->delivery.id, feed_hash(r->feed, r->receipted + 1), HASH_LEN);
        memcpy(event->delivery.conversation, r->feed->id.conversation, CONVERSATION_ID_LEN);
        memcpy(event->delivery.peer, r->exchange->contact->identity.id, ID_LEN);
        event->delivery.time_ms = n->now.wall_ms;
    }
}

void delivery_on_written(struct node *n, uint64_t upto)
{
    struct journal *j = &n->journal;
    while (j->written < upto) {
        const struct journal_item *item = journal_get(j, ++j->written);
        if (item && item->kind == JOURNAL_RECEIPT && item->number > item->reach->receipted)
            say_delivered(n, item->reach, item->number);
    }
}

/* r: towards the author; NULL when they are no longer with us. */
static void on_theirs_durable(struct reach *r)
{
    if (!r)
        return;
    r->receipt_due = true;
    sending_offer_back(r);
}

/* With two, nothing is named by way of others. */
static void cover(const struct feed *f, const struct node_record *record)
{
    struct entry_content parsed;
    const uint8_t *content;
    size_t len;
    if (f->conversation->group && entry_content_of(record->bytes, record->len, &content, &len) &&
        entry_content_parse(content, len, &parsed) == LTH_OK)
        feed_covers(f, &parsed);
}

static void on_entry_durable(struct node *n, const struct journal_item *item)
{
    struct feed *f = item->feed;
    struct place place = {f, item->number};
    struct node_record record = {item->bytes, item->len};
    if (feed_commit(f) != LTH_OK) {
        n->todo->out_of_memory = true;
        return;
    }
    gaps_on_durable(n, f);
    if (!f->mine) {
        cover(f, &record);
        if (keys_on_entry(n, f, item->number))
            show_or_queue(n, &place, &record);
        on_theirs_durable(exchange_of_author(f));
        return;
    }
    if (item->kind == JOURNAL_OUR_ENTRY)
        say_accepted(n, item);
    else if (item->kind == JOURNAL_GIVEN_BACK)
        restoring_on_durable(n, f, item->number);
    for (size_t i = 0; i < f->reach_count; i++)
        sending_enqueue(f->reaches[i]);
}

static bool is_entry(const struct journal_item *item)
{
    return item->kind == JOURNAL_OUR_ENTRY || item->kind == JOURNAL_OUR_CHAIN ||
           item->kind == JOURNAL_GIVEN_BACK || item->kind == JOURNAL_THEIR_ENTRY;
}

static void after_durable(struct node *n, struct feed *f)
{
    struct reach *r = exchange_of_author(f);
    struct link *l = r ? exchange_session(r->exchange) : NULL;
    if (l && r->receipt_due && receipts_author_holds(r, l))
        receipts_send(n, l, r, f->durable);
    sending_pump_all(n, f->conversation);
}

/* An entry that waited for its key is to be shown, by the record with this number. */
static void on_opened(struct node *n, const struct journal_item *item, uint64_t record)
{
    const struct place place = {item->feed, item->number};
    if (unseen_add(&n->unseen, &place, record) != LTH_OK)
        n->todo->out_of_memory = true;
    unseen_go_on(n);
}

void delivery_on_durable(struct node *n, uint64_t upto)
{
    struct journal *j = &n->journal;
    uint64_t first = j->durable + 1;
    struct feed *last = NULL;
    delivery_on_written(n, upto);
    while (j->durable < upto) {
        const struct journal_item *item = journal_get(j, ++j->durable);
        if (is_entry(item))
            on_entry_durable(n, item);
        else if (item->kind == JOURNAL_SETTING)
            commands_on_stored(n, item);
        else if (item->kind == JOURNAL_OPERATION)
            rosters_on_durable(n, item);
        else if (item->kind == JOURNAL_OPENED)
            on_opened(n, item, j->durable);
    }
    for (uint64_t at = first; at <= upto; at++) { /* once per feed and batch */
        const struct journal_item *item = journal_get(j, at);
        if (item->feed && item->feed != last)
            after_durable(n, last = item->feed);
    }
    journal_trim(j, JOURNAL_KEEP);
    n->disk_refused = false;
}

static void tell_refusal(struct node *n, enum lth_err why)
{
    if (n->disk_refused)
        return;
    n->disk_refused = true;
    if (why == LTH_DISK_FULL)
        say_warning(n, "disk_full",
                    "The disk is full: nothing new is accepted or acknowledged "
                    "until there is room; free some space.");
    else
        say_warning(n, "store_read_only",
                    "The message store takes no more writes (%s): nothing new is accepted or "
                    "acknowledged; see to the disk, then restart.",
                    lth_strerror(why));
}

static void refuse_ours(struct node *n, uint64_t ticket, enum lth_err why)
{
    if (why == LTH_DISK_FULL)
        say_error(n, ticket, CODE_DISK_FULL,
                  "Nothing was accepted, because the disk is full: free some space and try again.");
    else
        say_error(n, ticket, CODE_STORE_READ_ONLY,
                  "Nothing was accepted, because the store takes no writes (%s): see to the disk, "
                  "restart, and try again.",
                  lth_strerror(why));
}

/* An entry of ours that named heads of other feeds is gone: the next one names them. */
static void name_parents_again(struct conversation *c)
{
    for (size_t i = 0; i < c->feed_count; i++)
        c->feeds[i]->cited = 0;
}

/* In a group others may have handed it on, and its author may hold it no more. */
static void await(struct feed *f)
{
    struct reach *r = exchange_of_author(f);
    if (r && (!f->conversation->group || r->peer_has > f->count))
        r->exchange->awaited = f;
}

/* Somebody can give it again, or, when it is only to be shown, we can. */
static bool can_come_again(const struct journal_item *item)
{
    return item->kind == JOURNAL_GIVEN_BACK || item->kind == JOURNAL_THEIR_ENTRY ||
           item->kind == JOURNAL_RECEIPT || item->kind == JOURNAL_KEY ||
           item->kind == JOURNAL_OPENED;
}

/* What a record stood for that the disk did not take. */
static void undo(struct node *n, const struct journal_item *item, enum lth_err why)
{
    if (is_entry(item))
        feed_pop(item->feed);
    switch (item->kind) {
    case JOURNAL_NOTE:
    case JOURNAL_GIVEN_BACK: return;
    case JOURNAL_SETTING: refuse_ours(n, item->ticket, why); return;
    case JOURNAL_CONTACT:
        if (item->contact)
            item->contact->in_log = false;
        return;
    case JOURNAL_FEED: item->feed->in_log = false; return;
    case JOURNAL_OUR_ENTRY: refuse_ours(n, item->ticket, why); /* fall through */
    case JOURNAL_OUR_CHAIN: name_parents_again(item->feed->conversation); return;
    case JOURNAL_THEIR_ENTRY: await(item->feed); return; /* the oldest is the last one here */
    case JOURNAL_RECEIPT: item->reach->receipt_seen = item->reach->receipted; return;
    case JOURNAL_KEY:
    case JOURNAL_OPENED: keys_on_refused(n, item); return;
    case JOURNAL_OPERATION:
        item->group->refused++;
        if (item->is_asked)
            refuse_ours(n, item->ticket, why);
        return;
    }
}

void delivery_on_refused(struct node *n, uint64_t from, enum lth_err why)
{
    struct journal_item item;
    tell_refusal(n, why);
    while (journal_pop(&n->journal, from, &item)) {
        undo(n, &item, why);
        if (can_come_again(&item))
            receiving_ask_all_again(n, item.feed->conversation);
    }
    rosters_on_refused(n);
}

void delivery_on_time(struct node *n)
{
    if (n->heads && n->now.mono_ms >= n->heads_ms)
        sending_heads(n);
    if (n->now.mono_ms >= n->resync_ms)
        receiving_resync(n);
    if (n->now.mono_ms >= n->gaps_ms)
        gaps_on_time(n);
    if (n->now.mono_ms >= n->accounts_ms)
        receiving_late_accounts(n);
    groups_on_time(n);
}

uint64_t delivery_wake_ms(const struct node *n)
{
    const uint64_t wakes[] = {n->resync_ms, n->gaps_ms, n->accounts_ms, groups_wake_ms(n),
                              n->heads ? n->heads_ms : UINT64_MAX};
    uint64_t wake = UINT64_MAX;
    for (size_t i = 0; i < LENGTH(wakes); i++)
        wake = wakes[i] < wake ? wakes[i] : wake;
    return wake;
}

static void on_read_to_show(struct node *n, const struct pending_read *read,
                            const struct node_record *records)
{
    for (size_t i = 0; i < read->count; i++)
        show(n, &read->places[i], &records[i], unseen_as(&n->unseen, i));
    unseen_on_shown(n, read->count);
    if (!n->held)
        unseen_go_on(n);
}

void delivery_on_read(struct node *n, const struct pending_read *read,
                      const struct node_record *records)
{
    switch (read->purpose) {
    case READ_TO_SEND: sending_on_read(n, read, records); return;
    case READ_TO_SHOW: on_read_to_show(n, read, records); return;
    case READ_FOR_HISTORY:
    case READ_UNSEEN: commands_on_history(n, read, records); return;
    }
}
