#include "node/roster_state.h"

/* At the head, as the fold has it: most questions are about now. */
static struct standing standing_now(const struct somebody *p)
{
    return (struct standing){.is_in = p->joined != 0,
                             .appointed = p->appointed ? p->appointed : NO_ADMIN};
}

/* Right behind the operation h, which is about that person or the create. */
static struct standing standing_after(const struct held *h, uint32_t who)
{
    struct standing s = {.appointed = NO_ADMIN};
    switch (h->record->op.type) {
    case OPERATION_CREATE:
        s.is_in = who < h->members; /* they were the first to be met */
        s.appointed = who == h->author ? h->height : NO_ADMIN;
        break;
    case OPERATION_ADD:
    case OPERATION_DEMOTE: s.is_in = true; break;
    case OPERATION_PROMOTE:
        s.is_in = true;
        s.appointed = h->height;
        break;
    case OPERATION_REMOVE:
    case OPERATION_LEAVE:
    case OPERATION_RENAME: /* about nobody, as the one below */
    case OPERATION_HISTORY: break;
    }
    return s;
}

struct standing roster_standing(const struct roster *r, uint32_t at, uint32_t who)
{
    if (at == NOWHERE || who == NOWHERE)
        return (struct standing){.appointed = NO_ADMIN};
    if (at == r->path[r->epoch - 1])
        return standing_now(&r->people[who]);
    while (r->held[at].about != who && r->held[at].parent != NOWHERE)
        at = r->held[at].parent;
    return standing_after(&r->held[at], who);
}

static bool is_admin(struct standing s)
{
    return s.appointed != NO_ADMIN;
}

/* The author may say such things; may this be said of the subject, in the roster behind at? */
static enum roster_verdict judge_subject(const struct held *at, enum operation_type type,
                                         struct standing subject)
{
    bool is_last_admin = is_admin(subject) && at->admins == 1;
    switch (type) {
    case OPERATION_ADD:
        if (subject.is_in)
            return ROSTER_ALREADY_A_MEMBER;
        return at->members < GROUP_MEMBERS_MAX ? ROSTER_VALID : ROSTER_FULL;
    case OPERATION_REMOVE: return subject.is_in ? ROSTER_VALID : ROSTER_NO_SUCH_MEMBER;
    case OPERATION_LEAVE:
        return is_last_admin && at->members > 1 ? ROSTER_LAST_ADMIN : ROSTER_VALID;
    case OPERATION_PROMOTE:
        if (!subject.is_in)
            return ROSTER_NO_SUCH_MEMBER;
        return is_admin(subject) ? ROSTER_ALREADY_AN_ADMIN : ROSTER_VALID;
    case OPERATION_DEMOTE:
        if (!is_admin(subject))
            return subject.is_in ? ROSTER_NO_SUCH_ADMIN : ROSTER_NO_SUCH_MEMBER;
        return is_last_admin ? ROSTER_LAST_ADMIN : ROSTER_VALID;
    case OPERATION_RENAME:
    case OPERATION_HISTORY:
    case OPERATION_CREATE: break;
    }
    return ROSTER_VALID;
}

enum roster_verdict roster_judge(const struct roster *r, uint32_t at, const uint8_t author[ID_LEN],
                                 const struct operation *op)
{
    bool leaves = op->type == OPERATION_LEAVE;
    if (op->type == OPERATION_CREATE)
        return at == NOWHERE ? ROSTER_VALID : ROSTER_MISPLACED;
    uint32_t by = places_find(&r->by_id, author);
    uint32_t who = leaves ? by : places_find(&r->by_id, op->subject);
    struct standing speaker = roster_standing(r, at, by);
    if (!speaker.is_in)
        return ROSTER_NOT_A_MEMBER;
    if (!leaves && !is_admin(speaker))
        return ROSTER_NOT_AN_ADMIN;
    if (op->type == OPERATION_REMOVE && who == by)
        return ROSTER_ONESELF;
    return judge_subject(&r->held[at], op->type, roster_standing(r, at, who));
}

enum roster_verdict roster_can(const struct roster *r, const uint8_t author[ID_LEN],
                               const struct operation *op)
{
    uint32_t head = r->count ? r->path[r->epoch - 1] : NOWHERE;
    enum roster_verdict verdict = roster_judge(r, head, author, op);
    return verdict == ROSTER_VALID && r->count == ROSTER_MAX ? ROSTER_USED_UP : verdict;
}
