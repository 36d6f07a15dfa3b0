/* node/command.c - what is asked of a node, and its answers. */
#include "node/command.h"

#include "base/marked_name.h"
#include "base/text.h"
#include "base/utf8.h"
#include "node/delivery.h"
#include "node/sending.h"
#include "node/state.h"
#include "store/record.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static struct event *answer_to(struct node *n, uint64_t ticket, enum event_type type)
{
    struct event *event = say(n, type);
    event->is_answer = true;
    event->ticket = ticket;
    return event;
}

static struct event *answer(struct node *n, const struct command *c, enum event_type type)
{
    return answer_to(n, c->ticket, type);
}

/* A change is applied and answered once it is durable: commands_on_stored. */
static void store_setting(struct node *n, const struct command *c, struct contact *contact,
                          const struct writer *record)
{
    const struct journal_item item = {
        .kind = JOURNAL_SETTING, .contact = contact, .ticket = c->ticket, .command = c->type};
    if (store_item(n, &item, record, true) != LTH_OK)
        n->todo->out_of_memory = true;
}

static void store_contact_setting(struct node *n, const struct command *c, struct contact *contact,
                                  const struct contact_record *wanted)
{
    uint8_t bytes[RECORD_CONTACT_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);
    contact->marked = true;
    record_contact_write(&w, wanted);
    store_setting(n, c, contact, &w);
}

static void say_unknown(struct node *n, uint64_t ticket, const char *name)
{
    if (*name && group_is_called(n, name))
        say_error(n, ticket, CODE_UNKNOWN_PEER,
                  "Nobody is called \"%.64s\", but a group is: name a person, or the group with # "
                  "in front.",
                  name);
    else
        say_error(n, ticket, CODE_UNKNOWN_PEER,
                  "Nobody called \"%.64s\" has been met yet: list the peers, or add an address.",
                  name);
}

struct contact *command_contact(struct node *n, uint64_t ticket, const char *name)
{
    struct contact *contact = NULL;
    enum lth_err err = contacts_find(&n->contacts, name, &contact);
    if (err == LTH_AMBIGUOUS)
        say_error(n, ticket, CODE_AMBIGUOUS,
                  "More than one person is called \"%.64s\": use the id, or give a petname.", name);
    else if (err != LTH_OK)
        say_unknown(n, ticket, name ? name : "");
    return err == LTH_OK ? contact : NULL;
}

/* The contact c speaks of; NULL after an error has been said. */
static struct contact *who(struct node *n, const struct command *c)
{
    return command_contact(n, c->ticket, c->who);
}

/* ---- send ---- */

static bool is_sendable(struct node *n, const struct command *c)
{
    if (c->text_len == 0)
        say_error(n, c->ticket, CODE_EMPTY_TEXT,
                  "An empty message was not sent: write something first.");
    else if (c->text_len > TEXT_MAX)
        say_error(n, c->ticket, CODE_TOO_LONG,
                  "The message has %zu bytes and the limit is %d: send it in parts.", c->text_len,
                  TEXT_MAX);
    else if (!utf8_is_valid(c->text, c->text_len))
        say_error(n, c->ticket, CODE_BAD_UTF8,
                  "The message is not valid UTF-8: set the terminal or the program to UTF-8.");
    else
        return true;
    return false;
}

static void on_send(struct node *n, const struct command *c)
{
    struct entry_content content = {.time_ms = n->now.wall_ms, .kind = ENTRY_TEXT};
    struct feed *feed;
    size_t len;
    if (!is_sendable(n, c))
        return;
    if (group_is_named(n, c->who)) {
        group_on_send(n, c);
        return;
    }
    struct contact *contact = who(n, c);
    if (!contact)
        return;
    if (contact->blocked) {
        say_error(n, c->ticket, CODE_BLOCKED, "%s is blocked: unblock first.",
                  contact_label(contact));
        return;
    }
    struct conversation *conversation = delivery_conversation(n, contact);
    if (!conversation || delivery_writing(n, conversation, &feed) != LTH_OK) {
        say_error(n, c->ticket, CODE_LIMIT,
                  "The message was not accepted, because you wrote to %s after each of %d starts, "
                  "and no more fit: make a group with them.",
                  contact_label(contact), FEEDS_OF_ONE_MAX);
        return;
    }
    uint8_t bytes[ENTRY_CONTENT_MAX];
    content.body = c->text;
    content.body_len = c->text_len;
    conversation_add_parents(conversation, &content);
    content.order_ms = feed_next_order(feed, content.time_ms, &content);
    if (entry_content_write(&content, bytes, sizeof bytes, &len) != LTH_OK ||
        store_entry(n, feed, bytes, len, &content, JOURNAL_OUR_ENTRY, c->ticket) != LTH_OK)
        say_error(n, c->ticket, CODE_INTERNAL,
                  "The message was not accepted, because memory is short: try again.");
}

