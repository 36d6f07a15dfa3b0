"""page.py - store/FORMAT.md once more, from that page alone: to read what a store holds, and to
write what only a newer version would.

    store = Store(folder, key)     # the 32 bytes of its key file
    for record in store.records(): ...
    store.newer_head()             # from now on of version 2, with a true MAC
"""

import hashlib
import os
import struct

from nacl.bindings import (crypto_aead_xchacha20poly1305_ietf_decrypt as unseal,
                           crypto_aead_xchacha20poly1305_ietf_encrypt as seal)

ENTRY_LEN, HEADER_LEN, VAULT_LEN, SLOT_LEN, TAG_LEN = 76, 72, 224, 512, 16
FIELDS_LEN, OVERHEAD = 24, 64
NEWER = struct.pack(">H", 2)


def keyed(key, message, size):
    return hashlib.blake2b(message, key=key, digest_size=size).digest()


def subkey(master, number):
    """crypto_kdf of libsodium."""
    return hashlib.blake2b(b"", key=master, digest_size=32, salt=struct.pack("<QQ", number, 0),
                           person=b"LTHstore".ljust(16, b"\0")).digest()


def crc32c(message):
    crc = 0xffffffff
    for byte in message:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


class Store:
    def __init__(self, folder, key):
        self.folder = folder
        vault = self.read("vault")
        assert vault[:12] == b"LTHVAULT" + b"\0\1" + b"\2\0", vault[:12]
        assert struct.unpack(">I", vault[220:224])[0] == crc32c(vault[:220])
        kek = keyed(key, b"lanthorn/vault/key-file\0" + vault[20:36], 32)
        assert keyed(kek, b"lanthorn/vault/commitment/1", 32) == vault[36:68], "wrong key"
        payload = unseal(vault[92:220], vault[:68], vault[68:92], kek)
        self.id, master = payload[:16], payload[16:48]
        self.wrap, self.head, self.shown, self.headers = [subkey(master, i) for i in range(1, 5)]
        self.keys = {}
        for at in range(VAULT_LEN, len(vault), ENTRY_LEN):
            number = vault[at:at + 4]
            self.keys[struct.unpack(">I", number)[0]] = unseal(
                vault[at + 28:at + ENTRY_LEN], self.id + number, vault[at + 4:at + 28], self.wrap)

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)

    # The log

    @staticmethod
    def segment(number):
        return f"log/{number:08}.seg"

    def associated(self, number, offset, fields, before):
        return self.id + struct.pack(">IQ", number, offset) + fields + before

    def frames(self, number):
        """(number of the first record, records) of each frame of a segment."""
        segment = self.read(self.segment(number))
        at = HEADER_LEN
        while at < len(segment) and segment[at:at + 4] != bytes(4):
            fields = segment[at:at + FIELDS_LEN]
            length, kind, zero, count, first, _, crc = struct.unpack(">IBBHQII", fields)
            assert (kind, zero, crc) == (1, 0, crc32c(fields[:20])), fields
            ad = self.associated(number, at, fields, segment[at - TAG_LEN:at])
            plain = unseal(segment[at + 48:at + 48 + length], ad, segment[at + 24:at + 48],
                           self.keys[number])
            records = []
            while plain:
                size = struct.unpack(">H", plain[:2])[0]
                records.append(plain[2:2 + size])
                plain = plain[2 + size:]
            assert len(records) == count
            yield first, records
            at += 48 + length

    def records(self):
        """All of them, in order; segments overlap only after a failed disk."""
        return [record for number in sorted(self.keys)
                for _, records in self.frames(number) for record in records]

    def append(self, record, kind=1):
        """A frame more at the end of the last segment."""
        number = max(self.keys)
        segment = self.read(self.segment(number))
        nonce, plain = os.urandom(24), struct.pack(">H", len(record)) + record
        fields = struct.pack(">IBBHQI", len(plain) + TAG_LEN, kind, 0, 1, len(self.records()) + 1,
                             0)
        fields += struct.pack(">I", crc32c(fields))
        ad = self.associated(number, len(segment), fields, segment[-TAG_LEN:])
        self.write(self.segment(number),
                   segment + fields + nonce + seal(plain, ad, nonce, self.keys[number]))

    # What a newer version would write

    def newer_vault(self):
        vault = self.read("vault")
        self.write("vault", vault[:8] + NEWER + vault[10:])

    def newer_segment(self, number):
        segment = self.read(self.segment(number))
        front = segment[:8] + NEWER + segment[10:40]
        mac = keyed(self.headers, front + segment[56:72], 16)
        self.write(self.segment(number), front + mac + segment[56:])

    def newer_head(self):
        head = self.read("head")
        slot = head[:8] + NEWER + head[10:SLOT_LEN - 32]
        self.write("head", slot + keyed(self.head, slot, 32) + head[SLOT_LEN:])

    def newer_shown(self):
        shown = self.read("shown")
        front = shown[:6] + NEWER + shown[8:16]
        self.write("shown", front + keyed(self.shown, front, 32) + shown[48:])
