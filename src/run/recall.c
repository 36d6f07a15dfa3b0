#include "run/recall.h"

#include <stdlib.h>

/* A question on its way. */
struct asking {
    struct recall *recall;
    const struct command *command;
    recall_tell *tell;
    void *ctx;
};

enum lth_err recall_begin(struct recall *r)
{
    struct todo_list todo;
    todo_init(&todo);
    node_start(r->node, 0, &r->now, &todo);
    enum lth_err err = todo.out_of_memory ? LTH_NO_MEMORY : LTH_OK;
    todo_clear(&todo);
    return err;
}

bool recall_answers(const struct command *c)
{
    return c->type == COMMAND_PEERS || c->type == COMMAND_GROUPS || c->type == COMMAND_HISTORY ||
           c->type == COMMAND_MESSAGE;
}

static enum lth_err step(struct asking *a, const struct node_input *input);

/* One after another into bytes; lengths: SIZE_MAX where one cannot be read. How many were. */
static size_t read_records(struct store *s, const struct todo *todo, struct buffer *bytes,
                           size_t *lengths)
{
    size_t max = todo->read.max_bytes, done = 0;
    while (done < todo->read.count && (!max || bytes->len < max)) {
        size_t before = bytes->len;
        enum lth_err err = store_read(s, todo->read.numbers[done], bytes);
        lengths[done++] = err == LTH_OK ? bytes->len - before : SIZE_MAX;
    }
    return done;
}

static enum lth_err give_back(struct asking *a, const struct todo *todo, struct buffer *bytes,
                              size_t *lengths, struct node_record *records)
{
    size_t count = read_records(a->recall->store, todo, bytes, lengths);
    const uint8_t *at = bytes->bytes;
    for (size_t i = 0; i < count; i++) {
        if (lengths[i] == SIZE_MAX)
            continue; /* stays NULL */
        records[i] = (struct node_record){at, lengths[i]};
        at += lengths[i];
    }
    const struct node_input input = {
        .type = INPUT_READ,
        .read = {.token = todo->read.token, .records = records, .count = count},
    };
    return step(a, &input);
}

static enum lth_err read_at_once(struct asking *a, const struct todo *todo)
{
    struct buffer bytes = {0};
    size_t *lengths = calloc(todo->read.count + 1, sizeof *lengths);
    struct node_record *records = calloc(todo->read.count + 1, sizeof *records);
    enum lth_err err =
        lengths && records ? give_back(a, todo, &bytes, lengths, records) : LTH_NO_MEMORY;
    buffer_clear(&bytes);
    free(records);
    free(lengths);
    return err;
}

static enum lth_err carry_out(struct asking *a, const struct todo *todo)
{
    if (todo->type == TODO_READ)
        return read_at_once(a, todo);
    if (todo->type == TODO_EVENT && todo->event.is_answer &&
        todo->event.ticket == a->command->ticket)
        a->tell(a->ctx, &todo->event);
    return LTH_OK;
}

static enum lth_err step(struct asking *a, const struct node_input *input)
{
    struct todo_list list;
    todo_init(&list);
    node_step(a->recall->node, &a->recall->now, input, &list);
    enum lth_err err = list.out_of_memory ? LTH_NO_MEMORY : LTH_OK;
    for (const struct todo *todo = list.first; todo && err == LTH_OK; todo = todo->next)
        err = carry_out(a, todo);
    todo_clear(&list);
    return err;
}

enum lth_err recall_ask(struct recall *r, const struct command *c, recall_tell *tell, void *ctx)
{
    struct asking a = {r, c, tell, ctx};
    const struct node_input input = {.type = INPUT_COMMAND, .command = c};
    return step(&a, &input);
}