/* ---- people ---- */

static void on_peers(struct node *n, const struct command *c)
{
    struct event *event = answer(n, c, EVENT_PEERS);
    size_t count = HASH_COUNT(n->contacts.table), at = 0;
    struct peer_view *views = todo_room(n->todo, count * sizeof *views);
    if (!views)
        return;
    for (struct contact *contact = n->contacts.table; contact; contact = contact->hh.next)
        contact_view(contact, &views[at++]);
    event->peers.peers = views;
    event->peers.count = count;
}

/* A name of ours or a petname; an error is said when it is not good. */
static bool is_good_name(struct node *n, const struct command *c)
{
    const uint8_t *name = (const uint8_t *)c->name;
    size_t len = strlen(c->name);
    if (len > NAME_MAX_LEN)
        say_error(n, c->ticket, CODE_TOO_LONG,
                  "The name has %zu bytes and the limit is %d: choose a shorter one.", len,
                  NAME_MAX_LEN);
    else if (!utf8_is_valid(name, len))
        say_error(n, c->ticket, CODE_BAD_UTF8, "The name is not valid UTF-8: choose another one.");
    else
        return true;
    return false;
}

static void tell_name(struct node *n)
{
    for (struct link *l = n->links.table; l; l = l->hh.next)
        if (l->state == LINK_READY)
            link_send(n, l, MESSAGE_NAME, n->name, strlen(n->name));
}

static void on_name(struct node *n, const struct command *c)
{
    uint8_t bytes[2 + RECORD_NAME_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);
    if (c->name && c->name[0] && !is_good_name(n, c))
        return;
    if (!c->name || !c->name[0]) {
        say_error(n, c->ticket, CODE_USAGE, "A name cannot be empty: give one.");
        return;
    }
    record_name_write(&w, c->name);
    store_setting(n, c, NULL, &w);
}

static bool is_good_petname(struct node *n, const struct command *c)
{
    bool is_marked = c->name && marked_name_is(c->name);
    if (is_marked)
        say_error(n, c->ticket, CODE_USAGE,
                  "The petname ends in ~ and letters, which is how people of one name are told "
                  "apart: choose another one.");
    return !is_marked && (!c->name || is_good_name(n, c));
}

static void on_petname(struct node *n, const struct command *c)
{
    struct contact_record wanted;
    struct contact *contact = is_good_petname(n, c) ? who(n, c) : NULL;
    if (!contact)
        return;
    contact_to_record(n, contact, &wanted);
    text_copy(wanted.petname, sizeof wanted.petname, c->name ? c->name : "");
    store_contact_setting(n, c, contact, &wanted);
}

static void on_block(struct node *n, const struct command *c, bool blocked)
{
    struct contact_record wanted;
    struct contact *contact = who(n, c);
    if (!contact)
        return;
    contact_to_record(n, contact, &wanted);
    wanted.flags &= (uint8_t)~CONTACT_BLOCKED;
    wanted.flags |= blocked ? CONTACT_BLOCKED : 0;
    store_contact_setting(n, c, contact, &wanted);
}

/* True when typed holds exactly these digits, spaces aside. */
static bool same_digits(const char *typed, const char *digits)
{
    for (; *typed; typed++) {
        if (*typed == ' ')
            continue;
        if (*typed != *digits++)
            return false;
    }
    return *digits == '\0';
}

static void answer_safety(struct node *n, uint64_t ticket, const struct contact *contact)
{
    char *number = todo_room(n->todo, SAFETY_DIGITS + 1);
    struct event *event = answer_to(n, ticket, EVENT_SAFETY);
    if (!number)
        return;
    identity_safety_number(n->me.public.id, contact->identity.id, number);
    memcpy(event->safety.peer, contact->identity.id, ID_LEN);
    event->safety.number = number;
    event->safety.verified = contact->verified;
}

