#!/usr/bin/python3
"""A machine gets another address while its people talk: IPv4 as from another DHCP server, IPv6
link-local as after a renumbering; also while the cable is out, as in another room. What was
said arrives, and the first message is shown within seconds."""

import time

import lab
from lan import Lan
from ledger import Ledger
from node import Node

BACK_S = 5
ARRIVAL_S = 60
PAUSE_S = 0.25
NEW_IPV4, NEW_IPV6 = "10.77.0.77", "fe80::77"


def first_after(node, mark, moved_s, author):
    event = node.wait("message", timeout=ARRIVAL_S, since=mark, **{"from": author.id})
    return event["arrived_s"] - moved_s


def moved(what, move, outage_s=0, **options):
    with Lan(2, **options) as lan:
        ada, bea = Node(lan.hosts[0], "Ada"), Node(lan.hosts[1], "Bea")
        ada.wait_peer(bea)
        bea.wait_peer(ada)
        book = Ledger(ada, bea)
        with book.talk(book.pairs(), PAUSE_S):
            time.sleep(1)
            if outage_s:
                lan.hosts[1].unplug()
                time.sleep(outage_s)
            moved_s = time.monotonic()
            move(lan.hosts[1])
            time.sleep(PAUSE_S)  # what was on its way has come
            marks = ada.mark(), bea.mark()
            if outage_s:
                moved_s = time.monotonic()
                lan.hosts[1].heal()
            took = (first_after(ada, marks[0], moved_s, bea),
                    first_after(bea, marks[1], moved_s, ada))
        book.settle(ARRIVAL_S)
        book.check()
        lab.say(f"{what}: first message at Ada {took[0]:.1f} s, at Bea {took[1]:.1f} s later")
        assert max(took) <= BACK_S, f"{what}: {took}"
        mark = ada.mark()
        bea.stop()  # and an address that is new is an address like others
        ada.wait_peer(bea, online=False, since=mark)
        bea.start()
        ada.wait_peer(bea, since=mark)
        for node in book.nodes:
            node.stop()


def new_ipv4(host):
    host.renumber_ipv4(NEW_IPV4)


def new_ipv6(host):
    host.renumber_ipv6(NEW_IPV6)


def test():
    lab.together(
        lambda: moved("a new IPv4 address", new_ipv4, ipv6=False),
        lambda: moved("a new IPv4 address, avahi", new_ipv4, ipv6=False, avahi={0, 1}),
        lambda: moved("a new IPv4 address after 8 s unplugged", new_ipv4, 8, ipv6=False),
        lambda: moved("a new IPv6 address", new_ipv6, ipv4=False),
        lambda: moved("a new IPv6 address, avahi", new_ipv6, ipv4=False, avahi={0, 1}),
        lambda: moved("a new IPv6 address after 8 s unplugged", new_ipv6, 8, ipv4=False))


lab.run_test(test)
