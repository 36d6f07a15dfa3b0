/* new_key.h - `lanthorn passphrase`: the store opens with another passphrase or key file.
 *
 * Only the file `vault` is replaced, and whenever that is cut short the old key or the new one
 * opens it. Copies made before go on opening with the old one.
 */
#ifndef LTH_NEW_KEY_H
#define LTH_NEW_KEY_H

#include "ui/options.h"

struct new_key {
    const char *key_file; /* made when missing; NULL: a passphrase */
    int passphrase_fd;    /* -1: asked for, twice, on the terminal */
};

/* options: what opens the store now. With options->json what is done is one object. Sentences are
 * said; the exit status is returned. */
int new_key_run(const struct options *options, const struct new_key *key);

#endif
