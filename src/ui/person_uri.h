/* ui/person_uri.h - a person as a link to be handed on: "lanthorn:ID?n=NAME".
 *
 * The id alone says who it is. The name is what whoever wrote the link calls them: it is shown
 * as a stranger's words are, and nobody is found by it. Links come from web pages and
 * messages, so nothing in one is trusted.
 */
#ifndef LTH_UI_PERSON_URI_H
#define LTH_UI_PERSON_URI_H

#include "base/base32.h"
#include "node/command.h"
#include "ui/sentence.h"

#include <stdbool.h>

struct person_uri {
    char id[ID_TEXT_LEN + 1];    /* lower case */
    char name[NAME_MAX_LEN + 1]; /* valid UTF-8; empty: none was given */
};

/* The longest that is written, with its zero. */
enum { PERSON_URI_SIZE = sizeof "lanthorn:?n=" + ID_TEXT_LEN + (size_t)3 * NAME_MAX_LEN };

bool person_uri_is(const char *text); /* begins with the scheme, in either case */

/* Parameters other than n are passed over: later versions may know them. On LTH_MALFORMED, *why
 * says what to correct and *out is untouched. */
LTH_MUST_USE enum lth_err person_uri_parse(const char *text, struct person_uri *out,
                                           struct sentence *why);

/* A name that is empty or too long for one is left out. */
void person_uri_write(const uint8_t id[ID_LEN], const char *name, char text[PERSON_URI_SIZE]);

#endif
