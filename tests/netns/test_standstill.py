#!/usr/bin/python3
"""A process stands still (SIGSTOP) while others talk to it: for 35 s, which is longer than a
session lives, and for 10 s while 10 000 messages are sent to it. When it goes on, everything
arrives once, in order, and nobody's memory grew without bound."""

import signal
import time

import lab
from lan import Lan
from ledger import Ledger, figures
from node import Node

LONG_S, SHORT_S = 35, 10
MANY = 10000
PAUSE_S = 0.2
ARRIVAL_S = 90
RSS_MAX = 128 << 20


def meet(lan):
    nodes = [Node(host, name) for host, name in zip(lan.hosts, ("Ada", "Bea", "Cleo"))]
    for one in nodes:
        for other in nodes:
            if one is not other:
                one.wait_peer(other)
    return nodes


def end(book):
    took = book.settle(ARRIVAL_S)
    book.check()
    for node in book.nodes:
        rss = node.do("status")["rss_bytes"]
        assert rss <= RSS_MAX, f"{node.name}: {rss} bytes"
        node.stop()
    return took


def long_stop():
    """Commands wait in the stopped one's pipe; its peers give it up meanwhile."""
    with Lan(2, avahi={1}) as lan:
        ada, bea = meet(lan)
        book = Ledger(ada, bea)
        with book.talk(book.pairs(), PAUSE_S):
            time.sleep(1)
            mark = ada.mark()
            bea.process.send_signal(signal.SIGSTOP)
            time.sleep(LONG_S)
            assert ada.find("peer", since=mark, id=bea.id, online=False), "given up meanwhile"
            mark, start = ada.mark(), time.monotonic()
            bea.process.send_signal(signal.SIGCONT)
            ada.wait("message", since=mark, **{"from": bea.id})
            back_s = time.monotonic() - start
            time.sleep(2)
        took = end(book)
        lab.say(f"stood still for {LONG_S} s: back after {back_s:.1f} s; {book.count()} texts, "
                f"all there {took:.1f} s after the last")


def many_for_the_stopped():
    """Ada says 10 000 things to Bea, who stands still, and goes on talking with Cleo."""
    with Lan(3, avahi={0}) as lan:
        ada, bea, cleo = meet(lan)
        book = Ledger(ada, bea, cleo)
        bea.process.send_signal(signal.SIGSTOP)
        with book.talk([(ada, cleo), (cleo, ada)], PAUSE_S):
            book.say(ada, bea, MANY, size=100)
            time.sleep(SHORT_S)
            rss = ada.do("status")["rss_bytes"]
        book.settle_answers(ada)
        start = time.monotonic()
        bea.process.send_signal(signal.SIGCONT)
        end(book)
        lab.say(f"{MANY} for the stopped one: all there {time.monotonic() - start:.1f} s after "
                f"it went on; meanwhile {rss / 2 ** 20:.0f} MiB, and between the others "
                f"{figures(book.latencies(ada, cleo) + book.latencies(cleo, ada))}")
        assert rss <= RSS_MAX, rss


def test():
    lab.together(long_stop, many_for_the_stopped)


lab.run_test(test)
