#!/usr/bin/python3
"""The wall clock jumps ten years ahead, twenty back, and home again. The user is told once a
jump; a change of minutes is nobody's business. Messages go on arriving, once, in order, and
both ends tell the same history, whatever the times say.

The time of day is in jumping_clock.c's hand, for one node only; LANTHORN_JUMPING_CLOCK names
what was built of it."""

import os
import re
import struct
import subprocess
import time

import lab
from lan import Lan, wait_until
from ledger import Ledger, warnings
from node import Node, binary

PAUSE_S = 0.1
TOLD_S = 10
ARRIVAL_S = 30
YEAR_S = 365 * 86400
#        offset, whether told
JUMPS = ((10 * YEAR_S, True), (10 * YEAR_S + 300, False), (-10 * YEAR_S, True), (0, True))


def library():
    path = os.environ.get("LANTHORN_JUMPING_CLOCK", "")
    if not os.access(path, os.R_OK):
        raise lab.Skip("LANTHORN_JUMPING_CLOCK does not name the library to preload")
    return path


def sanitizer():
    """The address sanitizer's library, which must be loaded before any other; or nothing."""
    needed = subprocess.run(["ldd", binary()], capture_output=True, text=True, check=True).stdout
    return re.findall(r"=> (\S*/libasan\S*)", needed)


class Clock:
    """What a node takes for the time of day; changed while it runs."""

    def __init__(self, path):
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self.jump(0)
        self.environment = {"LD_PRELOAD": ":".join([*sanitizer(), library()]),
                            "LANTHORN_CLOCK": path}

    def jump(self, offset_s):
        """To the true time and so many seconds."""
        os.pwrite(self._file, struct.pack("=q", offset_s), 0)


def test():
    with Lan(2, avahi={1}) as lan:
        clock = Clock(f"{lab.SCRATCH}/data/clock")
        ada = Node(lan.hosts[0], "Ada", env=clock.environment)
        bea = Node(lan.hosts[1], "Bea")
        ada.wait_peer(bea)
        bea.wait_peer(ada)
        book = Ledger(ada, bea)
        jumps = 0
        with book.talk(book.pairs(), PAUSE_S):
            for offset_s, is_told in JUMPS:
                time.sleep(2)
                mark, start = bea.mark(), time.monotonic()
                clock.jump(offset_s)
                jumps += is_told
                wait_until(lambda: len(warnings(ada, "clock")) == jumps, TOLD_S,
                           f"a jump to {offset_s} s is told")
                event = bea.wait("message", timeout=ARRIVAL_S, since=mark + 5,
                                 **{"from": ada.id})
                lab.say(f"{offset_s:+d} s: told {len(warnings(ada, 'clock'))} times; the next "
                        f"message {event['arrived_s'] - start:.1f} s later, of {event['time']}")
            time.sleep(3)
        assert len(warnings(ada, "clock")) == jumps and not warnings(bea, "clock")
        took = book.settle(ARRIVAL_S)
        book.check()
        years = {e["time"][:4] for e in bea.find("message")}
        assert len(years) == 3, f"the clock was not faked: {years}"
        lab.say(f"{book.count()} texts of the years {sorted(years)}, all there {took:.1f} s "
                f"after the last")
        for node in book.nodes:
            node.stop()


lab.run_test(test)
