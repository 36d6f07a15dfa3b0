#!/usr/bin/python3
"""Within 5 s of a healed cable the first message is shown, both ways: whether the host saw its
interface go down and come up, or the network lost everything in silence; whether the session
outlived the outage or not. Each row has a network of its own; all run at once."""

import time

import lab
from lan import Lan
from ledger import Ledger
from node import Node

HEALED_S = 5
ARRIVAL_S = 30
PAUSE_S = 0.25


def first_after(node, mark, healed_s, author):
    """Seconds from the healing until node shows something of author's that was said before."""
    event = node.wait("message", timeout=ARRIVAL_S, since=mark, **{"from": author.id})
    return event["arrived_s"] - healed_s


def outage(what, seconds, breaks, mends, options):
    with Lan(2, **options) as lan:
        ada, bea = Node(lan.hosts[0], "Ada"), Node(lan.hosts[1], "Bea")
        ada.wait_peer(bea)
        bea.wait_peer(ada)
        book = Ledger(ada, bea)
        with book.talk(book.pairs(), PAUSE_S):
            time.sleep(1)
            breaks(lan)
            time.sleep(seconds)
            marks = ada.mark(), bea.mark()
            healed_s = time.monotonic()
            mends(lan)
            took = [first_after(ada, marks[0], healed_s, bea),
                    first_after(bea, marks[1], healed_s, ada)]
        book.settle(ARRIVAL_S)
        book.check()
        lab.say(f"{what} for {seconds} s: first message at Ada {took[0]:.1f} s, at Bea "
                f"{took[1]:.1f} s after the healing")
        assert max(took) <= HEALED_S, f"{what} for {seconds} s: {took}"
        for node in book.nodes:
            node.stop()


def unplugged(seconds, **options):
    outage(f"unplugged {options}", seconds, lambda lan: lan.hosts[1].unplug(),
           lambda lan: lan.hosts[1].heal(), options)


def silent(seconds, **options):
    outage(f"nothing passes {options}", seconds, lambda lan: lan.block(*lan.hosts),
           lambda lan: lan.unblock(*lan.hosts), options)


def test():
    lab.together(lambda: unplugged(4), lambda: unplugged(14, avahi={0, 1}),
                 lambda: unplugged(35, ipv4=False), lambda: silent(4, avahi={0, 1}),
                 lambda: silent(14), lambda: silent(35, avahi={0}))


lab.run_test(test)
