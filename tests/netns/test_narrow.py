#!/usr/bin/python3
"""Narrow cables: packets of 576 bytes at most, 64 kbit/s, both with losses. What was said
arrives, slowly; a session is not given up because it is slow."""

import time

import lab
from lan import Lan
from ledger import Ledger, figures
from node import Node

TALK_S = 20
PAUSE_S = 0.5
ARRIVAL_S = 90
MTU = 576    # IPv4 only: IPv6 needs 1280
KBIT = 64


def narrow(what, change, large):
    """large: so many texts of 16 000 bytes each way, besides the talk."""
    with Lan(2, ipv6=False) as lan:
        for host in lan.hosts:
            change(host)
        ada, bea = Node(lan.hosts[0], "Ada"), Node(lan.hosts[1], "Bea")
        ada.wait_peer(bea)
        bea.wait_peer(ada)
        book = Ledger(ada, bea)
        with book.talk(book.pairs(), PAUSE_S, size=200):
            time.sleep(TALK_S / 4)
            marks = ada.mark(), bea.mark()
            for pair in book.pairs():
                book.say(*pair, large, size=16000)
            time.sleep(TALK_S * 3 / 4)
        took = book.settle(ARRIVAL_S)
        book.check()
        for node, mark in zip(book.nodes, marks):
            assert not node.find("peer", since=mark, online=False), "slow is not dead"
        for node in book.nodes:
            node.stop()
        lab.say(f"{what}: {book.count()} texts, the last {took:.1f} s after they were said; "
                f"{figures(book.latencies(ada, bea) + book.latencies(bea, ada))}")


def small_packets(host):
    host.limit_mtu(MTU)


def slow(host):
    host.narrow(KBIT)


def all_of_it(host):
    host.limit_mtu(MTU)
    host.narrow(KBIT)
    host.drop(2)


def test():
    lab.together(lambda: narrow(f"packets of {MTU} bytes", small_packets, 30),
                 lambda: narrow(f"{KBIT} kbit/s", slow, 4),
                 lambda: narrow("both, and 2 % lost", all_of_it, 2))


lab.run_test(test, needs=("tc",))
