#!/usr/bin/python3
"""The worked group of wire/PROTOCOL.md, computed by another implementation.

Written from that page and not from our C: hashlib, hmac and PyNaCl. Reads the page, computes
every vector behind the heading "A worked group" from the inputs that are named there and in
the blocks before, and compares; a vector that is missing on either side fails too.

Usage: group_vectors.py PROTOCOL.md [--print]
--print writes the block as it should stand, and compares nothing.
Exit status 77: PyNaCl is not installed.
"""
import hashlib
import hmac
import re
import sys

try:
    from nacl.bindings import (crypto_aead_chacha20poly1305_ietf_decrypt,
                               crypto_aead_chacha20poly1305_ietf_encrypt, crypto_scalarmult_base)
    from nacl.signing import SigningKey, VerifyKey
except ImportError as missing:
    print(f"skipped: {missing} (Debian: python3-nacl)")
    sys.exit(77)

HEADING = "### A worked group\n"
ZEROS = bytes(32)
CREATE, ADD, REMOVE = 1, 2, 3
TEXT, CHAIN, SEALED = 1, 2, 3
SECOND = 1000
START = 1_700_000_000_000


def u8(value):
    return value.to_bytes(1, "big")


def u16(value):
    return value.to_bytes(2, "big")


def u32(value):
    return value.to_bytes(4, "big")


def u64(value):
    return value.to_bytes(8, "big")


