/* base/grow.h - room for one more element of an array that grows. */
#ifndef LTH_BASE_GROW_H
#define LTH_BASE_GROW_H

#include <stdbool.h>
#include <stddef.h>

/* array: where the owner keeps the address of count elements of size bytes, with room for
 * capacity of them; NULL and 0 in the beginning. Doubles the room when it is full. False when
 * memory is out: nothing has changed. The owner frees the array. */
bool grow(void **array, size_t count, size_t *capacity, size_t size);

#endif
