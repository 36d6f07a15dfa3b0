#include "network.h"

#include "need.h"
#include "world.h"

#include <string.h>

enum {
    SOCKET_BUFFER = 128 * 1024, /* what the kernel takes before it arrives */
    RETRY_FIRST_MS = 200,       /* TCP_RTO_MIN */
    RETRY_MAX_MS = 120000,      /* TCP_RTO_MAX */
    STUCK_MS = 30000,           /* TCP_USER_TIMEOUT, as src/run/tcp_uv.c sets it */
    SYN_FIRST_MS = 1000,
    SYN_TRIES = 6,
    LOST_MAX = 6, /* in a row */
    SWAP_MS = 60,
};

struct piece {
    struct piece *next;
    uint64_t at_ms;
    bool is_end;    /* the other side closed */
    bool is_reset;  /* it has no such connection */
    bool owes_sent; /* its writer was not told that it left */
    size_t len;
    uint8_t bytes[];
};

/* ---- plugs ---- */

static struct plug *other_plug(struct plug *p)
{
    return &p->cable->plugs[p == &p->cable->plugs[0]];
}

static struct plug *find(struct world *w, const struct host *h, uint32_t link)
{
    for (struct cable *c = w->network.cables; c; c = c->next)
        for (size_t side = 0; side < 2; side++)
            if (c->plugs[side].host == h && c->plugs[side].life == h->life &&
                c->plugs[side].link == link)
                return &c->plugs[side];
    return NULL;
}

/* Both machines are still where they were when the connection was made. */
static bool is_sound(const struct cable *c)
{
    for (size_t side = 0; side < 2; side++)
        if (c->plugs[side].host->address != c->address[side])
            return false;
    return true;
}

static bool reaches(const struct world *w, struct plug *to)
{
    return is_sound(to->cable) && ways_pass(w, other_plug(to)->host->index, to->host->index);
}

static bool is_alive(const struct plug *p)
{
    return p->open && p->host->core && p->host->life == p->life;
}

static void drop_pieces(struct plug *p)
{
    for (struct piece *next; p->first; p->first = next) {
        next = p->first->next;
        free(p->first);
    }
    p->last = &p->first;
    p->waiting = 0;
}

static void tell_down(struct world *w, struct plug *p)
{
    const struct node_input down = {.type = INPUT_LINK_DOWN, .link = {.id = p->link}};
    if (!is_alive(p))
        return;
    p->open = false;
    tell(w, p->host, "loses link %x", p->link);
    world_input(w, p->host, w->now_ms, &down);
}

static void tell_up(struct world *w, struct plug *p, uint64_t at_ms, bool dialled)
{
    const struct node_input up = {
        .type = INPUT_LINK_UP,
        .link = {.id = p->link, .dialled = dialled, .remote = ways_address(other_plug(p)->host)},
    };
    p->open = true;
    p->clear_ms = at_ms;
    world_input(w, p->host, at_ms, &up);
}

static void tell_sent(struct world *w, struct plug *p, size_t len)
{
    const struct node_input sent = {.type = INPUT_LINK_SENT, .link = {.id = p->link, .sent = len}};
    if (is_alive(p))
        world_input(w, p->host, w->now_ms, &sent);
}

void network_on_up(struct world *w, struct host *h, uint32_t link)
{
    struct plug *p = find(w, h, link);
    if (p)
        p->up_ms = w->now_ms;
}

/* ---- arriving ---- */

static void on_arrival(struct world *w, struct happening *h);

/* One is planned at a time, but for a piece that overtakes. */
static void plan_arrival(struct world *w, struct plug *p, uint64_t at_ms)
{
    if (p->tries && !p->has_late)
        return;
    p->tries++;
    queue_plan(&w->queue, at_ms, on_arrival, 0)->about = p;
}

/* Behind all that arrive before it. */
static void insert(struct plug *to, struct piece *piece)
{
    struct piece **at = to->has_late ? &to->first : to->last;
    while (*at && (*at)->at_ms <= piece->at_ms)
        at = &(*at)->next;
    piece->next = *at;
    *at = piece;
    if (!piece->next)
        to->last = &piece->next;
    to->waiting += piece->len;
}

