/* node/handshake.h - a link until it is authenticated: three messages and two hellos.
 *
 * Before message 3 tells who we are, the peer's static key is compared with what is expected
 * behind the address. Each message has one legal length, known before it is read, and one
 * fixed buffer in the link holds it. Every failure closes silently.
 */
#ifndef LTH_NODE_HANDSHAKE_H
#define LTH_NODE_HANDSHAKE_H

#include "node/link.h"
#include "wire/frame.h"

/* The link is connected to remote. The side that dialled sends message 1. */
void handshake_start(struct node *n, struct link *l, const struct endpoint *remote);

/* True while messages of the handshake are awaited. */
bool handshake_is_under_way(const struct link *l);

/* Takes bytes towards the message that is due; returns how many. */
size_t handshake_take(struct node *n, struct link *l, const uint8_t *bytes, size_t len);

/* The first message of the responder's first frame: its hello. */
LTH_MUST_USE enum lth_err handshake_on_hello(struct node *n, struct link *l,
                                             const struct frame_message *m);

#endif
