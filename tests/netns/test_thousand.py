#!/usr/bin/python3
"""A thousand messages each way at once, one end killed with SIGKILL in the middle and
started again: everything accepted arrives, once, in its sender's order."""

import threading

import lab
from lan import Lan
from node import Node, history

COUNT = 1000
KILL_AFTER = 300  # messages the victim has shown, and of its own seen accepted
HOLD_AT = 990     # of COUNT: the rest is said once the victim is dead
ARRIVAL_S = 120
# A line leaves, then the node notes that it was shown: SIGKILL may fall between the two. The
# other order could lose the line.
SHOWN_AGAIN_MAX = 1


class Driver:
    """Says COUNT texts, as a program would: again after a crash, if not yet accepted."""

    def __init__(self, node, other):
        self.node, self.other = node, other
        self.texts = [f"{node.name} says {number}" for number in range(1, COUNT + 1)]
        self.accepted = []  # (text, id) in the order of saying
        self.repeated = set()

    def say(self, texts, killed=None):
        """Posts the texts, those from HOLD_AT on after killed; answers are collected later."""
        self.posted = []
        try:
            for number, text in enumerate(texts):
                if killed and number == HOLD_AT:
                    killed.wait(ARRIVAL_S)
                self.posted.append((self.node.post("send", to=self.other.id, text=text), text))
        except BrokenPipeError:
            pass  # killed

    def collect(self):
        """Takes over the answers that have come."""
        for ref, text in self.posted:
            answer = self.node.answered(ref)
            if answer is None:
                continue
            assert answer["event"] == "accepted", answer
            self.accepted.append((text, answer["id"]))
        self.posted = []

    def left(self):
        done = {text for text, _ in self.accepted}
        return [text for text in self.texts if text not in done]


def shown(node, author):
    """(text, id) of the author's messages in the order shown, over all runs of the node."""
    return [(e["text"], e["id"]) for run in node.runs for e in run
            if e["event"] == "message" and e["from"] == author.id]


def delivered(node):
    return {e["id"] for run in node.runs for e in run if e["event"] == "delivered"}


def check_arrived(driver, got, again_max):
    """got, from shown(): all that was accepted, once, in order; doubles only by repetition."""
    again = len(got) - len(set(got))
    assert again <= again_max, f"{again} of what {driver.node.name} said were shown twice"
    got = list(dict.fromkeys(got))
    known = set(driver.accepted)
    assert [pair for pair in got if pair in known] == driver.accepted, \
        f"{driver.node.name}: what was accepted did not arrive complete and in order"
    unknown = [text for text, id_ in got if (text, id_) not in known]
    assert set(unknown) <= driver.repeated, f"{driver.node.name}: invented: {unknown}"
    assert unknown == [text for text in driver.texts if text in set(unknown)], "in order, too"


def check_history(one, other):
    """Both ends tell the same conversation, author by author."""
    left, right = history(one, other), history(other, one)
    for author in (one, other):
        mine, theirs = ([(m["id"], m["text"]) for m in told if m["from"] == author.id]
                        for told in (left, right))
        assert mine == theirs, f"the histories differ in what {author.name} said"
        assert len(mine) >= COUNT, f"{author.name}: {len(mine)}"


def test():
    with Lan(2, avahi={0, 1}) as lan:
        ada, bea = Node(lan.hosts[0], "Ada"), Node(lan.hosts[1], "Bea")
        ada.wait_peer(bea)
        bea.wait_peer(ada)
        from_ada, from_bea = Driver(ada, bea), Driver(bea, ada)
        killed = threading.Event()
        speaking = [threading.Thread(target=driver.say, args=(driver.texts, killed))
                    for driver in (from_ada, from_bea)]
        for thread in speaking:
            thread.start()
        bea.wait_that(lambda: len(bea.find("message")) >= KILL_AFTER
                      and len(bea.find("accepted")) >= KILL_AFTER, ARRIVAL_S, "the middle")
        bea.kill9()
        killed.set()
        for thread in speaking:
            thread.join()
        from_bea.collect()
        from_bea.repeated = set(from_bea.left())
        lab.say(f"Bea killed: {len(shown(bea, ada))} shown, {len(from_bea.accepted)} accepted")
        assert len(shown(bea, ada)) < COUNT, "killed too late to be the middle"

        bea.start()
        from_bea.say(from_bea.left())
        ada.wait_that(lambda: {t for t, _ in shown(ada, bea)} == set(from_bea.texts), ARRIVAL_S,
                      "all of Bea's texts at Ada")
        bea.wait_that(lambda: len(shown(bea, ada)) >= COUNT, ARRIVAL_S, "all of Ada's at Bea")
        for node in (ada, bea):
            assert node.do("sync", timeout=60, timeout_s=30)["queued"] == 0, node.name
        from_ada.collect()
        from_bea.collect()
        assert not from_ada.left() and not from_bea.left(), "everything was accepted"
        check_arrived(from_ada, shown(bea, ada), SHOWN_AGAIN_MAX)
        check_arrived(from_bea, shown(ada, bea), 0)
        assert {id_ for _, id_ in from_ada.accepted} <= delivered(ada), "Ada knows it arrived"
        check_history(ada, bea)
        lab.say("all arrived, once, in order")
        ada.stop()
        bea.stop()


lab.run_test(test)
