#!/usr/bin/python3
"""packet_relay.py ONE OTHER SEED - carries frames between two interfaces, badly.

Every frame is late by a random time, so that frames overtake each other; some are lost, some
come twice, some with a flipped bit. Checksums are the hosts' business: `--no-offload IF`
makes an interface compute them, and send no frame larger than its MTU.

When its standard input closes it says, as one line of JSON, how many suffered what.
"""

import array
import fcntl
import heapq
import json
import random
import select
import socket
import struct
import sys
import time

DELAY_S = (0.001, 0.080)
LOST, DOUBLED, FLIPPED = 0.02, 0.03, 0.02
HEADER_LEN = 14 + 20  # Ethernet and IPv4: a flip there is a loss and nothing more
SIOCETHTOOL = 0x8946
ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO = 0x17, 0x1F, 0x24, 0x2C
PACKET_OUTGOING = 4
ETH_P_ALL = 3


def no_offload(interface):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_:
        for command in (ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO, ETHTOOL_STXCSUM):
            value = array.array("I", [command, 0])
            request = struct.pack("16sP16x", interface.encode(), value.buffer_info()[0])
            fcntl.ioctl(any_, SIOCETHTOOL, request)


def opened(interface):
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    raw.bind((interface, ETH_P_ALL))
    return raw


class Relay:
    def __init__(self, one, other, seed):
        self._chance = random.Random(seed)
        self._other_of = {one: other, other: one}
        self._late = []  # heap of (when, number, where to, frame)
        self._last_due = 0
        self.counts = dict.fromkeys(("carried", "lost", "doubled", "flipped", "overtaken"), 0)

    def run(self):
        while True:
            wait = max(0, self._late[0][0] - time.monotonic()) if self._late else None
            ready, _, _ = select.select([*self._other_of, sys.stdin], [], [], wait)
            if sys.stdin in ready:
                return
            for raw in ready:
                frame, address = raw.recvfrom(1 << 16)
                if address[2] != PACKET_OUTGOING:
                    self._take(frame, self._other_of[raw])
            self._send_due()

    def _take(self, frame, to):
        self.counts["carried"] += 1
        if self._happens(LOST, "lost"):
            return
        for _ in range(1 + self._happens(DOUBLED, "doubled")):
            due = time.monotonic() + self._chance.uniform(*DELAY_S)
            self.counts["overtaken"] += due < self._last_due
            self._last_due = due
            heapq.heappush(self._late, (due, self.counts["carried"], id(to),
                                        self._maybe_flipped(frame), to))

    def _maybe_flipped(self, frame):
        if len(frame) <= HEADER_LEN or not self._happens(FLIPPED, "flipped"):
            return frame
        bit = self._chance.randrange(8 * HEADER_LEN, 8 * len(frame))
        flipped = bytearray(frame)
        flipped[bit // 8] ^= 1 << bit % 8
        return bytes(flipped)

    def _happens(self, share, what):
        happens = self._chance.random() < share
        self.counts[what] += happens
        return happens

    def _send_due(self):
        while self._late and self._late[0][0] <= time.monotonic():
            *_, frame, to = heapq.heappop(self._late)
            try:
                to.send(frame)
            except OSError:
                pass  # too large or no buffers: lost


def main():
    if sys.argv[1] == "--no-offload":
        no_offload(sys.argv[2])
        return
    relay = Relay(opened(sys.argv[1]), opened(sys.argv[2]), sys.argv[3])
    print("ready", flush=True)
    relay.run()
    print(json.dumps(relay.counts), flush=True)


main()