static void put_piece(struct world *w, struct plug *to, struct piece *piece, uint64_t at_ms)
{
    piece->at_ms = at_ms > to->clear_ms ? at_ms : to->clear_ms;
    to->clear_ms = piece->at_ms;
    insert(to, piece);
    if (to->first == piece)
        plan_arrival(w, to, piece->at_ms);
}

/* What is sent after it may overtake it. */
static void put_late(struct world *w, struct plug *to, struct piece *piece, uint64_t at_ms)
{
    uint64_t clear_ms = to->clear_ms;
    to->has_late = true;
    put_piece(w, to, piece, at_ms + SWAP_MS);
    to->clear_ms = clear_ms;
}

/* Nothing gets through: try again later, and not for ever. */
static void stall(struct world *w, struct plug *to)
{
    to->retry_ms = to->stuck_ms ? to->retry_ms * 2 : RETRY_FIRST_MS;
    to->retry_ms = to->retry_ms < RETRY_MAX_MS ? to->retry_ms : RETRY_MAX_MS;
    to->stuck_ms = to->stuck_ms ? to->stuck_ms : w->now_ms;
    if (w->now_ms - to->stuck_ms >= STUCK_MS) {
        tell_down(w, other_plug(to));
        drop_pieces(to);
        return;
    }
    uint64_t left_ms = to->stuck_ms + STUCK_MS - w->now_ms;
    uint64_t next_ms = to->retry_ms < left_ms ? to->retry_ms : left_ms;
    tell(w, to->host, "gets nothing on link %x, the next try is in %u ms", to->link,
         (unsigned)next_ms);
    plan_arrival(w, to, w->now_ms + next_ms);
}

/* The connection is unknown where the piece came: its sender is told. */
static void answer_reset(struct world *w, struct plug *to)
{
    struct plug *from = other_plug(to);
    drop_pieces(to);
    if (!is_alive(from) || !reaches(w, from))
        return;
    struct piece *reset = need(calloc(1, sizeof *reset));
    reset->is_reset = true;
    put_piece(w, from, reset, w->now_ms + ways_latency(w, to->host, from->host));
}

static void hand_over(struct world *w, struct plug *to, struct piece *piece)
{
    const struct node_input input = {.type = INPUT_BYTES,
                                     .bytes = {to->link, piece->bytes, piece->len}};
    if (piece->is_end || piece->is_reset)
        tell_down(w, to);
    else
        world_input(w, to->host, w->now_ms, &input);
    if (piece->owes_sent)
        tell_sent(w, other_plug(to), piece->len);
}

/* Something arrived: its writer learns of it, if anything passes the other way. */
static void acknowledge(const struct world *w, struct plug *to)
{
    struct plug *from = other_plug(to);
    if (reaches(w, from))
        from->unacked_ms = to->first ? w->now_ms : 0;
}

static void on_arrival(struct world *w, struct happening *h)
{
    struct plug *to = h->about;
    free(h);
    to->tries--;
    while (to->first && to->first->at_ms <= w->now_ms && !to->paused) {
        struct piece *piece = to->first;
        if (!reaches(w, to)) {
            stall(w, to);
            return;
        }
        to->stuck_ms = 0;
        if (!is_alive(to)) {
            answer_reset(w, to);
            return;
        }
        to->first = piece->next;
        to->last = to->first ? to->last : &to->first;
        to->waiting -= piece->len;
        acknowledge(w, to);
        hand_over(w, to, piece);
        free(piece);
    }
    if (to->first && !to->paused)
        plan_arrival(w, to, to->first->at_ms);
}

/* ---- dialling ---- */

static bool is_idle(const struct plug *p)
{
    return !p->open && !p->first && !p->tries;
}

/* Frees cables that nobody uses and nothing travels on. */
static void tidy(struct network *n)
{
    struct cable **at = &n->cables;
    while (*at) {
        struct cable *c = *at;
        if (c->dialling || !is_idle(&c->plugs[0]) || !is_idle(&c->plugs[1])) {
            at = &c->next;
            continue;
        }
        *at = c->next;
        free(c);
    }
}

