/* ui/json_talk_uv.h - one conversation in JSON lines: commands in, events out.
 *
 * The same on standard input and output as on a socket. Lines are read at the pace at which the
 * node works and the other side reads; each answer carries the ref of its command, and events
 * are numbered from 1. Input is first read when EVENT_READY has been written.
 *
 * The node's own user misses nothing: whoever has the user ask the node for less while
 * json_talk_is_full. A guest, one of several, gets `ready` and every answer to its own commands;
 * events are dropped while it does not read, which the hole in `seq` tells it, so that it keeps
 * nobody waiting. Of its commands a bounded number is under way at once, and one of those whose
 * answer is a history, for that may be long.
 */
#ifndef LTH_UI_JSON_TALK_UV_H
#define LTH_UI_JSON_TALK_UV_H

#include "ui/ui_uv.h"

enum {
    JSON_LINE_MAX = 64 * 1024,
    JSON_GUEST_COMMANDS = 64, /* without an answer yet */
};

struct json_talk_config {
    int in_fd, out_fd; /* two descriptors, perhaps of one socket */
    bool is_guest;
    uint64_t *last_ticket; /* of the last command; shared by all whose tickets must differ */

    /* host.stop, once: the input has ended and all answers have left, or nothing more can be said;
     * then `failed` has told why before, and is told also when a stop is no news any more. */
    struct ui_host host;
    void (*failed)(void *failed_ctx, const char *why); /* why: a sentence */
    void *failed_ctx;
};

struct json_talk;

/* The descriptors are the talk's, and on an error closed, all but 0 to 2. LTH_UNAVAILABLE: one of
 * them is of no use. */
LTH_MUST_USE enum lth_err json_talk_open(uv_loop_t *loop, const struct json_talk_config *config,
                                         struct json_talk **out);

/* An answer to a command of this talk, or any other event. What answers somebody else's command
 * is the caller's to keep away. Forgotten after json_talk_close. */
void json_talk_event(struct json_talk *t, const struct event *e);

/* The command with this ticket was given here and has no answer yet. */
bool json_talk_has_asked(const struct json_talk *t, uint64_t ticket);

/* What nobody saw has been asked for here: somebody sits at the other side. */
bool json_talk_is_prompt(const struct json_talk *t);

void json_talk_resume(struct json_talk *t); /* host.busy() turned false */
bool json_talk_is_full(const struct json_talk *t);

/* The other side has closed its socket altogether: what is still said reaches nobody. */
bool json_talk_is_alone(const struct json_talk *t);

/* Writes what is left, waits a little for it to be read, closes, frees. Once. Until on_closed the
 * other functions may be called, but json_talk_is_full. */
void json_talk_close(struct json_talk *t, void (*on_closed)(void *ctx), void *ctx);

#endif
