#include "new_key.h"

#include "start.h"
#include "ui/keyfile.h"
#include "ui/passphrase.h"

#include <sodium.h>
#include <string.h>

/* what: "the new passphrase", or "the key file" and its path. */
static int change(struct start *s, const struct store_key *key, const char *what)
{
    enum lth_err err = store_change_key(s->store, key);
    if (err == LTH_OK) {
        announce("The store in %s now opens with %s; whoever has what opened it before and a copy "
                 "of its vault from then can read what is written later, too: only a new store "
                 "ends that.",
                 s->data_dir, what);
        return EXIT_DONE;
    }
    complain(err == LTH_IO ? "Nobody can say whether the store in %s now opens with %s (%s): try "
                             "both, and look at the disk."
                           : "The store in %s does not open with %s (%s): it opens as before.",
             s->data_dir, what, lth_strerror(err));
    return EXIT_FAILED;
}

static int take_key_file(struct start *s, const char *path)
{
    uint8_t bytes[KEYFILE_LEN];
    struct sentence why, what;
    if (keyfile_load(path, bytes, &why) != LTH_OK) {
        complain("%s", why.text);
        return EXIT_FAILED;
    }
    const struct store_key key = {STORE_KEY_FILE, bytes, sizeof bytes};
    sentence_set(&what, "the key file %s", path);
    int status = change(s, &key, what.text);
    sodium_memzero(bytes, sizeof bytes);
    return status;
}

static int take_passphrase(struct start *s, int fd)
{
    struct passphrase phrase;
    struct sentence why;
    enum lth_err err =
        fd >= 0 ? passphrase_read_fd(fd, &phrase, &why) : passphrase_ask(true, &phrase, &why);
    if (err != LTH_OK) {
        complain("%s", why.text);
        return EXIT_FAILED;
    }
    const struct store_key key = {STORE_KEY_PASSPHRASE, phrase.bytes, phrase.len};
    int status = change(s, &key, "the new passphrase");
    passphrase_clear(&phrase);
    return status;
}

int new_key_run(const struct options *o, const struct new_key *key)
{
    struct start s;
    if (key->key_file && key->passphrase_fd >= 0) {
        complain("A store opens with one key: give --new-key-file or --new-passphrase-fd.");
        return EXIT_USAGE;
    }
    int status = start_look(o, &s);
    if (status != EXIT_DONE)
        return status;
    status =
        key->key_file ? take_key_file(&s, key->key_file) : take_passphrase(&s, key->passphrase_fd);
    int end = start_end(&s);
    return status != EXIT_DONE ? status : end;
}
