"""hostile.py - somebody who speaks the protocol and owes nobody honesty.

Written from wire/PROTOCOL.md and not from our C: hashlib, hmac, PyNaCl. Everything that page
describes can be made here, and made wrongly: a session, operations, feeds, chains.

    mallory = Person("Mallory")
    session = Session(mallory, "10.77.0.1")           # dials, shakes hands, reads on in a thread
    voice = Voice(mallory, group)                     # a feed of hers
    session.send(*voice.opened(head), *voice.said("hello"))
    session.ping()                                    # all before it has been read

The numbers of sections are that page's. What comes is kept in session.got, in order.
"""

import base64
import hashlib
import hmac
import os
import socket
import sys
import threading
import time

import lab

try:
    from nacl.bindings import (crypto_aead_chacha20poly1305_ietf_decrypt,
                               crypto_aead_chacha20poly1305_ietf_encrypt, crypto_scalarmult,
                               crypto_scalarmult_base)
    from nacl.exceptions import CryptoError
    from nacl.signing import SigningKey
except ImportError as missing:
    print(f"skipped: {missing} (Debian: python3-nacl)")
    sys.exit(lab.SKIPPED)

# Messages (§5)
HELLO, PING, REKEY, PONG, CLOSE, NAME = 1, 2, 3, 4, 5, 6
HAVE, ENTRIES, HEAD, RECEIPT = 16, 17, 18, 19
ROSTER, OPERATION, WANT, KEY, KEY_WANTED = 20, 21, 22, 23, 24
# Operations (§9)
CREATE, ADD, REMOVE, LEAVE, PROMOTE, DEMOTE, RENAME, HISTORY = range(1, 9)
# Entries (§7, §9)
TEXT, CHAIN, SEALED = 1, 2, 3

ZEROS = bytes(32)
PATIENCE_S = 10


def u8(value):
    return value.to_bytes(1, "big")


def u16(value):
    return value.to_bytes(2, "big")


def u32(value):
    return value.to_bytes(4, "big")


def u64(value):
    return value.to_bytes(8, "big")


def number(bytes_):
    return int.from_bytes(bytes_, "big")


