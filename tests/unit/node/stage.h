/* tests/unit/node/stage.h - one node whose world is in our hand: clock, disk, links.
 *
 * Each input is one node_step; its to-do list stays to be looked at until the next one. The disk
 * takes every record at once but reports it only when asked to. Ends the program when the
 * core itself breaks a promise, so that a fuzzer can stand here too.
 */
#ifndef LTH_TESTS_NODE_STAGE_H
#define LTH_TESTS_NODE_STAGE_H

#include "node/node.h"

struct guest;

enum { STAGE_RECORDS_MAX = 4096, STAGE_START_MS = 1000000, STAGE_STAYING_MAX = 160 };

struct stage {
    struct node *node;
    struct node_time now;
    struct todo_list todo;
    struct {
        uint8_t *bytes;
        size_t len;
    } log[STAGE_RECORDS_MAX]; /* record n at n - 1; owned */
    uint64_t appended, reported;
    uint64_t shown;                           /* the mark that a new process begins with */
    struct guest *guest;                      /* who hears what is written to its link, or NULL */
    struct guest *staying[STAGE_STAYING_MAX]; /* and those who hear beside it: guest_stay */
    size_t staying_count;
};

/* A started node with a secret made of seed. */
void stage_open(struct stage *s, uint8_t seed);
void stage_close(struct stage *s);

/* A new process on the same log: what was not reported durable is lost. */
void stage_restart(struct stage *s, uint8_t seed);

void stage_input(struct stage *s, const struct node_input *input);

/* Lets time pass, waking the node whenever it asked for it. */
void stage_wait(struct stage *s, uint64_t ms);

void stage_command(struct stage *s, const struct command *c);
void stage_found(struct stage *s, const char *instance, const char *address, bool we_wait);
void stage_link_up(struct stage *s, uint32_t link, bool dialled, const char *remote);
void stage_link_down(struct stage *s, uint32_t link);
void stage_bytes(struct stage *s, uint32_t link, const void *bytes, size_t len);

/* Everything appended is durable, or the records from number on are refused. */
void stage_disk_done(struct stage *s);
void stage_disk_refuses(struct stage *s, uint64_t from, enum lth_err why);

/* Answers the first TODO_READ of the last step from the log. */
void stage_answer_read(struct stage *s);

/* Of the last step: how many items of a type, and the index-th of them or NULL. */
size_t stage_count(const struct stage *s, enum todo_type type);
const struct todo *stage_todo(const struct stage *s, enum todo_type type, size_t index);

/* Of the last step: the first event of a type, or NULL. */
const struct event *stage_event(const struct stage *s, enum event_type type);

/* Of the last step: how many events of a type. */
size_t stage_events(const struct stage *s, enum event_type type);

/* True when the last step closed link. */
bool stage_closed(const struct stage *s, uint32_t link);

const struct status_view *stage_status(struct stage *s);

/* How often status counts a cause such as "malformed". */
uint64_t stage_dropped(struct stage *s, const char *cause);

#endif
