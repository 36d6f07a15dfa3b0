/* ui/config_file.h - lanthorn.conf: options that are given once and for all.
 *
 * Lines of "key = value", read by inih; the keys are those long options that are settings
 * (ui/options.h), taken by the same functions as on the command line. A file is taken whole
 * or not at all: what cannot be meant is told with its line. Nothing is guessed or cut short:
 * inih's own ways to do so (a value going on in the next line, a comment behind a value,
 * a long line read as two) are closed here.
 */
#ifndef LTH_UI_CONFIG_FILE_H
#define LTH_UI_CONFIG_FILE_H

#include "base/arena.h"
#include "ui/options.h"

enum { CONFIG_FILE_MAX = 64 * 1024 };

/* Adds what path says to *out; home stands for ~ (NULL: there is none). A file that does not
 * exist says nothing. Strings are kept in *strings, and must live as long as *out. On error,
 * *why says what to correct and *out is untouched. */
LTH_MUST_USE enum lth_err config_file_read(const char *path, const char *home,
                                           struct arena *strings, struct options *out,
                                           struct sentence *why);

/* The same of text that is in memory and was found at path. */
LTH_MUST_USE enum lth_err config_file_parse(const char *text, size_t len, const char *path,
                                            const char *home, struct arena *strings,
                                            struct options *out, struct sentence *why);

#endif
