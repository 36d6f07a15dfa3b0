/* ui/news.h - what one has changed by a command, told to the others.
 *
 * Several talk to one node: its own user, and programs through the control socket. An answer is
 * for who asked. That a group or a contact is different now concerns everybody, and is an event
 * that they know.
 *
 * That a message was accepted concerns those who tell a person how deliveries go: the node's own
 * user, and prompts in other processes. Without it, what another has just sent would seem to them
 * to have waited for long. It comes as EVENT_ACCEPTED that answers nothing.
 */
#ifndef LTH_UI_NEWS_H
#define LTH_UI_NEWS_H

#include "node/event.h"

enum news_reader { NEWS_TO_USER, NEWS_TO_PROGRAM };

/* False: the answer is not this one's business. What *news points to is the answer's. */
bool news_of_answer(const struct event *answer, enum news_reader to, struct event *news);

#endif
