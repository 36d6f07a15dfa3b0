#!/usr/bin/python3
"""A data directory is copied to a second machine and both run. Both users are told, once; who
talks to them gets everything once; no store is harmed; when one of the two ends, all is well."""

import shutil
import time

import lab
from lan import Lan, wait_until
from ledger import Ledger, check_store, warnings
from node import Node, history

TOLD_S = 30
BOTH_S = 20
HANDSHAKES_PER_S = 2
ARRIVAL_S = 60


def say_some(author, reader, what, count=20):
    """ids of texts, accepted."""
    refs = [author.post("send", to=reader.id, text=f"{what} {number}") for number in range(count)]
    return [author.answer(ref)["id"] for ref in refs]


def check_both_told(bea, double, ada):
    for node in (bea, double):
        wait_until(lambda node=node: warnings(node, "clone"), TOLD_S,
                   f"{node.host.name} knows that somebody runs with its identity")
    before, start = ada.do("status")["handshakes"]["ok"], time.monotonic()
    time.sleep(BOTH_S)
    handshakes = ada.do("status")["handshakes"]["ok"] - before
    lab.say(f"both told; {handshakes} handshakes at Ada in {time.monotonic() - start:.0f} s")
    assert handshakes <= BOTH_S * HANDSHAKES_PER_S, "they chase each other away"
    for node in (bea, double):
        assert len(warnings(node, "clone")) == 1, warnings(node, "clone")
    assert not warnings(ada, "clone"), "Ada runs once"


def check_each_once(ada, bea, double, ids):
    """Whatever either of the two had accepted is shown at Ada once, as it was said."""
    wait_until(lambda: ids <= {e["id"] for e in ada.find("message")}, ARRIVAL_S,
               "what both said is shown at Ada")
    shown = [e["id"] for e in ada.find("message", **{"from": bea.id})]
    assert len(shown) == len(set(shown)), "shown twice"
    told = [m["id"] for m in history(ada, bea)]
    assert len(told) == len(set(told)) and ids <= set(told)
    for node in (ada, bea, double):
        assert not node.find("fork") and not node.find("key_change"), node.events[-5:]


def check_said_to_both(ada, bea, double, ids):
    """What Ada said is at one of the two at least where she was told it was delivered."""
    delivered = {e["id"] for e in ada.find("delivered")} & ids
    there = {m["id"] for node in (bea, double) for m in history(node, ada)}
    assert delivered <= there, delivered - there
    for node in (bea, double):
        shown = [e["id"] for e in node.find("message")]
        assert len(shown) == len(set(shown)), f"{node.host.name} showed twice"


def test():
    with Lan(3, avahi={0}) as lan:
        ada, bea = Node(lan.hosts[0], "Ada"), Node(lan.hosts[1], "Bea")
        ada.wait_peer(bea)
        bea.wait_peer(ada)
        book = Ledger(ada, bea)
        for pair in book.pairs():
            book.say(*pair, 20)
        book.settle(ARRIVAL_S)
        bea.stop()
        shutil.copytree(bea.data, bea.data + ".copy")
        bea.start()
        double = Node(lan.hosts[2], "Bea", data=bea.data + ".copy", key=bea.key)
        assert double.id == bea.id
        lab.say("two machines with one identity")
        said = set(say_some(bea, ada, "the first"))
        said |= set(say_some(double, ada, "the second"))
        heard = set(say_some(ada, bea, "to whoever"))
        check_both_told(bea, double, ada)
        said |= set(say_some(bea, ada, "the first, later"))
        said |= set(say_some(double, ada, "the second, later"))
        heard |= set(say_some(ada, bea, "to whoever, later"))
        check_each_once(ada, bea, double, said)
        check_said_to_both(ada, bea, double, heard)

        lab.say("the copy ends")
        double.stop()
        check_store(double)
        ids = set(say_some(ada, bea, "to the one"))
        wait_until(lambda: ids | heard <= {m["id"] for m in history(bea, ada)}, ARRIVAL_S,
                   "all that Ada said is at the one who is left")
        wait_until(lambda: ada.do("status")["queued"] == bea.do("status")["queued"] == 0,
                   ARRIVAL_S, "everything is known to be delivered")
        ours, theirs = ([m["id"] for m in history(*pair)] for pair in ((ada, bea), (bea, ada)))
        assert ours == theirs, "one history"
        for node in (ada, bea):
            node.stop()
            check_store(node)


lab.run_test(test)
