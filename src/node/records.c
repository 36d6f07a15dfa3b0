/* node/records.c - what is written into the log, and read again at start. */
#include "store/record.h"

#include "base/text.h"
#include "node/delivery.h"
#include "node/quota.h"
#include "node/state.h"

#include <sodium.h>
#include <string.h>

enum lth_err store_item(struct node *n, const struct journal_item *item,
                        const struct writer *record, bool sync)
{
    size_t len;
    if (writer_finish(record, &len) != LTH_OK)
        return LTH_TOO_LONG;
    uint64_t number = n->journal.next;
    if (journal_push(&n->journal, item, record->start, len) != LTH_OK) {
        n->todo->out_of_memory = true;
        return LTH_NO_MEMORY;
    }
    struct todo *todo = todo_add(n->todo, TODO_APPEND);
    todo->append.number = number;
    todo->append.bytes = journal_get(&n->journal, number)->bytes;
    todo->append.len = len;
    todo->append.sync = sync;
    return LTH_OK;
}

void store_note(struct node *n, const struct writer *record)
{
    const struct journal_item item = {.kind = JOURNAL_NOTE};
    if (store_item(n, &item, record, false) != LTH_OK)
        n->todo->out_of_memory = true;
}

/* The newest setting of c on its way to the disk, or NULL. */
static const struct journal_item *pending_setting(const struct node *n, const struct contact *c)
{
    for (uint64_t at = n->journal.next; at-- > n->journal.durable + 1;) {
        const struct journal_item *item = journal_get(&n->journal, at);
        if (item && item->kind == JOURNAL_SETTING && item->contact == c)
            return item;
    }
    return NULL;
}

void contact_to_record(const struct node *n, const struct contact *c, struct contact_record *out)
{
    const struct journal_item *setting = pending_setting(n, c);
    struct contact_record pending;
    *out = (struct contact_record){
        .flags =
            (uint8_t)((c->verified ? CONTACT_VERIFIED : 0) | (c->blocked ? CONTACT_BLOCKED : 0) |
                      (c->introduced ? CONTACT_INTRODUCED : 0)),
        .first_seen_ms = c->first_seen_ms,
    };
    memcpy(out->x25519, c->identity.x25519, 32);
    memcpy(out->ed25519, c->identity.ed25519, 32);
    memcpy(out->introduced_by, c->introduced_by, ID_LEN);
    text_copy(out->name, sizeof out->name, c->name); /* all names have the same limit */
    text_copy(out->petname, sizeof out->petname, c->petname);
    if (setting && record_contact_parse(setting->bytes, setting->len, &pending) == LTH_OK) {
        out->flags = pending.flags;
        text_copy(out->petname, sizeof out->petname, pending.petname);
    }
}

void store_contact(struct node *n, struct contact *c)
{
    const struct journal_item item = {.kind = JOURNAL_CONTACT, .contact = c};
    uint8_t bytes[RECORD_CONTACT_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);
    struct contact_record record;
    contact_to_record(n, c, &record);
    record_contact_write(&w, &record);
    c->in_log = store_item(n, &item, &w, false) == LTH_OK;
}

enum lth_err store_feed(struct node *n, struct feed *f)
{
    uint8_t bytes[RECORD_FEED_LEN];
    struct writer w = writer_over(bytes, sizeof bytes);
    struct feed_record record = {.handle = f->handle, .incarnation = f->id.incarnation};
    const struct journal_item item = {.kind = JOURNAL_FEED, .feed = f};
    struct contact *peer = f->conversation->peer;
    if (peer) {
        store_contact(n, peer); /* directly before: replay may have made room since */
        peer->has_feeds = true;
    }
    memcpy(record.conversation, f->id.conversation, 32);
    memcpy(record.author, f->id.author, 32);
    record_feed_write(&w, &record);
    enum lth_err err = store_item(n, &item, &w, false); /* the entry that follows is synced */
    f->in_log = err == LTH_OK;
    return err;
}

static void answer(struct node *n, struct contact *c)
{
    if (c->answered)
        return;
    c->answered = true;
    quota_lift(n, c);
}

