#include "node/node.h"

#include "node/delivery.h"
#include "node/gaps.h"
#include "node/receipts.h"
#include "node/receiving.h"
#include "node/sending.h"
#include "node/state.h"
#include "store/record.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* "lanthorn", wire version, length and name of the network: PROTOCOL.md §4. */
static void write_prologue(struct node *n, const char *network)
{
    struct writer w = writer_over(n->prologue, sizeof n->prologue);
    write_bytes(&w, "lanthorn", 8);
    write_u8(&w, WIRE_VERSION);
    write_u8(&w, (uint8_t)strlen(network));
    write_bytes(&w, network, strlen(network));
    n->prologue_len = writer_len(&w);
}

struct node *node_new(const struct node_config *config)
{
    struct node *n = calloc(1, sizeof *n);
    if (!n)
        return NULL;
    identity_secret_init(&n->me, config->secret, config->secret + 32);
    memcpy(n->feeds.me, n->me.public.id, ID_LEN);
    randombytes_buf(&n->incarnation, sizeof n->incarnation);
    strncpy(n->name, config->name, sizeof n->name - 1);
    n->name_given = config->name_given;
    n->shown = config->shown;
    n->rollback_told = config->rollback_told;
    n->resync_ms = n->gaps_ms = n->accounts_ms = UINT64_MAX;
    write_prologue(n, config->network);
    journal_init(&n->journal, config->next_record);
    return n;
}

void node_free(struct node *n)
{
    if (!n)
        return;
    links_clear(&n->links);
    dialer_clear(&n->dialer);
    reads_clear(&n->reads);
    unseen_clear(&n->unseen);
    told_clear(&n->told);
    journal_clear(&n->journal);
    feeds_clear(&n->feeds);
    groups_clear(&n->groups);
    contacts_clear(&n->contacts);
    sodium_memzero(n, sizeof *n);
    free(n);
}

const uint8_t *node_id(const struct node *n)
{
    return n->me.public.id;
}

const char *node_name(const struct node *n)
{
    return n->name;
}

bool node_is_busy(const struct node *n)
{
    return n->journal.bytes > JOURNAL_BUSY;
}

/* While disk or user interface is behind, what peers send waits in the kernel, and with them. */
static void pause_links(struct node *n)
{
    bool pause = n->held || (n->paused ? n->journal.bytes > JOURNAL_BUSY / 2 : node_is_busy(n));
    if (pause == n->paused)
        return;
    n->paused = pause;
    for (struct link *l = n->links.table; l; l = l->hh.next)
        if (!l->paused)
            todo_add(n->todo, pause ? TODO_PAUSE : TODO_RESUME)->link = l->id;
    if (!pause) {
        links_take_kept(n);
        links_flush(n);
    }
}

/* Nothing of ours hangs on the wall clock but what people read. */
static void watch_clock(struct node *n)
{
    uint64_t offset = n->now.wall_ms - n->now.mono_ms;
    uint64_t forward = offset - n->clock_offset_ms, backward = n->clock_offset_ms - offset;
    bool is_jump = forward > CLOCK_JUMP_MS && backward > CLOCK_JUMP_MS;
    n->clock_offset_ms = offset;
    if (is_jump)
        say_warning(n, "clock",
                    "The clock of this computer was moved by %llu minutes: messages keep their "
                    "order, but the times beside them may be wrong; see to the clock.",
                    (unsigned long long)((forward < backward ? forward : backward) / 60000));
}

static void begin_step(struct node *n, const struct node_time *now, struct todo_list *todo)
{
    n->now = *now;
    n->todo = todo;
}

static void end_step(struct node *n)
{
    commands_check_syncs(n);
    if (!n->stopped)
        dialer_run(n);
    links_flush(n);
    pause_links(n);
    n->stepped_ms = n->now.mono_ms;
}

/* Addresses at which contacts were reached before. */
static void remember_addresses(struct node *n)
{
    char text[ENDPOINT_TEXT_LEN];
    for (struct contact *c = n->contacts.table; c; c = c->hh.next) {
        if (!endpoint_is_dialable(&c->address) || c->blocked)
            continue;
        endpoint_write(&c->address, text);
        if (dialer_add(n, text, CANDIDATE_REMEMBERED, "", 0) == LTH_OK)
            dialer_on_remembered(n, text, c);
    }
}

static void keep_name(struct node *n)
{
    uint8_t bytes[2 + RECORD_NAME_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);
    record_name_write(&w, n->name);
    store_note(n, &w);
}

