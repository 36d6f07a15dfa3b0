/* ui/complain.h - sentences for whoever started the program: on standard error, or standard output.
 *
 * Each is a line, made safe for a terminal, as it may quote what was typed or what a disk holds;
 * complaints begin with "lanthorn: ", and in the system's journal with their priority.
 */
#ifndef LTH_UI_COMPLAIN_H
#define LTH_UI_COMPLAIN_H

#include "base/buffer.h"

void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
void announce(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Lines that a pen has written (ui/pen.h), which are safe; lines is empty then. */
void complain_lines(struct buffer *lines);

/* EXIT_DONE when all that was printed on stdout has left; else EXIT_FAILED, which is said. */
int check_printed(void);

/* Sentences that are the same wherever standard output fails, and a node does not answer. */
extern const char complaint_no_output[];
extern const char complaint_silent[];

#endif
