/* tests/sim/sim.h - several nodes in one process: one seed decides everything.
 *
 * Each node is the very core that ships (src/node/). Network, disk, clock and randomness are
 * ours: links deliver in order after a random delay; a disk makes records durable a
 * little later than it writes them, and a crash drops what was not durable. While it
 * runs, the simulator checks at every event what DESIGN §11 calls invariants:
 *   - a message is shown once, in its author's order, as it was sent;
 *   - `accepted` and `delivered` are told only of what is on the disk that they speak of.
 * A broken invariant ends the program with the seed and a trace.
 */
#ifndef LTH_TESTS_SIM_H
#define LTH_TESTS_SIM_H

#include "node/node.h"

struct sim;

/* What may happen to a piece of the stream on its way (one TODO_WRITE is one piece). */
enum sim_fault { SIM_PASS, SIM_DROP, SIM_DOUBLE, SIM_SWAP, SIM_FLIP };

struct sim *sim_new(uint64_t seed, size_t nodes);
void sim_free(struct sim *s);

/* Starts node i with what its disk holds; crash ends it at once, as kill -9 with power loss. */
void sim_start(struct sim *s, size_t i);
void sim_crash(struct sim *s, size_t i);

/* Node `from` sends text to node `to`; false when it answered with an error. */
bool sim_send(struct sim *s, size_t from, size_t to, const char *text);
void sim_command(struct sim *s, size_t i, const struct command *c);

/* Lets virtual time pass. */
void sim_run(struct sim *s, uint64_t ms);

/* Of 1000 pieces, so many suffer fault from now on. */
void sim_fault_rate(struct sim *s, enum sim_fault fault, unsigned per_mille);

/* Cuts or heals the cable between two nodes: nothing passes, nobody is told. */
void sim_cut(struct sim *s, size_t a, size_t b, bool cut);

/* The disk of node i refuses appends from now on (LTH_OK: takes them again). */
void sim_refuse_disk(struct sim *s, size_t i, enum lth_err why);

/* Node i has nobody to show messages to: they stay unseen on its disk. */
void sim_blind(struct sim *s, size_t i, bool blind);

uint64_t sim_now(const struct sim *s);
size_t sim_shown(const struct sim *s, size_t at, size_t from);     /* messages shown */
size_t sim_accepted(const struct sim *s, size_t from, size_t to);  /* accepted events */
size_t sim_delivered(const struct sim *s, size_t from, size_t to); /* delivered events */
bool sim_online(const struct sim *s, size_t at, size_t peer);      /* last peer event */
const char *sim_last_error(const struct sim *s, size_t i);         /* code word, "" = none */
const struct status_view *sim_status(struct sim *s, size_t i);     /* asks for it */
const char *sim_trace(const struct sim *s);                        /* events, a line each */

#endif
