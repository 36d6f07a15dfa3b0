#include "node/link.h"

#include "base/text.h"
#include "node/delivery.h"
#include "node/handshake.h"
#include "node/rival.h"
#include "node/state.h"
#include "node/traffic.h"
#include "store/record.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct link *links_get(const struct links *l, uint32_t id)
{
    struct link *found;
    HASH_FIND(hh, l->table, &id, sizeof id, found);
    return found;
}

size_t links_count(const struct links *l, bool ready)
{
    size_t count = 0;
    for (const struct link *at = l->table; at; at = at->hh.next)
        count += ready == (at->state == LINK_READY);
    return count;
}

static void link_free(struct link *l)
{
    buffer_clear(&l->in);
    sodium_memzero(l, sizeof *l);
    free(l);
}

static void free_dead(struct links *links)
{
    for (struct link *next; links->dead; links->dead = next) {
        next = links->dead->next_dead;
        link_free(links->dead);
    }
}

void links_clear(struct links *links)
{
    struct link *l, *next;
    HASH_ITER(hh, links->table, l, next)
    {
        HASH_DEL(links->table, l);
        link_free(l);
    }
    free_dead(links);
}

static struct link *link_new(struct node *n, uint32_t id, bool dialled)
{
    struct link *l = calloc(1, sizeof *l);
    if (!l) {
        n->todo->out_of_memory = true;
        return NULL;
    }
    l->id = id;
    l->dialled = dialled;
    l->state = dialled ? LINK_CONNECTING : LINK_AWAIT_1;
    l->opened_ms = l->heard_ms = n->now.mono_ms;
    l->doubt_ms = l->prove_by_ms = UINT64_MAX;
    l->window = WINDOW_FIRST;
    l->out_end = &l->out;
    HASH_ADD(hh, n->links.table, id, sizeof l->id, l);
    return l;
}

struct link *link_dial(struct node *n, uint32_t id, bool is_numeric)
{
    struct link *l = link_new(n, id, true);
    if (l)
        l->is_numeric = is_numeric;
    return l;
}

void link_hand_out(struct node *n, struct link *l, uint8_t *bytes, size_t len)
{
    struct todo *todo = todo_add(n->todo, TODO_WRITE);
    todo->write.link = l->id;
    todo->write.bytes = bytes;
    todo->write.len = len;
    if (!l->unsent)
        l->filling_ms = n->now.mono_ms;
    l->unsent += len;
    if (l->paused || l->unsent < LINK_UNSENT_HIGH)
        return;
    l->paused = true; /* whoever does not read is not answered for ever */
    todo_add(n->todo, TODO_PAUSE)->link = l->id;
}

/* What waits in front of a receipt or a new message should be gone within a moment, however slow
 * the link is. */
void link_on_sent(struct node *n, struct link *l, size_t sent)
{
    uint64_t took_ms = n->now.mono_ms - l->filling_ms;
    l->unsent -= sent < l->unsent ? sent : l->unsent;
    l->left += sent;
    if (l->paused && l->unsent < LINK_UNSENT_HIGH / 2) {
        l->paused = false;
        if (!n->paused)
            todo_add(n->todo, TODO_RESUME)->link = l->id;
    }
    if (l->unsent && l->left < l->window)
        return;
    bool was_full = l->left >= l->window / 2; /* a few bytes always leave at once */
    l->left = 0;
    l->filling_ms = n->now.mono_ms;
    if (was_full && took_ms <= WINDOW_FAST_MS && l->window < WINDOW_MAX)
        l->window *= 2;
    else if (took_ms >= WINDOW_SLOW_MS && l->window > WINDOW_MIN)
        l->window /= 2;
}

static bool same_source(const struct endpoint *a, const struct endpoint *b)
{
    /* A routed IPv6 network is one source; a link-local address is one by itself. */
    bool whole = endpoint_is_ipv4(a) || endpoint_is_link_local(a);
    return memcmp(a->ip, b->ip, whole ? 16 : 8) == 0 && a->scope == b->scope;
}

/* Incoming links that are not authenticated: how many of this source (NULL = of all), and the
 * oldest of them. The table is in the order of coming. */
static size_t half_open(const struct node *n, const struct endpoint *source, struct link **oldest)
{
    size_t count = 0;
    for (struct link *l = n->links.table; l; l = l->hh.next) {
        if (l->dialled || l->state == LINK_READY || (source && !same_source(&l->remote, source)))
            continue;
        if (count++ == 0)
            *oldest = l;
    }
    return count;
}

/* At a limit the oldest goes: whoever means it is done within milliseconds, and whoever only
 * holds places open cannot shut others out. */
static void make_room(struct node *n, const struct endpoint *remote)
{
    struct link *oldest = NULL;
    if (half_open(n, remote, &oldest) < HALF_OPEN_PER_SOURCE &&
        half_open(n, NULL, &oldest) < HALF_OPEN_MAX)
        return;
    n->dropped[DROP_HALF_OPEN]++;
    link_close(n, oldest, false);
}

