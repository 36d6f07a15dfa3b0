#!/usr/bin/python3
"""A store is restored from a backup. The peers give back what it lost, of their words and of
its own; its user is told once; no number is used again; both ends tell the same history."""

import shutil
import time

import lab
from lan import Lan, wait_until
from ledger import Ledger, check_store, warnings
from node import Node, history

ARRIVAL_S = 60


def all_say(book, count):
    for author, reader in book.pairs():
        book.say(author, reader, count)
    book.settle(ARRIVAL_S)


def restart(node):
    node.stop()
    node.start()


def check_nothing_forked(book):
    for node in book.nodes:
        told = [e for run in node.runs for e in run if e["event"] in ("fork", "key_change")]
        assert not told, f"{node.name}: {told}"


def check_numbers(node, author):
    """By the order of showing, a number is one more than the last, or a new run's first."""
    seen = {}
    for event in (e for run in node.runs for e in run if e["event"] == "message"
                  and e["from"] == author.id):
        seen.setdefault(event["id"], event["number"])
    numbers = list(seen.values())
    bad = [pair for pair in zip(numbers, numbers[1:]) if pair[1] not in (1, pair[0] + 1)]
    assert not bad, f"{author.name}'s numbers at {node.name}: {bad}"


def test():
    with Lan(3, avahi={0}) as lan:
        nodes = ada, bea, cleo = [Node(host, name)
                                  for host, name in zip(lan.hosts, ("Ada", "Bea", "Cleo"))]
        for one in nodes:
            for other in nodes:
                if one is not other:
                    one.wait_peer(other)
        book = Ledger(*nodes)
        all_say(book, 20)
        bea.stop()
        shutil.copytree(bea.data, bea.data + ".backup", symlinks=True)
        bea.start()
        lab.say("backup made; much is said since, in three runs")
        all_say(book, 50)
        restart(bea)
        all_say(book, 600)
        restart(bea)
        all_say(book, 10)

        lab.say("restored, and Bea speaks before she meets anybody")
        bea.stop()
        lost = [len(history(node, bea)) for node in (ada, cleo)]
        shutil.rmtree(bea.data)
        shutil.move(bea.data + ".backup", bea.data)
        book.restored(bea)
        for host in (lan.hosts[0], lan.hosts[2]):
            lan.block(lan.hosts[1], host)
        bea.start()
        book.say(bea, ada, 5)
        book.say(bea, cleo, 5)
        book.settle_answers(bea)
        for host in (lan.hosts[0], lan.hosts[2]):
            lan.unblock(lan.hosts[1], host)
        start = time.monotonic()
        for node, count in ((ada, lost[0]), (cleo, lost[1])):
            wait_until(lambda node=node, count=count: len(history(bea, node)) == count + 5,
                       ARRIVAL_S, f"what was said with {node.name} is back")
        lab.say(f"{sum(lost)} entries back after {time.monotonic() - start:.1f} s")
        all_say(book, 20)
        book.check()
        check_told_once(bea, ada, cleo)

        lab.say("another restart, and everything is as it was")
        restart(bea)
        for node in (ada, cleo):
            bea.wait_peer(node)
        all_say(book, 5)
        book.check()
        check_told_once(bea, ada, cleo)
        check_nothing_forked(book)
        check_numbers(ada, bea)
        check_numbers(cleo, bea)
        for node in nodes:
            node.stop()
            check_store(node)


def check_told_once(bea, *others):
    told = warnings(bea, "rollback")
    assert len(told) == 1, told
    assert not any(warnings(other, "rollback") for other in others), "only Bea's store is old"


lab.run_test(test)
