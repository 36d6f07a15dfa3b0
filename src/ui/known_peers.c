#include "ui/known_peers.h"

#include "ui/typed_word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uthash.h>

struct known_peer {
    uint8_t id[ID_LEN];
    char name[NAME_MAX_LEN + 1]; /* "" = none */
    bool online;
    UT_hash_handle hh;
};

void known_peers_clear(struct known_peers *k)
{
    struct known_peer *peer = k->table, *next;
    HASH_CLEAR(hh, k->table);
    for (; peer; peer = next) {
        next = peer->hh.next;
        free(peer);
    }
}

static struct known_peer *find(const struct known_peers *k, const uint8_t id[ID_LEN])
{
    struct known_peer *peer;
    HASH_FIND(hh, k->table, id, ID_LEN, peer);
    return peer;
}

bool known_peers_has(const struct known_peers *k, const uint8_t id[ID_LEN])
{
    return find(k, id) != NULL;
}

static struct known_peer *add(struct known_peers *k, const uint8_t id[ID_LEN])
{
    struct known_peer *peer;
    if (HASH_COUNT(k->table) >= KNOWN_PEERS_MAX || !(peer = calloc(1, sizeof *peer)))
        return NULL;
    memcpy(peer->id, id, ID_LEN);
    HASH_ADD(hh, k->table, id, ID_LEN, peer);
    return peer;
}

enum peer_change known_peers_update(struct known_peers *k, const struct peer_view *view)
{
    const char *name = view->petname[0] ? view->petname : view->name;
    struct known_peer *peer = find(k, view->id);
    bool is_new = !peer;
    if (is_new && !(peer = add(k, view->id)))
        return PEER_AS_BEFORE;
    bool renamed = !is_new && strncmp(peer->name, name, NAME_MAX_LEN) != 0;
    bool turned = peer->online != view->online;
    snprintf(peer->name, sizeof peer->name, "%s", name);
    peer->online = view->online;
    if (turned)
        return view->online ? PEER_CAME : PEER_WENT;
    return renamed ? PEER_RENAMED : PEER_AS_BEFORE;
}

void known_peers_introduce(struct known_peers *k, const uint8_t id[ID_LEN], const char *name)
{
    struct known_peer *peer = find(k, id) ? NULL : add(k, id);
    if (peer)
        snprintf(peer->name, sizeof peer->name, "%s", name);
}

static void write_short_id(const uint8_t id[ID_LEN], char text[SHORT_ID_LEN + 1])
{
    char whole[ID_TEXT_LEN + 1];
    id_write(id, whole);
    memcpy(text, whole, SHORT_ID_LEN);
    text[SHORT_ID_LEN] = '\0';
}

static bool is_id_like(const char *name)
{
    return strlen(name) >= ID_PREFIX_MIN &&
           !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ234567")];
}

static bool has_id(const struct known_peer *peer, const char *beginning)
{
    char id[ID_TEXT_LEN + 1];
    id_write(peer->id, id);
    return strncasecmp(id, beginning, strlen(beginning)) == 0;
}

/* True when the bare name could be taken for somebody else's name, mark or id. */
static bool wants_mark(const struct known_peers *k, const struct known_peer *peer)
{
    bool id_like = is_id_like(peer->name);
    if (marked_name_is_like(peer->name))
        return true;
    for (const struct known_peer *other = k->table; other; other = other->hh.next)
        if (other != peer &&
            (strcmp(other->name, peer->name) == 0 || (id_like && has_id(other, peer->name))))
            return true;
    return false;
}

void known_peers_name(const struct known_peers *k, const uint8_t id[ID_LEN],
                      char name[KNOWN_NAME_SIZE])
{
    const struct known_peer *peer = find(k, id);
    char short_id[SHORT_ID_LEN + 1];
    write_short_id(id, short_id);
    if (!peer || !peer->name[0])
        snprintf(name, KNOWN_NAME_SIZE, "%s", short_id);
    else if (wants_mark(k, peer))
        snprintf(name, KNOWN_NAME_SIZE, "%s~%s", peer->name, short_id);
    else
        snprintf(name, KNOWN_NAME_SIZE, "%s", peer->name);
}

static char *write_completion(const struct known_peers *k, const struct known_peer *peer)
{
    char short_id[SHORT_ID_LEN + 1], name[KNOWN_NAME_SIZE];
    bool is_clear = typed_word_can_be(peer->name) && !typed_word_is_group(peer->name);
    write_short_id(peer->id, short_id);
    known_peers_name(k, peer->id, name);
    return is_clear ? typed_word_write("", name) : strdup(short_id);
}

/* True when start is the beginning of the name, or goes on into its mark. */
static bool begins_with(const struct known_peers *k, const struct known_peer *peer,
                        const char *start)
{
    char name[KNOWN_NAME_SIZE];
    size_t len = strlen(start), name_len = strlen(peer->name);
    if (len <= name_len || start[name_len] != '~')
        return strncmp(peer->name, start, len) == 0;
    known_peers_name(k, peer->id, name);
    return strncmp(name, start, len) == 0;
}

char *known_peers_complete(const struct known_peers *k, const char *start, size_t *nth)
{
    for (const struct known_peer *peer = k->table; peer; peer = peer->hh.next)
        if (begins_with(k, peer, start) && (*nth)-- == 0)
            return write_completion(k, peer);
    return NULL;
}
