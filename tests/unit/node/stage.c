#include "node/stage.h"

#include "node/guest.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static void require(bool fact)
{
    if (!fact)
        abort();
}

/* Of exactly len bytes, so that a read beyond them is found. */
static uint8_t *copy_of(const void *bytes, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    if (!copy)
        abort();
    if (len)
        memcpy(copy, bytes, len);
    return copy;
}

/* ---- the disk ---- */

static void append(struct stage *s, const struct todo *todo)
{
    require(todo->append.number == s->appended + 1 && s->appended < STAGE_RECORDS_MAX);
    require(todo->append.len > 0);
    uint8_t *copy = copy_of(todo->append.bytes, todo->append.len);
    s->log[s->appended].bytes = copy;
    s->log[s->appended++].len = todo->append.len;
}

static void cut_log(struct stage *s, uint64_t keep)
{
    while (s->appended > keep)
        free(s->log[--s->appended].bytes);
}

void stage_disk_done(struct stage *s)
{
    const struct node_input input = {.type = INPUT_DURABLE, .disk = {.number = s->appended}};
    s->reported = s->appended;
    stage_input(s, &input);
}

void stage_disk_refuses(struct stage *s, uint64_t from, enum lth_err why)
{
    const struct node_input input = {.type = INPUT_REFUSED, .disk = {.number = from, .why = why}};
    cut_log(s, from - 1);
    stage_input(s, &input);
}

void stage_answer_read(struct stage *s)
{
    const struct todo *todo = stage_todo(s, TODO_READ, 0);
    require(todo);
    size_t count = todo->read.count;
    struct node_record *records = calloc(count + 1, sizeof *records);
    require(records);
    for (size_t i = 0, bytes = 0; i < count; i++) {
        uint64_t number = todo->read.numbers[i];
        require(number >= 1 && number <= s->appended);
        records[i] = (struct node_record){s->log[number - 1].bytes, s->log[number - 1].len};
        bytes += records[i].len;
        if (todo->read.max_bytes && bytes >= todo->read.max_bytes)
            count = i + 1;
    }
    const struct node_input input = {.type = INPUT_READ,
                                     .read = {todo->read.token, records, count}};
    stage_input(s, &input);
    free(records);
}

/* ---- steps ---- */

static void write(struct stage *s, const struct todo *todo)
{
    if (s->guest)
        guest_hear(s->guest, todo);
    for (size_t i = 0; i < s->staying_count; i++)
        guest_hear(s->staying[i], todo);
}

static void look_at_todo(struct stage *s)
{
    require(!s->todo.out_of_memory);
    for (const struct todo *t = s->todo.first; t; t = t->next) {
        if (t->type == TODO_APPEND)
            append(s, t);
        if (t->type == TODO_WRITE)
            write(s, t);
    }
}

void stage_input(struct stage *s, const struct node_input *input)
{
    todo_reset(&s->todo);
    if (s->guest)
        guest_forget(s->guest);
    for (size_t i = 0; i < s->staying_count; i++)
        guest_forget(s->staying[i]);
    node_step(s->node, &s->now, input, &s->todo);
    look_at_todo(s);
}

void stage_wait(struct stage *s, uint64_t ms)
{
    static const struct node_input tick = {.type = INPUT_TIME};
    uint64_t end = s->now.mono_ms + ms, wake;
    while ((wake = node_wake_ms(s->node)) < end) {
        uint64_t step = wake > s->now.mono_ms ? wake - s->now.mono_ms : 0;
        s->now.mono_ms += step;
        s->now.wall_ms += step;
        stage_input(s, &tick);
        require(node_wake_ms(s->node) > s->now.mono_ms); /* or a loop would never rest */
    }
    s->now.wall_ms += end - s->now.mono_ms;
    s->now.mono_ms = end;
    stage_input(s, &tick);
}

