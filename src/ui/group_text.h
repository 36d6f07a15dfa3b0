/* ui/group_text.h - what happens to groups, and what they are, as lines for a person.
 *
 * One table holds the sentences: what was decided, about whom, in which words.
 */
#ifndef LTH_UI_GROUP_TEXT_H
#define LTH_UI_GROUP_TEXT_H

#include "ui/names.h"

/* EVENT_GROUP, EVENT_LEFT. names has learnt from the event already; before: the name the group had
 * until then, a stranger's words. */
void group_text_change(struct pen *pen, const struct event *e, const struct names *names,
                       const char *before);

/* All of one group, for /group info. */
void group_text_info(struct pen *pen, const struct group_view *g, const struct names *names);

/* EVENT_GROUPS, a line for each. */
void group_text_list(struct pen *pen, const struct event *e);

#endif
