/* wire/must.h - for calls of libsodium that cannot fail with the arguments we give.
 *
 * Hashes, HMAC and encryption report a status all the same. It is looked at, and a
 * status that cannot be means a broken library: to go on would be worse than to stop.
 */
#ifndef LTH_WIRE_MUST_H
#define LTH_WIRE_MUST_H

#include <stdlib.h>

static inline void must(int status)
{
    if (status != 0)
        abort();
}

#endif