static void on_verify(struct node *n, const struct command *c)
{
    char number[SAFETY_DIGITS + 1];
    struct contact_record wanted;
    struct contact *contact = who(n, c);
    if (!contact)
        return;
    identity_safety_number(n->me.public.id, contact->identity.id, number);
    if (c->number && !same_digits(c->number, number)) {
        say_error(
            n, c->ticket, CODE_USAGE,
            "Nothing was marked, because this is not the number of you and %s: look for a slip "
            "of the keys; if it is what they see, somebody stands between you.",
            contact_label(contact));
        return;
    }
    if (!c->number || contact->verified) {
        answer_safety(n, c->ticket, contact);
        return;
    }
    contact_to_record(n, contact, &wanted);
    wanted.flags |= CONTACT_VERIFIED;
    store_contact_setting(n, c, contact, &wanted);
}

/* ---- what was said ---- */

/* Where in the order the messages before c->id end; false after an error has been said. */
static bool find_end(struct node *n, const struct command *c, struct conversation *in, size_t *end)
{
    const struct place *order = conversation_order(in);
    uint8_t id[MESSAGE_ID_LEN];
    struct place place;
    *end = in->order_count;
    if (!c->id)
        return true;
    if (strlen(c->id) == 2 * sizeof id &&
        sodium_hex2bin(id, sizeof id, c->id, 2 * sizeof id, NULL, NULL, NULL) == 0 &&
        feeds_find_entry(&n->feeds, in, id, &place)) {
        while (*end > 0 &&
               (order[*end - 1].feed != place.feed || order[*end - 1].number != place.number))
            --*end;
        *end -= *end > 0;
        return true;
    }
    say_error(
        n, c->ticket, CODE_USAGE,
        "There is no message \"%.64s\" in this conversation: give the id of one that is in it.",
        c->id);
    return false;
}

/* *in is NULL when nothing was said yet; false after an error has been said. */
static bool find_conversation(struct node *n, const struct command *c, struct conversation **in)
{
    bool is_group = group_is_named(n, c->who);
    const struct group *g = is_group ? group_of_command(n, c, c->who) : NULL;
    const struct contact *contact = is_group ? NULL : who(n, c);
    *in = g ? g->conversation : contact ? contact->direct : NULL;
    return g || contact;
}

/* The last of the messages before end in the order that can be read, up to count of them, the
 * newest first; *first is where they begin. What opens a chain, and what was said before we joined,
 * is none. */
static struct place *readable(struct node *n, struct conversation *in, size_t end, size_t *count,
                              size_t *first)
{
    const struct place *order = conversation_order(in);
    struct place *places = todo_room(n->todo, (*count + 1) * sizeof *places);
    size_t found = 0, at = end;
    for (; places && at > 0 && found < *count; at--)
        if (feed_is_readable(order[at - 1].feed, order[at - 1].number))
            places[found++] = order[at - 1];
    *first = at;
    *count = found;
    return places;
}

static void on_history(struct node *n, const struct command *c)
{
    struct conversation *in;
    size_t end, first, count = c->last ? c->last : HISTORY_DEFAULT;
    if (!find_conversation(n, c, &in))
        return;
    if (!in || in->order_count == 0) {
        answer(n, c, EVENT_HISTORY);
        return;
    }
    if (!find_end(n, c, in, &end))
        return;
    count = count > HISTORY_MAX ? HISTORY_MAX : count;
    count = count > end ? end : count;
    const struct place *places = readable(n, in, end, &count, &first);
    struct pending_read *read =
        places ? reads_ask(n, READ_FOR_HISTORY, places, count, HISTORY_BYTES) : NULL;
    if (!read)
        return;
    read->ticket = c->ticket;
    read->more = first > 0;
}

void commands_on_history(struct node *n, const struct pending_read *read,
                         const struct node_record *records)
{
    struct event *event = say(n, EVENT_HISTORY);
    struct message_view *views = todo_room(n->todo, read->count * sizeof *views);
    size_t count = 0;
    for (size_t at = 0; views && at < read->count; at++) {
        /* A history was read from its end, so that what is over the limit is the oldest. */
        size_t i = read->purpose == READ_FOR_HISTORY ? read->count - 1 - at : at;
        if (!delivery_view(n, &read->places[i], &records[i], &views[count]))
            continue;
        views[count].record = read->as ? read->as[i] : views[count].record;
        count++;
    }
    event->is_answer = true;
    event->ticket = read->ticket;
    event->history.messages = views;
    event->history.count = count;
    event->history.more = read->more;
}

