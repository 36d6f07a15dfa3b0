/* ui/prompt_text.h - events as lines for a person.
 *
 * What others say:   12:34 bob: text     (further lines of it behind a gutter)
 * In a group:        12:34 #ops bob: text
 * What we say:       -- a notice          !! something to look into
 * Times are local; a message of another day carries its date. Everything a peer wrote
 * is escaped (ui/pen.h), and none of its lines can start like one of ours.
 */
#ifndef LTH_UI_PROMPT_TEXT_H
#define LTH_UI_PROMPT_TEXT_H

#include "node/event.h"
#include "ui/pen.h"

/* One message. now_ms: wall clock, decides whether the date is shown. */
void prompt_text_message(struct pen *pen, const struct message_view *m, uint64_t now_ms);

/* The lines of one event, each with its line feed; none for what needs the prompt's memory:
 * EVENT_PEER, EVENT_ACCEPTED, EVENT_SENT, EVENT_DELIVERED, EVENT_MESSAGE, EVENT_ADDRESS,
 * EVENT_GROUP, EVENT_LEFT, EVENT_WAITING_FOR_KEY. */
void prompt_text_event(struct pen *pen, const struct event *e, uint64_t now_ms);

/* After EVENT_READY at a prompt. The welcome is for a newcomer: who you are, where things are,
 * what to type. */
void prompt_text_greeting(struct pen *pen, const struct event *ready);
void prompt_text_welcome(struct pen *pen, const struct event *ready);

/* EVENT_ADDRESS, which does not say by itself what became of the address. */
void prompt_text_address(struct pen *pen, const struct event *e, bool is_removed);

/* "-- " and "!! ", with their styles; end both with prompt_text_end. */
void prompt_text_notice(struct pen *pen);
void prompt_text_alarm(struct pen *pen);
void prompt_text_end(struct pen *pen);

#endif
