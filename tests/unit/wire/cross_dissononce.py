#!/usr/bin/python3
"""Our Noise against an independent one: Debian's python3-dissononce.

Runs random handshakes between noise_peer (our C) and dissononce, each side in turn the
initiator, with random keys, prologues and payloads, then transport messages both ways with
rekeys at random points. Both sides are given the same ephemeral keys as a second
dissononce, the twin, that plays the C side: so every message of the C side is compared byte
for byte, and every message of dissononce must be read by the C side.

Usage: cross_dissononce.py NOISE_PEER [HANDSHAKES [SEED]]
Exit status 77: dissononce is not installed.
"""
import random
import subprocess
import sys

try:
    from dissononce.cipher.chachapoly import ChaChaPolyCipher
    from dissononce.dh.private import PrivateKey
    from dissononce.dh.x25519.x25519 import X25519DH
    from dissononce.hash.sha256 import SHA256Hash
    from dissononce.processing.handshakepatterns.interactive.XX import XXHandshakePattern
    from dissononce.processing.impl.cipherstate import CipherState
    from dissononce.processing.impl.handshakestate import HandshakeState
    from dissononce.processing.impl.symmetricstate import SymmetricState
except ImportError as missing:
    print(f"skipped: {missing} (Debian: python3-dissononce)")
    sys.exit(77)


class FixedDH(X25519DH):
    """X25519 that hands out the one ephemeral key it was made with."""

    def __init__(self, ephemeral):
        super().__init__()
        self.ephemeral = ephemeral

    def generate_keypair(self, privatekey=None):
        return super().generate_keypair(privatekey or PrivateKey(self.ephemeral))


class Dissononce:
    """One end, played by dissononce."""

    def __init__(self, initiator, static, ephemeral, prologue):
        dh = FixedDH(ephemeral)
        self.symmetric = SymmetricState(CipherState(ChaChaPolyCipher()), SHA256Hash())
        self.handshake = HandshakeState(self.symmetric, dh)
        self.handshake.initialize(XXHandshakePattern(), initiator, prologue,
                                  s=dh.generate_keypair(PrivateKey(static)))
        self.initiator = initiator
        self.send = self.receive = None

    def _keep(self, ciphers):
        if ciphers:
            self.send, self.receive = ciphers if self.initiator else reversed(ciphers)

    def write(self, payload):
        out = bytearray()
        self._keep(self.handshake.write_message(payload, out))
        return bytes(out)

    def read(self, message):
        out = bytearray()
        self._keep(self.handshake.read_message(message, out))
        return bytes(out)

    def seal(self, plain):
        return self.send.encrypt_with_ad(b"", plain)

    def open(self, sealed):
        return self.receive.decrypt_with_ad(b"", sealed)

    def rekey(self, direction):
        """Rev 34 5.1. dissononce's own sets n to 0 and keeps 48 bytes: we use its cipher only."""
        cipher = getattr(self, direction)
        cipher._key = cipher.cipher.encrypt(cipher._key, 2**64 - 1, b"", bytes(32))[:32]

    def state(self):
        return self.handshake.rs.data + self.symmetric.get_handshake_hash()


class Ours:
    """One end, played by the C program."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)

    def ask(self, *words):
        words = [w.hex() or "-" if isinstance(w, bytes) else w for w in words]
        self.process.stdin.write(" ".join(words) + "\n")
        status, _, rest = self.process.stdout.readline().strip().partition(" ")
        if status != "ok":
            raise AssertionError(f"{words[0]}: {status} {rest}")
        return bytes.fromhex("" if rest == "-" else rest)

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


def expect(what, got, want):
    if got != want:
        raise AssertionError(f"{what}: got {got.hex()}, want {want.hex()}")


def random_bytes(rng, most):
    """Often none, often few, sometimes up to most."""
    return rng.randbytes(rng.choice([0, 1, rng.randrange(64), rng.randrange(most + 1)]))


def shake_hands(rng, ours, twin, them, ours_first):
    for number in range(3):
        payload = random_bytes(rng, 2000)
        if (number % 2 == 0) == ours_first:
            message = ours.ask("write", payload)
            expect(f"message {number + 1}", message, twin.write(payload))
            expect(f"payload {number + 1}", them.read(message), payload)
        else:
            message = them.write(payload)
            twin.read(message)
            expect(f"payload {number + 1}", ours.ask("read", message), payload)
    expect("static key and hash", ours.ask("state"), twin.state())


def talk(rng, ours, twin, them):
    """Returns how often it rekeyed."""
    rekeys = 0
    for number in range(rng.randrange(4, 16)):
        plain = random_bytes(rng, 4000)
        if rng.random() < 0.5:
            sealed = ours.ask("seal", plain)
            expect(f"sealed {number}", sealed, twin.seal(plain))
            expect(f"opened {number}", them.open(sealed), plain)
        else:
            expect(f"opened {number}", ours.ask("open", them.seal(plain)), plain)
            twin.receive.set_nonce(twin.receive._nonce + 1)
        for mine, other in (("send", "receive"), ("receive", "send")):
            if rng.random() < 0.2:
                ours.ask("rekey", mine)
                twin.rekey(mine)
                them.rekey(other)
                rekeys += 1
    return rekeys


def run_one(rng, ours, ours_first):
    statics, ephemerals = [[rng.randbytes(32) for _ in range(2)] for _ in range(2)]
    prologue = random_bytes(rng, 300)
    twin = Dissononce(ours_first, statics[0], ephemerals[0], prologue)
    them = Dissononce(not ours_first, statics[1], ephemerals[1], prologue)
    ours.ask("begin", "initiator" if ours_first else "responder", statics[0], ephemerals[0],
             prologue)
    shake_hands(rng, ours, twin, them, ours_first)
    return talk(rng, ours, twin, them)


def main():
    program = sys.argv[1]
    handshakes = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(2**32)
    rng = random.Random(seed)
    ours = Ours(program)
    rekeys = 0
    for number in range(handshakes):
        try:
            rekeys += run_one(rng, ours, number % 2 == 0)
        except AssertionError as difference:
            print(f"seed {seed}, handshake {number}: {difference}")
            return 1
    print(f"seed {seed}: {handshakes} handshakes, {rekeys} rekeys, no difference")
    return ours.close()


sys.exit(main())
