#include "wire/noise_inject.h"

void noise_inject_ephemeral(struct noise *hs, const uint8_t secret[NOISE_KEY_LEN])
{
    noise_keypair_from_secret(&hs->e, secret);
    hs->has_e = true;
}
