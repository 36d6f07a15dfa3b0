#include "ui/seek.h"

#include "ui/group_pick.h"
#include "ui/typed_word.h"

#include <assert.h>
#include <string.h>

static_assert((int)CONVERSATION_ID_LEN == (int)ID_LEN, "seek.id holds either");

void seek_init(struct seek *s, const char *who)
{
    *s = (struct seek){.who = who, .is_group = who && typed_word_is_group(who)};
}

bool seek_ask(struct seek *s, struct command *out)
{
    if (!s->who || !s->is_due || s->is_open)
        return false;
    s->is_due = false;
    s->is_open = true;
    *out = (struct command){.type = COMMAND_VERIFY, .ticket = SEEK_TICKET, .who = s->who};
    if (s->is_group)
        *out = (struct command){.type = COMMAND_GROUPS, .ticket = SEEK_TICKET};
    return true;
}

static enum seek_result on_groups(struct seek *s, const struct event *e)
{
    const struct group_view *found;
    enum lth_err err = group_pick(e, s->who, &found);
    if (err == LTH_NOT_FOUND)
        return SEEK_WAITING;
    s->who = NULL;
    if (err != LTH_OK)
        return SEEK_AMBIGUOUS;
    memcpy(s->id, found->id, ID_LEN);
    return SEEK_FOUND;
}

static enum seek_result on_answer(struct seek *s, const struct event *e)
{
    s->is_open = false;
    if (e->type == EVENT_GROUPS && s->is_group)
        return on_groups(s, e);
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
    if (e->type == EVENT_READY || e->type == EVENT_PEER || e->type == EVENT_GROUP)
        s->is_due = true;
    return SEEK_OTHER;
}