/* The records by which the first count of those that are told and not shown count as shown;
 * the read's. NULL when memory is out. */
static uint64_t *list_unseen(const struct told *t, struct place *places, size_t count)
{
    uint64_t *as = calloc(count, sizeof *as);
    for (size_t i = 0; as && i < count; i++) {
        places[i] = t->messages[t->shown + i].place;
        as[i] = t->messages[t->shown + i].as;
    }
    return as;
}

static void on_unseen(struct node *n, const struct command *c)
{
    struct place places[UNSEEN_AT_ONCE];
    size_t left = n->told.count - n->told.shown;
    size_t count = left < UNSEEN_AT_ONCE ? left : UNSEEN_AT_ONCE;
    if (count == 0) {
        answer(n, c, EVENT_HISTORY);
        return;
    }
    uint64_t *as = list_unseen(&n->told, places, count);
    struct pending_read *read = as ? reads_ask(n, READ_UNSEEN, places, count, HISTORY_BYTES) : NULL;
    if (!read) {
        n->todo->out_of_memory = true;
        free(as);
        return;
    }
    read->ticket = c->ticket;
    read->more = left > count;
    read->as = as;
}

static void view_recipient(const struct reach *r, uint64_t number, struct recipient_view *out)
{
    *out = (struct recipient_view){.state = STATE_QUEUED};
    memcpy(out->peer, r->exchange->contact->identity.id, ID_LEN);
    if (number <= r->receipted)
        out->state = STATE_DELIVERED;
    else if (number <= r->sent_high)
        out->state = STATE_SENT;
    if (out->state == STATE_DELIVERED && number >= r->receipted_first)
        out->time_ms = r->receipted_ms;
}

/* Who has left a group since need not get it any more; who has come since holds it, sealed, and
 * has a receipt for it, but was never to read it. */
static bool is_recipient(struct reach *r, uint64_t number)
{
    return (number <= r->receipted && group_was_for(r, number)) ||
           (r->exchange->is_open && group_is_for(r, number));
}

/* Returns how many; views has room for one of each exchange, and one more. */
static size_t view_recipients(const struct node *n, const struct place *place,
                              struct recipient_view *views)
{
    const struct feed *f = place->feed;
    size_t count = 0;
    for (size_t i = 0; f->mine && i < f->reach_count; i++)
        if (is_recipient(f->reaches[i], place->number))
            view_recipient(f->reaches[i], place->number, &views[count++]);
    if (f->mine)
        return count;
    views[0] = (struct recipient_view){.state = STATE_DELIVERED}; /* it is with us already */
    memcpy(views[0].peer, n->me.public.id, ID_LEN);
    return 1;
}

static void on_message_state(struct node *n, const struct command *c)
{
    uint8_t id[MESSAGE_ID_LEN];
    struct place place;
    if (!c->id || strlen(c->id) != 2 * sizeof id ||
        sodium_hex2bin(id, sizeof id, c->id, 2 * sizeof id, NULL, NULL, NULL) != 0 ||
        !feeds_find_entry(&n->feeds, NULL, id, &place) || place.number > place.feed->durable) {
        say_error(n, c->ticket, CODE_USAGE,
                  "There is no message \"%.64s\" here: give the id that it was accepted with.",
                  c->id ? c->id : "");
        return;
    }
    struct recipient_view *views =
        todo_room(n->todo, (place.feed->conversation->exchange_count + 1) * sizeof *views);
    struct event *event = answer(n, c, EVENT_MESSAGE_STATE);
    if (!views)
        return;
    memcpy(event->message_state.id, id, sizeof id);
    event->message_state.recipients = views;
    event->message_state.count = view_recipients(n, &place, views);
}

/* ---- addresses ---- */

/* The address in its canonical form; false after an error has been said. */
static bool good_address(struct node *n, const struct command *c, char text[256])
{
    struct endpoint e;
    char host[CANDIDATE_ADDRESS_MAX];
    uint16_t port = 0;
    bool numeric = c->address && endpoint_parse(c->address, &e) == LTH_OK;
    if (numeric && endpoint_is_dialable(&e)) {
        endpoint_write(&e, text);
        return true;
    }
    if (!numeric && c->address && strlen(c->address) <= CANDIDATE_ADDRESS_MAX &&
        endpoint_split(c->address, host, sizeof host, &port) == LTH_OK && port != 0 &&
        !strpbrk(host, "%:")) {
        text_copy(text, CANDIDATE_ADDRESS_MAX + 1, c->address);
        return true;
    }
    say_error(n, c->ticket, CODE_USAGE,
              "\"%.100s\" is not an address that can be reached: write host:port, 192.0.2.1:7327 "
              "or [fe80::1%%eth0]:7327.",
              c->address ? c->address : "");
    return false;
}

