#!/usr/bin/python3
"""Frames get lost both ways, or one way is dead: what was said arrives once, in order, and
both ends know it. Each row has a network of its own; all run at once."""

import time

import lab
from lan import Lan
from ledger import Ledger, figures
from node import Node

TALK_S = 15
PAUSE_S = 0.2
ARRIVAL_S = 60


def meet(lan):
    ada, bea = Node(lan.hosts[0], "Ada"), Node(lan.hosts[1], "Bea")
    ada.wait_peer(bea)
    bea.wait_peer(ada)
    return ada, bea


def end(book, what):
    took = book.settle(ARRIVAL_S)
    book.check()
    for node in book.nodes:
        node.stop()
    ada, bea = book.nodes
    lab.say(f"{what}: {book.count()} texts, the last {took:.1f} s after they were said; "
            f"{figures(book.latencies(ada, bea) + book.latencies(bea, ada))}")


def loss(percent):
    """Of the frames in each direction so many are lost, the session's beginning included."""
    with Lan(2, avahi={0}) as lan:
        for host in lan.hosts:
            host.drop(percent)
        ada, bea = meet(lan)
        book = Ledger(ada, bea)
        with book.talk(book.pairs(), PAUSE_S):
            time.sleep(TALK_S / 2)
            book.say(ada, bea, 300)
            book.say(bea, ada, 40, size=16000)
            time.sleep(TALK_S / 2)
        end(book, f"{percent} % lost both ways")


def one_way(deaf_index, seconds):
    """One of the two hears nothing for a while; the other hears everything."""
    with Lan(2, avahi={1}) as lan:
        ada, bea = meet(lan)
        book = Ledger(ada, bea)
        deaf, heard = lan.hosts[deaf_index], lan.hosts[1 - deaf_index]
        with book.talk(book.pairs(), PAUSE_S):
            time.sleep(2)
            deaf.deafen(heard, True)
            time.sleep(seconds)
            deaf.deafen(heard, False)
        end(book, f"{deaf.name} deaf for {seconds} s")


def test():
    lab.together(lambda: loss(1), lambda: loss(5), lambda: loss(20),
                 lambda: one_way(0, 10), lambda: one_way(1, 32))


lab.run_test(test)
