#!/usr/bin/python3
"""Something on the way delays, reorders, doubles, loses and alters: frames, which TCP mends,
and pieces of the stream itself, which nothing mends. Each fault of a stream ends that session;
nothing is lost, doubled or altered, and a node that two share an address with is still found."""

import json
import os
import subprocess
import sys
import threading
import time

import lab
from lan import Lan
from ledger import Ledger, figures
from node import Node

HERE = os.path.dirname(os.path.abspath(__file__))
FRAMES_S = 20
STREAM_S = 40
PAUSE_S = 0.1
ARRIVAL_S = 60
SESSION_END_S = 30 + 3  # a peer that says nothing that can be read is dead by then
FAULTS = {"flip", "drop", "double", "swap"}
SEED = os.environ.get("LANTHORN_SEED", "1")


def frames():
    """Bea's cable has a relay in it."""
    with Lan(2, avahi={0}) as lan:
        relay_py = f"{HERE}/packet_relay.py"
        for host in lan.hosts:
            host.run([sys.executable, "-B", relay_py, "--no-offload", "eth0"])
        relay = subprocess.Popen([sys.executable, "-B", relay_py, *lan.hosts[1].splice(), SEED],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert relay.stdout.readline() == "ready\n"
        ada, bea = Node(lan.hosts[0], "Ada"), Node(lan.hosts[1], "Bea")
        ada.wait_peer(bea)
        bea.wait_peer(ada)
        book = Ledger(ada, bea)
        with book.talk(book.pairs(), PAUSE_S):
            time.sleep(FRAMES_S / 2)
            book.say(ada, bea, 10, size=8000)
            book.say(bea, ada, 200)
            time.sleep(FRAMES_S / 2)
        took = book.settle(ARRIVAL_S)
        book.check()
        for node in book.nodes:
            node.stop()
        counts = json.loads(relay.communicate()[0])
        assert all(counts.values()), counts
        lab.say(f"frames {counts}: {book.count()} texts, the last {took:.1f} s after they were "
                f"said; {figures(book.latencies(ada, bea) + book.latencies(bea, ada))}")


class StreamRelay:
    """stream_relay.py on a host; told is what it printed."""

    def __init__(self, host, ways):
        self.told = []
        self._process = host.popen(
            [sys.executable, "-B", f"{HERE}/stream_relay.py", SEED,
             *(f"{port}={target}" for port, target in ways.items())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout.readline() == "ready\n"
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            self.told.append(json.loads(line))

    def order(self, word):
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()

    def faults(self):
        return {line["connection"]: line["fault"] for line in self.told if "fault" in line}

    def ended(self):
        return {line["connection"]: line["ended"] for line in self.told if "ended" in line}


def streams():
    """Cleo reaches Ada and Bea through one address and nothing else; nobody sees adverts."""
    with Lan(4, ipv6=False) as lan:
        ada, bea = (Node(lan.hosts[index], name, ["--discovery", "off"])
                    for index, name in ((0, "Ada"), (1, "Bea")))
        middle = lan.hosts[3]
        relay = StreamRelay(middle, {7001: f"{lan.hosts[0].ipv4}:{ada.port}",
                                     7002: f"{lan.hosts[1].ipv4}:{bea.port}"})
        cleo = Node(lan.hosts[2], "Cleo", ["--discovery", "off",
                                           "--peer", f"{middle.ipv4}:7001",
                                           "--peer", f"{middle.ipv4}:7002"])
        for index in (0, 1):
            lan.block(lan.hosts[2], lan.hosts[index])
        for node in (ada, bea):
            node.wait_peer(cleo)
            cleo.wait_peer(node)
        book = Ledger(ada, bea, cleo)
        pairs = [(ada, cleo), (cleo, ada), (bea, cleo), (cleo, bea)]
        relay.order("harm")
        with book.talk(pairs, PAUSE_S):
            time.sleep(STREAM_S)
        relay.order("spare")
        took = book.settle(ARRIVAL_S)
        check_ended(relay)
        book.check()
        for node in book.nodes:
            node.stop()
        times = [relay.ended()[number] for number in relay.faults()]
        lab.say(f"streams: {len(relay.faults())} faults, each ended its session within "
                f"{max(times):.1f} s; {book.count()} texts, the last {took:.1f} s after they "
                f"were said")


def check_ended(relay):
    """Every connection that suffered a fault has ended, soon after it."""
    faults = relay.faults()
    end = time.monotonic() + SESSION_END_S
    while time.monotonic() < end and not set(faults) <= set(relay.ended()):
        time.sleep(0.1)
    live = {number: fault for number, fault in faults.items() if number not in relay.ended()}
    assert not live, f"faults that ended nothing: {live}"
    late = {number: (faults[number], after) for number, after in relay.ended().items()
            if after is not None and after > SESSION_END_S}
    assert not late, f"sessions that outlived their fault: {late}"
    assert set(faults.values()) == FAULTS, faults


def test():
    lab.together(frames, streams)


lab.run_test(test)