static void store_address(struct node *n, const struct command *c, const char *text, bool removed)
{
    uint8_t bytes[RECORD_ADDRESS_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);
    struct address_record record = {.removed = removed};
    text_copy(record.text, sizeof record.text, text);
    record_address_write(&w, &record);
    store_setting(n, c, NULL, &w);
}

static void on_peer_add(struct node *n, const struct command *c)
{
    char text[CANDIDATE_ADDRESS_MAX + 1];
    if (!good_address(n, c, text))
        return;
    if (dialer_add(n, text, CANDIDATE_TYPED, "", 0) != LTH_OK) {
        say_error(n, c->ticket, CODE_LIMIT,
                  "No more than %d addresses are tracked: remove one first.", CANDIDATES_MAX);
        return;
    }
    if (dialer_is_stored(n, text))
        answer(n, c, EVENT_ADDRESS)->address.address = keep_string(n, text);
    else /* it is dialled at once, and remembered if the disk takes it */
        store_address(n, c, text, false);
}

static void on_peer_remove(struct node *n, const struct command *c)
{
    char text[CANDIDATE_ADDRESS_MAX + 1];
    if (!good_address(n, c, text))
        return;
    if (dialer_is_typed(n, text))
        store_address(n, c, text, true);
    else
        say_error(n, c->ticket, CODE_USAGE, "%s was never added: nothing was removed.", text);
}

/* ---- what is changed once it is durable ---- */

static void answer_address(struct node *n, const struct journal_item *item)
{
    struct address_record record;
    if (record_address_parse(item->bytes, item->len, &record) != LTH_OK)
        return; /* we wrote it */
    answer_to(n, item->ticket, EVENT_ADDRESS)->address.address = keep_string(n, record.text);
}

static void answer_contact(struct node *n, const struct journal_item *item)
{
    struct contact *c = item->contact;
    assert(c); /* marked, so never forgotten */
    dialer_look_again(n);
    if (c->blocked)
        links_close_all(n, c);
    if (item->command == COMMAND_VERIFY)
        answer_safety(n, item->ticket, c);
    else
        contact_view(c, &answer_to(n, item->ticket, EVENT_CONTACT)->peer);
}

/* Not the name: a newer one may have been announced meanwhile. */
static void apply_to_contact(struct contact *c, const struct journal_item *item)
{
    struct contact_record record;
    if (record_contact_parse(item->bytes, item->len, &record) != LTH_OK)
        return; /* we wrote it */
    c->verified = record.flags & CONTACT_VERIFIED;
    c->blocked = record.flags & CONTACT_BLOCKED;
    text_copy(c->petname, sizeof c->petname, record.petname);
}

void commands_on_stored(struct node *n, const struct journal_item *item)
{
    if (item->contact)
        apply_to_contact(item->contact, item);
    else if (records_apply(n, item->bytes, item->len) != LTH_OK)
        n->todo->out_of_memory = true; /* the only way in which our own record can fail */
    if (item->command == COMMAND_NAME) {
        tell_name(n);
        answer_to(n, item->ticket, EVENT_NAMED)->named.name = n->name;
    } else if (item->command == COMMAND_PEER_ADD || item->command == COMMAND_PEER_REMOVE) {
        answer_address(n, item);
    } else {
        answer_contact(n, item);
    }
}

/* ---- the node itself ---- */

static size_t count_drops(struct node *n, struct drop_count *counts)
{
    static const char *const words[] = {
#define DROP_WORD(name, word) [name] = word,
        DROPS(DROP_WORD)
#undef DROP_WORD
    };
    size_t count = 0;
    for (size_t i = 0; i < DROP_COUNT; i++)
        if (n->dropped[i])
            counts[count++] = (struct drop_count){words[i], n->dropped[i]};
    return count;
}

/* Our durable entries without a receipt, once for each reader. */
static uint64_t queued_durable(const struct node *n)
{
    uint64_t queued = 0;
    for (const struct conversation *c = n->feeds.conversations; c; c = c->hh.next)
        for (size_t i = 0; i < c->exchange_count; i++)
            queued += sending_unreceipted(c->exchanges[i]);
    return queued;
}

