/* Every vector of our handshake in the file that Debian's golang-github-flynn-noise-dev
 * installs, without a pre-shared key. Exit status 77: the file is not there. */
#include "check.h"
#include "wire/vector.h"

#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

static const char handshake[] = "Noise_XX_25519_ChaChaPoly_SHA256";

/* Lines of the file: "key=value", a vector begins with "handshake". */
static struct hex_bytes *field(struct vector *v, const char *key)
{
    static const struct {
        const char *key;
        size_t offset;
    } rows[] = {
        {"init_static", offsetof(struct vector, init_static)},
        {"resp_static", offsetof(struct vector, resp_static)},
        {"gen_init_ephemeral", offsetof(struct vector, init_ephemeral)},
        {"gen_resp_ephemeral", offsetof(struct vector, resp_ephemeral)},
        {"prologue", offsetof(struct vector, prologue)},
    };

    for (size_t i = 0; i < LENGTH(rows); i++)
        if (strcmp(rows[i].key, key) == 0)
            return (struct hex_bytes *)(void *)((char *)v + rows[i].offset);
    return NULL;
}

/* "msg_2_payload", "msg_2_ciphertext". */
static struct hex_bytes *message_field(struct vector *v, const char *key)
{
    if (strncmp(key, "msg_", 4) != 0 || key[4] < '0' || key[4] >= '0' + VECTOR_MESSAGES)
        return NULL;
    size_t index = (size_t)(key[4] - '0');
    if (strcmp(key + 5, "_payload") == 0)
        return &v->messages[index].payload;
    if (strcmp(key + 5, "_ciphertext") != 0)
        return NULL;
    v->count = index + 1;
    return &v->messages[index].ciphertext;
}

static void take_line(struct vector *v, const char *key, const char *value)
{
    struct hex_bytes *into = field(v, key);

    if (!into)
        into = message_field(v, key);
    if (!into)
        fail_msg("a field we do not know: %s", key);
    hex_parse(value, into);
}

/* The file after the line that named our handshake, up to the empty line. */
static void read_vector(FILE *f, struct vector *v)
{
    char line[4 * VECTOR_BYTES];

    memset(v, 0, sizeof *v);
    while (fgets(line, sizeof line, f) && line[0] != '\n') {
        char *value = strchr(line, '=');
        CHECK(value != NULL, line);
        *value++ = '\0';
        value[strcspn(value, "\n")] = '\0';
        take_line(v, line, value);
    }
}

static void test_every_published_vector_is_reproduced(void **state)
{
    char line[4 * VECTOR_BYTES], name[16];
    struct vector v;
    unsigned found = 0;
    FILE *f = fopen(NOISE_VECTORS, "r");

    (void)state;
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "handshake=", 10) != 0 || strcmp(line + 10, handshake) != 0)
            continue;
        read_vector(f, &v);
        snprintf(name, sizeof name, "vector %u", ++found);
        vector_run(&v, name);
    }
    fclose(f);
    print_message("%u vectors of %s\n", found, handshake);
    assert_true(found > 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_published_vector_is_reproduced),
    };

    if (sodium_init() < 0)
        return 1;
    if (access(NOISE_VECTORS, R_OK) != 0) {
        fprintf(stderr, "skipped: no %s (Debian: golang-github-flynn-noise-dev)\n", NOISE_VECTORS);
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
