#include "base/grow.h"

#include <stdint.h>
#include <stdlib.h>

enum { FIRST_CAPACITY = 8 };

bool grow(void **array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    size_t wanted = *capacity ? *capacity * 2 : FIRST_CAPACITY;
    void *grown = wanted <= SIZE_MAX / size ? realloc(*array, wanted * size) : NULL;
    if (!grown)
        return false;
    *array = grown;
    *capacity = wanted;
    return true;
}

bool grow_to(void **array, size_t wanted, size_t *capacity, size_t size)
{
    while (*capacity < wanted)
        if (!grow(array, *capacity, capacity, size))
            return false;
    return true;
}
