/* discovery/interfaces.h - the interfaces the user named, and whether one is among them.
 *
 * Names are kept, not indices: an interface may come later or come back with another
 * index. No names at all mean every interface.
 */
#ifndef LTH_DISCOVERY_INTERFACES_H
#define LTH_DISCOVERY_INTERFACES_H

#include "base/error.h"

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

enum { INTERFACES_MAX = 32 };

struct interfaces {
    size_t count;
    char names[INTERFACES_MAX][IF_NAMESIZE];
};

/* LTH_LIMIT for more than INTERFACES_MAX names, LTH_TOO_LONG for a name the kernel
 * cannot have (also the empty one); out is then untouched. */
LTH_MUST_USE enum lth_err interfaces_set(const char *const *names, size_t count,
                                         struct interfaces *out);

bool interfaces_name(const struct interfaces *in, const char *name); /* it is one of them */

/* Asks the kernel for the name of index; an index it does not know is not allowed,
 * unless all are. */
bool interfaces_allow(const struct interfaces *in, int index);

/* The loopback interface is the only one asked for. */
bool interfaces_only_loopback(const struct interfaces *in);

#endif
