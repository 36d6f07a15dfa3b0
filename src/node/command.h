/* node/command.h - the one table of what a person or a program may ask of a node.
 *
 * The prompt, JSON lines and the shell (src/ui/) turn their input into a struct command;
 * the answer is an event that carries the command's ticket. Each command gets exactly one.
 */
#ifndef LTH_NODE_COMMAND_H
#define LTH_NODE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*    enum             JSON "do" */
#define COMMANDS(X)                                                                                \
    X(COMMAND_SEND, "send")                                                                        \
    X(COMMAND_PEERS, "peers")                                                                      \
    X(COMMAND_HISTORY, "history")                                                                  \
    X(COMMAND_MESSAGE, "message")                                                                  \
    X(COMMAND_NAME, "name")                                                                        \
    X(COMMAND_PETNAME, "petname")                                                                  \
    X(COMMAND_VERIFY, "verify")                                                                    \
    X(COMMAND_BLOCK, "block")                                                                      \
    X(COMMAND_UNBLOCK, "unblock")                                                                  \
    X(COMMAND_PEER_ADD, "peer.add")                                                                \
    X(COMMAND_PEER_REMOVE, "peer.remove")                                                          \
    X(COMMAND_GROUP_CREATE, "group.create")                                                        \
    X(COMMAND_GROUP_ADD, "group.add")                                                              \
    X(COMMAND_GROUP_REMOVE, "group.remove")                                                        \
    X(COMMAND_GROUP_PROMOTE, "group.promote")                                                      \
    X(COMMAND_GROUP_DEMOTE, "group.demote")                                                        \
    X(COMMAND_GROUP_LEAVE, "group.leave")                                                          \
    X(COMMAND_GROUP_REKEY, "group.rekey")                                                          \
    X(COMMAND_GROUP_RENAME, "group.rename")                                                        \
    X(COMMAND_GROUP_HISTORY, "group.history")                                                      \
    X(COMMAND_GROUPS, "groups")                                                                    \
    X(COMMAND_STATUS, "status")                                                                    \
    X(COMMAND_SYNC, "sync")                                                                        \
    X(COMMAND_UNSEEN, "unseen")                                                                    \
    X(COMMAND_SHOWN, "shown")                                                                      \
    X(COMMAND_QUIT, "quit")

enum command_type {
#define COMMAND_ENUM(name, word) name,
    COMMANDS(COMMAND_ENUM)
#undef COMMAND_ENUM
        COMMAND_COUNT
};

/* "send" for COMMAND_SEND. */
const char *command_word(enum command_type type);

enum {
    TEXT_MAX = 16 * 1024, /* bytes of a message */
    NAME_MAX_LEN = 64,    /* bytes of a name */
    INVITED_MAX = 127,    /* whom a group can be created with, besides us */
    HISTORY_DEFAULT = 50,
    HISTORY_MAX = 1000,
    HISTORY_BYTES = 1 << 20, /* of records; an answer ends behind the one that reaches it */
    SYNC_DEFAULT_S = 30,
    DEFAULT_PORT = 7327,
};

/* Strings are borrowed for the call; those not of the command are NULL. */
struct command {
    enum command_type type;
    uint64_t ticket;     /* comes back in the answer; 0 is as good as any */
    const char *who;     /* to, with, peer, member: petname, name, id, id prefix; to and with
                          * also a group, as below */
    const uint8_t *text; /* send: the message, any bytes; the node checks them */
    size_t text_len;
    const char *group;          /* group.*: "#name" or the 64 hex characters of its id */
    const char *name;           /* name: ours; petname: theirs, "" removes it; a group's */
    const char *history;        /* group.history: "none" or "all" */
    const char *const *members; /* group.create: each as in who */
    size_t member_count;
    const char *id;      /* message: a message id; history: the "before" id or NULL */
    const char *number;  /* verify: 60 digits (spaces allowed) or NULL */
    const char *address; /* peer.add, peer.remove: host:port */
    uint32_t last;       /* history: how many; 0 = HISTORY_DEFAULT */
    uint64_t record;     /* shown: of the last message that was */
    uint32_t timeout_s;  /* sync; UINT32_MAX = SYNC_DEFAULT_S */
};

#endif
