#include "ui/prompt_text.h"

#include "ui/group_text.h"
#include "ui/names.h"
#include "ui/person_uri.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

static const char gutter[] = "      | ";

void prompt_text_notice(struct pen *pen)
{
    pen_style(pen, STYLE_NOTICE);
    pen_say(pen, "-- ");
}

void prompt_text_alarm(struct pen *pen)
{
    pen_style(pen, STYLE_ALARM);
    pen_say(pen, "!! ");
}

void prompt_text_end(struct pen *pen)
{
    pen_style(pen, STYLE_PLAIN);
    pen_say(pen, "\n");
}

/* False when the clock of whoever wrote it was so wrong that there is no such day. */
static bool local_time(uint64_t time_ms, struct tm *out)
{
    time_t seconds = (time_t)(time_ms / 1000);
    return localtime_r(&seconds, out) && out->tm_year < 8100; /* year 9999 */
}

static void say_time(struct pen *pen, uint64_t time_ms, uint64_t now_ms)
{
    struct tm then, now;
    char text[32] = "--:--";
    if (local_time(time_ms, &then) && local_time(now_ms, &now)) {
        bool today = then.tm_year == now.tm_year && then.tm_yday == now.tm_yday;
        strftime(text, sizeof text, today ? "%H:%M" : "%Y-%m-%d %H:%M", &then);
    }
    pen_say(pen, "%s ", text);
}

void prompt_text_message(struct pen *pen, const struct message_view *m, uint64_t now_ms)
{
    pen_style(pen, STYLE_NOTICE);
    say_time(pen, m->time_ms, now_ms);
    if (m->group_name) {
        pen_group(pen, m->group_name);
        pen_say(pen, " ");
    }
    pen_style(pen, STYLE_PLAIN);
    pen_style(pen, m->from_me ? STYLE_NOTICE : STYLE_NAME);
    if (m->from_me)
        pen_say(pen, "(you)");
    else
        pen_person(pen, m->name);
    pen_style(pen, STYLE_PLAIN);
    pen_say(pen, ": ");
    pen_text(pen, m->text, m->text_len, gutter);
    pen_say(pen, "\n");
}

/* Letters of an id in groups of four, as people read them out. */
static void say_id(struct pen *pen, const uint8_t id[ID_LEN])
{
    char text[ID_TEXT_LEN + 1];
    id_write(id, text);
    for (size_t i = 0; i < ID_TEXT_LEN; i += 4)
        pen_say(pen, "%s%.4s", i ? " " : "", text + i);
}

static void say_short_id(struct pen *pen, const uint8_t id[ID_LEN])
{
    char text[ID_TEXT_LEN + 1];
    id_write(id, text);
    pen_say(pen, "%.8s", text);
}

static void write_ready(struct pen *pen, const struct event *e, const char *tail)
{
    prompt_text_notice(pen);
    pen_say(pen, "you are ");
    pen_quote(pen, e->ready.name);
    pen_say(pen, ", on port %u%s", e->ready.port, tail);
    prompt_text_end(pen);
}

void prompt_text_greeting(struct pen *pen, const struct event *ready)
{
    write_ready(pen, ready, "; /help lists commands");
}

void prompt_text_welcome(struct pen *pen, const struct event *ready)
{
    pen_say(pen, "Your name:  ");
    pen_quote(pen, ready->ready.name);
    pen_say(pen, "   (/name changes it)\nYour id:    ");
    say_id(pen, ready->ready.id);
    pen_say(pen, "\nKept in:    ");
    pen_quote(pen, ready->ready.data);
    pen_say(pen, "\nOthers on this network appear by themselves. /who lists them, /to NAME\n"
                 "chooses one, and what you type then goes to them. /verify NAME shows the\n"
                 "number to compare, to be sure who they are. /help lists all commands.\n");
}

static const char *trust_in(const struct peer_view *p)
{
    return p->blocked ? "blocked" : p->verified ? "verified" : "";
}

/* What is of one width first, in columns: presence and trust; then name, id, addresses. */
static void write_peer(struct pen *pen, const struct names *names, const struct peer_view *p)
{
    char address[ENDPOINT_TEXT_LEN];
    pen_say(pen, "   %s  %-8s  ", p->online ? "here" : "away", trust_in(p));
    pen_style(pen, STYLE_NAME);
    names_quote_person(names, p->id, p->petname[0] ? p->petname : p->name, pen);
    pen_style(pen, STYLE_PLAIN);
    if (p->petname[0]) {
        pen_say(pen, " (calls themselves ");
        pen_person(pen, p->name);
        pen_say(pen, ")");
    }
    pen_say(pen, "%s  id ", p->blocked && p->verified ? "  verified" : "");
    say_short_id(pen, p->id);
    for (size_t i = 0; i < p->address_count; i++) {
        endpoint_write(&p->addresses[i], address);
        pen_say(pen, "  %s", address);
    }
    pen_say(pen, "\n");
}

