/* tests/sim/need.h - memory the simulator cannot go on without. */
#ifndef LTH_TESTS_SIM_NEED_H
#define LTH_TESTS_SIM_NEED_H

#include <stddef.h>
#include <stdlib.h>

static inline void *need(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

/* array with room for one more behind count elements of size bytes. */
static inline void *grown(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity ? *capacity * 2 : 64;
    return need(realloc(array, *capacity * size));
}

#endif
