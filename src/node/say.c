/* node/say.c - events onto the to-do list. */
#include "node/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *keep_string(struct node *n, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = todo_room(n->todo, size);
    return copy ? memcpy(copy, text, size) : "";
}

struct event *say(struct node *n, enum event_type type)
{
    struct event *event = &todo_add(n->todo, TODO_EVENT)->event;
    event->type = type;
    return event;
}

static const char *keep_format(struct node *n, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static const char *keep_format(struct node *n, const char *format, va_list args)
{
    char text[512];
    vsnprintf(text, sizeof text, format, args);
    return keep_string(n, text);
}

void say_error(struct node *n, uint64_t ticket, enum error_code code, const char *format, ...)
{
    va_list args;
    struct event *event = say(n, EVENT_ERROR);
    event->is_answer = true;
    event->ticket = ticket;
    event->error.code = code;
    va_start(args, format);
    event->error.text = keep_format(n, format, args);
    va_end(args);
}

void say_warning(struct node *n, const char *code, const char *format, ...)
{
    va_list args;
    struct event *event = say(n, EVENT_WARNING);
    event->warning.code = code;
    va_start(args, format);
    event->warning.text = keep_format(n, format, args);
    va_end(args);
}

void say_contact(struct node *n, enum event_type type, const struct contact *c)
{
    struct peer_view *view = &say(n, type)->peer;
    contact_view(c, view);
    view->name = keep_string(n, c->name); /* it may change before the event is told */
    view->petname = keep_string(n, c->petname);
}