static void add_close(struct node *n, uint32_t id)
{
    todo_add(n->todo, TODO_CLOSE)->link = id;
}

void link_on_up(struct node *n, uint32_t id, bool dialled, const struct endpoint *remote)
{
    struct link *l = links_get(&n->links, id);
    if (!dialled) {
        assert(!l && (id & NODE_INCOMING_LINK));
        make_room(n, remote);
        l = link_new(n, id, false);
    }
    if (!l) {
        add_close(n, id);
        return;
    }
    handshake_start(n, l, remote);
}

/* Closes as a handshake that failed: silently, whatever the reason. */
void link_fail(struct node *n, struct link *l, enum drop why)
{
    n->dropped[why]++;
    n->handshakes_failed += l->state != LINK_READY;
    link_close(n, l, false);
}

void link_ping(struct node *n, struct link *l)
{
    uint8_t token[8];
    randombytes_buf(token, sizeof token);
    link_send(n, l, MESSAGE_PING, token, sizeof token);
    l->pinged_ms = n->now.mono_ms;
    link_expects_answer(n, l);
}

void link_expects_answer(struct node *n, struct link *l)
{
    if (l->doubt_ms == UINT64_MAX)
        l->doubt_ms = n->now.mono_ms + DOUBT_AFTER_MS;
}

/* No answer came for a while: is it the network, or does the peer take its time? */
static void doubt(struct node *n, struct link *l)
{
    if (!l->pinged_ms)
        link_ping(n, l); /* an answer to this one will do */
    l->doubt_ms = n->now.mono_ms + DOUBT_AFTER_MS;
    todo_add(n->todo, TODO_LOOK)->link = l->id;
}

void link_on_stalled(struct node *n, uint32_t id)
{
    struct link *l = links_get(&n->links, id);
    if (!l || l->doubt_ms == UINT64_MAX || l->state != LINK_READY || l->contact->link != l)
        return;
    l->stalled = true;
    dialer_rescue(n, l->contact);
}

void links_on_network(struct node *n)
{
    for (struct link *l = n->links.table; l; l = l->hh.next) {
        if (l->state != LINK_READY || n->paused)
            continue;
        link_ping(n, l);
        if (l->prove_by_ms == UINT64_MAX)
            l->prove_by_ms = n->now.mono_ms + PROBE_MS;
    }
}

static void note_address(struct node *n, struct link *l, const struct hello *hello)
{
    struct endpoint at = l->remote;
    struct contact *c = l->contact;
    if (!l->dialled)
        at.port = hello->port;
    dialer_on_session(n, c, &at, l->id);
    if (!endpoint_is_dialable(&at) || endpoint_equal(&at, &c->address))
        return;
    uint8_t record[RECORD_SEEN_LEN];
    struct writer w = writer_over(record, sizeof record);
    struct seen_record seen = {.endpoint = at, .time_ms = n->now.wall_ms};
    memcpy(seen.id, c->identity.id, ID_LEN);
    c->address = at;
    if (!c->in_log)
        store_contact(n, c); /* replay wants it first */
    record_seen_write(&w, &seen);
    store_note(n, &w);
}

/* Beyond a number of sessions, only with those who are more than passers-by. */
static bool has_room_for(const struct node *n, const struct link *l, const struct contact *c)
{
    return c->link || dialer_link_is_typed(n, l->id) || c->has_feeds || c->in_group ||
           c->verified || c->petname[0] ||
           links_count(&n->links, true) < SESSIONS_WITH_STRANGERS_MAX;
}

void link_become_ready(struct node *n, struct link *l, const struct hello *hello)
{
    struct contact *c = people_meet(n, hello);
    if (!c || c->blocked || !has_room_for(n, l, c)) {
        link_fail(n, l, c && c->blocked ? DROP_BLOCKED : DROP_LIMIT);
        return;
    }
    l->contact = c;
    l->incarnation = hello->incarnation;
    l->state = LINK_READY;
    link_heard(n, l);
    n->handshakes_ok++;
    note_address(n, l, hello);
    rival_settle(n, l);
    if (l->state == LINK_READY)
        delivery_on_ready(n, l);
    if (n->paused) /* the others were told when it began */
        todo_add(n->todo, TODO_PAUSE)->link = l->id;
}

/* times: the limits, so many times over. */
bool link_is_old(const struct node *n, const struct link *l, unsigned times)
{
    return n->now.mono_ms - l->opened_ms >= (uint64_t)times * SESSION_MAX_MS ||
           l->session.frames_sent >= (uint64_t)times * SESSION_MAX_FRAMES ||
           l->session.frames_received >= (uint64_t)times * SESSION_MAX_FRAMES;
}

void link_heard(const struct node *n, struct link *l)
{
    l->heard_ms = n->now.mono_ms;
    l->pinged_ms = 0;
    l->prove_by_ms = UINT64_MAX;
}

void link_answered(struct link *l)
{
    l->doubt_ms = UINT64_MAX;
    l->stalled = false;
}

