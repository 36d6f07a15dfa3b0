#!/usr/bin/python3
"""Five nodes, and every 2 to 20 seconds something happens to one of them: its cable is cut or
pulled, it goes deaf to another one, two are kept apart, it is killed with SIGKILL. Meanwhile
all talk to all. In the end everything that was accepted is everywhere, once, in order.

For 60 s; for 5 minutes with LANTHORN_LONG=1. LANTHORN_SEED repeats a run's troubles, though
not the moments at which they meet the program."""

import itertools
import os
import random
import threading
import time

import lab
from lan import Lan
from ledger import Ledger, figures
from node import Node

NAMES = ("Ada", "Bea", "Cleo", "Dora", "Edith")
TROUBLE_S = 300 if os.environ.get("LANTHORN_LONG") else 60
CALM_S, LASTS_S = (2, 20), (1, 12)
PAUSE_S = 0.5
ARRIVAL_S = 60
KINDS = ("cut", "unplug", "deaf", "apart", "kill")


class Troubles:
    """One thread for each node; the ends of all troubles lie before the end of the time."""

    def __init__(self, lan, book, seed):
        self.lan, self.book, self.seed = lan, book, seed
        self.end_s = time.monotonic() + TROUBLE_S
        self.counts = dict.fromkeys(KINDS, 0)
        self.failures = []
        self._network = threading.Lock()  # one change at a time

    def run(self):
        threads = [threading.Thread(target=self._trouble, args=(index,))
                   for index in range(len(self.book.nodes))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0]

    def _trouble(self, index):
        chance = random.Random(f"{self.seed} {index}")
        try:
            for turn in itertools.count(index):  # so that of each kind there is one at least
                calm, lasts = chance.uniform(*CALM_S), chance.uniform(*LASTS_S)
                kind = KINDS[turn % len(KINDS)]
                other = chance.choice([i for i in range(len(NAMES)) if i != index])
                left = self.end_s - time.monotonic() - calm
                if left < LASTS_S[0]:
                    return
                time.sleep(calm)
                getattr(self, kind)(index, other, min(lasts, left))
                self.counts[kind] += 1
        except Exception as failure:  # raised in run()
            self.failures.append(failure)

    def _for_a_while(self, seconds, begin, end):
        with self._network:
            begin()
        time.sleep(seconds)
        with self._network:
            end()

    def cut(self, index, _other, seconds):
        host = self.lan.hosts[index]
        self._for_a_while(seconds, host.cut, host.heal)

    def unplug(self, index, _other, seconds):
        host = self.lan.hosts[index]
        self._for_a_while(seconds, host.unplug, host.heal)

    def deaf(self, index, other, seconds):
        host, other = self.lan.hosts[index], self.lan.hosts[other]
        self._for_a_while(seconds, lambda: host.deafen(other, True),
                          lambda: host.deafen(other, False))

    def apart(self, index, other, seconds):
        hosts = self.lan.hosts[index], self.lan.hosts[other]
        self._for_a_while(seconds, lambda: self.lan.block(*hosts),
                          lambda: self.lan.unblock(*hosts))

    def kill(self, index, _other, seconds):
        node = self.book.nodes[index]
        self.book.kill(node)
        time.sleep(seconds / 4)
        self.book.start(node)


def test():
    seed = os.environ.get("LANTHORN_SEED") or str(random.randrange(10 ** 6))
    lab.say(f"LANTHORN_SEED={seed}")
    with Lan(len(NAMES), avahi={0, 1}) as lan:
        nodes = [Node(host, name) for host, name in zip(lan.hosts, NAMES)]
        for node in nodes:
            for other in nodes:
                if node is not other:
                    node.wait_peer(other)
        book = Ledger(*nodes)
        troubles = Troubles(lan, book, seed)
        with book.talk(book.pairs(), PAUSE_S):
            troubles.run()
        took = book.settle(ARRIVAL_S)
        book.check()
        assert all(troubles.counts.values()), troubles.counts
        lab.say(f"{troubles.counts}: {book.count()} texts, all there {took:.1f} s after the last "
                f"trouble; {figures([s for pair in book.pairs() for s in book.latencies(*pair)])}")
        for node in nodes:
            node.stop()


lab.run_test(test)
