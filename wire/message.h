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
    MESSAGE_ROSTER = 20,
    MESSAGE_OPERATION = 21,
    MESSAGE_WANT = 22,
    MESSAGE_KEY = 23,
    MESSAGE_KEY_WANTED = 24,
};

enum { WIRE_VERSION = 1, NETWORK_NAME_MAX_LEN = 64 };

#endif
