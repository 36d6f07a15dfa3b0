#!/usr/bin/python3
"""A stranger on the TCP port: garbage, silence, floods. The node says nothing, closes in
time, keeps its memory and goes on talking to its friends."""

import json
import os
import threading

import lab
from lan import Lan, wait_until
from node import Node

FIRST_S, ALL_S, SLACK_S = 5, 10, 2  # to message 1, to the end of the handshake
PER_SOURCE, IN_ALL = 8, 64          # half-open connections
GROWTH_MAX = 32 << 20

# Runs on the stranger's machine. Reads rows [name, hex, pause between bytes, source]; opens
# all connections at once and prints for each how many bytes came back and when it was closed.
STRANGER = r"""
import json, socket, sys, threading, time
address, wait_s = sys.argv[1], float(sys.argv[2])
def visit(row):
    name, data, pause, source = row
    start, got = time.monotonic(), 0
    try:
        s = socket.create_connection((address, 7327), 5, (source, 0) if source else None)
        s.settimeout(wait_s)
        pieces = [bytes.fromhex(data)] if not pause else [bytes([b]) for b in bytes.fromhex(data)]
        for piece in pieces:
            s.sendall(piece)
            time.sleep(pause)
        while True:
            more = s.recv(65536)
            if not more:
                break
            got += len(more)
    except TimeoutError:
        done.append([name, got, None])
        return
    except OSError:
        pass  # closed the hard way
    done.append([name, got, time.monotonic() - start])
rows, done = json.load(sys.stdin), []
threads = [threading.Thread(target=visit, args=(row,)) for row in rows]
for t in threads: t.start()
for t in threads: t.join()
print(json.dumps(done))
"""


def visit(stranger, node, rows, wait_s=15):
    """Rows (name, bytes, pause) or (name, bytes, pause, source); returns {name: (got, s)}."""
    text = json.dumps([[row[0], row[1].hex(), row[2], row[3] if len(row) > 3 else None]
                       for row in rows])
    done = stranger.run(["/usr/bin/python3", "-c", STRANGER, node.host.ipv4, str(wait_s)],
                        stdin=text)
    return {name: (got, seconds) for name, got, seconds in json.loads(done.stdout)}


def check_bytes(stranger, node):
    """Each ends silently: nothing is said to who did not speak Noise."""
    rows = [
        ("an HTTP request", b"GET / HTTP/1.0\r\n\r\n", 0),
        ("the longest length", b"\xff\xff" + bytes(65535), 0),
        ("length zero", b"\0\0", 0),
        ("a key of zeros", b"\0\x20" + bytes(32), 0),
        ("a key of one", b"\0\x20\1" + bytes(31), 0),
        ("half of message 1", b"\0\x20" + os.urandom(16), 0),
        ("nothing", b"", 0),
    ]
    for name, (got, seconds) in visit(stranger, node, rows).items():
        assert got == 0, f"{name}: answered with {got} bytes"
        assert seconds is not None and seconds < FIRST_S + SLACK_S, f"{name}: open {seconds} s"
    rows = [("message 1, then noise", b"\0\x20" + os.urandom(32) + b"\0\x80" + os.urandom(128), 0),
            ("message 1, then silence", b"\0\x20" + os.urandom(32), 0)]
    for name, (got, seconds) in visit(stranger, node, rows).items():
        assert got < 512, f"{name}: {got} bytes, more than message 2"
        assert seconds is not None and seconds < ALL_S + SLACK_S, f"{name}: open {seconds} s"


def random_visits(stranger, node):
    """Random bytes, a few connections at a time."""
    for length in (3, 34, 300, 3000, 30000):
        rows = [(str(i), os.urandom(length), 0) for i in range(PER_SOURCE)]
        for _, seconds in visit(stranger, node, rows).values():
            assert seconds is not None, f"{length} random bytes keep a connection open"


class HalfOpen:
    """The highest status.half_open while the block runs, and that friends are still served."""

    def __init__(self, node, friend):
        self.node, self.friend, self.highest = node, friend, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def _watch(self):
        while not self._ended.wait(0.1):
            self.highest = max(self.highest, self.node.do("status")["half_open"])
            id_ = self.friend.send(self.node.name, "still there?")
            self.friend.wait("delivered", id=id_, timeout=5)


def check_slow(stranger, ada, bea):
    """100 connections that feed a byte a second: most are turned away, none lives long."""
    rows = [(f"slow {i}", b"\0\x20" + os.urandom(12), 1.0) for i in range(100)]
    with HalfOpen(ada, bea) as watch:
        for name, (got, seconds) in visit(stranger, ada, rows).items():
            assert got == 0 and seconds is not None, f"{name}: {got} bytes, {seconds} s"
            # The stranger notices the close at its next byte but one.
            assert seconds < FIRST_S + SLACK_S + 2, f"{name}: open {seconds} s"
    assert 0 < watch.highest <= PER_SOURCE, watch.highest
    lab.say(f"at most {watch.highest} half-open from one source")


def check_flood(stranger, ada, bea):
    """Silent connections from twenty addresses: the cap over all holds."""
    sources = [f"10.77.0.{100 + i}" for i in range(20)]
    for source in sources:
        stranger.run(["ip", "addr", "add", source + "/24", "dev", "eth0"])
    rows = [(f"{source} {i}", b"", 0, source) for source in sources for i in range(10)]
    with HalfOpen(ada, bea) as watch:
        for name, (_, seconds) in visit(stranger, ada, rows).items():
            assert seconds is not None and seconds < FIRST_S + SLACK_S, f"{name}: {seconds} s"
    assert PER_SOURCE < watch.highest <= IN_ALL, watch.highest
    lab.say(f"at most {watch.highest} half-open in all")


def test():
    with Lan(3, avahi={0, 1}) as lan:
        ada, bea = Node(lan.hosts[0], "Ada"), Node(lan.hosts[1], "Bea")
        stranger = lan.hosts[2]
        ada.wait_peer(bea)
        bea.wait_peer(ada)
        bea.send("Ada", "warming up")
        ada.wait("message")
        before = ada.do("status")["rss_bytes"]
        lab.say("bytes that mean nothing")
        check_bytes(stranger, ada)
        random_visits(stranger, ada)
        lab.say("slow connections")
        check_slow(stranger, ada, bea)
        lab.say("a flood")
        check_flood(stranger, ada, bea)
        wait_until(lambda: ada.do("status")["half_open"] == 0, ALL_S + SLACK_S, "all are closed")
        after = ada.do("status")["rss_bytes"]
        assert after - before < GROWTH_MAX, f"memory grew from {before} to {after}"
        lab.say(f"memory {before >> 10} KiB before, {after >> 10} KiB after")
        assert ada.do("status")["sessions"] == 1
        ada.stop()
        bea.stop()


lab.run_test(test)
