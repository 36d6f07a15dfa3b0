#!/usr/bin/python3
"""10 000 messages wait for somebody who is away while two others keep talking at their pace;
when the peer comes back, they arrive, in order, and the talk of the others goes on. Memory
stays bounded all the time."""

import threading
import time

import lab
from lan import Lan, wait_until
from ledger import Ledger, figures
from node import Node

MANY = 10000
SIZE = 1000
PAUSE_S = 0.1
CALM_S = 5
ARRIVAL_S = 120
RSS_MAX = 128 << 20
LATE_S = 2  # the slowest message of the others; the machine has other things to do as well


class Memory:
    """The largest rss_bytes of some nodes, asked for twice a second."""

    def __init__(self, *nodes):
        self.nodes, self.largest = nodes, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def _look(self):
        while not self._ended.wait(0.5):
            for node in self.nodes:
                self.largest = max(self.largest, node.do("status", timeout=60)["rss_bytes"])


def of_others(book, ada, bea, since):
    """Latencies of what Ada and Bea said to each other from then on."""
    return [seconds for pair in ((ada, bea), (bea, ada))
            for seconds in book.latencies(*pair, since_s=since)]


def test():
    with Lan(3, avahi={0}) as lan:
        nodes = ada, bea, cleo = [Node(host, name)
                                  for host, name in zip(lan.hosts, ("Ada", "Bea", "Cleo"))]
        for one in nodes:
            for other in nodes:
                if one is not other:
                    one.wait_peer(other)
        book = Ledger(*nodes)
        cleo.stop()
        with book.talk([(ada, bea), (bea, ada)], PAUSE_S), Memory(ada, bea) as memory:
            start = time.monotonic()
            time.sleep(CALM_S)
            lab.say(f"calm: {figures(of_others(book, ada, bea, start))}")

            start = time.monotonic()
            book.say(ada, cleo, MANY, size=SIZE)
            book.settle_answers(ada)
            lab.say(f"{MANY} accepted in {time.monotonic() - start:.1f} s; meanwhile the others: "
                    f"{figures(of_others(book, ada, bea, start))}")
            slowest = max(of_others(book, ada, bea, start))

            start = time.monotonic()
            cleo.start()
            cleo.wait_that(lambda: len(cleo.events) > MANY, ARRIVAL_S, "all shown")
            wait_until(lambda: ada.do("status")["queued"] < 100, ARRIVAL_S, "all receipted")
            lab.say(f"Cleo back: all shown and known to be {time.monotonic() - start:.1f} s "
                    f"later; meanwhile the others: {figures(of_others(book, ada, bea, start))}")
            time.sleep(1)
            slowest = max([slowest, *of_others(book, ada, bea, start)])
        book.settle(ARRIVAL_S)
        book.check()
        largest = max(memory.largest, cleo.do("status")["rss_bytes"])
        lab.say(f"memory: {largest / 2 ** 20:.0f} MiB at most")
        assert largest <= RSS_MAX, largest
        assert slowest <= LATE_S, f"{slowest} s"
        for node in nodes:
            node.stop()


lab.run_test(test)
