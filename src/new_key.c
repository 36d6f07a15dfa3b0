#include "new_key.h"

#include "start.h"
#include "ui/complain.h"
#include "ui/json_writer.h"
#include "ui/keyfile.h"
#include "ui/passphrase.h"

#include <sodium.h>
#include <string.h>

enum { SHORT_LEN = 10 }; /* bytes: fewer are guessed in the time that a thief has */

struct changing {
    struct start start;
    bool json;
};

static void print_json(const struct start *s, const struct store_key *key)
{
    struct buffer line = {0};
    struct json_writer w = json_writer_over(&line);
    json_put_open(&w, NULL, '{');
    json_put_string(&w, "event", "vault");
    json_put_number(&w, "seq", 1);
    json_put_string(&w, "data", s->data_dir);
    json_put_string(&w, "opens_with", key->kind == STORE_KEY_FILE ? "key_file" : "passphrase");
    json_put_close(&w, '}');
    if (json_writer_finish(&w) == LTH_OK)
        fwrite(line.bytes, 1, line.len, stdout);
    buffer_clear(&line);
}

/* what: "the new passphrase", or "the key file" and its path. */
static int change(struct changing *c, const struct store_key *key, const char *what)
{
    struct start *s = &c->start;
    enum lth_err err = store_change_key(s->store, key);
    if (err == LTH_OK && c->json) {
        print_json(s, key);
        return check_printed();
    }
    if (err == LTH_OK) {
        announce("The store in %s now opens with %s; whoever has what opened it before and a copy "
                 "of its vault from then can read what is written later, too: only a new store "
                 "ends that.",
                 s->data_dir, what);
        return check_printed();
    }
    complain(err == LTH_IO ? "Nobody can say whether the store in %s now opens with %s (%s): try "
                             "both, and look at the disk."
                           : "The store in %s does not open with %s (%s): it opens as before.",
             s->data_dir, what, lth_strerror(err));
    return EXIT_FAILED;
}

static int take_key_file(struct changing *c, const char *path)
{
    uint8_t bytes[KEYFILE_LEN];
    struct sentence why, what;
    if (keyfile_load(path, bytes, &why) != LTH_OK) {
        complain("%s", why.text);
        return EXIT_FAILED;
    }
    const struct store_key key = {STORE_KEY_FILE, bytes, sizeof bytes};
    sentence_set(&what, "the key file %s", path);
    int status = change(c, &key, what.text);
    sodium_memzero(bytes, sizeof bytes);
    return status;
}

static int take_passphrase(struct changing *c, int fd)
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
    if (phrase.len < SHORT_LEN)
        complain("The new passphrase is very short: whoever has the disk can try all of that "
                 "length, so several words are better.");
    int status = change(c, &key, "the new passphrase");
    passphrase_clear(&phrase);
    return status;
}

int new_key_run(const struct options *o, const struct new_key *key)
{
    struct changing c = {.json = o->json};
    if (key->key_file && key->passphrase_fd >= 0) {
        complain("A store opens with one key: give --new-key-file or --new-passphrase-fd.");
        return EXIT_USAGE;
    }
    int status = start_look(o, &c.start);
    if (status != EXIT_DONE)
        return status;
    status =
        key->key_file ? take_key_file(&c, key->key_file) : take_passphrase(&c, key->passphrase_fd);
    int end = start_end(&c.start);
    return status != EXIT_DONE ? status : end;
}
