/* node/group_command.c - what is asked of a group, and what is said to it. */
#include "base/marked_name.h"
#include "base/utf8.h"
#include "node/delivery.h"
#include "node/keys.h"
#include "node/rosters.h"
#include "node/state.h"
#include "wire/sealed.h"

#include <sodium.h>
#include <string.h>

enum {
    CHAIN_MESSAGES = 100, /* then a new key, so that one that leaked opens no more */
    CHAIN_AGE_MS = 24 * 60 * 60 * 1000
};

/* ---- which group ---- */

static bool is_called(const struct group *g, const char *who)
{
    char id[2 * HASH_LEN + 1];
    const char *word = who[0] == '#' ? who + 1 : who, *name = roster_name(g->roster);
    sodium_bin2hex(id, sizeof id, roster_id(g->roster), HASH_LEN);
    if (marked_name_is(word))
        return marked_name_means(word, name, id);
    return strcmp(who, id) == 0 || strcmp(word, name) == 0;
}

/* Those that we are in come before those that we were in; but a mark is meant for one of them
 * all, and a group that was made to bear the same one takes nobody's place. */
static size_t find_called(const struct node *n, const char *who, bool is_member, struct group **out)
{
    size_t count = 0;
    for (struct group *g = n->groups.first; g; g = g->next) {
        bool is_due = g->is_member == is_member || marked_name_is(who);
        if (!g->conversation || !is_due || !is_called(g, who))
            continue;
        *out = g;
        count++;
    }
    return count;
}

bool group_is_called(const struct node *n, const char *who)
{
    struct group *found;
    return find_called(n, who, true, &found) + find_called(n, who, false, &found);
}

bool group_is_named(const struct node *n, const char *who)
{
    return who &&
           (who[0] == '#' || (strlen(who) == (size_t)2 * HASH_LEN && group_is_called(n, who)));
}

struct group *group_of_command(struct node *n, const struct command *c, const char *who)
{
    struct group *found = NULL;
    size_t count = who ? find_called(n, who, true, &found) : 0;
    if (!count && who)
        count = find_called(n, who, false, &found);
    if (count > 1)
        say_error(n, c->ticket, CODE_AMBIGUOUS,
                  "More than one group is called \"%.65s\": use the id of one.", who);
    else if (!count)
        say_error(n, c->ticket, CODE_UNKNOWN_PEER,
                  "There is no group called \"%.65s\" here: list the groups, or make one.",
                  who ? who : "");
    return count == 1 ? found : NULL;
}

static bool is_member(struct node *n, const struct command *c, const struct group *g)
{
    if (!g->is_member)
        say_error(n, c->ticket, CODE_NOT_A_MEMBER,
                  "You are not in #%.64s any more, so nothing was done: one of its admins can add "
                  "you.",
                  roster_name(g->roster));
    return g->is_member;
}

/* ---- saying something ---- */

static bool needs_chain(const struct node *n, const struct group *g)
{
    return !g->has_chain || g->chain_count >= CHAIN_MESSAGES ||
           n->now.mono_ms - g->chain_ms >= CHAIN_AGE_MS ||
           memcmp(g->chain_roster, roster_membership_head(g->roster), HASH_LEN) != 0;
}

static enum lth_err store_chain_entry(struct node *n, struct feed *f, const struct chain_body *body)
{
    uint8_t bytes[CHAIN_BODY_LEN], content_bytes[ENTRY_FRONT_MAX + CHAIN_BODY_LEN];
    struct entry_content content = {.time_ms = n->now.wall_ms, .kind = ENTRY_CHAIN};
    size_t len;
    chain_body_write(body, bytes);
    content.body = bytes;
    content.body_len = sizeof bytes;
    conversation_add_parents(f->conversation, &content); /* or a clock set back would put the feed
                                                          * before those of earlier starts */
    content.order_ms = feed_next_order(f, content.time_ms, &content);
    enum lth_err err = entry_content_write(&content, content_bytes, sizeof content_bytes, &len);
    return err == LTH_OK ? store_entry(n, f, content_bytes, len, &content, JOURNAL_OUR_CHAIN, 0)
                         : err;
}

/* From the next message on, another key. It is never kept to be gone on with after a restart;
 * what the log keeps of it is for reading. */
static enum lth_err open_chain(struct node *n, struct group *g, struct feed *f)
{
    uint8_t key[CHAIN_KEY_LEN];
    struct chain_body body;
    randombytes_buf(key, sizeof key);
    memcpy(body.roster_head, roster_head(g->roster), HASH_LEN);
    chain_commitment(&f->id, body.roster_head, key, body.commitment);
    enum lth_err err = store_chain_entry(n, f, &body);
    struct feed_chain *chain = err == LTH_OK ? chains_of(&f->chains, f->count) : NULL;
    if (chain)
        err = chains_take_key(chain, &f->id, key);
    if (chain && err == LTH_OK)
        err = keys_store(n, f, chain);
    if (err == LTH_OK) {
        chain_init(&g->chain, key);
        g->has_chain = true;
        g->chain_count = 0;
        g->chain_ms = n->now.mono_ms;
        memcpy(g->chain_roster, roster_membership_head(g->roster), HASH_LEN);
    }
    sodium_memzero(key, sizeof key);
    return err;
}

