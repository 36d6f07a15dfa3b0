#!/usr/bin/python3
"""Cables are cut and healed, frames get lost, processes end well or badly: what was said
arrives, and who is away is noticed."""

import signal
import time

import lab
from lan import Lan
from node import Node

DEAD_PEER_S = 30
SLACK_S = 3
AT_ONCE_S = 3


def check_short_cut(lan, ada, bea):
    lab.say("cable cut for 5 s")
    lan.hosts[1].cut()
    ids = [ada.send("Bea", f"cut {number}") for number in range(10)]
    ids_back = [bea.send("Ada", f"cut, too {number}") for number in range(10)]
    time.sleep(5)
    assert not ada.find("delivered", id=ids[0])
    lan.hosts[1].heal()
    for node, wanted in ((ada, ids), (bea, ids_back)):
        for id_ in wanted:
            node.wait("delivered", id=id_, timeout=60)
    assert [e["id"] for e in bea.shown(ids)][-10:] == ids
    assert [e["id"] for e in ada.shown(ids_back)][-10:] == ids_back


def check_dead_peer(lan, ada, bea):
    lab.say("cable cut until the peer is given up")
    marks = ada.mark(), bea.mark()
    start = time.monotonic()
    lan.hosts[1].cut()
    ada.wait_peer(bea, online=False, timeout=DEAD_PEER_S + SLACK_S, since=marks[0])
    bea.wait_peer(ada, online=False, timeout=SLACK_S * 5, since=marks[1])
    lab.say(f"noticed after {time.monotonic() - start:.1f} s")
    id_ = ada.send("Bea", "into the void")
    assert ada.state(id_) == "queued"
    lan.hosts[1].heal()
    ada.wait("delivered", id=id_, timeout=60)
    bea.wait("message", id=id_)


def check_unplugged(lan, ada, bea):
    lab.say("interface without carrier, then back")
    lan.hosts[1].unplug()
    id_ = ada.send("Bea", "unplugged")
    time.sleep(1)
    lan.hosts[1].heal()
    ada.wait("delivered", id=id_, timeout=60)


def check_loss(lan, ada, bea):
    lab.say("a fifth of the frames lost")
    for host in lan.hosts:
        host.drop(20)
    ids = [ada.send("Bea", f"lossy {number}") for number in range(20)]
    for id_ in ids:
        ada.wait("delivered", id=id_, timeout=60)
    for host in lan.hosts:
        host.drop(0)
    assert [e["id"] for e in bea.shown(ids)][-20:] == ids


def check_ends(ada, bea):
    lab.say("SIGTERM ends orderly and is seen at once")
    mark = ada.mark()
    bea.process.send_signal(signal.SIGTERM)
    ada.wait_peer(bea, online=False, timeout=AT_ONCE_S, since=mark)
    bea.wait_exit(0)
    assert bea.find("bye"), bea.events[-3:]

    bea.start()
    ada.wait_peer(bea, since=mark)
    lab.say("SIGKILL is seen at once")
    mark = ada.mark()
    bea.kill9()
    ada.wait_peer(bea, online=False, timeout=AT_ONCE_S, since=mark)


def test():
    with Lan(2, avahi={0}) as lan:
        ada, bea = Node(lan.hosts[0], "Ada"), Node(lan.hosts[1], "Bea")
        ada.wait_peer(bea)
        bea.wait_peer(ada)
        check_short_cut(lan, ada, bea)
        check_dead_peer(lan, ada, bea)
        check_unplugged(lan, ada, bea)
        check_loss(lan, ada, bea)
        check_ends(ada, bea)
        ada.stop()


lab.run_test(test)
