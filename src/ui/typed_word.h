/* ui/typed_word.h - a name as a word of a typed line: bare, or in double quotes.
 *
 * What begins with # is a group, and so is the whole id of one, 64 hex characters; any other
 * word is a person. Names are strangers' words, so not each can be typed: those want an id.
 */
#ifndef LTH_UI_TYPED_WORD_H
#define LTH_UI_TYPED_WORD_H

#include <stdbool.h>

/* Cuts the first word, or what stands in double quotes, off *rest, which then points
 * behind the spaces after it. NULL when there is none or its quotes are not closed. */
char *typed_word_cut(char **rest);

bool typed_word_is_group(const char *word);

/* True when every character may stand on the screen and none would end the quotes. */
bool typed_word_can_be(const char *name);

/* mark ("" or "#") and name as one word, in quotes where it has spaces. Caller frees; NULL: out
 * of memory. */
char *typed_word_write(const char *mark, const char *name);

extern const char typed_spaces[]; /* what parts words */

#endif