/* Who speaks in a group speaks to all of it. */
static void answer_all(struct node *n, const struct conversation *c)
{
    for (size_t i = 0; i < c->exchange_count; i++)
        if (c->exchanges[i]->is_open)
            answer(n, c->exchanges[i]->contact);
}

/* An entry of f joined the log. */
static void count_entry(struct node *n, const struct feed *f, size_t len)
{
    struct contact *peer = f->conversation->peer;
    bool is_first = f->count == 1;
    if (!peer && f->mine)
        answer_all(n, f->conversation);
    else if (!peer)
        peer = contacts_get(&n->contacts, f->id.author);
    if (!peer)
        return;
    if (!f->mine)
        quota_take(n, peer, len + QUOTA_PER_ENTRY + (is_first ? QUOTA_PER_FEED : 0));
    else
        answer(n, peer);
}

enum lth_err store_entry(struct node *n, struct feed *f, const uint8_t *content, size_t len,
                         const struct entry_content *parsed, enum journal_kind kind,
                         uint64_t ticket)
{
    uint8_t *bytes = n->plain; /* scratch: no frame is being packed while entries come in */
    uint8_t hash[HASH_LEN];
    struct writer w = writer_over(bytes, sizeof n->plain);
    struct entry_record record = {f->handle, f->count + 1, content, len};
    struct journal_item item = {
        .kind = kind,
        .feed = f,
        .number = f->count + 1,
        .ticket = ticket,
    };
    if (!f->in_log && store_feed(n, f) != LTH_OK)
        return LTH_NO_MEMORY;
    record_entry_write(&w, &record);
    entry_hash(&f->id, f->count + 1, feed_hash(f, f->count), content, len, hash);
    enum lth_err err = feed_push(f, hash, parsed, n->journal.next);
    if (err == LTH_OK && (err = store_item(n, &item, &w, true)) != LTH_OK)
        feed_pop(f);
    if (err == LTH_OK)
        count_entry(n, f, len);
    return err;
}

/* ---- reading the log again ---- */

static enum lth_err replay_name(struct node *n, const uint8_t *bytes, size_t len)
{
    char name[RECORD_NAME_MAX + 1];
    enum lth_err err = record_name_parse(bytes, len, name);
    if (err != LTH_OK)
        return err;
    text_copy(n->name_in_log, sizeof n->name_in_log, name);
    if (!n->name_given || n->stepped_ms) /* one given at start wins over the log's */
        text_copy(n->name, sizeof n->name, name);
    return LTH_OK;
}

static enum lth_err replay_contact(struct node *n, const uint8_t *bytes, size_t len)
{
    struct contact_record record;
    struct identity identity;
    enum lth_err err = record_contact_parse(bytes, len, &record);
    if (err != LTH_OK)
        return err;
    identity_init(&identity, record.x25519, record.ed25519);
    struct contact *c = contacts_get(&n->contacts, identity.id);
    if (!c && (err = people_add(n, &identity, &c)) != LTH_OK)
        return err == LTH_LIMIT ? LTH_OK
                                : err; /* groups have filled the table: met again, if at all */
    c->in_log = true;
    c->verified = record.flags & CONTACT_VERIFIED;
    c->blocked = record.flags & CONTACT_BLOCKED;
    c->introduced = record.flags & CONTACT_INTRODUCED;
    memcpy(c->introduced_by, record.introduced_by, ID_LEN);
    c->first_seen_ms = record.first_seen_ms;
    text_copy(c->name, sizeof c->name, record.name);
    text_copy(c->petname, sizeof c->petname, record.petname);
    if (c->verified || c->petname[0])
        quota_lift(n, c);
    groups_on_contact(n, c, true);
    return LTH_OK;
}

/* The other side of the direct conversation with this id. */
static struct contact *peer_of(struct node *n, const uint8_t conversation[CONVERSATION_ID_LEN])
{
    uint8_t id[CONVERSATION_ID_LEN];
    for (struct contact *c = n->contacts.table; c; c = c->hh.next) {
        conversation_direct_id(n->me.public.id, c->identity.id, id);
        if (memcmp(id, conversation, sizeof id) == 0)
            return c;
    }
    return NULL;
}

