/* asking.h - a running node asked one thing at a time, each answer waited for.
 *
 * For whoever has nothing else to do meanwhile, and so needs no loop. What the node tells besides
 * is passed over.
 */
#ifndef LTH_ASKING_H
#define LTH_ASKING_H

#include "node/event.h"
#include "ui/splitter.h"

struct asking {
    int fd; /* borrowed; blocks from now on */
    struct splitter lines;
    uint8_t me[ID_LEN]; /* whose node it is */
    bool is_known;
};

/* Waits for the node's greeting. LTH_UNAVAILABLE: it ends, is silent, or says what no node
 * says;
 * LTH_NO_MEMORY. Either way asking_clear comes last. */
LTH_MUST_USE enum lth_err asking_begin(struct asking *a, int fd);

/* Hands the answer to tell, within the call. Errors as above, LTH_MALFORMED: c cannot be said. */
typedef void asking_tell(void *ctx, const struct event *event);
LTH_MUST_USE enum lth_err asking_ask(struct asking *a, const struct command *c, asking_tell *tell,
                                     void *ctx);
void asking_clear(struct asking *a);

#endif
