#include "discovery/random_name.h"

#include "base/base32.h"

#include <string.h>
#include <sys/random.h>

enum lth_err random_name(char out[RANDOM_NAME_LEN + 1])
{
    uint8_t random[ID_LEN];
    char text[ID_TEXT_LEN + 1];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return LTH_IO;
    id_write(random, text);
    memcpy(out, text, RANDOM_NAME_LEN);
    out[RANDOM_NAME_LEN] = '\0';
    return LTH_OK;
}