static enum lth_err replay_feed(struct node *n, const uint8_t *bytes, size_t len)
{
    struct feed_record record;
    struct feed *f;
    enum lth_err err = record_feed_parse(bytes, len, &record);
    if (err != LTH_OK)
        return err;
    struct conversation *c = feeds_find_conversation(&n->feeds, record.conversation);
    struct contact *peer = c ? c->peer : peer_of(n, record.conversation);
    if (!peer && !c)
        return LTH_DAMAGED; /* the contact, or the group, was written before it */
    if (!c && !(c = feeds_conversation(&n->feeds, record.conversation, peer)))
        return LTH_NO_MEMORY;
    if (peer)
        peer->has_feeds = true;
    f = feeds_by_handle(&n->feeds, record.handle);
    if (f) /* told again after a full disk */
        return feeds_find(c, record.author, record.incarnation) == f ? LTH_OK : LTH_DAMAGED;
    err = feeds_add(&n->feeds, c, record.handle, record.author, record.incarnation, &f);
    if (err == LTH_OK)
        f->in_log = true;
    return err;
}

/* An entry of a group that we could not read when it came, or that says nothing. */
static bool is_not_to_show(const struct feed *f, uint64_t number)
{
    return feed_entry(f, number)->kind != ENTRY_SEALED || feed_entry(f, number)->waits;
}

static enum lth_err replay_entry(struct node *n, uint64_t number, const uint8_t *bytes, size_t len)
{
    struct entry_record record;
    struct entry_content content;
    uint8_t hash[HASH_LEN];
    enum lth_err err = record_entry_parse(bytes, len, &record);
    struct feed *f = err == LTH_OK ? feeds_by_handle(&n->feeds, record.feed) : NULL;
    if (!f || record.number != f->count + 1)
        return LTH_DAMAGED;
    err = entry_content_parse(record.content, record.content_len, &content);
    if (err != LTH_OK)
        return err;
    entry_hash(&f->id, record.number, feed_hash(f, f->count), record.content, record.content_len,
               hash);
    err = feed_push(f, hash, &content, number);
    if (err == LTH_OK)
        err = feed_commit(f);
    if (err == LTH_OK)
        count_entry(n, f, record.content_len);
    if (err == LTH_OK && !f->mine && f->conversation->group)
        feed_covers(f, &content);
    bool is_to_show = !f->mine && !(f->conversation->group && is_not_to_show(f, record.number));
    if (err == LTH_OK && is_to_show && number > n->shown)
        err = unseen_add(&n->unseen, &(struct place){f, record.number}, 0);
    return err;
}

static enum lth_err replay_receipt(struct node *n, const uint8_t *bytes, size_t len)
{
    struct receipt_record record;
    enum lth_err err = record_receipt_parse(bytes, len, &record);
    struct feed *f = err == LTH_OK ? feeds_by_handle(&n->feeds, record.feed) : NULL;
    struct contact *reader = contacts_get(&n->contacts, record.reader);
    struct exchange *x = f && reader ? exchange_with(f->conversation, reader) : NULL;
    struct reach *r = x ? exchange_reach(x, f) : NULL;
    if (!r && f && f->conversation->group)
        return LTH_OK; /* of a member for whom there was no room when this log was read */
    if (!r || !f->mine || record.number > f->count)
        return LTH_DAMAGED;
    if (record.number <= r->receipted)
        return LTH_OK;
    r->receipted_first = r->receipted + 1;
    r->receipted = r->receipt_seen = r->sent_high = record.number;
    r->receipted_ms = record.time_ms;
    return LTH_OK;
}

static enum lth_err replay_head(struct node *n, const uint8_t *bytes, size_t len)
{
    struct head_record record;
    enum lth_err err = record_head_parse(bytes, len, &record);
    struct feed *f = err == LTH_OK ? feeds_by_handle(&n->feeds, record.feed) : NULL;
    if (!f || f->mine)
        return LTH_DAMAGED;
    bool is_of_use = record.number <= f->count &&
                     record.number > proofs_highest(&f->proofs, UINT64_MAX) &&
                     memcmp(record.hash, feed_hash(f, record.number), HASH_LEN) == 0;
    return is_of_use ? proofs_add(&f->proofs, record.number, f->count, record.signature) : LTH_OK;
}

