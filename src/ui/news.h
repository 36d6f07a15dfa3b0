/* ui/news.h - what one has changed by a command, told to the others.
 *
 * Several talk to one node: its own user, and programs through the control socket. An answer is
 * for who asked. That a group or a contact is different now concerns everybody, and is an event
 * that they know. And whoever follows deliveries must know of each message that was accepted: to
 * others than the one who sent it that comes as EVENT_ACCEPTED that answers nothing.
 */
#ifndef LTH_UI_NEWS_H
#define LTH_UI_NEWS_H

#include "node/event.h"

/* False: the answer is nobody else's business. What *news points to is the answer's. */
bool news_of_answer(const struct event *answer, struct event *news);

#endif
