#!/usr/bin/python3
"""A message for somebody who is away waits on the sender's disk, survives the sender's
restart, and arrives when they return. Queued, sent and delivered are three facts."""

import signal

import lab
from lan import Lan, wait_until
from node import Node


def check_away(ada, bea):
    """Bea is away when Ada speaks; Ada restarts; Bea returns."""
    bea.stop()
    ada.wait_peer(bea, online=False)
    texts = ["are you there?", "call me", "it is\nurgent"]
    ids = [ada.send("Bea", text) for text in texts]
    assert [ada.state(id_) for id_ in ids] == ["queued"] * 3
    assert ada.do("sync", timeout_s=10)["queued"] == 3, "nobody online to wait for"
    ada.stop()
    ada.start()
    assert [ada.state(id_) for id_ in ids] == ["queued"] * 3
    texts.append("I was away myself")
    ids.append(ada.send("Bea", texts[-1]))  # the name is still known
    assert not ada.find("delivered")

    bea.start()
    for id_ in ids:
        ada.wait("delivered", id=id_, peer=bea.id)
    shown = [e["text"] for e in bea.shown(ids)]
    assert shown == texts, shown
    assert [ada.state(id_) for id_ in ids] == ["delivered"] * 4
    assert ada.do("sync")["queued"] == 0
    for id_ in ids:
        events = [e["event"] for e in ada.events if e.get("id") == id_
                  and e["event"] in ("sent", "delivered")]
        assert events == ["sent", "delivered"], events
    return texts


def check_shown_once(ada, bea, texts):
    """A restart shows nothing again, but keeps it all."""
    bea.stop()
    bea.start()
    bea.wait_peer(ada)
    last = ada.send("Bea", "good night")
    assert len(bea.shown([last])) == 1, bea.events
    told = bea.do("history", **{"with": "Ada"})["messages"]
    assert [m["text"] for m in told] == texts + ["good night"], told


def check_sent_is_not_delivered(ada, bea):
    """While Bea's process stands still, a message is sent and no more than that."""
    ada.do("sync")
    bea.process.send_signal(signal.SIGSTOP)
    id_ = ada.send("Bea", "frozen?")
    ada.wait("sent", id=id_)
    assert ada.state(id_) == "sent"
    assert not ada.find("delivered", id=id_)
    bea.process.send_signal(signal.SIGCONT)
    ada.wait("delivered", id=id_)
    wait_until(lambda: ada.state(id_) == "delivered", 5, "the state follows the event")


def test():
    with Lan(2, avahi={0}) as lan:
        ada, bea = Node(lan.hosts[0], "Ada"), Node(lan.hosts[1], "Bea")
        ada.wait_peer(bea)
        bea.wait_peer(ada)
        lab.say("Bea is away, Ada restarts, Bea returns")
        texts = check_away(ada, bea)
        lab.say("Bea restarts")
        check_shown_once(ada, bea, texts)
        lab.say("Bea stands still")
        check_sent_is_not_delivered(ada, bea)
        ada.stop()
        bea.stop()


lab.run_test(test)
