#!/usr/bin/python3
"""Two nodes with no settings find each other and talk: on every kind of plain LAN,
with an avahi-daemon on both, on one and on neither."""

import lab
from lan import Lan
from node import Node

DAEMONS = (("avahi on both", {0, 1}), ("no avahi", set()), ("avahi on one", {0}))
ADDRESSES = (("IPv4 only", True, False), ("IPv6 link-local only", False, True),
             ("IPv4 and IPv6", True, True))
FOUND_S = 15


def talk(one, other, text):
    """one says text to other, by name; it is accepted, sent, shown and delivered."""
    id_ = one.send(other.name, text)
    shown = other.wait("message", id=id_)
    assert (shown["text"], shown["from"], shown["name"]) == (text, one.id, one.name), shown
    assert shown["kind"] == "direct", shown
    one.wait("sent", id=id_, peer=other.id)
    one.wait("delivered", id=id_, peer=other.id)
    assert len(other.find("message")) == 1, "shown once"


def check_row(avahi, ipv4, ipv6):
    with Lan(2, ipv4=ipv4, ipv6=ipv6, avahi=avahi) as lan:
        ada = Node(lan.hosts[0], "Ada")
        bea = Node(lan.hosts[1], "Bea")
        ada.wait_peer(bea, timeout=FOUND_S)
        bea.wait_peer(ada, timeout=FOUND_S)
        for node, daemon in ((ada, 0 in avahi), (bea, 1 in avahi)):
            backend = node.do("status")["discovery"]["backend"]
            assert backend == ("avahi" if daemon else "embedded"), f"{node.name}: {backend}"
        talk(ada, bea, "good morning — 你好")
        talk(bea, ada, "and to you")
        ada.stop()
        bea.wait_peer(ada, online=False)
        bea.stop()


def test():
    for daemons, avahi in DAEMONS:
        for addresses, ipv4, ipv6 in ADDRESSES:
            lab.say(f"{daemons}, {addresses}")
            check_row(avahi, ipv4, ipv6)


lab.run_test(test)
