/* node/traffic.h - a session's frames: opened as they come, packed and sealed as they go.
 *
 * What a step sends over a link waits for its end and leaves packed: one seal for many
 * messages. A message that is malformed, or a frame that does not open, ends the session.
 */
#ifndef LTH_NODE_TRAFFIC_H
#define LTH_NODE_TRAFFIC_H

#include "node/link.h"

/* The length in front of a frame or a handshake message. */
size_t traffic_length_at(const uint8_t bytes[SESSION_LENGTH_LEN]);

/* Bytes of a session: whole frames where they lie, the rest is kept; all of it while we read
 * nothing from peers. */
void traffic_take(struct node *n, struct link *l, uint8_t *bytes, size_t len);

/* A NAME that came sooner than RENAME_MS after the one before waits for its time, and only the
 * last such does. When that is (monotonic; UINT64_MAX: none waits), and taking it then. */
uint64_t traffic_name_ms(const struct link *l);
void traffic_check_name(struct node *n, struct link *l);

/* Packs what is queued into frames and hands them out. False: the session is at its end. */
bool traffic_pack(struct node *n, struct link *l);

#endif