void link_on_bytes(struct node *n, uint32_t id, uint8_t *bytes, size_t len)
{
    struct link *l = links_get(&n->links, id);
    if (!l || !len)
        return;
    while (len && handshake_is_under_way(l)) {
        size_t taken = handshake_take(n, l, bytes, len);
        bytes += taken;
        len -= taken;
    }
    if (len && (l->state == LINK_AWAIT_HELLO || l->state == LINK_READY))
        traffic_take(n, l, bytes, len);
}

static void send_close(struct node *n, struct link *l)
{
    uint8_t body[8];
    struct writer w = writer_over(body, sizeof body);
    traffic_pack(n, l); /* so that the count below is true */
    write_u64(&w, l->session.frames_sent);
    link_send(n, l, MESSAGE_CLOSE, body, sizeof body);
    traffic_pack(n, l);
}

/* Takes the link out of everything that knows it; it is freed at the end of the step. */
static void forget(struct node *n, struct link *l)
{
    l->state = LINK_CLOSED;
    HASH_DEL(n->links.table, l);
    l->next_dead = n->links.dead;
    n->links.dead = l;
    dialer_on_link_down(n, l->id);
    if (l->contact)
        rival_on_end(n, l);
}

void link_close(struct node *n, struct link *l, bool orderly)
{
    if (l->state == LINK_CLOSED)
        return;
    if (orderly && l->state == LINK_READY)
        send_close(n, l);
    add_close(n, l->id);
    forget(n, l);
}

void links_close_all(struct node *n, const struct contact *contact)
{
    struct link *l, *next;
    HASH_ITER(hh, n->links.table, l, next)
    if (l->contact == contact)
        link_close(n, l, true);
}

void link_on_down(struct node *n, uint32_t id)
{
    struct link *l = links_get(&n->links, id);
    if (!l)
        return;
    n->handshakes_failed += l->state != LINK_READY && l->state != LINK_CONNECTING;
    forget(n, l);
}

void links_flush(struct node *n)
{
    while (n->links.flush) {
        struct link *l = n->links.flush;
        n->links.flush = l->next_flush;
        l->in_flush = false;
        if (l->state != LINK_CLOSED && (l->choked || !traffic_pack(n, l)))
            link_close(n, l, false); /* it does not read, or its counters are used up */
    }
    free_dead(&n->links);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* When the handshake must have got further. */
static uint64_t handshake_deadline(const struct link *l)
{
    if (l->state == LINK_CONNECTING)
        return l->opened_ms + (l->is_numeric ? CONNECT_MS : HANDSHAKE_MS);
    return l->opened_ms + (l->state == LINK_AWAIT_1 ? HANDSHAKE_FIRST_MS : HANDSHAKE_MS);
}

/* When a session that says nothing is given up. */
static uint64_t death_of(const struct link *l)
{
    return earlier(l->prove_by_ms, l->pinged_ms ? l->heard_ms + DEAD_AFTER_MS : UINT64_MAX);
}

static uint64_t deadline_of(const struct link *l)
{
    if (l->state != LINK_READY)
        return handshake_deadline(l);
    if (l->rival)
        return l->probe_until_ms;
    uint64_t ping = l->pinged_ms ? UINT64_MAX : l->heard_ms + PING_AFTER_MS;
    return earlier(earlier(death_of(l), ping), earlier(l->doubt_ms, traffic_name_ms(l)));
}

static void check_session(struct node *n, struct link *l)
{
    uint64_t now = n->now.mono_ms;
    if (n->paused) { /* it is we who do not listen */
        link_heard(n, l);
        link_answered(l);
    }
    if (death_of(l) <= now) {
        link_close(n, l, false); /* nobody is there */
    } else if (link_is_old(n, l, 2)) {
        link_close(n, l, true); /* whose renewal failed */
    } else {
        if (!l->pinged_ms && l->heard_ms + PING_AFTER_MS - PING_EARLY_MS <= now)
            link_ping(n, l);
        if (l->doubt_ms <= now)
            doubt(n, l);
        traffic_check_name(n, l);
        if (link_is_old(n, l, 1) && l->dialled && l->contact->link == l)
            dialer_renew(n, l->id);
    }
}

static void check(struct node *n, struct link *l)
{
    bool due = deadline_of(l) <= n->now.mono_ms;
    if (l->state == LINK_READY && !l->rival)
        check_session(n, l);
    else if (due && l->state == LINK_READY)
        rival_check(n, l);
    else if (due)
        link_fail(n, l, DROP_HANDSHAKE);
}

void links_check(struct node *n, bool stood_still)
{
    struct link *l, *next;
    for (l = n->links.table; l; l = l->hh.next)
        l->is_over = stood_still; /* none of them takes over from another */
    HASH_ITER(hh, n->links.table, l, next)
    {
        if (stood_still)
            link_close(n, l, false); /* nothing more goes out under the old keys */
        else if (l->state != LINK_CLOSED)
            check(n, l);
    }
}

uint64_t links_wake_ms(const struct node *n)
{
    uint64_t wake = UINT64_MAX;
    for (const struct link *l = n->links.table; l; l = l->hh.next)
        if (deadline_of(l) < wake)
            wake = deadline_of(l);
    return wake;
}