static enum lth_err seal(struct node *n, struct group *g, struct feed *f, const struct command *c)
{
    uint8_t *bytes = todo_room(n->todo, ENTRY_CONTENT_MAX), key[CHAIN_KEY_LEN];
    const struct sealed_place place = {&f->id, f->count + 1, feed_hash(f, f->count)};
    struct entry_content content = {.time_ms = n->now.wall_ms}, parsed;
    uint32_t index = g->chain.index;
    size_t len;
    if (!bytes)
        return LTH_NO_MEMORY;
    conversation_add_parents(g->conversation, &content);
    content.order_ms = feed_next_order(f, content.time_ms, &content);
    enum lth_err err = chain_message_key(&g->chain, index, key);
    if (err == LTH_OK)
        err = sealed_write(&content, &place, index, key, ENTRY_TEXT, c->text, c->text_len, bytes,
                           ENTRY_CONTENT_MAX, &len);
    sodium_memzero(key, sizeof key);
    if (err == LTH_OK)
        err = entry_content_parse(bytes, len, &parsed);
    return err == LTH_OK ? store_entry(n, f, bytes, len, &parsed, JOURNAL_OUR_ENTRY, c->ticket)
                         : err;
}

void group_on_send(struct node *n, const struct command *c)
{
    struct feed *f;
    struct group *g = group_of_command(n, c, c->who);
    if (!g || !is_member(n, c, g))
        return;
    if (delivery_writing(n, g->conversation, &f) != LTH_OK) {
        say_error(n, c->ticket, CODE_LIMIT,
                  "The message was not accepted, because you wrote to #%.64s after each of %d "
                  "starts, and no more fit: make a new group.",
                  roster_name(g->roster), FEEDS_OF_ONE_MAX);
        return;
    }
    enum lth_err err = needs_chain(n, g) ? open_chain(n, g, f) : LTH_OK;
    if (err == LTH_OK)
        err = seal(n, g, f, c);
    g->chain_count++;
    if (err != LTH_OK)
        say_error(n, c->ticket, CODE_INTERNAL,
                  "The message was not accepted, because memory is short: try again.");
}

/* ---- names and people ---- */

static bool is_good_group_name(struct node *n, const struct command *c)
{
    size_t len = c->name ? strlen(c->name) : 0;
    if (len == 0)
        say_error(n, c->ticket, CODE_USAGE, "A group needs a name: give one.");
    else if (len > GROUP_NAME_MAX)
        say_error(n, c->ticket, CODE_TOO_LONG,
                  "The name has %zu bytes and the limit is %d: choose a shorter one.", len,
                  GROUP_NAME_MAX);
    else if (!utf8_is_valid((const uint8_t *)c->name, len))
        say_error(n, c->ticket, CODE_BAD_UTF8, "The name is not valid UTF-8: choose another one.");
    else if (marked_name_is(c->name))
        say_error(n, c->ticket, CODE_USAGE,
                  "The name ends in ~ and letters, which is how groups of one name are told apart: "
                  "choose another one.");
    else
        return true;
    return false;
}

static void person_of(const struct contact *contact, struct person *out)
{
    out->identity = contact->identity;
    memcpy(out->name, contact->name, sizeof out->name);
}

/* A contact to be brought in; NULL after an error has been said. */
static struct contact *somebody(struct node *n, const struct command *c, const char *who)
{
    struct contact *contact = command_contact(n, c->ticket, who);
    if (contact && contact->blocked)
        say_error(n, c->ticket, CODE_BLOCKED, "%s is blocked: unblock first.",
                  contact_label(contact));
    return contact && !contact->blocked ? contact : NULL;
}

static bool is_named_before(struct node *n, const struct command *c, size_t at,
                            const struct contact *contact)
{
    for (size_t i = 0; i < at; i++) {
        struct contact *other;
        if (contacts_find(&n->contacts, c->members[i], &other) == LTH_OK && other == contact)
            return true;
    }
    return false;
}

/* Writes those named, each once; false after an error has been said. */
static bool write_persons(struct node *n, const struct command *c, struct operation *op,
                          struct writer *w)
{
    for (size_t i = 0; i < c->member_count; i++) {
        struct contact *contact = somebody(n, c, c->members[i]);
        struct person person;
        if (!contact)
            return false;
        if (is_named_before(n, c, i, contact))
            continue;
        person_of(contact, &person);
        person_write(w, &person);
        op->person_count++;
    }
    op->persons = w->start;
    op->persons_len = writer_len(w);
    return true;
}

