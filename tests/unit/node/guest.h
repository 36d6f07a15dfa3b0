/* tests/unit/node/guest.h - somebody at the other end of a link: real keys, real frames, and any
 * message we like.
 */
#ifndef LTH_TESTS_NODE_GUEST_H
#define LTH_TESTS_NODE_GUEST_H

#include "base/buffer.h"
#include "node/stage.h"
#include "wire/feed.h"
#include "wire/frame.h"
#include "wire/session.h"

struct guest {
    struct identity_secret me;
    const char *name;
    uint64_t incarnation;
    uint32_t link;
    bool dialled; /* by the node: the guest is the responder */
    struct noise noise;
    struct session session;
    bool ready;
    struct buffer raw;   /* not yet a whole frame or handshake message */
    struct buffer heard; /* messages of the last step, as in a plain frame */
    size_t heard_of[32]; /* by type: how many, since it was made */
};

void guest_init(struct guest *g, uint8_t seed, const char *name);
void guest_clear(struct stage *s, struct guest *g); /* the stage hears no more of g */

/* From now on g hears what is written to it, also while another guest comes and speaks. */
void guest_stay(struct stage *s, struct guest *g);

/* Connects to the node as g on link, and runs the handshake to its end. */
void guest_connect(struct stage *s, struct guest *g, uint32_t link);

/* The same up to, and without, message number `until` (0 to 2) of the handshake. */
void guest_begin(struct stage *s, struct guest *g, uint32_t link, unsigned until);

/* Answers a dial of the node: the link is up, and the handshake runs to its end. */
void guest_accept(struct stage *s, struct guest *g, uint32_t link, const char *remote);

/* Writes handshake message 1 or 3 as it goes over the link; returns its length. */
size_t guest_write_handshake(struct guest *g, const uint8_t *payload, size_t len, uint8_t out[512]);

/* Sends one message, or any bytes as one plain frame, padded. */
void guest_send(struct stage *s, struct guest *g, uint8_t type, uint8_t flags, const void *body,
                size_t len);
void guest_send_frame(struct stage *s, struct guest *g, const uint8_t *plain, size_t len);

/* The first message of a type that the node sent in the last step; false if none. */
bool guest_heard(const struct guest *g, uint8_t type, struct frame_message *out);

/* Says what the node's disk lacks: HAVE with no items, the last one. */
void guest_send_have(struct stage *s, struct guest *g);

/* Sends count texts, "text 1" and so on, as entries first, first + 1 ... of its feed; the hash
 * of the last one to hash. prev: of entry first - 1. */
void guest_send_texts(struct stage *s, struct guest *g, uint64_t first, size_t count,
                      const uint8_t prev[HASH_LEN], uint8_t hash[HASH_LEN]);

void guest_feed(const struct stage *s, const struct guest *g, struct feed_id *out);

/* Called by the stage. */
void guest_hear(struct guest *g, const struct todo *write);
void guest_forget(struct guest *g);

#endif