static struct cable *new_cable(struct world *w, struct host *h, uint32_t link)
{
    struct cable *c = need(calloc(1, sizeof *c));
    c->plugs[0] = (struct plug){.cable = c, .host = h, .life = h->life, .link = link, .open = true};
    c->plugs[1] = (struct plug){.cable = c, .host = h}; /* until somebody answers */
    for (size_t side = 0; side < 2; side++)
        c->plugs[side].last = &c->plugs[side].first;
    c->address[0] = h->address;
    c->dialling = true;
    c->next = w->network.cables;
    w->network.cables = c;
    return c;
}

static void connect_to(struct world *w, struct cable *c, struct host *to)
{
    struct host *from = c->plugs[0].host;
    uint64_t there = w->now_ms + ways_latency(w, from, to);
    struct plug *p = &c->plugs[1];
    p->host = to;
    p->life = to->life;
    p->link = ++w->network.last_incoming | NODE_INCOMING_LINK;
    c->address[1] = to->address;
    tell(w, from, "link %x is link %x of h%u", c->plugs[0].link, p->link, to->index);
    tell_up(w, p, there, false);
    tell_up(w, &c->plugs[0], there + ways_latency(w, to, from), true);
}

/* One try; false when there was no answer, which is worth another one. */
static bool try_dial(struct world *w, struct cable *c, const struct endpoint *remote)
{
    struct plug *p = &c->plugs[0];
    struct host *to = ways_host_at(w, remote);
    if (!is_alive(p) || p->host->address != c->address[0])
        return true; /* nobody wants it any more */
    if (!to || !ways_pass_both(w, p->host->index, to->index))
        return false;
    if (to->core)
        connect_to(w, c, to);
    else
        tell_down(w, p); /* refused */
    return true;
}

static void on_dial(struct world *w, struct happening *h)
{
    struct cable *c = h->about;
    if (!try_dial(w, c, &h->input.link.remote)) {
        if (++c->tries < SYN_TRIES) {
            queue_put(&w->queue, h, w->now_ms + ((uint64_t)SYN_FIRST_MS << (c->tries - 1)));
            return;
        }
        tell_down(w, &c->plugs[0]);
    }
    c->dialling = false;
    free(h);
}

void network_dial(struct world *w, struct host *h, const struct todo *todo)
{
    struct endpoint remote;
    tidy(&w->network);
    struct cable *c = new_cable(w, h, todo->dial.link);
    if (endpoint_parse(todo->dial.address, &remote) != LTH_OK)
        abort();
    tell(w, h, "dials %s on link %x", todo->dial.address, todo->dial.link);
    struct happening *dial = queue_plan(&w->queue, w->now_ms + 1, on_dial, 0);
    dial->about = c;
    dial->input.link.remote = remote;
}

/* ---- writing, closing ---- */

static struct piece *new_piece(const uint8_t *bytes, size_t len)
{
    struct piece *piece = need(calloc(1, sizeof *piece + len));
    piece->len = len;
    memcpy(piece->bytes, bytes, len);
    return piece;
}

/* Time lost by sending again what was lost on the way. */
static uint64_t loss_ms(struct world *w)
{
    uint64_t lost_ms = 0;
    for (unsigned i = 0; i < LOST_MAX && chance_per_mille(&w->network.chance, w->network.loss); i++)
        lost_ms += (uint64_t)RETRY_FIRST_MS << i;
    return lost_ms;
}

static enum fault draw_fault(struct world *w)
{
    unsigned at = (unsigned)chance_below(&w->network.chance, 1000), sum = 0;
    for (enum fault f = FAULT_DROP; f < FAULT_COUNT; f++) {
        sum += w->network.faults[f];
        if (at < sum)
            return f;
    }
    return FAULT_NONE;
}