static void on_create(struct node *n, const struct command *c)
{
    struct operation op = {.type = OPERATION_CREATE, .history = HISTORY_NONE};
    uint8_t persons[GROUP_MEMBERS_MAX * PERSON_MAX];
    struct writer w = writer_over(persons, sizeof persons);
    struct group *g;
    if (!is_good_group_name(n, c))
        return;
    if (c->member_count >= GROUP_MEMBERS_MAX) {
        say_error(n, c->ticket, CODE_LIMIT,
                  "A group has at most %d members, and %zu are too many: name fewer.",
                  GROUP_MEMBERS_MAX, c->member_count + 1);
        return;
    }
    if (groups_are_full(n)) {
        say_error(n, c->ticket, CODE_LIMIT,
                  "You are in %d groups, and more are not possible: leave one first.", GROUPS_MAX);
        return;
    }
    if (!write_persons(n, c, &op, &w))
        return;
    memcpy(op.name, c->name, strlen(c->name) + 1);
    memcpy(op.person.name, n->name, strlen(n->name) + 1);
    op.person.identity = n->me.public;
    randombytes_buf(op.nonce, sizeof op.nonce);
    enum lth_err err = rosters_create(n, &op, c->ticket, &g);
    if (err != LTH_OK)
        say_error(n, c->ticket, CODE_INTERNAL, "The group was not made (%s): try again.",
                  lth_strerror(err));
}

/* ---- decisions ---- */

/* Why op cannot be, and what to do. */
static const char *reason_of(enum roster_verdict verdict)
{
    switch (verdict) {
    case ROSTER_VALID: return "it can be done";
    case ROSTER_NOT_A_MEMBER: return "you are not in it";
    case ROSTER_NOT_AN_ADMIN: return "only its admins decide that: ask one of them";
    case ROSTER_ALREADY_A_MEMBER: return "they are in it already: nothing needs doing";
    case ROSTER_NO_SUCH_MEMBER: return "they are not in it: see who is";
    case ROSTER_ALREADY_AN_ADMIN: return "they are an admin already: nothing needs doing";
    case ROSTER_NO_SUCH_ADMIN: return "they are no admin: see who is";
    case ROSTER_ONESELF: return "that is you: leave it instead";
    case ROSTER_LAST_ADMIN: return "nobody could decide anything any more: promote somebody first";
    case ROSTER_FULL: return "it has 128 members, which is all it can have";
    case ROSTER_USED_UP:
        return "it has been changed 4096 times, which is all it can be: make a new one";
    case ROSTER_MISPLACED: return "it is there already";
    }
    return "";
}

static enum error_code code_of(enum roster_verdict verdict)
{
    switch (verdict) {
    case ROSTER_NOT_A_MEMBER:
    case ROSTER_NO_SUCH_MEMBER: return CODE_NOT_A_MEMBER;
    case ROSTER_NOT_AN_ADMIN:
    case ROSTER_NO_SUCH_ADMIN: return CODE_NOT_AN_ADMIN;
    case ROSTER_FULL:
    case ROSTER_USED_UP: return CODE_LIMIT;
    default: return CODE_USAGE;
    }
}

static void decide(struct node *n, const struct command *c, struct group *g, struct operation *op)
{
    enum roster_verdict verdict = roster_can(g->roster, n->me.public.id, op);
    if (verdict != ROSTER_VALID) {
        say_error(n, c->ticket, code_of(verdict), "Nothing was changed in #%.64s, because %s.",
                  roster_name(g->roster), reason_of(verdict));
        return;
    }
    enum lth_err err = rosters_decide(n, g, op, true, c->ticket);
    if (err == LTH_LIMIT)
        say_error(n, c->ticket, CODE_LIMIT,
                  "Nothing was changed in #%.64s, because as many decisions as fit are held: make "
                  "a new group.",
                  roster_name(g->roster));
    else if (err != LTH_OK)
        say_error(n, c->ticket, CODE_INTERNAL, "Nothing was changed in #%.64s (%s): try again.",
                  roster_name(g->roster), lth_strerror(err));
}

static void on_add(struct node *n, const struct command *c, struct group *g)
{
    struct operation op = {.type = OPERATION_ADD};
    struct contact *contact = somebody(n, c, c->who);
    if (!contact)
        return;
    person_of(contact, &op.person);
    memcpy(op.subject, contact->identity.id, ID_LEN);
    decide(n, c, g, &op);
}

