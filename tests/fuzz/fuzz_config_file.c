/* ui/config_file.h: any bytes as lanthorn.conf. What is refused is told and changes nothing; what
 * is taken is within the limits of the options, and not borrowed from the file. */
#include "ui/config_file.h"

#include "node/command.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len);

static void require(bool fact)
{
    if (!fact)
        abort();
}

static void require_text(const char *text, size_t max)
{
    require(!text || (strlen(text) > 0 && strlen(text) <= max));
}

static void check_options(const struct options *o)
{
    require_text(o->name, NAME_MAX_LEN);
    require_text(o->network, NAME_MAX_LEN);
    require(!o->key_file || o->key_file[0] == '/');
    require(o->peer_count <= OPTIONS_PEERS_MAX && o->interface_count <= OPTIONS_INTERFACES_MAX);
    for (size_t i = 0; i < o->peer_count; i++)
        require_text(o->peers[i], 256);
    for (size_t i = 0; i < o->interface_count; i++)
        require_text(o->interfaces[i], 15);
    require(!o->data && !o->to && !o->json && !o->headless && !o->help && o->passphrase_fd < 0);
}

static bool is_untouched(const struct options *o)
{
    return !o->name && !o->network && !o->key_file && !o->has_listen && !o->peer_count &&
           !o->interface_count && o->discovery == CHOICE_AUTO && o->color == COLOR_AUTO &&
           o->timeout_s == TIMEOUT_DEFAULT_S;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    struct options o;
    struct sentence why = {""};
    struct arena strings = {0};
    char *text = malloc(len + 1); /* of its own, so that a step too far is seen */
    if (!text)
        return 0;
    memcpy(text, input, len);
    options_init(&o);
    enum lth_err err = config_file_parse(text, len, "/c", "/h", &strings, &o, &why);
    free(text);
    if (err == LTH_OK)
        check_options(&o);
    else
        require(why.text[0] && is_untouched(&o));
    arena_clear(&strings);
    return 0;
}
