#include "ui/known_peers.h"

#include "ui/typed_word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static bool has_namesake(const struct known_peers *k, const struct known_peer *peer)
{
    for (const struct known_peer *other = k->table; other; other = other->hh.next)
        if (other != peer && strcmp(other->name, peer->name) == 0)
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
    else if (has_namesake(k, peer))
        snprintf(name, KNOWN_NAME_SIZE, "%s~%s", peer->name, short_id);
    else
        snprintf(name, KNOWN_NAME_SIZE, "%s", peer->name);
}

static char *write_completion(const struct known_peers *k, const struct known_peer *peer)
{
    char short_id[SHORT_ID_LEN + 1];
    bool is_clear = typed_word_can_be(peer->name) && !typed_word_is_group(peer->name);
    write_short_id(peer->id, short_id);
    return is_clear && !has_namesake(k, peer) ? typed_word_write("", peer->name) : strdup(short_id);
}

char *known_peers_complete(const struct known_peers *k, const char *start, size_t *nth)
{
    for (const struct known_peer *peer = k->table; peer; peer = peer->hh.next)
        if (strncmp(peer->name, start, strlen(start)) == 0 && (*nth)-- == 0)
            return write_completion(k, peer);
    return NULL;
}
