/* ui/sentence.h - one sentence for the user: what failed, why, what to do.
 *
 * Whoever refuses something says so here; whoever stands at the terminal prints it. It
 * may quote what was typed, so a terminal gets it through base/display.h.
 */
#ifndef LTH_UI_SENTENCE_H
#define LTH_UI_SENTENCE_H

enum { SENTENCE_SIZE = 320 };

struct sentence {
    char text[SENTENCE_SIZE]; /* UTF-8, ends with a zero; a longer one is cut */
};

void sentence_set(struct sentence *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