static void on_status(struct node *n, const struct command *c)
{
    struct status_view *view = &answer(n, c, EVENT_STATUS)->status;
    struct drop_count *drops = todo_room(n->todo, DROP_COUNT * sizeof *drops);
    memcpy(view->id, n->me.public.id, ID_LEN);
    view->name = n->name;
    view->port = n->port;
    view->sessions = links_count(&n->links, true);
    view->half_open = links_count(&n->links, false);
    view->handshakes_ok = n->handshakes_ok;
    view->handshakes_failed = n->handshakes_failed;
    view->rekeys = n->rekeys;
    view->queued = queued_durable(n);
    view->dropped = drops;
    view->dropped_count = drops ? count_drops(n, drops) : 0;
}

static bool is_any_queued_for_online(const struct node *n)
{
    for (const struct conversation *c = n->feeds.conversations; c; c = c->hh.next)
        for (size_t i = 0; i < c->exchange_count; i++)
            if (exchange_session(c->exchanges[i]) && sending_owes(c->exchanges[i]))
                return true;
    return false;
}

static void say_synced(struct node *n, struct waiting_sync *sync)
{
    struct event *event = say(n, EVENT_SYNCED);
    event->is_answer = true;
    event->ticket = sync->ticket;
    event->synced.queued = queued_durable(n);
    sync->used = false;
}

void commands_check_syncs(struct node *n)
{
    for (size_t i = 0; i < SYNCS_MAX; i++) {
        struct waiting_sync *sync = &n->syncs[i];
        if (sync->used && (n->now.mono_ms >= sync->until_ms || !is_any_queued_for_online(n)))
            say_synced(n, sync);
    }
}

uint64_t commands_wake_ms(const struct node *n)
{
    uint64_t wake = UINT64_MAX;
    for (size_t i = 0; i < SYNCS_MAX; i++)
        if (n->syncs[i].used && n->syncs[i].until_ms < wake)
            wake = n->syncs[i].until_ms;
    return wake;
}

static void on_sync(struct node *n, const struct command *c)
{
    uint64_t timeout_s = c->timeout_s == UINT32_MAX ? SYNC_DEFAULT_S : c->timeout_s;
    for (size_t i = 0; i < SYNCS_MAX; i++) {
        if (n->syncs[i].used)
            continue;
        n->syncs[i] = (struct waiting_sync){true, c->ticket, n->now.mono_ms + timeout_s * 1000};
        return; /* looked at when the step ends */
    }
    say_error(n, c->ticket, CODE_LIMIT, "%d sync commands wait already: wait for one of them.",
              SYNCS_MAX);
}

void commands_on(struct node *n, const struct command *c)
{
    switch (c->type) {
    case COMMAND_SEND: on_send(n, c); return;
    case COMMAND_PEERS: on_peers(n, c); return;
    case COMMAND_HISTORY: on_history(n, c); return;
    case COMMAND_MESSAGE: on_message_state(n, c); return;
    case COMMAND_NAME: on_name(n, c); return;
    case COMMAND_PETNAME: on_petname(n, c); return;
    case COMMAND_VERIFY: on_verify(n, c); return;
    case COMMAND_BLOCK: on_block(n, c, true); return;
    case COMMAND_UNBLOCK: on_block(n, c, false); return;
    case COMMAND_PEER_ADD: on_peer_add(n, c); return;
    case COMMAND_PEER_REMOVE: on_peer_remove(n, c); return;
    case COMMAND_GROUP_CREATE:
    case COMMAND_GROUP_ADD:
    case COMMAND_GROUP_REMOVE:
    case COMMAND_GROUP_PROMOTE:
    case COMMAND_GROUP_DEMOTE:
    case COMMAND_GROUP_LEAVE:
    case COMMAND_GROUP_REKEY:
    case COMMAND_GROUP_RENAME:
    case COMMAND_GROUP_HISTORY:
    case COMMAND_GROUPS: group_on_command(n, c); return;
    case COMMAND_STATUS: on_status(n, c); return;
    case COMMAND_SYNC: on_sync(n, c); return;
    case COMMAND_UNSEEN: on_unseen(n, c); return;
    case COMMAND_SHOWN: return; /* the program, which keeps the mark, answers */
    case COMMAND_QUIT: return;  /* src/run stops the node and answers when all is on disk */
    case COMMAND_COUNT: return;
    }
}
