/* ui/journal.h - lines on standard error, as the system's journal wants them (sd-daemon(3)).
 *
 * Where systemd has connected standard error to its journal, $JOURNAL_STREAM names that very
 * connection, and each line begins with its priority: `journalctl -p warning` then finds what
 * matters. On a terminal, in a file or a pipe, lines stay as they are.
 */
#ifndef LTH_UI_JOURNAL_H
#define LTH_UI_JOURNAL_H

#include <stddef.h>

enum journal_priority { JOURNAL_ERROR = 3, JOURNAL_WARNING = 4, JOURNAL_INFO = 6 };

/* text: whole lines, already safe to print. */
void journal_write(enum journal_priority priority, const char *text, size_t len);

#endif
