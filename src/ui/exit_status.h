/* ui/exit_status.h - what the process ends with: scripts rely on these numbers.
 *
 * 5 and 7 come from opening the store, 3 and 4 from plain lines; 3 to 6 from commands of the shell
 * (ui/errand.h); the others from anywhere.
 */
#ifndef LTH_UI_EXIT_STATUS_H
#define LTH_UI_EXIT_STATUS_H

enum exit_status {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_UNKNOWN_PEER = 3,  /* or ambiguous */
    EXIT_NOT_DELIVERED = 4, /* in the time asked; still queued */
    EXIT_NO_NODE = 5,       /* or another process holds the store */
    EXIT_KEY_CHANGED = 6,   /* or the number compared is another */
    EXIT_WRONG_KEY = 7,
    EXIT_NO_DISCOVERY = 8, /* and no address was typed */
    EXIT_INTERRUPTED = 130,
};

#endif
