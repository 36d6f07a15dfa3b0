/* ui/pen.h - lines for a person's terminal: ours as they are, strangers' words escaped.
 *
 * Whoever writes to a terminal writes through a pen, and chooses for every piece whether
 * it is ours (pen_say) or somebody else's (pen_quote, pen_text). The first failed append
 * spoils the pen; pen_finish tells.
 */
#ifndef LTH_UI_PEN_H
#define LTH_UI_PEN_H

#include "base/buffer.h"

#include <stdbool.h>

struct pen {
    struct buffer *out; /* borrowed */
    bool color;
    bool no_prompt; /* whoever reads this is not at a prompt, where /commands can be typed */
    bool spoiled;
};

enum pen_style { STYLE_PLAIN, STYLE_NAME, STYLE_NOTICE, STYLE_ALARM };

struct pen pen_over(struct buffer *out, bool color);

/* Our own words. Never give it a name or a text as %s: those are pen_quote's. */
void pen_say(struct pen *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What to type next at the prompt; nothing where there is none. */
void pen_hint(struct pen *p, const char *hint);

/* A stranger's words on one line. */
void pen_quote(struct pen *p, const char *text);

/* A person's name, which is told from what we say around it: it has no # of a group and no colon,
 * behind which a text would stand; does not begin like (you) or a notice, -- or !!, nor like an
 * option; has no blanks where none could be seen or columns would begin. */
void pen_person(struct pen *p, const char *name);

/* A group's name as it is typed: #ops, "#two words"; without a colon. */
void pen_group(struct pen *p, const char *name);

/* A stranger's words on several lines, each after the first behind gutter. */
void pen_text(struct pen *p, const void *text, size_t len, const char *gutter);

/* A complaint, on a line of its own: text may quote strangers. line: of stdin; 0: it is about none.
 */
void pen_complain(struct pen *p, uint64_t line, const char *text);

/* From here on in this style; nothing without colour. End with STYLE_PLAIN. */
void pen_style(struct pen *p, enum pen_style style);

LTH_MUST_USE enum lth_err pen_finish(const struct pen *p);

#endif
