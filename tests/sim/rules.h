/* tests/sim/rules.h - what must be true, by name.
 *
 * DESIGN §11's invariants and what follows from them. A world stops at the first rule that is
 * broken; the name is what is printed, and what the mutants are told apart by.
 */
#ifndef LTH_TESTS_SIM_RULES_H
#define LTH_TESTS_SIM_RULES_H

#include <stdint.h>

#define RULES(X)                                                                                   \
    X(RULE_NONE, "nothing is broken")                                                              \
    X(RULE_LOG_READABLE, "the log can be read again")                                              \
    X(RULE_RECORDS_NUMBERED, "records are numbered without gaps")                                  \
    X(RULE_NEVER_TWICE_ON_DISK, "an entry is stored once")                                         \
    X(RULE_ACCEPTED_DURABLE, "accepted only when durable here")                                    \
    X(RULE_ONE_ANSWER, "a command has one answer")                                                 \
    X(RULE_SHOWN_DURABLE, "shown only when durable")                                               \
    X(RULE_SHOWN_ONCE, "shown once")                                                               \
    X(RULE_SHOWN_IN_ORDER, "shown in the author's order")                                          \
    X(RULE_SHOWN_AS_SAID, "nothing is shown that was not said")                                    \
    X(RULE_MARK_GROWS, "what the shown mark covers was shown")                                     \
    X(RULE_SENT_DURABLE, "sent only when durable here")                                            \
    X(RULE_SENT_ONCE, "sent is told once")                                                         \
    X(RULE_DELIVERED_STORED, "delivered only when durable there")                                  \
    X(RULE_DELIVERED_AFTER_SENT, "sent before delivered")                                          \
    X(RULE_DELIVERED_ONCE, "delivered is told once")                                               \
    X(RULE_NONCE, "no key and nonce twice")                                                        \
    X(RULE_NO_FORK, "honest nodes do not fork")                                                    \
    X(RULE_UNDERSTOOD, "what an honest node sends is understood")                                  \
    X(RULE_BOUNDED, "sessions are bounded by people")                                              \
    X(RULE_SLEEPS, "a node with nothing to do sleeps")                                             \
    X(RULE_STANDSTILL, "nothing goes out under keys from before a standstill")                     \
    X(RULE_DEAD_NOTICED, "a dead peer is offline within 30 s")                                     \
    X(RULE_QUIET_ONLINE, "on a quiet network nobody goes offline")                                 \
    X(RULE_ROLLBACK, "a process tells a rollback once, after a restore or with a clone")           \
    X(RULE_ROLLBACK_TOLD, "what is given back was told as a rollback")                             \
    X(RULE_CLONE, "a clone is told only when there was one")                                       \
    X(RULE_CLONE_TOLD, "two who run as one and see each other are both told")                      \
    X(RULE_GAP, "a gap is told only after a restore, a refusal or a crash, or while one is held")  \
    X(RULE_GAP_STAYS, "a gap stays only when a restore or a clone lost what was in it")            \
    X(RULE_GAP_FILLED, "a gap is filled once, and only when told")                                 \
    X(RULE_NO_DAMAGE, "nothing is damaged")                                                        \
    X(RULE_ALL_ONLINE, "all are online after the heal")                                            \
    X(RULE_NOTHING_QUEUED, "nothing is queued in the end")                                         \
    X(RULE_ALL_STORED, "what its author has is durable at its receiver in the end")                \
    X(RULE_ALL_SHOWN, "what its author has is shown at its receiver in the end")                   \
    X(RULE_GIVEN_BACK, "what an author lost and another can prove is given back")                  \
    X(RULE_SAME_HISTORY, "history is the same on both sides")                                      \
    X(RULE_CAUSALITY, "an answer stands behind what it answers")                                   \
    X(RULE_ALL_DONE, "nothing is left undone in the end")                                          \
    X(RULE_VALID_DECISIONS, "a decision is valid where it stands")                                 \
    X(RULE_SAME_ROSTER, "the same operations give the same roster")                                \
    X(RULE_ROSTERS_AGREE, "all members have the same roster in the end")                           \
    X(RULE_REPEATED, "what lost and still makes sense is said again")                              \
    X(RULE_SHOWN_ENTITLED, "a group's words are shown to who was in it, or may read all")          \
    X(RULE_EX_MEMBER, "who was removed is shown nothing said by who knew")                         \
    X(RULE_KEY_HELD, "nobody holds a key that is not theirs to have")                              \
    X(RULE_KEY_GIVEN, "a key is given only to who may read with it")                               \
    X(RULE_TO_MEMBERS, "what is said in a group goes to its members")                              \
    X(RULE_DECISIONS_TO_MEMBERS, "what is decided in a group goes to whom it concerns")            \
    X(RULE_CHAIN_CHANGES, "a chain is left when others are in, when it is full, and when asked")   \
    X(RULE_CUT, "what stands behind a cut is not taken")                                           \
    X(RULE_KEYS_COME, "nothing waits for a key in the end")                                        \
    X(RULE_LEFT, "leaving is told once, and to who left")                                          \
    X(RULE_ALL_ANSWERED, "every command is answered in the end")

enum rule {
#define RULE_ENUM(name, words) name,
    RULES(RULE_ENUM)
#undef RULE_ENUM
};

const char *rule_words(enum rule rule);

/* The first rule that was broken: when, and what about it. */
struct verdict {
    enum rule rule; /* RULE_NONE: all is well */
    uint64_t at_ms;
    char detail[160];
};

struct world;

/* A rule is broken: kept if it is the first, and the world stops. */
void broken(struct world *w, enum rule rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