static void flip_bit(struct piece *piece, uint64_t bit)
{
    piece->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

/* Bytes that a hostile network changes on their way; piece is given away. */
static void put_with_fault(struct world *w, struct plug *to, struct piece *piece, uint64_t at_ms)
{
    enum fault fault = draw_fault(w);
    w->tally.faults += fault != FAULT_NONE;
    w->is_hostile = w->is_hostile || fault != FAULT_NONE;
    if (fault == FAULT_DROP) {
        free(piece);
        return;
    }
    if (fault == FAULT_FLIP)
        flip_bit(piece, chance_below(&w->network.chance, piece->len * 8));
    if (fault == FAULT_DOUBLE)
        put_piece(w, to, new_piece(piece->bytes, piece->len), at_ms);
    if (fault == FAULT_SWAP)
        put_late(w, to, piece, at_ms);
    else
        put_piece(w, to, piece, at_ms);
}

void network_write(struct world *w, struct host *h, const struct todo *todo)
{
    struct plug *p = find(w, h, todo->write.link);
    if (!p || !p->open)
        return;
    vigil_on_write(w, h, p->up_ms);
    struct plug *to = other_plug(p);
    wiretap_on_write(w, h, to->host->person, todo->write.bytes, todo->write.len);
    struct piece *piece = new_piece(todo->write.bytes, todo->write.len);
    p->unacked_ms = p->unacked_ms ? p->unacked_ms : w->now_ms;
    piece->owes_sent = to->waiting > SOCKET_BUFFER;
    if (!piece->owes_sent)
        tell_sent(w, p, piece->len);
    uint64_t at_ms = w->now_ms + ways_latency(w, h, to->host);
    put_with_fault(w, to, piece, at_ms + loss_ms(w));
}

static void put_end(struct world *w, struct plug *from)
{
    struct plug *to = other_plug(from);
    from->open = false;
    drop_pieces(from);
    if (!to->open)
        return;
    struct piece *end = need(calloc(1, sizeof *end));
    end->is_end = true;
    put_piece(w, to, end, w->now_ms + ways_latency(w, from->host, to->host));
}

void network_close(struct world *w, struct host *h, uint32_t link)
{
    struct plug *p = find(w, h, link);
    if (p && p->open)
        put_end(w, p);
}

/* As tcp_info would tell. */
void network_look(struct world *w, struct host *h, uint32_t link)
{
    const struct node_input stalled = {.type = INPUT_STALLED, .link = {.id = link}};
    struct plug *p = find(w, h, link);
    if (!p || !p->open || !p->unacked_ms || w->now_ms - p->unacked_ms < STALLED_MS)
        return;
    if (!other_plug(p)->first && reaches(w, p))
        return; /* acknowledged at the next try */
    tell(w, h, "link %x is stalled", link);
    world_input(w, h, w->now_ms, &stalled);
}

void network_pause(struct world *w, struct host *h, uint32_t link, bool pause)
{
    struct plug *p = find(w, h, link);
    if (!p)
        return;
    p->paused = pause;
    if (!pause && p->first)
        plan_arrival(w, p, w->now_ms);
}

void network_on_end(struct world *w, struct host *h)
{
    for (struct cable *c = w->network.cables; c; c = c->next)
        for (size_t side = 0; side < 2; side++) {
            struct plug *p = &c->plugs[side];
            if (p->host != h || p->life != h->life || !p->open)
                continue;
            p->paused = false;
            if (h->powered)
                put_end(w, p);
            p->open = false;
        }
}

bool network_break_one(struct world *w, struct host *h)
{
    for (struct cable *c = w->network.cables; c; c = c->next)
        for (size_t side = 0; side < 2; side++) {
            struct plug *p = &c->plugs[side];
            if (p->host != h || !is_alive(p) || !is_alive(other_plug(p)))
                continue;
            for (size_t end = 0; end < 2; end++) {
                tell_down(w, &c->plugs[end]);
                drop_pieces(&c->plugs[end]);
            }
            return true;
        }
    return false;
}

void network_clear(struct network *n)
{
    for (struct cable *c = n->cables, *next; c; c = next) {
        next = c->next;
        drop_pieces(&c->plugs[0]);
        drop_pieces(&c->plugs[1]);
        free(c);
    }
    n->cables = NULL;
}