static void start(struct stage *s, uint8_t seed)
{
    uint8_t secret[64];
    memset(secret, seed, sizeof secret);
    const struct node_config config = {.secret = secret,
                                       .name = "host",
                                       .network = "",
                                       .next_record = s->appended + 1,
                                       .shown = s->shown};
    s->node = node_new(&config);
    require(s->node != NULL);
    for (uint64_t n = 1; n <= s->appended; n++)
        require(node_replay(s->node, n, s->log[n - 1].bytes, s->log[n - 1].len) == LTH_OK);
    todo_reset(&s->todo);
    node_start(s->node, 7327, &s->now, &s->todo);
    look_at_todo(s);
}

void stage_open(struct stage *s, uint8_t seed)
{
    require(sodium_init() >= 0);
    *s = (struct stage){.now = {STAGE_START_MS, 1700000000000}};
    todo_init(&s->todo);
    start(s, seed);
}

void stage_restart(struct stage *s, uint8_t seed)
{
    node_free(s->node);
    cut_log(s, s->reported);
    start(s, seed);
}

void stage_close(struct stage *s)
{
    node_free(s->node);
    todo_clear(&s->todo);
    cut_log(s, 0);
}

/* ---- inputs ---- */

void stage_command(struct stage *s, const struct command *c)
{
    const struct node_input input = {.type = INPUT_COMMAND, .command = c};
    stage_input(s, &input);
}

void stage_found(struct stage *s, const char *instance, const char *address, bool we_wait)
{
    struct node_input input = {.type = INPUT_FOUND};
    input.sighting.instance = instance;
    input.sighting.we_wait = we_wait;
    require(endpoint_parse(address, &input.sighting.endpoint) == LTH_OK);
    stage_input(s, &input);
}

void stage_link_up(struct stage *s, uint32_t link, bool dialled, const char *remote)
{
    struct node_input input = {.type = INPUT_LINK_UP, .link = {.id = link, .dialled = dialled}};
    require(endpoint_parse(remote, &input.link.remote) == LTH_OK);
    stage_input(s, &input);
}

void stage_link_down(struct stage *s, uint32_t link)
{
    const struct node_input input = {.type = INPUT_LINK_DOWN, .link = {.id = link}};
    stage_input(s, &input);
}

void stage_bytes(struct stage *s, uint32_t link, const void *bytes, size_t len)
{
    uint8_t *copy = copy_of(bytes, len); /* the node may write over them */
    const struct node_input input = {.type = INPUT_BYTES, .bytes = {link, copy, len}};
    stage_input(s, &input);
    free(copy);
}

/* ---- what came of it ---- */

const struct todo *stage_todo(const struct stage *s, enum todo_type type, size_t index)
{
    for (const struct todo *t = s->todo.first; t; t = t->next)
        if (t->type == type && index-- == 0)
            return t;
    return NULL;
}

size_t stage_count(const struct stage *s, enum todo_type type)
{
    size_t count = 0;
    while (stage_todo(s, type, count))
        count++;
    return count;
}

const struct event *stage_event(const struct stage *s, enum event_type type)
{
    const struct todo *t;
    for (size_t i = 0; (t = stage_todo(s, TODO_EVENT, i)); i++)
        if (t->event.type == type)
            return &t->event;
    return NULL;
}

size_t stage_events(const struct stage *s, enum event_type type)
{
    const struct todo *t;
    size_t count = 0;
    for (size_t i = 0; (t = stage_todo(s, TODO_EVENT, i)); i++)
        count += t->event.type == type;
    return count;
}

bool stage_closed(const struct stage *s, uint32_t link)
{
    const struct todo *t;
    for (size_t i = 0; (t = stage_todo(s, TODO_CLOSE, i)); i++)
        if (t->link == link)
            return true;
    return false;
}

const struct status_view *stage_status(struct stage *s)
{
    static const struct command status = {.type = COMMAND_STATUS};
    stage_command(s, &status);
    const struct event *event = stage_event(s, EVENT_STATUS);
    require(event != NULL);
    return &event->status;
}

uint64_t stage_dropped(struct stage *s, const char *cause)
{
    const struct status_view *status = stage_status(s);
    for (size_t i = 0; i < status->dropped_count; i++)
        if (strcmp(status->dropped[i].cause, cause) == 0)
            return status->dropped[i].count;
    return 0;
}
