#include "ui/overdue.h"

#include "ui/prompt_text.h"

#include <string.h>

void overdue_clear(struct overdue *o)
{
    unsettled_clear(&o->own);
    unsettled_clear(&o->keyless);
    tally_clear(&o->late);
    tally_clear(&o->late_in_groups);
}

/* ---- what happens ---- */

static void on_accepted(struct overdue *o, const struct names *names, const struct event *e,
                        uint64_t now_ms)
{
    struct unsettled_place place = {.from = {0}};
    if (known_groups_is_empty(&names->groups, e->accepted.conversation))
        return; /* nobody to deliver it to */
    memcpy(place.conversation, e->accepted.conversation, CONVERSATION_ID_LEN);
    unsettled_add(&o->own, e->accepted.id, &place, now_ms);
}

static void on_delivered(struct overdue *o, const struct names *names, const struct event *e,
                         uint64_t now_ms)
{
    const uint8_t *conversation = e->delivery.conversation;
    if (!unsettled_has_come(&o->own, e->delivery.id))
        return;
    if (!known_groups_has(&names->groups, conversation)) {
        tally_add(&o->late, conversation, e->delivery.peer);
        return;
    }
    if (o->late_in_groups.count == 0)
        o->late_since_ms = now_ms;
    tally_add(&o->late_in_groups, conversation, e->delivery.peer);
}

static void on_waiting(struct overdue *o, const struct event *e, uint64_t now_ms)
{
    struct unsettled_place place;
    memcpy(place.conversation, e->waiting_for_key.conversation, CONVERSATION_ID_LEN);
    memcpy(place.from, e->waiting_for_key.from, ID_LEN);
    unsettled_add(&o->keyless, e->waiting_for_key.id, &place, now_ms);
}

void overdue_event(struct overdue *o, const struct names *names, const struct event *e,
                   uint64_t monotonic_ms)
{
    if (e->type == EVENT_ACCEPTED)
        on_accepted(o, names, e, monotonic_ms);
    else if (e->type == EVENT_DELIVERED)
        on_delivered(o, names, e, monotonic_ms);
    else if (e->type == EVENT_WAITING_FOR_KEY)
        on_waiting(o, e, monotonic_ms);
    else if (e->type == EVENT_MESSAGE) /* its key, if it was waited for, has come */
        (void)unsettled_has_come(&o->keyless, e->message.id);
}

/* ---- what is said ---- */

enum { NAMED_MAX = 3 }; /* people in one line */

/* The part of a tally that is about one conversation. */
struct share {
    const struct tally_item *people[NAMED_MAX]; /* the first */
    size_t person_count, messages, most;        /* most: of one person */
};

static struct share share_of(const struct tally *t, const uint8_t conversation[CONVERSATION_ID_LEN])
{
    struct share s = {.person_count = 0};
    for (const struct tally_item *i = t->items; i && i < t->items + t->count; i++) {
        if (memcmp(i->conversation, conversation, CONVERSATION_ID_LEN) != 0)
            continue;
        if (s.person_count < NAMED_MAX)
            s.people[s.person_count] = i;
        s.person_count++;
        s.messages += i->messages;
        s.most = i->messages > s.most ? i->messages : s.most;
    }
    return s;
}

/* "bob", "bob and ann", "bob, ann and cat", "bob, ann and 5 others" */
static void say_people(const struct share *s, const struct names *names, struct pen *pen)
{
    size_t shown = s->person_count > NAMED_MAX ? NAMED_MAX - 1 : s->person_count;
    for (size_t i = 0; i < shown; i++) {
        pen_say(pen, "%s", i == 0 ? "" : i + 1 == s->person_count ? " and " : ", ");
        names_quote_person(names, s->people[i]->person, NULL, pen);
    }
    if (shown < s->person_count)
        pen_say(pen, " and %zu others", s->person_count - shown);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void say_late(const struct tally *t, const struct names *names, struct pen *pen)
{
    for (const struct tally_item *i = t->items; i && i < t->items + t->count; i++) {
        prompt_text_notice(pen);
        pen_say(pen, "delivered to ");
        names_quote_person(names, i->person, NULL, pen);
        pen_say(pen, ": %zu message%s that had waited", i->messages, plural(i->messages));
        prompt_text_end(pen);
    }
}

static void say_late_in_group(const struct share *s, const uint8_t id[CONVERSATION_ID_LEN],
                              const struct names *names, struct pen *pen)
{
    prompt_text_notice(pen);
    pen_say(pen, "delivered in ");
    names_quote_group(names, id, pen);
    pen_say(pen, " to ");
    say_people(s, names, pen);
    pen_say(pen, ": %s%zu message%s that had waited",
            s->most * s->person_count > s->messages ? "up to " : "", s->most, plural(s->most));
    prompt_text_end(pen);
}

static void say_keyless(const struct share *s, const uint8_t id[CONVERSATION_ID_LEN],
                        const struct names *names, struct pen *pen)
{
    prompt_text_notice(pen);
    names_quote_group(names, id, pen);
    pen_say(pen, ": %zu message%s by ", s->messages, plural(s->messages));
    say_people(s, names, pen);
    pen_say(pen, s->messages == 1 ? " is here and its key is not yet; it is shown when somebody "
                                    "brings the key"
                                  : " are here and their keys are not yet; they are shown when "
                                    "somebody brings the keys");
    prompt_text_end(pen);
}

/* One line for each conversation; the tally is empty then. */
static void say_shares(struct tally *t, const struct names *names, struct pen *pen,
                       void say(const struct share *, const uint8_t *, const struct names *,
                                struct pen *))
{
    while (t->count) {
        uint8_t conversation[CONVERSATION_ID_LEN];
        memcpy(conversation, t->items[0].conversation, sizeof conversation);
        const struct share share = share_of(t, conversation);
        say(&share, conversation, names, pen);
        tally_drop(t, conversation);
    }
}

static void say_undelivered(size_t count, struct pen *pen)
{
    if (count == 0)
        return;
    prompt_text_notice(pen);
    pen_say(pen,
            "%zu message%s not delivered yet; kept, and sent when the other side can be "
            "reached",
            count, plural(count));
    prompt_text_end(pen);
}

static void settle_own(struct overdue *o, const struct names *names, uint64_t now_ms,
                       struct pen *pen)
{
    struct unsettled_place place;
    size_t undelivered = 0;
    say_late(&o->late, names, pen);
    tally_clear(&o->late);
    if (now_ms - o->late_since_ms >= UNSETTLED_PATIENCE_MS)
        say_shares(&o->late_in_groups, names, pen, say_late_in_group);
    while (unsettled_take_late(&o->own, now_ms, &place))
        undelivered++;
    say_undelivered(undelivered, pen);
}

static void settle_keyless(struct overdue *o, const struct names *names, uint64_t now_ms,
                           struct pen *pen)
{
    struct tally late = {0};
    struct unsettled_place place;
    while (unsettled_take_late(&o->keyless, now_ms, &place))
        tally_add(&late, place.conversation, place.from);
    say_shares(&late, names, pen, say_keyless);
    tally_clear(&late);
}

void overdue_settle(struct overdue *o, const struct names *names, uint64_t monotonic_ms,
                    struct pen *pen)
{
    settle_own(o, names, monotonic_ms, pen);
    settle_keyless(o, names, monotonic_ms, pen);
}

bool overdue_wants_tick(const struct overdue *o)
{
    return o->own.open > 0 || o->keyless.open > 0 || o->late_in_groups.count > 0;
}