static void write_peers(struct pen *pen, const struct event *e)
{
    struct names names = {0}; /* of this list: it has everybody */
    names_learn(&names, e);
    for (size_t i = 0; i < e->peers.count; i++)
        write_peer(pen, &names, &e->peers.peers[i]);
    names_clear(&names);
    if (e->peers.count)
        return;
    prompt_text_notice(pen);
    pen_say(pen, "nobody yet: others appear when lanthorn runs on their machines");
    pen_hint(pen, "; where the network blocks multicast, /peer add HOST:PORT reaches them");
    prompt_text_end(pen);
}

static void write_contact(struct pen *pen, const struct event *e)
{
    struct names names = {0};
    names_learn(&names, e);
    write_peer(pen, &names, &e->peer);
    names_clear(&names);
}

static void write_history(struct pen *pen, const struct event *e, uint64_t now_ms)
{
    for (size_t i = 0; i < e->history.count; i++)
        prompt_text_message(pen, &e->history.messages[i], now_ms);
    if (e->history.count && !e->history.more)
        return;
    prompt_text_notice(pen);
    pen_say(pen, e->history.count ? "there is more" : "no messages yet");
    pen_hint(pen, e->history.count ? ": /history N shows N messages" : "");
    prompt_text_end(pen);
}

/* 60 digits as 3 rows of 4 groups of 5. */
static void write_safety(struct pen *pen, const struct event *e)
{
    prompt_text_notice(pen);
    pen_say(pen, e->safety.verified ? "verified; the number for both of you:"
                                    : "not verified; compare this number, in person or on the "
                                      "telephone:");
    prompt_text_end(pen);
    size_t len = strlen(e->safety.number);
    for (size_t i = 0; i < len; i += 5)
        pen_say(pen, "%s%.5s%s", i % 20 ? " " : "   ", e->safety.number + i,
                i % 20 == 15 || i + 5 >= len ? "\n" : "");
    if (e->safety.verified)
        return;
    prompt_text_notice(pen);
    pen_say(pen, "if it is the same on their side: ");
    pen_say(pen,
            pen->no_prompt ? "lanthorn verify WHO and the number" : "/verify WHO and the number");
    prompt_text_end(pen);
}

static void write_message_state(struct pen *pen, const struct event *e)
{
    static const char *const words[] = {
        [STATE_QUEUED] = "queued", [STATE_SENT] = "sent", [STATE_DELIVERED] = "delivered"};
    for (size_t i = 0; i < e->message_state.count; i++) {
        prompt_text_notice(pen);
        pen_say(pen, "%s: ", words[e->message_state.recipients[i].state]);
        say_short_id(pen, e->message_state.recipients[i].peer);
        prompt_text_end(pen);
    }
}

static void say_undelivered(struct pen *pen, uint64_t count)
{
    pen_say(pen, "%" PRIu64 " message%s not delivered yet", count, count == 1 ? "" : "s");
}

static void write_status(struct pen *pen, const struct status_view *s)
{
    char link[PERSON_URI_SIZE];
    pen_say(pen, "   name       ");
    pen_quote(pen, s->name);
    pen_say(pen, "\n   id         ");
    say_id(pen, s->id);
    person_uri_write(s->id, s->name, link);
    pen_say(pen, "\n   link\n   %s", link); /* whole on 80 columns */
    pen_say(pen, "\n   running    lanthorn ");
    pen_quote(pen, s->version);
    pen_say(pen, ", process %d, port %u, for %" PRIu64 " s, %" PRIu64 " MiB\n", s->pid, s->port,
            s->uptime_s, s->rss_bytes >> 20);
    pen_say(pen,
            "   sessions   %" PRIu64 " open, %" PRIu64 " half open, %" PRIu64
            " handshakes, %" PRIu64 " failed\n",
            s->sessions, s->half_open, s->handshakes_ok, s->handshakes_failed);
    pen_say(pen, "   waiting    ");
    say_undelivered(pen, s->queued);
    pen_say(pen, "\n");
    pen_say(pen, "   store      %" PRIu64 " records, %" PRIu64 " KiB, %s\n", s->store_records,
            s->store_bytes >> 10, s->store_writable ? "writable" : "read-only");
    pen_say(pen, "   discovery  ");
    pen_quote(pen, s->discovery_backend);
    pen_say(pen, ": ");
    pen_quote(pen, s->discovery_state);
    pen_say(pen, ", %" PRIu64 " adverts\n", s->discovery_adverts);
}

