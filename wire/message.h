/* wire/message.h - the types of the messages in a frame (PROTOCOL.md §5). */
#ifndef LTH_WIRE_MESSAGE_H
#define LTH_WIRE_MESSAGE_H

enum message_type {
    MESSAGE_PAD = 0,
    MESSAGE_HELLO = 1,
    MESSAGE_PING = 2,
    MESSAGE_REKEY = 3,
    MESSAGE_PONG = 4,
    MESSAGE_CLOSE = 5,
    MESSAGE_NAME = 6,
    MESSAGE_HAVE = 16,
    MESSAGE_ENTRIES = 17,
    MESSAGE_HEAD = 18,
    MESSAGE_RECEIPT = 19,
};

enum { WIRE_VERSION = 1, NETWORK_NAME_MAX_LEN = 64 };

#endif
