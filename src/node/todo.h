/* node/todo.h - what a step of the node wants done, in order.
 *
 * The core never touches a socket, a disk or a clock. It fills this list; src/run/ (or the
 * simulator) carries it out and reports back with inputs (node/node.h). Items and the
 * bytes they point to live until the list is reset, except where noted.
 */
#ifndef LTH_NODE_TODO_H
#define LTH_NODE_TODO_H

#include "base/arena.h"
#include "base/endpoint.h"
#include "node/event.h"

enum { STALLED_MS = 2500 }; /* a little below DOUBT_AFTER_MS, so that the first look sees it */

enum todo_type {
    TODO_APPEND, /* append a record to the log -> INPUT_WRITTEN, INPUT_DURABLE or INPUT_REFUSED */
    TODO_READ,   /* read records -> INPUT_READ */
    TODO_DIAL,   /* connect -> INPUT_LINK_UP or INPUT_LINK_DOWN */
    TODO_WRITE,  /* queue bytes on a link -> INPUT_LINK_SENT as they leave */
    TODO_CLOSE,  /* close a link after flushing it; nothing is reported back */
    TODO_LOOK,   /* is a link stalled: bytes on their way and none acknowledged for STALLED_MS,
                  * or TCP far from its next try? -> INPUT_STALLED if so */
    TODO_PAUSE,  /* stop reading from a link */
    TODO_RESUME,
    TODO_EVENT, /* tell the user interfaces */
};

struct todo {
    struct todo *next;
    enum todo_type type;
    union {
        struct {
            uint64_t number;      /* consecutive over the life of the store */
            const uint8_t *bytes; /* lives until the record is durable or refused */
            size_t len;
            bool sync; /* acted upon only once durable; else once written */
        } append;
        struct {
            uint64_t token;
            const uint64_t *numbers;
            size_t count;
            size_t max_bytes; /* stop behind the record that reaches it; 0 = no limit */
        } read;
        struct {
            uint32_t link;
            const char *address; /* host:port, numeric or a name to be resolved */
        } dial;
        struct {
            uint32_t link;
            uint8_t *bytes;
            size_t len;
        } write;
        uint32_t link; /* TODO_CLOSE, TODO_LOOK, TODO_PAUSE, TODO_RESUME */
        struct event event;
    };
};

struct todo_list {
    struct todo *first, **last; /* in the order to be carried out */
    struct arena arena;
    bool out_of_memory; /* something could not be listed: the program must end now; what was
                         * acknowledged is on disk */
};

void todo_init(struct todo_list *list);
void todo_reset(struct todo_list *list);
void todo_clear(struct todo_list *list);

/* A new item at the end, zeroed but for its type. Never NULL: when memory is out the list
 * says so and the item goes nowhere. */
struct todo *todo_add(struct todo_list *list, enum todo_type type);

/* Room that lives as long as the list; NULL, and the list says so, when memory is out. */
void *todo_room(struct todo_list *list, size_t size);

#endif
