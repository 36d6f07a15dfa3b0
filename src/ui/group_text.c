#include "ui/group_text.h"

#include "ui/group_pick.h"
#include "ui/prompt_text.h"

#include <inttypes.h>
#include <string.h>

/* ---- changes ---- */

/* Which changes of a kind a sentence is for. */
enum relation { OF_ANYBODY, OF_MINE, ABOUT_ME, ABOUT_THEMSELVES };

/* In the words %g is the group, %o the name it had, %b whoever decided, %s whom it is about, %h
 * the setting of the history; behind | stands what to type at the prompt. The first row that fits
 * counts. */
static const struct sentence_row {
    const char *what;
    enum relation relation;
    bool is_alarm;
    const char *words;
} rows[] = {
    {"create", OF_MINE, false, "you made the group %g|: /to %g"},
    {"create", OF_ANYBODY, false, "you are in the group %g now, made by %b|: /to %g"},
    {"add", ABOUT_ME, false, "you are in the group %g now, added by %b|: /to %g"},
    {"add", OF_ANYBODY, false, "%b added %s to %g"},
    {"remove", ABOUT_ME, true,
     "you were removed from %g by %b: what was said stays readable| with /history %g"},
    {"remove", OF_ANYBODY, false, "%b removed %s from %g"},
    {"leave", OF_MINE, false, "you left %g: what was said stays readable| with /history %g"},
    {"leave", OF_ANYBODY, false, "%b left %g"},
    {"promote", OF_ANYBODY, false, "%b made %s an admin of %g"},
    {"demote", ABOUT_THEMSELVES, false, "%b gave up being an admin of %g"},
    {"demote", ABOUT_ME, false, "you are no admin of %g any more: %b decided so"},
    {"demote", OF_ANYBODY, false, "%s is no admin of %g any more: %b decided so"},
    {"rename", OF_ANYBODY, false, "%b renamed %o to %g"},
    {"history", OF_ANYBODY, false, "%b set the history of %g to %h"},
    {"rekey", OF_ANYBODY, false, "what you write in %g from here on has a new key"},
    {"overturn", OF_MINE, true,
     "two decisions about %g were made at the same time: yours counts, that of %s does not"},
    {"overturn", ABOUT_ME, true,
     "two decisions about %g were made at the same time: that of %b counts, yours does not"},
    {"overturn", OF_ANYBODY, true,
     "two decisions about %g were made at the same time: that of %b counts, that of %s does not"},
};

static const struct sentence_row other = {NULL, OF_ANYBODY, false,
                                          "%g has changed|: /group info %g"};

static bool fits(const struct sentence_row *row, const struct group_change *c)
{
    bool is_own = c->subject_name && memcmp(c->by, c->subject, ID_LEN) == 0;
    if (strcmp(row->what, c->what) != 0)
        return false;
    switch (row->relation) {
    case OF_ANYBODY: return true;
    case OF_MINE: return c->by_me;
    case ABOUT_ME: return c->subject_is_me;
    case ABOUT_THEMSELVES: return is_own;
    }
    return false;
}

static const struct sentence_row *find_row(const struct group_change *c)
{
    for (size_t i = 0; i < LENGTH(rows); i++)
        if (fits(&rows[i], c))
            return &rows[i];
    return &other;
}

static void say_subject(struct pen *pen, const struct group_change *c, const struct names *names)
{
    if (c->subject_is_me)
        pen_say(pen, "you");
    else if (c->subject_name)
        names_quote_person(names, c->subject, c->subject_name, pen);
    else
        pen_say(pen, "somebody else");
}

static const char *history_words(const struct group_view *g)
{
    return g->all_history ? "all: whoever is added from now on can read what was said before"
                          : "none: whoever is added from now on reads only what is said after";
}

static void say_part(struct pen *pen, char part, const struct group_view *g,
                     const struct names *names, const char *before)
{
    const struct group_change *c = &g->change;
    if (part == 'g')
        names_quote_group(names, g->id, pen);
    else if (part == 'o')
        pen_group(pen, before);
    else if (part == 's')
        say_subject(pen, c, names);
    else if (part == 'h')
        pen_say(pen, "%s", history_words(g));
    else if (c->by_me)
        pen_say(pen, "you");
    else
        names_quote_person(names, c->by, c->by_name, pen);
}

