#include "sim.h"

#include "base/buffer.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum { NODES_MAX = 50, WALL_START_S = 1700000000, TEXT_SIZE = 64 };

/* Something that happens at a node at a time; in order of time, then of making. */
struct happening {
    struct happening *next;
    uint64_t at_ms;
    size_t node;
    unsigned life; /* of the node: a crash makes what was under way void */
    struct node_input input;
    uint8_t *bytes;
};

struct cable {
    struct cable *next;
    size_t node[2];
    uint32_t link[2];     /* as each side numbers it */
    uint64_t clear_ms[2]; /* towards each side: when the last piece arrives */
    bool open;
};

struct record {
    uint8_t *bytes;
    size_t len;
};

struct sim_node {
    struct node *core;
    unsigned life;
    uint8_t secret[64], id[ID_LEN];
    struct record *log;
    size_t log_len, log_size, durable;
    uint64_t shown_mark;
    enum lth_err refuse;
    size_t shown[NODES_MAX], accepted[NODES_MAX], delivered[NODES_MAX], sent_to[NODES_MAX];
    size_t stored[NODES_MAX]; /* messages that came, shown or not */
    bool online[NODES_MAX], blind;
    char last_error[32];
    struct status_view status;
    bool answered_error;
};

struct sim {
    uint64_t now_ms, seed, draws, wall_offset_ms;
    struct sim_node nodes[NODES_MAX];
    size_t count;
    struct happening *queue;
    struct cable *cables;
    bool cut[NODES_MAX][NODES_MAX];
    unsigned rates[SIM_FLIP + 1];
    uint32_t last_incoming;
    struct buffer trace;
    struct todo_list todo;
};

static struct sim *current; /* randombytes has no context */

/* ---- randomness ---- */

static void random_bytes(void *bytes, size_t len)
{
    uint8_t seed[randombytes_SEEDBYTES] = {0};
    memcpy(seed, &current->seed, 8);
    memcpy(seed + 8, &current->draws, 8);
    current->draws++;
    randombytes_buf_deterministic(bytes, len, seed);
}

static uint32_t random_u32(void)
{
    uint32_t value;
    random_bytes(&value, sizeof value);
    return value;
}

static const char *random_name(void)
{
    return "simulator";
}

static struct randombytes_implementation source = {
    .implementation_name = random_name, .random = random_u32, .buf = random_bytes};

static uint64_t draw(uint64_t below)
{
    return random_u32() % below;
}

/* ---- telling ---- */

