/* handshake.c - Noise XX of wire/noise.h, both sides in memory, beside its X25519 alone.
 *
 * Each side makes one ephemeral key (one multiplication with the base point) and three
 * Diffie-Hellman results; the rest - SHA-256, ChaCha20-Poly1305 - is what we measure.
 * The two take turns in short slices, so that a busy machine slows both. Prints
 * "floor_per_s handshakes_per_s".
 */
#include "bench.h"
#include "wire/noise.h"

#include <sodium.h>

enum { SLICES = 40, SLICE_NS = 50 * 1000 * 1000, DH_PER_SIDE = 3, MESSAGE_LEN = 256 };

static struct noise_keypair alice, bob;

static void multiply_once(void)
{
    uint8_t public[crypto_scalarmult_BYTES], secret[crypto_scalarmult_SCALARBYTES];
    uint8_t shared[crypto_scalarmult_BYTES];
    randombytes_buf(secret, sizeof secret);
    if (crypto_scalarmult_base(public, secret) != 0)
        die("base");
    for (int i = 0; i < DH_PER_SIDE; i++)
        if (crypto_scalarmult(shared, secret, bob.public) != 0)
            die("DH");
}

static void multiply(void)
{
    multiply_once();
    multiply_once();
}

/* The next message: from writes it, to reads it; no payload. */
static void pass(struct noise *from, struct noise *to)
{
    uint8_t message[MESSAGE_LEN], payload[MESSAGE_LEN];
    size_t len, payload_len;
    if (noise_write(from, NULL, 0, message, sizeof message, &len) != LTH_OK ||
        noise_read(to, message, len, payload, sizeof payload, &payload_len) != LTH_OK)
        die("handshake");
}

static void shake_hands(void)
{
    struct noise initiator, responder;
    struct noise_cipher send, receive;
    noise_init(&initiator, true, &alice, NULL, 0);
    noise_init(&responder, false, &bob, NULL, 0);
    pass(&initiator, &responder);
    pass(&responder, &initiator);
    pass(&initiator, &responder);
    noise_split(&initiator, &send, &receive);
    noise_split(&responder, &send, &receive);
    noise_clear(&initiator);
    noise_clear(&responder);
}

struct tally {
    uint64_t count, ns;
};

static void run_slice(void (*work)(void), struct tally *tally)
{
    uint64_t begin = now_ns(), now = begin;
    for (; now - begin < SLICE_NS; now = now_ns(), tally->count++)
        work();
    tally->ns += now - begin;
}

static double per_second(const struct tally *tally)
{
    return (double)tally->count * 1e9 / (double)tally->ns;
}

int main(void)
{
    struct tally floor = {0}, ours = {0};
    if (sodium_init() < 0)
        return 1;
    noise_keypair_generate(&alice);
    noise_keypair_generate(&bob);
    for (int i = 0; i < SLICES; i++) {
        run_slice(multiply, &floor);
        run_slice(shake_hands, &ours);
    }
    printf("%.1f %.1f\n", per_second(&floor), per_second(&ours));
    return 0;
}