static void say_sentence(struct pen *pen, const struct sentence_row *row,
                         const struct group_view *g, const struct names *names, const char *before)
{
    if (row->is_alarm)
        prompt_text_alarm(pen);
    else
        prompt_text_notice(pen);
    for (const char *at = row->words; *at; at++) {
        size_t len = strcspn(at, "%|");
        pen_say(pen, "%.*s", (int)len, at);
        at += len;
        if (!*at || (*at == '|' && pen->no_prompt))
            break;
        if (*at == '%')
            say_part(pen, *++at, g, names, before);
    }
    prompt_text_end(pen);
}

/* True when the sentence about the change says already that we are out. */
static bool says_so(const struct group_change *c)
{
    return c->is_any && ((strcmp(c->what, "remove") == 0 && c->subject_is_me) ||
                         (strcmp(c->what, "leave") == 0 && c->by_me));
}

void group_text_change(struct pen *pen, const struct event *e, const struct names *names,
                       const char *before)
{
    static const struct sentence_row out = {
        NULL, OF_ANYBODY, true,
        "you are no member of %g any more: what was said stays readable| with /history %g"};
    static const struct sentence_row nothing = {NULL, OF_ANYBODY, false, "%g is as it was"};
    const struct group_view *g = &e->group;
    if (g->change.is_any)
        say_sentence(pen, find_row(&g->change), g, names, before);
    else if (e->is_answer)
        say_sentence(pen, &nothing, g, names, before);
    if (e->type == EVENT_LEFT && !says_so(&g->change))
        say_sentence(pen, &out, g, names, before);
}

/* ---- what a group is ---- */

static void say_member(struct pen *pen, const struct member_view *m, const struct names *names)
{
    char id[ID_TEXT_LEN + 1];
    pen_say(pen, "   ");
    pen_style(pen, m->is_me ? STYLE_NOTICE : STYLE_NAME);
    if (m->is_me)
        pen_say(pen, "(you)");
    else
        names_quote_person(names, m->id, m->name, pen);
    pen_style(pen, STYLE_PLAIN);
    pen_say(pen, "%s", m->admin ? "  admin" : "");
    if (!m->is_me)
        pen_say(pen, "  %s, %s", m->online ? "here" : "away",
                m->verified ? "verified" : "not verified");
    if (m->introduced) {
        pen_say(pen, ", introduced by ");
        names_quote_person(names, m->introduced_by, m->introducer, pen);
    }
    id_write(m->id, id);
    pen_say(pen, "  id %.*s\n", SHORT_ID_LEN, id);
}

void group_text_info(struct pen *pen, const struct group_view *g, const struct names *names)
{
    char id[GROUP_TEXT_LEN + 1];
    group_id_write(g->id, id);
    prompt_text_notice(pen);
    names_quote_group(names, g->id, pen);
    pen_say(pen, ": %zu member%s, epoch %" PRIu64 "%s", g->member_count,
            g->member_count == 1 ? "" : "s", g->epoch,
            g->is_member ? "" : "; you are no member any more");
    prompt_text_end(pen);
    for (size_t i = 0; i < g->member_count; i++)
        say_member(pen, &g->members[i], names);
    pen_say(pen, "   history %s\n   id %s\n", history_words(g), id);
}

static size_t count_here(const struct group_view *g)
{
    size_t here = 0;
    for (size_t i = 0; i < g->member_count; i++)
        here += g->members[i].online && !g->members[i].is_me;
    return here;
}

static void say_group(struct pen *pen, const struct names *names, const struct group_view *g)
{
    char id[GROUP_TEXT_LEN + 1];
    group_id_write(g->id, id);
    pen_say(pen, "   ");
    pen_style(pen, STYLE_NAME);
    names_quote_group(names, g->id, pen);
    pen_style(pen, STYLE_PLAIN);
    if (g->is_member)
        pen_say(pen, "  %zu member%s, %zu of the others here%s", g->member_count,
                g->member_count == 1 ? "" : "s", count_here(g),
                g->is_admin ? ", you are an admin" : "");
    else {
        pen_say(pen, "  you are no member any more");
        pen_hint(pen, "; /history shows what was said");
    }
    pen_say(pen, "  id %.*s\n", SHORT_GROUP_LEN, id);
}

void group_text_list(struct pen *pen, const struct event *e)
{
    struct names names = {0}; /* of this list: it has all groups */
    names_learn(&names, e);
    for (size_t i = 0; i < e->groups.count; i++)
        say_group(pen, &names, &e->groups.groups[i]);
    names_clear(&names);
    if (e->groups.count)
        return;
    prompt_text_notice(pen);
    pen_say(pen, "no groups yet");
    pen_hint(pen, ": /group new NAME WHO makes one");
    prompt_text_end(pen);
}
