/* ui/rows.h - events as rows for other programs: a line for each thing, tabs between its columns.
 *
 * For those that cut and count lines; JSON says more, and says it exactly. Every column has
 * something in it, "-" where there is nothing, and what strangers wrote is escaped as on a
 * terminal: there is no tab and no line feed in it.
 *
 *   a person    NAME  here|away  verified|-  blocked|-  ID  ADDRESSES
 *   a message   TIME  WHERE  AUTHOR  TEXT         WHERE: #GROUP, or the other one's name
 *   a group     #NAME  admin|member|left  MEMBERS  ID
 *   a member    NAME  admin|member  here|away  verified|-  ID
 *   a number    NUMBER  verified|-
 *   the status  a name and its value, each on a row
 *
 * and of what is watched, behind the word for it:
 *
 *   ready       NAME  ID             who we are
 *   left        as a group
 *   gap, gap_filled  NAME  COUNT     of messages by NAME
 *   fork        NAME  NUMBER
 *   key_change  NAME  OLD-ID  NEW-ID
 *   warning     CODE  SENTENCE
 *
 * A line feed in a text and the four characters \x0a give the same row: JSON tells them apart.
 */
#ifndef LTH_UI_ROWS_H
#define LTH_UI_ROWS_H

#include "ui/names.h"

/* The rows of what an event tells, under the names that the user knows. An event without
 * anything to tell has none. */
void rows_event(struct pen *pen, const struct names *names, const struct event *e);

/* The same behind a column that says which event it is: rows of several kinds in one stream. */
void rows_news(struct pen *pen, const struct names *names, const struct event *e);

/* The members of a group. */
void rows_members(struct pen *pen, const struct names *names, const struct group_view *g);

#endif