def blake(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def domain_hash(domain, data):
    return blake(domain.encode() + b"\0" + data)


def hmac_sha256(key, text):
    return hmac.new(key, text.encode(), "sha256").digest()


class Person:
    """Two key pairs, the id, and the name the others know."""

    def __init__(self, name, x25519_secret, ed25519_seed):
        self.name = name.encode()
        self.signing = SigningKey(ed25519_seed)
        self.x25519 = crypto_scalarmult_base(x25519_secret)
        self.ed25519 = bytes(self.signing.verify_key)
        self.id = blake(b"lanthorn/id/1" + self.x25519 + self.ed25519)

    def sign(self, domain, data):
        return self.signing.sign(domain.encode() + b"\0" + data).signature

    def person(self):
        return self.x25519 + self.ed25519 + u8(len(self.name)) + self.name


def operation(author, group, parent, time, kind, body):
    """The bytes on the wire, and the hash."""
    unsigned = group + parent + author.id + u64(time) + ZEROS + u8(kind) + body
    signature = author.sign("lanthorn/operation/1", unsigned)
    return unsigned + signature, domain_hash("lanthorn/operation/1", unsigned)


def front(time, order, parents, kind):
    """What stands before the body of an entry."""
    mark, own_order = (0x80, u64(order)) if order != time else (0, b"")
    return u64(time) + u8(len(parents) | mark) + own_order + b"".join(parents) + u8(kind)


def entry_hash(feed, number, before, content):
    return domain_hash("lanthorn/entry/1", feed + u64(number) + before + content)


def seal(feed, number, before, outer, index, key, plain):
    """The whole content of a SEALED entry; opened again, to be sure of the other way."""
    open_part = outer + u32(index)
    place = feed + u64(number) + before + open_part
    nonce = domain_hash("lanthorn/seal/1", place)[:12]
    sealed = crypto_aead_chacha20poly1305_ietf_encrypt(plain, place, nonce, key)
    assert crypto_aead_chacha20poly1305_ietf_decrypt(sealed, place, nonce, key) == plain
    return open_part + sealed


def roster(out, inputs, alice, bob, carol):
    """create, add, remove; gives the group's id and the hash of the last."""
    team = b"team"
    body = (u8(0) + inputs["group nonce"] + u8(len(team)) + team + alice.person()
            + u8(1) + bob.person())
    out["create operation"], group = operation(alice, ZEROS, ZEROS, START, CREATE, body)
    out["group id"] = group
    out["add operation"], added = operation(alice, group, group, START + SECOND, ADD,
                                            carol.person())
    out["add hash"] = added
    cut = u16(2) + u64(0x1112131415161718) + u64(7) + u64(0x2122232425262728) + u64(3)
    out["remove operation"], removed = operation(alice, group, added, START + 2 * SECOND, REMOVE,
                                                 bob.id + cut)
    out["remove hash"] = removed
    return group, removed


def chain(out, inputs, alice, carol, group, roster_head):
    """Three entries of a feed of alice's, and its head."""
    feed = group + alice.id + u64(0x0102030405060708)
    key = inputs["first chain key"]
    out["chain commitment"] = domain_hash("lanthorn/chain/1", feed + roster_head + key)
    time = START + 3 * SECOND
    opening = front(time, time, [], CHAIN) + roster_head + out["chain commitment"]
    out["chain content"] = opening
    out["chain id"] = chain_id = entry_hash(feed, 1, ZEROS, opening)

    message_keys = []
    for _ in range(6):
        message_keys.append(hmac_sha256(key, "lanthorn/message-key/1"))
        key = hmac_sha256(key, "lanthorn/chain-key/1")
    for i in (0, 1, 5):
        out[f"message key {i}"] = message_keys[i]

    time = START + 4 * SECOND
    hello = seal(feed, 2, chain_id, front(time, time, [], SEALED), 0, message_keys[0],
                 u8(TEXT) + b"hello")
    out["sealed hello"] = hello
    out["hash of sealed hello"] = hello_hash = entry_hash(feed, 2, chain_id, hello)

    time = START + 5 * SECOND
    seen = carol.id + u64(0x3132333435363738) + u64(2) + inputs["hash of hello"]
    again = seal(feed, 3, hello_hash, front(time, time + 1, [seen], SEALED), 5, message_keys[5],
                 u8(TEXT) + b"again")
    out["sealed again"] = again
    out["hash of sealed again"] = again_hash = entry_hash(feed, 3, hello_hash, again)

    point = feed + u64(3) + again_hash
    out["head of three"] = point + alice.sign("lanthorn/head/1", point)


def compute(inputs):
    def person(name, who):
        return Person(name, inputs[f"{who} x25519 secret"], inputs[f"{who} ed25519 seed"])

    alice, bob = person("alice", "initiator"), person("bob", "responder")
    carol = person("carol", "carol")
    out = {"carol x25519 secret": inputs["carol x25519 secret"],
           "carol x25519 public": carol.x25519,
           "carol ed25519 seed": inputs["carol ed25519 seed"],
           "carol ed25519 public": carol.ed25519, "carol id": carol.id,
           "group nonce": inputs["group nonce"]}
    group, roster_head = roster(out, inputs, alice, bob, carol)
    out["first chain key"] = inputs["first chain key"]
    chain(out, inputs, alice, carol, group, roster_head)
    for name in ("create", "add", "remove"):
        whole = out[f"{name} operation"]
        VerifyKey(alice.ed25519).verify(b"lanthorn/operation/1\0" + whole[:-64], whole[-64:])
    return out


def vectors_of(text):
    """name -> bytes, of all blocks; a value goes on in indented lines."""
    found = {}
    for block in re.findall(r"^```vector\n(.*?)^```$", text, re.S | re.M):
        for line in re.sub(r"\n +", "", block).splitlines():
            name, digits = re.fullmatch(r"(\S.*?) *= ([0-9a-f]+)", line).groups()
            assert name not in found, f"{name} stands twice"
            found[name] = bytes.fromhex(digits)
    return found


def print_block(vectors):
    width = max(map(len, vectors))
    for name, value in vectors.items():
        digits = value.hex()
        lines = [digits[at:at + 64] for at in range(0, len(digits), 64)]
        print(f"{name:{width}} = " + f"\n{'':{width}}   ".join(lines))


def main():
    with open(sys.argv[1], encoding="utf-8") as page:
        before, found, rest = page.read().partition(HEADING)
    if not found:
        sys.exit(f"{sys.argv[1]} has no worked group")
    on_page = vectors_of(rest)
    computed = compute({**vectors_of(before), **on_page})
    if "--print" in sys.argv:
        print_block(computed)
        return
    wrong = [name for name in {**computed, **on_page} if computed.get(name) != on_page.get(name)]
    for name in wrong:
        print(f"{name}: page {on_page.get(name, b'').hex() or 'nothing'}, "
              f"computed {computed.get(name, b'').hex() or 'nothing'}")
    print(f"{len(computed) - len(wrong)} of {len(computed)} vectors are as computed")
    sys.exit(1 if wrong else 0)


main()