def blake(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def domain_hash(domain, data):
    return blake(domain.encode() + b"\0" + data)


def hmac_sha256(key, data):
    return hmac.new(key, data, "sha256").digest()


def now_ms():
    return int(time.time() * 1000)


class Person:
    """§3: two key pairs and an id."""

    def __init__(self, name):
        self.name = name
        self.secret = os.urandom(32)
        self.x25519 = crypto_scalarmult_base(self.secret)
        self.signing = SigningKey(os.urandom(32))
        self.ed25519 = bytes(self.signing.verify_key)
        self.raw_id = blake(b"lanthorn/id/1" + self.x25519 + self.ed25519)
        self.id = base64.b32encode(self.raw_id).decode().lower().rstrip("=")
        self.incarnation = number(os.urandom(8))

    def sign(self, domain, data):
        return self.signing.sign(domain.encode() + b"\0" + data).signature

    def person(self, name=None):
        name = self.name.encode() if name is None else name
        return self.x25519 + self.ed25519 + u8(len(name)) + name


def raw_id(text):
    """The 32 bytes of an id as nodes write it."""
    return base64.b32decode(text.upper() + "====")


# ---- sessions (§4, §5) ----

class Cipher:
    """One direction: a key and the number of the next frame."""

    def __init__(self, key):
        self.key, self.n = key, 0

    def _nonce(self):
        self.n += 1
        return bytes(4) + (self.n - 1).to_bytes(8, "little")

    def seal(self, plain, data=b""):
        return crypto_aead_chacha20poly1305_ietf_encrypt(plain, data, self._nonce(), self.key)

    def open(self, sealed, data=b""):
        return crypto_aead_chacha20poly1305_ietf_decrypt(sealed, data, self._nonce(), self.key)

    def rekey(self):
        last = bytes(4) + b"\xff" * 8
        self.key = crypto_aead_chacha20poly1305_ietf_encrypt(bytes(32), b"", last, self.key)[:32]


class Noise:
    """Noise_XX_25519_ChaChaPoly_SHA256, revision 34, as its initiator."""

    def __init__(self, prologue):
        self.h = self.ck = b"Noise_XX_25519_ChaChaPoly_SHA256"  # 32 bytes, as long as a hash
        self.cipher = None
        self.mix_hash(prologue)

    def mix_hash(self, data):
        self.h = hashlib.sha256(self.h + data).digest()

    def mix_key(self, secret, public):
        self.ck, key = self._hkdf(crypto_scalarmult(secret, public))
        self.cipher = Cipher(key)

    def _hkdf(self, material):
        key = hmac_sha256(self.ck, material)
        first = hmac_sha256(key, b"\1")
        return first, hmac_sha256(key, first + b"\2")

    def seal(self, plain):
        sealed = self.cipher.seal(plain, self.h)
        self.mix_hash(sealed)
        return sealed

    def open(self, sealed):
        plain = self.cipher.open(sealed, self.h)
        self.mix_hash(sealed)
        return plain

    def split(self):
        """The cipher from the initiator, and the one to it."""
        return [Cipher(key) for key in self._hkdf(b"")]


def hello(person):
    name = person.name.encode()
    return (person.ed25519 + person.sign("lanthorn/static/1", person.x25519)
            + u64(person.incarnation) + u16(0) + u8(len(name)) + name.ljust(64, b"\0"))


class Ended(AssertionError):
    """The session is over, and something was to be heard on it."""


class Session:
    """Dialled, authenticated; a thread reads what comes, and answers when it is pinged."""

    def __init__(self, person, address, port=7327):
        self.person = person
        self.got = []  # (type, body), in the order they came
        self.ended = False
        self._news = threading.Condition()
        self._socket = socket.create_connection((address, port), PATIENCE_S)
        self._socket.settimeout(PATIENCE_S)
        self._shake_hands()
        self._socket.settimeout(None)
        threading.Thread(target=self._read, daemon=True).start()
        self.wait(HELLO)

    def _shake_hands(self):
        noise = Noise(b"lanthorn" + u8(1) + u8(0))
        e = os.urandom(32)
        public = crypto_scalarmult_base(e)
        noise.mix_hash(public)
        noise.mix_hash(b"")  # the payload of message 1
        self._socket.sendall(u16(len(public)) + public)
        answer = self._packet()
        re = answer[:32]
        noise.mix_hash(re)
        noise.mix_key(e, re)
        rs = noise.open(answer[32:80])
        noise.mix_key(e, rs)
        noise.open(answer[80:])
        last = noise.seal(self.person.x25519)
        noise.mix_key(self.person.secret, re)
        last += noise.seal(hello(self.person))
        self._socket.sendall(u16(len(last)) + last)
        self._out, self._in = noise.split()

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            more = self._socket.recv(count - len(data))
            if not more:
                raise Ended(f"{self.person.name}: the session has ended")
            data += more
        return data

    def _packet(self):
        return self._exactly(number(self._exactly(2)))

    def _read(self):
        try:
            while True:
                self._take(self._in.open(self._packet()))
        except (OSError, Ended):
            with self._news:
                self.ended = True
                self._news.notify_all()

    def _take(self, plain):
        """The messages of a frame."""
        while plain and plain[0]:
            kind, end = plain[0], 4 + number(plain[2:4])
            body, plain = plain[4:end], plain[end:]
            if kind == PING:
                self.send((PONG, body))
            if kind == REKEY:
                self._in.rekey()
            with self._news:
                self.got.append((kind, body))
                self._news.notify_all()

    def send(self, *messages):
        """Each message is (type, body). They leave in frames of at most 65 519 bytes."""
        plain = b""
        for kind, body in messages:
            message = u8(kind) + u8(0) + u16(len(body)) + body
            if len(plain) + len(message) > 65519:
                self._seal(plain)
                plain = b""
            plain += message
        self._seal(plain)

    def _seal(self, plain):
        bucket = 128 if len(plain) <= 1024 else 1024
        size = min(max(-(-len(plain) // bucket), 1) * bucket, 65519)
        with self._news:  # PONGs come from the other thread
            try:
                frame = self._out.seal(plain.ljust(size, b"\0"))
                self._socket.sendall(u16(len(frame)) + frame)
            except OSError:
                self.ended = True

    # What comes

    def mark(self):
        with self._news:
            return len(self.got)

    def find(self, kind, since=0, begins=b""):
        with self._news:
            return [body for got, body in self.got[since:] if got == kind
                    and body.startswith(begins)]

    def wait(self, kind, since=0, begins=b"", timeout=PATIENCE_S):
        """The first such message whose body begins so."""
        end = time.monotonic() + timeout
        with self._news:
            while not (found := self.find(kind, since, begins)):
                if self.ended:
                    raise Ended(f"{self.person.name}: ended before a message of type {kind}")
                if time.monotonic() > end:
                    raise AssertionError(f"{self.person.name}: no message of type {kind}")
                self._news.wait(0.2)
            return found[0]

    def ping(self):
        """Whether the session lives, once everything before has been read and answered."""
        token = os.urandom(8)
        self.send((PING, token))
        try:
            self.wait(PONG, begins=token)
        except Ended:
            return False
        return True

    def close(self):
        self._socket.close()


# ---- operations (§9) ----

def operation(author, group, parent, kind, body, again=ZEROS, signer=None,
              domain="lanthorn/operation/1", time_ms=None):
    """The bytes on the wire. author: a Person, or the 32 bytes of somebody's id."""
    id_ = author if isinstance(author, bytes) else author.raw_id
    unsigned = (group + parent + id_ + u64(now_ms() if time_ms is None else time_ms) + again
                + u8(kind) + body)
    return unsigned + (signer or author).sign(domain, unsigned)


def operation_hash(bytes_):
    return domain_hash("lanthorn/operation/1", bytes_[:-64])


def name(text):
    return u8(len(text)) + text


def cut(*items):
    return u16(len(items)) + b"".join(u64(incarnation) + u64(upto) for incarnation, upto in items)


def persons_of(create):
    """The persons of a create, as they stand in it, by their names."""
    at, found = 137 + 17, {}
    at += 1 + create[at]
    for is_creator in [True] + [False] * 128:
        end = at + 65 + create[at + 64]
        found[create[at + 65:end].decode()] = create[at:end]
        at = end + is_creator  # behind the creator stands the count of the others
        if at == len(create) - 64:
            return found
    raise ValueError("not a create")


def create_body(group_name, creator, persons, history=0):
    return (u8(history) + os.urandom(16) + name(group_name) + creator + u8(len(persons))
            + b"".join(persons))


# ---- feeds (§7, §8) ----

def front(kind, time_ms=None, parents=()):
    """What stands before the body of an entry."""
    return (u64(now_ms() if time_ms is None else time_ms) + u8(len(parents)) + b"".join(parents)
            + u8(kind))


def front_len(content):
    return 9 + (8 if content[8] & 0x80 else 0) + 80 * (content[8] & 0x7F) + 1


class Feed:
    """Entries of one feed from number 1, whoever wrote them."""

    def __init__(self, group, author_id, incarnation):
        self.id = group + author_id + u64(incarnation)
        self.incarnation = incarnation
        self.contents, self.hashes = [], [ZEROS]

    def count(self):
        return len(self.contents)

    def add(self, content):
        self.hashes.append(domain_hash("lanthorn/entry/1", self.id + u64(self.count() + 1)
                                       + self.hashes[-1] + content))
        self.contents.append(content)

    def copy(self):
        """Another end from here."""
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.contents, twin.hashes = list(self.contents), list(self.hashes)
        return twin

    def entries(self, first=1, last=None):
        """An ENTRIES message."""
        body = self.id + u64(first) + self.hashes[first - 1]
        for content in self.contents[first - 1:last]:
            body += u16(len(content)) + content
        return ENTRIES, body

    def point(self, upto=None, hash_=None):
        upto = self.count() if upto is None else upto
        return self.id + u64(upto) + (hash_ or self.hashes[upto])

    def head(self, signer, upto=None, hash_=None):
        point = self.point(upto, hash_)
        return HEAD, point + signer.sign("lanthorn/head/1", point)

    def receipt(self, reader, upto=None, hash_=None, signer=None, domain="lanthorn/receipt/1"):
        point = self.point(upto, hash_)
        return RECEIPT, (reader.raw_id + point
                         + (signer or reader).sign(domain, reader.raw_id + point))

    def take(self, body):
        """What an ENTRIES message of this feed brings beyond what is here."""
        first, rest = number(body[72:80]), body[112:]
        while rest:
            content, rest = rest[2:2 + number(rest[:2])], rest[2 + number(rest[:2]):]
            if first == self.count() + 1:
                self.add(content)
            first += 1

    def is_chain(self, upto):
        content = self.contents[upto - 1]
        return content[front_len(content) - 1] == CHAIN

    def chain_of(self, upto):
        """Number of the CHAIN entry whose keys seal entry upto."""
        while not self.is_chain(upto):
            upto -= 1
        return upto


# ---- chains (§9) ----

def message_key(key, index):
    for _ in range(index):
        key = hmac_sha256(key, b"lanthorn/chain-key/1")
    return hmac_sha256(key, b"lanthorn/message-key/1")


def commitment(feed_id, head, key):
    return domain_hash("lanthorn/chain/1", feed_id + head + key)


def seal(feed_id, at, before, front_, key, plain):
    """The content of a SEALED entry; front_ ends with the index."""
    place = feed_id + u64(at) + before + front_
    nonce = domain_hash("lanthorn/seal/1", place)[:12]
    return front_ + crypto_aead_chacha20poly1305_ietf_encrypt(plain, place, nonce, key)


def sealed_parts(feed, at):
    """Of entry at: nonce, associated data, ciphertext with its tag."""
    content = feed.contents[at - 1]
    end = front_len(content) + 4
    place = feed.id + u64(at) + feed.hashes[at - 1] + content[:end]
    return domain_hash("lanthorn/seal/1", place)[:12], place, content[end:]


def open_sealed(feed, at, key):
    """The plain text of entry at under that message key; None when it does not open."""
    nonce, place, ciphertext = sealed_parts(feed, at)
    try:
        return crypto_aead_chacha20poly1305_ietf_decrypt(ciphertext, place, nonce, key)
    except CryptoError:
        return None


def index_of(content):
    return number(content[front_len(content):][:4])


class Voice(Feed):
    """A feed of one's own, and the chain that it stands under now."""

    def __init__(self, person, group, incarnation=None):
        super().__init__(group, person.raw_id,
                         number(os.urandom(8)) if incarnation is None else incarnation)
        self.person, self.group = person, group
        self.key, self.chain_id, self.index = None, None, 0

    def open_chain(self, head, key=None, committed=None):
        """A CHAIN entry under that roster; committed: another key than the one it is for."""
        self.key = key or os.urandom(32)
        body = head + commitment(self.id, head, committed or self.key)
        self.add(front(CHAIN) + body)
        self.chain_id, self.index = self.hashes[-1], 0
        return self

    def key_message(self, key=None):
        return KEY, self.group + self.chain_id + (key or self.key)

    def opened(self, head):
        """Opens a chain; what there is to send of it."""
        self.open_chain(head)
        return self.entries(self.count()), self.key_message(), self.head(self.person)

    def content(self, text, index=None, key=None, inner=TEXT, at=None, parents=()):
        """Of a SEALED entry that could be the next."""
        index = self.index if index is None else index
        text = text.encode() if isinstance(text, str) else text
        return seal(self.id, self.count() + 1 if at is None else at, self.hashes[-1],
                    front(SEALED, parents=parents) + u32(index),
                    message_key(self.key, index) if key is None else key, u8(inner) + text)

    def write(self, text, **how):
        """Adds such an entry; the next one has the next index."""
        content = self.content(text, **how)
        self.add(content)
        self.index = index_of(content) + 1
        return self.hashes[-1].hex()

    def said(self, text, **how):
        """Says something; what there is to send of it."""
        self.write(text, **how)
        return self.entries(self.count()), self.head(self.person)


# ---- accounts and questions (§8, §9) ----

def have(group, items=(), flags=1):
    """items: (author's id, incarnation, number, proved)."""
    return HAVE, group + u8(flags) + b"".join(a + u64(i) + u64(n) + u64(p) for a, i, n, p in items)


def want(group, *items):
    """items: (author's id, incarnation, number)."""
    return WANT, group + b"".join(a + u64(i) + u64(n) for a, i, n in items)


def key_wanted(group, *chains):
    return KEY_WANTED, group + b"".join(chains)


def roster(group, *hashes, flags=0):
    return ROSTER, group + u8(flags) + b"".join(hashes)


class Ears:
    """What somebody can make of all that came to them about a group, in whatever sessions."""

    def __init__(self, group):
        self.group = group
        self.feeds, self.keys, self.operations = {}, {}, {}
        self._heard = {}  # of each session, how many messages
        self._read = {}   # texts, by feed and number

    def hear(self, session):
        """Takes in what has come since."""
        since = self._heard.get(session, 0)
        self._heard[session] = session.mark()
        for kind, body in session.got[since:self._heard[session]]:
            if kind == OPERATION:
                self.operations[operation_hash(body)] = body
            elif kind == ENTRIES and body[:32] == self.group:
                self.feed(body[:72]).take(body)
            elif kind == KEY and body[:32] == self.group:
                self.keys[body[32:64]] = body[64:]
        return self

    def feed(self, id_):
        if id_ not in self.feeds:
            self.feeds[id_] = Feed(id_[:32], id_[32:64], number(id_[64:]))
        return self.feeds[id_]

    def newest_of(self, author):
        """The feed of theirs that was heard of last."""
        return [feed for id_, feed in self.feeds.items() if id_[32:64] == raw_id(author.id)][-1]

    def texts(self):
        """What can be read with the keys that came."""
        for id_, feed in self.feeds.items():
            for at in range(1, feed.count() + 1):
                if (id_, at) not in self._read and not feed.is_chain(at):
                    self._open(id_, feed, at)
        return list(self._read.values())

    def _open(self, id_, feed, at):
        key = self.keys.get(feed.hashes[feed.chain_of(at)])
        plain = key and open_sealed(feed, at, message_key(key, index_of(feed.contents[at - 1])))
        if plain:
            self._read[id_, at] = plain[1:].decode()