static void write_key_change(struct pen *pen, const struct event *e)
{
    prompt_text_alarm(pen);
    pen_say(pen, "somebody else calls themselves ");
    pen_person(pen, e->key_change.name);
    pen_say(pen, ": id ");
    say_short_id(pen, e->key_change.new_id);
    pen_say(pen, ", not the ");
    say_short_id(pen, e->key_change.old_id);
    pen_say(pen, " you know; ask them before you trust it");
    prompt_text_end(pen);
}

/* "lead", the quoted words, "tail", on one line. */
static void write_note(struct pen *pen, bool is_alarm, const char *lead, const char *words,
                       const char *tail)
{
    if (is_alarm)
        prompt_text_alarm(pen);
    else
        prompt_text_notice(pen);
    pen_say(pen, "%s", lead);
    pen_quote(pen, words);
    pen_say(pen, "%s", tail);
    prompt_text_end(pen);
}

void prompt_text_address(struct pen *pen, const struct event *e, bool is_removed)
{
    write_note(pen, false,
               is_removed ? "no longer looking for people at " : "also looking for people at ",
               e->address.address, "");
}

/* Words that are true of ourselves and of others: the author may be either. */
static void write_gap(struct pen *pen, const struct event *e)
{
    uint64_t count = e->gap.last - e->gap.first + 1;
    bool is_one = count == 1;
    prompt_text_notice(pen);
    pen_say(pen, "%" PRIu64 " message%s written by ", count, is_one ? "" : "s");
    say_short_id(pen, e->gap.from);
    if (e->type == EVENT_GAP)
        pen_say(pen, is_one ? " is missing here; it is shown as soon as anybody brings it"
                            : " are missing here; they are shown as soon as anybody brings them");
    else
        pen_say(pen, is_one ? " that was missing has come" : " that were missing have come");
    prompt_text_end(pen);
}

static void write_fork(struct pen *pen, const struct event *e)
{
    prompt_text_alarm(pen);
    say_short_id(pen, e->fork.from);
    if (e->fork.in_roster)
        pen_say(pen, " has signed two decisions about a group where one was due; everybody goes by "
                     "the same one of them");
    else
        pen_say(pen,
                " has sent two different messages under the number %" PRIu64
                "; neither was chosen for you",
                e->fork.number);
    prompt_text_end(pen);
}

static void write_synced(struct pen *pen, const struct event *e)
{
    prompt_text_notice(pen);
    say_undelivered(pen, e->synced.queued);
    prompt_text_end(pen);
}

/* Which way others are found is good to know and nothing to worry about. */
static void write_warning(struct pen *pen, const struct event *e)
{
    bool is_bad = strcmp(e->warning.code, "discovery") != 0;
    write_note(pen, is_bad, "", e->warning.text, "");
}

void prompt_text_event(struct pen *pen, const struct event *e, uint64_t now_ms)
{
    switch (e->type) {
    case EVENT_PEER:
    case EVENT_ACCEPTED:
    case EVENT_SENT:
    case EVENT_DELIVERED:
    case EVENT_MESSAGE:
    case EVENT_GROUP:
    case EVENT_LEFT:
    case EVENT_WAITING_FOR_KEY:
    case EVENT_ADDRESS:
    case EVENT_SHOWN: break;
    case EVENT_READY: write_ready(pen, e, ""); break;
    case EVENT_GAP:
    case EVENT_GAP_FILLED: write_gap(pen, e); break;
    case EVENT_FORK: write_fork(pen, e); break;
    case EVENT_KEY_CHANGE: write_key_change(pen, e); break;
    case EVENT_WARNING: write_warning(pen, e); break;
    case EVENT_ERROR: write_note(pen, true, "", e->error.text, ""); break;
    case EVENT_PEERS: write_peers(pen, e); break;
    case EVENT_GROUPS: group_text_list(pen, e); break;
    case EVENT_HISTORY: write_history(pen, e, now_ms); break;
    case EVENT_MESSAGE_STATE: write_message_state(pen, e); break;
    case EVENT_NAMED: write_note(pen, false, "others now see you as ", e->named.name, ""); break;
    case EVENT_CONTACT: write_contact(pen, e); break;
    case EVENT_SAFETY: write_safety(pen, e); break;
    case EVENT_STATUS: write_status(pen, &e->status); break;
    case EVENT_SYNCED: write_synced(pen, e); break;
    case EVENT_BYE: write_note(pen, false, "bye", "", ""); break;
    }
}
