#include "ui/seek.h"

#include <string.h>

void seek_init(struct seek *s, const char *who)
{
    *s = (struct seek){.who = who};
}

bool seek_ask(struct seek *s, struct command *out)
{
    if (!s->who || !s->is_due || s->is_open)
        return false;
    s->is_due = false;
    s->is_open = true;
    *out = (struct command){.type = COMMAND_VERIFY, .ticket = SEEK_TICKET, .who = s->who};
    return true;
}

static enum seek_result on_answer(struct seek *s, const struct event *e)
{
    s->is_open = false;
    if (e->type == EVENT_ERROR && e->error.code == CODE_UNKNOWN_PEER)
        return SEEK_WAITING;
    s->who = NULL;
    if (e->type != EVENT_SAFETY)
        return SEEK_REFUSED;
    memcpy(s->id, e->safety.peer, ID_LEN);
    return SEEK_FOUND;
}

enum seek_result seek_event(struct seek *s, const struct event *e)
{
    if (s->who && e->is_answer && e->ticket == SEEK_TICKET)
        return on_answer(s, e);
    if (e->type == EVENT_READY || e->type == EVENT_PEER)
        s->is_due = true;
    return SEEK_OTHER;
}
