/* base/marked_name.h - two of one name told apart: NAME~ID, with the first letters of an id.
 *
 * A name is a stranger's words and may have this form itself. So one in which a tilde stands is
 * shown with a mark of its own, and a word of this form means whoever has that name and that id,
 * never who is called so: nobody can choose a name under which they get what is for somebody else.
 */
#ifndef LTH_BASE_MARKED_NAME_H
#define LTH_BASE_MARKED_NAME_H

#include <stdbool.h>

enum { MARK_LEN = 8 }; /* letters of an id in a mark that is shown; a typed one may have more */

/* True when word ends in ~ and MARK_LEN or more letters or digits. */
bool marked_name_is(const char *word);

/* True when word is this name, ~, and MARK_LEN or more of the letters, of either case, with which
 * this id begins. */
bool marked_name_means(const char *word, const char *name, const char *id_text);

/* True when a tilde, or what looks like one, stands in name. */
bool marked_name_is_like(const char *name);

#endif