static bool is_me(const struct node *n, const char *who)
{
    char id[ID_TEXT_LEN + 1];
    id_write(n->me.public.id, id);
    return who && (strcmp(who, id) == 0 || strcmp(who, n->name) == 0);
}

/* Remove, promote, demote. Oneself is meant by one's own name, unless somebody else has it. */
static void on_subject(struct node *n, const struct command *c, struct group *g,
                       enum operation_type type)
{
    struct operation op = {.type = type};
    uint8_t cut[CUT_MAX * CUT_ITEM_LEN];
    struct writer w = writer_over(cut, sizeof cut);
    struct contact *contact;
    if (is_me(n, c->who) && contacts_find(&n->contacts, c->who, &contact) == LTH_NOT_FOUND)
        memcpy(op.subject, n->me.public.id, ID_LEN);
    else if ((contact = command_contact(n, c->ticket, c->who)))
        memcpy(op.subject, contact->identity.id, ID_LEN);
    else
        return;
    if (type == OPERATION_REMOVE) {
        op.cut_count = rosters_cut(g, op.subject, &w);
        op.cut = cut;
    }
    decide(n, c, g, &op);
}

static void on_leave(struct node *n, const struct command *c, struct group *g)
{
    struct operation op = {.type = OPERATION_LEAVE};
    uint8_t cut[CUT_MAX * CUT_ITEM_LEN];
    struct writer w = writer_over(cut, sizeof cut);
    memcpy(op.subject, n->me.public.id, ID_LEN);
    op.cut_count = rosters_cut(g, op.subject, &w);
    op.cut = cut;
    decide(n, c, g, &op);
}

static void on_rename(struct node *n, const struct command *c, struct group *g)
{
    struct operation op = {.type = OPERATION_RENAME};
    if (!is_good_group_name(n, c))
        return;
    memcpy(op.name, c->name, strlen(c->name) + 1);
    decide(n, c, g, &op);
}

static void on_history_setting(struct node *n, const struct command *c, struct group *g)
{
    struct operation op = {.type = OPERATION_HISTORY};
    bool is_all = c->history && strcmp(c->history, "all") == 0;
    if (!is_all && (!c->history || strcmp(c->history, "none") != 0)) {
        say_error(n, c->ticket, CODE_USAGE,
                  "The history of a group is \"none\" or \"all\" for those who join: choose one.");
        return;
    }
    op.history = is_all ? HISTORY_ALL : HISTORY_NONE;
    decide(n, c, g, &op);
}

static void on_rekey(struct node *n, const struct command *c, struct group *g)
{
    struct event *event = say(n, EVENT_GROUP);
    g->has_chain = false;
    chain_clear(&g->chain);
    event->is_answer = true;
    event->ticket = c->ticket;
    group_view(n, g, &event->group);
    event->group.change = (struct group_change){.is_any = true, .what = "rekey", .by_me = true};
    memcpy(event->group.change.by, n->me.public.id, ID_LEN);
    event->group.change.by_name = group_name_of(n, g, n->me.public.id);
}

static void on_groups(struct node *n, const struct command *c)
{
    struct event *event = say(n, EVENT_GROUPS);
    size_t count = 0;
    for (const struct group *g = n->groups.first; g; g = g->next)
        count += g->is_member;
    struct group_view *views = todo_room(n->todo, (count + 1) * sizeof *views);
    event->is_answer = true;
    event->ticket = c->ticket;
    event->groups.groups = views;
    event->groups.count = views ? count : 0;
    for (const struct group *g = n->groups.first; views && g; g = g->next)
        if (g->is_member)
            group_view(n, g, &views[--count]); /* the oldest first */
}

static void on_one(struct node *n, const struct command *c, struct group *g)
{
    switch (c->type) {
    case COMMAND_GROUP_ADD: on_add(n, c, g); return;
    case COMMAND_GROUP_REMOVE: on_subject(n, c, g, OPERATION_REMOVE); return;
    case COMMAND_GROUP_PROMOTE: on_subject(n, c, g, OPERATION_PROMOTE); return;
    case COMMAND_GROUP_DEMOTE: on_subject(n, c, g, OPERATION_DEMOTE); return;
    case COMMAND_GROUP_LEAVE: on_leave(n, c, g); return;
    case COMMAND_GROUP_RENAME: on_rename(n, c, g); return;
    case COMMAND_GROUP_HISTORY: on_history_setting(n, c, g); return;
    default: on_rekey(n, c, g); return;
    }
}

void group_on_command(struct node *n, const struct command *c)
{
    if (c->type == COMMAND_GROUP_CREATE) {
        on_create(n, c);
    } else if (c->type == COMMAND_GROUPS) {
        on_groups(n, c);
    } else {
        struct group *g = group_of_command(n, c, c->group);
        if (g && is_member(n, c, g))
            on_one(n, c, g);
    }
}
