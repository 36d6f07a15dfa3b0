/* tests/sim/tally.h - how often what happened, so that one sees that the stories were stories. */
#ifndef LTH_TESTS_SIM_TALLY_H
#define LTH_TESTS_SIM_TALLY_H

#include <stdint.h>

#define TALLY(X)                                                                                   \
    X(steps, "of all cores")                                                                       \
    X(seals, "frames and handshake messages")                                                      \
    X(accepted, "sayings, told so")                                                                \
    X(refused, "sayings, told so")                                                                 \
    X(sent, "told, once a process")                                                                \
    X(delivered, "likewise")                                                                       \
    X(shown, "messages")                                                                           \
    X(shown_in_groups, "of them")                                                                  \
    X(shown_late, "of them, when their key had come")                                              \
    X(waited, "messages for their key, told so")                                                   \
    X(decisions, "about groups, answered so")                                                      \
    X(not_decided, "asked for and refused")                                                        \
    X(left, "told by a process")                                                                   \
    X(overturned, "decisions, told by a process")                                                  \
    X(said_again, "decisions that had lost")                                                       \
    X(forks, "of rosters, told")                                                                   \
    X(keys, "given")                                                                               \
    X(given_back, "entries")                                                                       \
    X(stops, "processes that ended in order")                                                      \
    X(kills, "by kill -9")                                                                         \
    X(power_cuts, "of machines with a running process")                                            \
    X(restores, "of backups")                                                                      \
    X(clones, "machines")                                                                          \
    X(cuts, "between two machines")                                                                \
    X(one_way, "likewise, one way")                                                                \
    X(unplugged, "machines")                                                                       \
    X(resets, "of connections")                                                                    \
    X(faults, "pieces dropped, doubled, swapped, changed")                                         \
    X(jumps, "of wall clocks")                                                                     \
    X(standstills, "of processes")                                                                 \
    X(roams, "to another address")                                                                 \
    X(full_disks, "for a while")                                                                   \
    X(slow_disks, "likewise")                                                                      \
    X(holds, "by a user interface")                                                                \
    X(blind, "processes without one")                                                              \
    X(lost_sight, "of an instance, found again")                                                   \
    X(rollbacks, "told")                                                                           \
    X(clones_told, "by a process")                                                                 \
    X(gaps, "told")                                                                                \
    X(gaps_filled, "told")                                                                         \
    X(rekeys, "of sessions at the end")

struct tally {
#define TALLY_FIELD(name, what) uint64_t name;
    TALLY(TALLY_FIELD)
#undef TALLY_FIELD
};

#endif
