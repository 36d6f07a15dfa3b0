/* ui/json_command.h - one JSON line as a command, and back (lanthorn-interface(7), "Commands").
 *
 * Strict about what it knows: duplicate keys, wrong types and bad UTF-8 are refused. Fields
 * it does not know are ignored, for later versions may add some.
 */
#ifndef LTH_UI_JSON_COMMAND_H
#define LTH_UI_JSON_COMMAND_H

#include "node/event.h"
#include "ui/json_event.h"
#include "ui/sentence.h"

#include <jansson.h>

struct parsed_command {
    struct command command; /* ticket 0; its strings belong to root */
    struct json_ref ref;    /* belongs to root */
    json_t *root;           /* owned */
    const char **members;   /* owned: the command's array of them */
};

struct refusal {
    enum error_code code; /* CODE_MALFORMED, _USAGE, _LIMIT, _UNSUPPORTED, _INTERNAL */
    struct sentence why;
};

/* Reads one line without its line feed. *out is filled in every case and wants
 * json_command_clear: a refused line keeps its ref where one could be read. False with
 * *why when it is not a command. */
LTH_MUST_USE bool json_command_parse(const char *line, size_t len, struct parsed_command *out,
                                     struct refusal *why);
void json_command_clear(struct parsed_command *p);

/* Appends the line that is read back as c, its line feed included. LTH_MALFORMED: a text or a name
 * is not UTF-8, or one is missing; LTH_NO_MEMORY. Then out is as it was. */
LTH_MUST_USE enum lth_err json_command_write(struct buffer *out, const struct command *c,
                                             struct json_ref ref);

#endif