static void trace(struct sim *s, size_t i, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void trace(struct sim *s, size_t i, const char *format, ...)
{
    char line[256];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (buffer_printf(&s->trace, "%8" PRIu64 " n%zu %s\n", s->now_ms, i, line) != LTH_OK)
        abort();
}

static void broken(struct sim *s, const char *rule)
{
    fprintf(stderr, "%.*s\nseed %" PRIu64 ": broken: %s\n", (int)s->trace.len,
            (const char *)s->trace.bytes, s->seed, rule);
    abort();
}

static size_t node_of(const struct sim *s, const uint8_t *id)
{
    for (size_t i = 0; i < s->count; i++)
        if (memcmp(s->nodes[i].id, id, ID_LEN) == 0)
            return i;
    return NODES_MAX;
}

/* ---- what happens when ---- */

static void plan(struct sim *s, uint64_t at_ms, size_t node, const struct node_input *input,
                 uint8_t *bytes)
{
    struct happening *h = calloc(1, sizeof *h);
    struct happening **at = &s->queue;
    if (!h)
        abort();
    *h = (struct happening){NULL, at_ms, node, s->nodes[node].life, *input, bytes};
    while (*at && (*at)->at_ms <= at_ms)
        at = &(*at)->next;
    h->next = *at;
    *at = h;
}

static struct cable *cable_of(struct sim *s, size_t node, uint32_t link, int *side)
{
    for (struct cable *c = s->cables; c; c = c->next)
        for (*side = 0; *side < 2; ++*side)
            if (c->open && c->node[*side] == node && c->link[*side] == link)
                return c;
    return NULL;
}

static void plan_link(struct sim *s, uint64_t at_ms, size_t node, enum input_type type,
                      uint32_t link, bool dialled, size_t from)
{
    struct node_input input = {.type = type, .link = {.id = link, .dialled = dialled}};
    input.link.remote = (struct endpoint){
        .ip = {[10] = 0xff, [11] = 0xff, [12] = 10, [15] = (uint8_t)(from + 1)}, .port = 7327};
    plan(s, at_ms, node, &input, NULL);
}

static void do_dial(struct sim *s, size_t node, const struct todo *todo)
{
    struct endpoint e;
    if (endpoint_parse(todo->dial.address, &e) != LTH_OK)
        abort();
    size_t to = (size_t)e.ip[15] - 1;
    uint64_t at = s->now_ms + 1 + draw(5);
    if (to >= s->count || !s->nodes[to].core || s->cut[node][to]) {
        plan_link(s, at + 1000, node, INPUT_LINK_DOWN, todo->dial.link, true, to);
        return;
    }
    struct cable *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    *c = (struct cable){.node = {node, to}, .open = true, .clear_ms = {at, at}};
    c->link[0] = todo->dial.link;
    c->link[1] = ++s->last_incoming | NODE_INCOMING_LINK;
    LL_PREPEND(s->cables, c);
    plan_link(s, at, node, INPUT_LINK_UP, c->link[0], true, to);
    plan_link(s, at, to, INPUT_LINK_UP, c->link[1], false, node);
}

static void carry(struct sim *s, struct cable *c, int to, const uint8_t *bytes, size_t len,
                  uint64_t at_ms)
{
    uint8_t *copy = malloc(len);
    struct node_input input = {.type = INPUT_BYTES, .bytes = {c->link[to], copy, len}};
    if (!copy)
        abort();
    memcpy(copy, bytes, len);
    plan(s, at_ms, c->node[to], &input, copy);
}

static enum sim_fault draw_fault(struct sim *s)
{
    unsigned at = (unsigned)draw(1000), sum = 0;
    for (enum sim_fault f = SIM_DROP; f <= SIM_FLIP; f++) {
        sum += s->rates[f];
        if (at < sum)
            return f;
    }
    return SIM_PASS;
}

static void do_write(struct sim *s, size_t node, const struct todo *todo)
{
    int side;
    struct cable *c = cable_of(s, node, todo->write.link, &side);
    struct node_input sent = {.type = INPUT_LINK_SENT,
                              .link = {.id = todo->write.link, .sent = todo->write.len}};
    if (!c)
        return;
    plan(s, s->now_ms, node, &sent, NULL);
    int to = !side;
    if (s->cut[node][c->node[to]])
        return;
    uint64_t at = s->now_ms + 1 + draw(4);
    at = at > c->clear_ms[to] ? at : c->clear_ms[to];
    switch (draw_fault(s)) {
    case SIM_DROP: return;
    case SIM_DOUBLE: carry(s, c, to, todo->write.bytes, todo->write.len, at); break;
    case SIM_SWAP: carry(s, c, to, todo->write.bytes, todo->write.len, at + 60); return;
    case SIM_FLIP: {
        uint8_t *bytes = malloc(todo->write.len);
        if (!bytes)
            abort();
        memcpy(bytes, todo->write.bytes, todo->write.len);
        bytes[draw(todo->write.len)] ^= (uint8_t)(1u << draw(8));
        carry(s, c, to, bytes, todo->write.len, at);
        free(bytes);
        return;
    }
    case SIM_PASS: break;
    }
    carry(s, c, to, todo->write.bytes, todo->write.len, at);
    c->clear_ms[to] = at;
}

static void shut(struct sim *s, struct cable *c, int side)
{
    int to = !side;
    c->open = false;
    if (s->nodes[c->node[to]].core && !s->cut[c->node[0]][c->node[1]])
        plan_link(s, c->clear_ms[to] + 7, c->node[to], INPUT_LINK_DOWN, c->link[to], false, 0);
}

static void do_append(struct sim *s, size_t i, const struct todo *todo)
{
    struct sim_node *n = &s->nodes[i];
    if (n->refuse != LTH_OK) {
        struct node_input no = {.type = INPUT_REFUSED, .disk = {todo->append.number, n->refuse}};
        plan(s, s->now_ms, i, &no, NULL);
        return;
    }
    if (todo->append.number > n->log_len + 1)
        return; /* queued behind one that was refused */
    if (todo->append.number != n->log_len + 1)
        broken(s, "records are numbered without gaps");
    if (n->log_len == n->log_size) {
        n->log_size = n->log_size ? n->log_size * 2 : 256;
        n->log = realloc(n->log, n->log_size * sizeof *n->log);
    }
    uint8_t *copy = malloc(todo->append.len);
    if (!n->log || !copy)
        abort();
    memcpy(copy, todo->append.bytes, todo->append.len);
    n->log[n->log_len++] = (struct record){copy, todo->append.len};
    struct node_input done = {.type = todo->append.sync ? INPUT_DURABLE : INPUT_WRITTEN,
                              .disk = {n->log_len, LTH_OK}};
    plan(s, s->now_ms + 1, i, &done, NULL);
}

static void do_read(struct sim *s, size_t i, const struct todo *todo)
{
    struct sim_node *n = &s->nodes[i];
    struct node_record *records = calloc(todo->read.count + 1, sizeof *records);
    if (!records)
        abort();
    for (size_t at = 0; at < todo->read.count; at++) {
        struct record *r = &n->log[todo->read.numbers[at] - 1];
        records[at] = (struct node_record){r->bytes, r->len};
    }
    struct node_input input = {.type = INPUT_READ,
                               .read = {todo->read.token, records, todo->read.count}};
    plan(s, s->now_ms + 1, i, &input, (uint8_t *)records);
}

/* ---- events, and what must be true of them ---- */

/* Texts are "FROM>TO #N": whoever is shown one can tell whether it is the right one. */
static void on_message(struct sim *s, size_t i, const struct message_view *m)
{
    struct sim_node *n = &s->nodes[i];
    size_t from = node_of(s, m->from);
    char expected[TEXT_SIZE];
    if (n->blind) {
        n->stored[from]++;
        return;
    }
    int len = snprintf(expected, sizeof expected, "%zu>%zu #%zu", from, i, n->shown[from] + 1);
    trace(s, i, "shows \"%.*s\"", (int)m->text_len, (const char *)m->text);
    if (m->text_len != (size_t)len || memcmp(m->text, expected, (size_t)len) != 0)
        broken(s, "shown once, in the author's order, as it was sent");
    if (m->record > n->durable)
        broken(s, "shown only when durable");
    if (++n->shown[from] > n->stored[from])
        n->stored[from] = n->shown[from];
    n->shown_mark = m->record;
}

static void on_delivered(struct sim *s, size_t i, const struct event *e)
{
    size_t to = node_of(s, e->delivery.peer);
    s->nodes[i].delivered[to]++;
    trace(s, i, "delivered to n%zu", to);
    if (s->nodes[i].delivered[to] > s->nodes[to].stored[i] && s->nodes[to].core)
        broken(s, "delivered only when stored at the receiver");
}

static void on_event(struct sim *s, size_t i, const struct event *e)
{
    struct sim_node *n = &s->nodes[i];
    switch (e->type) {
    case EVENT_MESSAGE: on_message(s, i, &e->message); return;
    case EVENT_DELIVERED: on_delivered(s, i, e); return;
    case EVENT_ACCEPTED: n->accepted[e->ticket]++; return;
    case EVENT_PEER:
        n->online[node_of(s, e->peer.id)] = e->peer.online;
        trace(s, i, "n%zu is %s", node_of(s, e->peer.id), e->peer.online ? "online" : "offline");
        return;
    case EVENT_ERROR:
        n->answered_error = true;
        snprintf(n->last_error, sizeof n->last_error, "%s", error_code_word(e->error.code));
        trace(s, i, "error %s", n->last_error);
        return;
    case EVENT_STATUS: n->status = e->status; return;
    case EVENT_WARNING: trace(s, i, "warning %s", e->warning.code); return;
    default: return;
    }
}

static void carry_out(struct sim *s, size_t i)
{
    int side;
    struct todo_list list = s->todo;
    todo_init(&s->todo);
    if (list.out_of_memory)
        abort();
    for (struct todo *t = list.first; t; t = t->next) {
        switch (t->type) {
        case TODO_APPEND: do_append(s, i, t); break;
        case TODO_READ: do_read(s, i, t); break;
        case TODO_DIAL: do_dial(s, i, t); break;
        case TODO_WRITE: do_write(s, i, t); break;
        case TODO_CLOSE: {
            struct cable *c = cable_of(s, i, t->link, &side);
            if (c)
                shut(s, c, side);
            break;
        }
        case TODO_EVENT: on_event(s, i, &t->event); break;
        case TODO_PAUSE:
        case TODO_RESUME: break;
        }
    }
    todo_clear(&list);
}

static struct node_time time_of(const struct sim *s)
{
    return (struct node_time){s->now_ms, (uint64_t)WALL_START_S * 1000 + s->now_ms};
}

static void step(struct sim *s, size_t i, const struct node_input *input)
{
    struct node_time now = time_of(s);
    struct sim_node *n = &s->nodes[i];
    if (input->type == INPUT_DURABLE && input->disk.number > n->durable)
        n->durable = input->disk.number;
    node_step(n->core, &now, input, &s->todo);
    carry_out(s, i);
}

static void happen(struct sim *s, struct happening *h)
{
    struct sim_node *n = &s->nodes[h->node];
    if (n->core && n->life == h->life)
        step(s, h->node, &h->input);
    free(h->bytes);
    free(h);
}

static size_t next_to_wake(const struct sim *s, uint64_t *at_ms)
{
    size_t who = NODES_MAX;
    for (size_t i = 0; i < s->count; i++) {
        uint64_t wake = s->nodes[i].core ? node_wake_ms(s->nodes[i].core) : UINT64_MAX;
        if (wake < *at_ms) {
            *at_ms = wake;
            who = i;
        }
    }
    return who;
}

void sim_run(struct sim *s, uint64_t ms)
{
    static const struct node_input tick = {.type = INPUT_TIME};
    uint64_t end = s->now_ms + ms;
    current = s;
    for (;;) {
        uint64_t at = s->queue ? s->queue->at_ms : UINT64_MAX;
        size_t who = next_to_wake(s, &at);
        if (at > end)
            break;
        s->now_ms = at > s->now_ms ? at : s->now_ms;
        if (who < NODES_MAX) {
            step(s, who, &tick);
            continue;
        }
        struct happening *h = s->queue;
        if (!h)
            break; /* never: at was its time */
        s->queue = h->next;
        happen(s, h);
    }
    s->now_ms = end;
}

/* ---- the stage ---- */

struct sim *sim_new(uint64_t seed, size_t nodes)
{
    struct sim *s = calloc(1, sizeof *s);
    if (!s || nodes > NODES_MAX)
        abort();
    current = s;
    s->seed = seed;
    s->count = nodes;
    s->now_ms = 1000;
    todo_init(&s->todo);
    randombytes_set_implementation(&source);
    for (size_t i = 0; i < nodes; i++)
        random_bytes(s->nodes[i].secret, sizeof s->nodes[i].secret);
    return s;
}

static void tell_of(struct sim *s, size_t i, size_t other)
{
    struct node_input found = {.type = INPUT_FOUND};
    char instance[8];
    snprintf(instance, sizeof instance, "n%zu-%u", other, s->nodes[other].life);
    found.sighting.instance = instance;
    found.sighting.we_wait = other < i;
    found.sighting.endpoint = (struct endpoint){
        .ip = {[10] = 0xff, [11] = 0xff, [12] = 10, [15] = (uint8_t)(other + 1)}, .port = 7327};
    step(s, i, &found);
}

void sim_start(struct sim *s, size_t i)
{
    struct sim_node *n = &s->nodes[i];
    char name[8];
    snprintf(name, sizeof name, "n%zu", i);
    struct node_config config = {.secret = n->secret,
                                 .name = name,
                                 .network = "",
                                 .next_record = n->log_len + 1,
                                 .shown = n->shown_mark};
    struct node_time now = time_of(s);
    current = s;
    n->core = node_new(&config);
    n->life++;
    for (size_t at = 0; at < n->log_len; at++)
        if (node_replay(n->core, at + 1, n->log[at].bytes, n->log[at].len) != LTH_OK)
            broken(s, "the log can be read again");
    memcpy(n->id, node_id(n->core), ID_LEN);
    trace(s, i, "starts");
    node_start(n->core, 7327, &now, &s->todo);
    carry_out(s, i);
    for (size_t other = 0; other < s->count; other++) {
        if (other == i || !s->nodes[other].core)
            continue;
        tell_of(s, i, other);
        tell_of(s, other, i);
    }
}

void sim_crash(struct sim *s, size_t i)
{
    struct sim_node *n = &s->nodes[i];
    trace(s, i, "crashes");
    node_free(n->core);
    n->core = NULL;
    memset(n->online, 0, sizeof n->online);
    while (n->log_len > n->durable)
        free(n->log[--n->log_len].bytes);
    for (struct cable *c = s->cables; c; c = c->next)
        for (int side = 0; side < 2; side++)
            if (c->open && c->node[side] == i)
                shut(s, c, side);
}

void sim_command(struct sim *s, size_t i, const struct command *c)
{
    struct node_input input = {.type = INPUT_COMMAND, .command = c};
    current = s;
    s->nodes[i].answered_error = false;
    step(s, i, &input);
}

bool sim_send(struct sim *s, size_t from, size_t to, const char *text)
{
    char who[ID_TEXT_LEN + 1], numbered[TEXT_SIZE];
    struct sim_node *n = &s->nodes[from];
    id_write(s->nodes[to].id, who);
    snprintf(numbered, sizeof numbered, "%zu>%zu #%zu", from, to, n->sent_to[to] + 1);
    text = text ? text : numbered;
    struct command c = {.type = COMMAND_SEND,
                        .ticket = to,
                        .who = who,
                        .text = (const uint8_t *)text,
                        .text_len = strlen(text)};
    sim_command(s, from, &c);
    n->sent_to[to] += !n->answered_error;
    return !n->answered_error;
}

void sim_fault_rate(struct sim *s, enum sim_fault fault, unsigned per_mille)
{
    s->rates[fault] = per_mille;
}

void sim_cut(struct sim *s, size_t a, size_t b, bool cut)
{
    s->cut[a][b] = s->cut[b][a] = cut;
    trace(s, a, "%s n%zu", cut ? "is cut off from" : "is joined to", b);
}

void sim_refuse_disk(struct sim *s, size_t i, enum lth_err why)
{
    s->nodes[i].refuse = why;
}

void sim_blind(struct sim *s, size_t i, bool blind)
{
    s->nodes[i].blind = blind;
}

uint64_t sim_now(const struct sim *s)
{
    return s->now_ms;
}

size_t sim_shown(const struct sim *s, size_t at, size_t from)
{
    return s->nodes[at].shown[from];
}

size_t sim_accepted(const struct sim *s, size_t from, size_t to)
{
    return s->nodes[from].accepted[to];
}

size_t sim_delivered(const struct sim *s, size_t from, size_t to)
{
    return s->nodes[from].delivered[to];
}

bool sim_online(const struct sim *s, size_t at, size_t peer)
{
    return s->nodes[at].online[peer];
}

const char *sim_last_error(const struct sim *s, size_t i)
{
    return s->nodes[i].last_error;
}

const struct status_view *sim_status(struct sim *s, size_t i)
{
    const struct command c = {.type = COMMAND_STATUS};
    sim_command(s, i, &c);
    return &s->nodes[i].status;
}

const char *sim_trace(const struct sim *s)
{
    return (const char *)s->trace.bytes;
}

void sim_free(struct sim *s)
{
    for (size_t i = 0; i < s->count; i++) {
        node_free(s->nodes[i].core);
        for (size_t at = 0; at < s->nodes[i].log_len; at++)
            free(s->nodes[i].log[at].bytes);
        free(s->nodes[i].log);
    }
    for (struct happening *h = s->queue, *next; h; h = next) {
        next = h->next;
        free(h->bytes);
        free(h);
    }
    for (struct cable *c = s->cables, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    buffer_clear(&s->trace);
    todo_clear(&s->todo);
    free(s);
}
