/* ui/json_writer.h - one JSON object, appended field by field to a buffer.
 *
 * For output only, and in a hurry: no tree, no allocation beside the buffer's growth. A line
 * may end on a terminal, so beside quotes and backslashes every code point that may not be shown
 * as it is (base/display.h) is escaped (RFC 8259 §7); everything else passes. Texts are UTF-8: a
 * byte that is not becomes U+FFFD. A failed append spoils the writer, and json_writer_finish
 * takes back what was written.
 */
#ifndef LTH_UI_JSON_WRITER_H
#define LTH_UI_JSON_WRITER_H

#include "base/base32.h"
#include "base/buffer.h"

#include <stdbool.h>

struct json_writer {
    struct buffer *out; /* borrowed */
    size_t start;       /* its length before us */
    bool spoiled;
    bool wants_comma; /* something stands before the next field or element */
};

struct json_writer json_writer_over(struct buffer *out);

/* key: a constant of plain letters; NULL inside an array. */
void json_put_open(struct json_writer *w, const char *key, char bracket); /* '{' or '[' */
void json_put_close(struct json_writer *w, char bracket);                 /* '}' or ']' */
void json_put_string(struct json_writer *w, const char *key, const char *text);
void json_put_text(struct json_writer *w, const char *key, const void *text, size_t len);
void json_put_number(struct json_writer *w, const char *key, uint64_t value);
void json_put_bool(struct json_writer *w, const char *key, bool value);
void json_put_null(struct json_writer *w, const char *key);
void json_put_id(struct json_writer *w, const char *key, const uint8_t id[ID_LEN]); /* base32 */
void json_put_hash(struct json_writer *w, const char *key, const uint8_t hash[32]); /* hex */

/* RFC 3339, UTC, milliseconds. time_ms: Unix epoch; 0 = not known = null. What lies
 * behind the year 9999 is written as its last moment. */
void json_put_time(struct json_writer *w, const char *key, uint64_t time_ms);

/* Ends the line with a line feed. LTH_NO_MEMORY: the buffer is as it was before. */
LTH_MUST_USE enum lth_err json_writer_finish(struct json_writer *w);

#endif
