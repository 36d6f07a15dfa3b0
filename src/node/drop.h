/* node/drop.h - why something of a peer's was not taken; shown in status as "dropped". */
#ifndef LTH_NODE_DROP_H
#define LTH_NODE_DROP_H

#define DROPS(X)                                                                                   \
    X(DROP_HANDSHAKE, "handshake")                                                                 \
    X(DROP_HALF_OPEN, "half_open_limit")                                                           \
    X(DROP_FORGED, "forged")                                                                       \
    X(DROP_MALFORMED, "malformed")                                                                 \
    X(DROP_BLOCKED, "blocked")                                                                     \
    X(DROP_LIMIT, "limit")                                                                         \
    X(DROP_FOREIGN, "not_the_author")                                                              \
    X(DROP_GAP, "gap")                                                                             \
    X(DROP_FORK, "fork")                                                                           \
    X(DROP_RECEIPT, "bad_receipt")                                                                 \
    X(DROP_ROSTER, "not_in_the_roster")                                                            \
    X(DROP_SEAL, "does_not_open")

enum drop {
#define DROP_ENUM(name, word) name,
    DROPS(DROP_ENUM)
#undef DROP_ENUM
        DROP_COUNT
};

#endif