static enum lth_err replay_address(struct node *n, const uint8_t *bytes, size_t len)
{
    struct address_record record;
    enum lth_err err = record_address_parse(bytes, len, &record);
    if (err != LTH_OK)
        return err;
    if (!record.removed) {
        err = dialer_add(n, record.text, CANDIDATE_TYPED, "", 0);
        dialer_on_stored(n, record.text);
        return err;
    }
    dialer_remove(n, record.text, CANDIDATE_TYPED);
    return LTH_OK;
}

static enum lth_err replay_seen(struct node *n, const uint8_t *bytes, size_t len)
{
    struct seen_record record;
    enum lth_err err = record_seen_parse(bytes, len, &record);
    struct contact *c = err == LTH_OK ? contacts_get(&n->contacts, record.id) : NULL;
    if (!c)
        return err; /* forgotten, when this log was read, to make room */
    c->address = record.endpoint;
    c->last_seen_ms = record.time_ms;
    return LTH_OK;
}

static enum lth_err replay_operation(struct node *n, const uint8_t *bytes, size_t len)
{
    struct operation_record_view record;
    struct operation op;
    enum lth_err err = record_operation_parse(bytes, len, &record);
    if (err == LTH_OK)
        err = operation_parse(record.bytes, record.len, &op);
    if (err != LTH_OK)
        return LTH_DAMAGED;
    struct group *g = group_find(n, op.group);
    err = g ? roster_take(g->roster, record.bytes, record.len)
            : group_new(n, record.bytes, record.len, NULL, &g);
    if (err != LTH_OK)
        return err == LTH_NO_MEMORY ? err : LTH_OK; /* others hold what is not taken again here */
    g->durable = roster_count(g->roster);
    group_settle(n, g, true);
    return LTH_OK;
}

static enum lth_err replay_key(struct node *n, const uint8_t *bytes, size_t len)
{
    struct key_record record;
    enum lth_err err = record_key_parse(bytes, len, &record);
    const struct feed *f = err == LTH_OK ? feeds_by_handle(&n->feeds, record.feed) : NULL;
    struct feed_chain *chain = f ? chains_of(&f->chains, record.number) : NULL;
    bool is_good = chain && chain->number == record.number &&
                   chains_take_key(chain, &f->id, record.key) == LTH_OK;
    sodium_memzero(&record, sizeof record);
    return is_good ? LTH_OK : LTH_DAMAGED;
}

static enum lth_err replay_opened(struct node *n, uint64_t number, const uint8_t *bytes, size_t len)
{
    struct opened_record record;
    enum lth_err err = record_opened_parse(bytes, len, &record);
    struct feed *f = err == LTH_OK ? feeds_by_handle(&n->feeds, record.feed) : NULL;
    if (!f || record.number < 1 || record.number > f->count)
        return LTH_DAMAGED;
    feed_set_waiting(f, record.number, false);
    return number > n->shown ? unseen_add(&n->unseen, &(struct place){f, record.number}, number)
                             : LTH_OK;
}

enum lth_err records_apply(struct node *n, const uint8_t *bytes, size_t len)
{
    return node_replay(n, 0, bytes, len);
}

enum lth_err node_replay(struct node *n, uint64_t number, const uint8_t *bytes, size_t len)
{
    switch (record_type(bytes)) {
    case RECORD_NAME: return replay_name(n, bytes, len);
    case RECORD_CONTACT: return replay_contact(n, bytes, len);
    case RECORD_FEED: return replay_feed(n, bytes, len);
    case RECORD_ENTRY: return replay_entry(n, number, bytes, len);
    case RECORD_RECEIPT: return replay_receipt(n, bytes, len);
    case RECORD_HEAD: return replay_head(n, bytes, len);
    case RECORD_ADDRESS: return replay_address(n, bytes, len);
    case RECORD_SEEN: return replay_seen(n, bytes, len);
    case RECORD_OPERATION: return replay_operation(n, bytes, len);
    case RECORD_KEY: return replay_key(n, bytes, len);
    case RECORD_OPENED: return replay_opened(n, number, bytes, len);
    default: return LTH_TOO_NEW;
    }
}
