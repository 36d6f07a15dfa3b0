#!/usr/bin/python3
"""Tries every message key of some chains, with every index, on some sealed entries.

Reads {"chains": [chain key 0], "seals": [[nonce, associated data, ciphertext and tag]]} in JSON
and hex, and prints [[seal, chain, index]] for all that open. A process of its own, so that
there can be one on each processor; libsodium is called directly, for these are millions.
"""

import ctypes
import hmac
import json
import sys

CHAIN_LEN_MAX = 4096

_open = ctypes.CDLL("libsodium.so.23").crypto_aead_chacha20poly1305_ietf_decrypt
_open.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p,
                  ctypes.c_ulonglong, ctypes.c_char_p, ctypes.c_ulonglong, ctypes.c_char_p,
                  ctypes.c_char_p]


def message_keys(key):
    """Of every index, and behind them the chain key itself: whoever has it may try it, too."""
    first, keys = key, []
    for _ in range(CHAIN_LEN_MAX):
        keys.append(hmac.digest(key, b"lanthorn/message-key/1", "sha256"))
        key = hmac.digest(key, b"lanthorn/chain-key/1", "sha256")
    return keys + [first]


def main():
    work = json.load(sys.stdin)
    chains = [message_keys(bytes.fromhex(key)) for key in work["chains"]]
    found = []
    for seal, parts in enumerate(work["seals"]):
        nonce, place, ciphertext = map(bytes.fromhex, parts)
        plain = ctypes.create_string_buffer(len(ciphertext))
        for chain, keys in enumerate(chains):
            for index, key in enumerate(keys):
                if _open(plain, None, None, ciphertext, len(ciphertext), place, len(place), nonce,
                         key) == 0:
                    found.append([seal, chain, index])
    print(json.dumps(found))


main()
