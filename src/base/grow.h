/* base/grow.h - room for more elements of an array that grows. */
#ifndef LTH_BASE_GROW_H
#define LTH_BASE_GROW_H

#include <stdbool.h>
#include <stddef.h>

/* array: where the owner keeps the address of count elements of size bytes, with room for
 * capacity of them; NULL and 0 in the beginning. Doubles the room when it is full. False when
 * memory is out: nothing has changed. The owner frees the array. */
bool grow(void **array, size_t count, size_t *capacity, size_t size);

/* The same for several at once: afterwards there is room for wanted in all. False when memory is
 * out: the elements and count hold, though some of the room may have been made. */
bool grow_to(void **array, size_t wanted, size_t *capacity, size_t size);

#endif