void node_start(struct node *n, uint16_t port, const struct node_time *now, struct todo_list *todo)
{
    begin_step(n, now, todo);
    n->started_wall_ms = now->wall_ms;
    n->clock_offset_ms = now->wall_ms - now->mono_ms;
    n->port = port;
    if (n->name_given && strcmp(n->name, n->name_in_log) != 0)
        keep_name(n);
    remember_addresses(n);
    groups_on_start(n);
    for (struct conversation *c = n->feeds.conversations; c; c = c->hh.next)
        gaps_look(n, c);
    unseen_go_on(n);
    end_step(n);
}

void node_prepare(struct node *n)
{
    receipts_prepare(n);
}

static void on_sighting(struct node *n, const struct node_input *input)
{
    char text[ENDPOINT_TEXT_LEN];
    endpoint_write(&input->sighting.endpoint, text);
    if (input->type == INPUT_LOST)
        dialer_remove(n, text, CANDIDATE_ADVERT);
    else if (dialer_add(n, text, CANDIDATE_ADVERT, input->sighting.instance,
                        input->sighting.we_wait ? DIAL_TURN_MS : 0) != LTH_OK)
        n->dropped[DROP_LIMIT]++;
}

static void on_sent(struct node *n, uint32_t id, size_t sent)
{
    struct link *l = links_get(&n->links, id);
    if (!l)
        return;
    link_on_sent(n, l, sent);
    if (l->contact && l->contact->link == l)
        delivery_pump(n, l);
}

static void on_read(struct node *n, const struct node_input *input)
{
    struct pending_read *read = reads_take(&n->reads, input->read.token);
    if (read && input->read.count < read->count) { /* the rest was over the limit of bytes */
        read->count = input->read.count;
        read->more = true;
    }
    if (read)
        delivery_on_read(n, read, input->read.records);
    read_free(read);
}

static void on_time(struct node *n)
{
    links_check(n, false);
    delivery_on_time(n);
}

/* Nothing happened here for long: no session of before is used. Unless we only slept, with nothing
 * to do until now, others may have given up calling us meanwhile, so we call. */
static void on_waking(struct node *n)
{
    bool is_late = node_wake_ms(n) + LATE_MS < n->now.mono_ms;
    links_check(n, true);
    if (is_late)
        dialer_on_waking(n);
}

static void on_network(struct node *n)
{
    links_on_network(n);
    dialer_on_network(n);
}

static void on_stop(struct node *n)
{
    struct link *l, *next;
    n->stopped = true;
    sending_heads(n); /* what was just said can be proved */
    HASH_ITER(hh, n->links.table, l, next)
    link_close(n, l, true);
}

static void on_release(struct node *n)
{
    n->held = false;
    unseen_go_on(n);
}

static void on_input(struct node *n, const struct node_input *input)
{
    switch (input->type) {
    case INPUT_TIME: on_time(n); return;
    case INPUT_COMMAND: commands_on(n, input->command); return;
    case INPUT_FOUND:
    case INPUT_LOST: on_sighting(n, input); return;
    case INPUT_LINK_UP:
        link_on_up(n, input->link.id, input->link.dialled, &input->link.remote);
        return;
    case INPUT_LINK_DOWN: link_on_down(n, input->link.id); return;
    case INPUT_BYTES:
        link_on_bytes(n, input->bytes.link, input->bytes.bytes, input->bytes.len);
        return;
    case INPUT_LINK_SENT: on_sent(n, input->link.id, input->link.sent); return;
    case INPUT_WRITTEN: delivery_on_written(n, input->disk.number); return;
    case INPUT_DURABLE: delivery_on_durable(n, input->disk.number); return;
    case INPUT_REFUSED: delivery_on_refused(n, input->disk.number, input->disk.why); return;
    case INPUT_READ: on_read(n, input); return;
    case INPUT_STALLED: link_on_stalled(n, input->link.id); return;
    case INPUT_NETWORK: on_network(n); return;
    case INPUT_HOLD: n->held = true; return;
    case INPUT_RELEASE: on_release(n); return;
    case INPUT_STOP: on_stop(n); return;
    }
}

void node_step(struct node *n, const struct node_time *now, const struct node_input *input,
               struct todo_list *todo)
{
    begin_step(n, now, todo);
    watch_clock(n);
    if (now->mono_ms > n->stepped_ms + STANDSTILL_MS && n->stepped_ms)
        on_waking(n);
    on_input(n, input);
    end_step(n);
}

uint64_t node_wake_ms(const struct node *n)
{
    const uint64_t wakes[] = {links_wake_ms(n), dialer_wake_ms(n), delivery_wake_ms(n),
                              commands_wake_ms(n)};
    uint64_t wake = UINT64_MAX;
    for (size_t i = 0; i < LENGTH(wakes); i++)
        if (wakes[i] < wake)
            wake = wakes[i];
    return wake;
}

uint64_t node_shown(struct node *n, uint64_t record)
{
    return told_shown(&n->told, record);
}
