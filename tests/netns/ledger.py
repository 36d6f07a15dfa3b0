"""ledger.py - what was said by whom to whom, and what must be true of it in the end.

    book = Ledger(ada, bea)
    book.say(ada, bea, 20)                 # twenty numbered texts, without waiting
    with book.talk([(ada, bea)], 0.1):     # one more every 0.1 s
        …
    book.settle(60)                        # accepted, shown, delivered; nothing queued
    book.check()

What check() holds: every text that was accepted is shown once at its reader, unaltered and in
its author's order; nothing else is shown; `delivered` is told only of what the reader's
history has; and both ends' histories are the same ids in the same order.

A node is killed through kill() and started through start(): what it had not yet accepted
then may have been lost or not, and is not said again.
"""

import contextlib
import itertools
import threading
import time

from lan import wait_until
from node import history

PATIENCE_S = 60
# A line leaves, then the node notes that it was shown: SIGKILL may fall between the two. The
# other order could lose the line.
SHOWN_AGAIN_PER_KILL = 1


class Said:
    """One text. id is None until it was accepted; unsure: its author died before it said so."""

    def __init__(self, text, ref):
        self.text, self.ref, self.at_s = text, ref, time.monotonic()
        self.id, self.unsure = None, False


class Ledger:
    def __init__(self, *nodes):
        self.nodes = nodes
        self.kills = dict.fromkeys(nodes, 0)
        self._restored = set()
        self._said = {pair: [] for pair in itertools.permutations(nodes, 2)}
        self._locks = {node: threading.RLock() for node in nodes}  # of author's posts and runs

    # Speaking

    def say(self, author, reader, count=1, size=0):
        """Posts count texts of at least size bytes; the answers are collected later."""
        for _ in range(count):
            with self._locks[author]:
                said = self._said[author, reader]
                text = f"{author.name} to {reader.name} {len(said) + 1}"
                text += "".join(f" {n}" for n in range(size // 2))[:max(0, size - len(text))]
                said.append(Said(text, author.post("send", to=reader.id, text=text)))

    @contextlib.contextmanager
    def talk(self, pairs, pause_s, size=0):
        """Meanwhile, every pause_s each author says something to each of its readers."""
        ended, failed = threading.Event(), []

        def speak(author, readers):
            try:
                while not ended.wait(pause_s):
                    for reader in readers:
                        self.say(author, reader, size=size)
            except Exception as error:  # told below, where somebody hears it
                failed.append(error)

        threads = [threading.Thread(target=speak, args=(author, [r for a, r in pairs
                                                                 if a is author]), daemon=True)
                   for author in {author for author, _ in pairs}]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            for thread in threads:
                thread.join()
        if failed:
            raise failed[0]

    def pairs(self):
        return list(self._said)

    # Dying and coming back

    def kill(self, node):
        """SIGKILL. Whoever wants to speak for node waits until start()."""
        self._locks[node].acquire()
        node.kill9()
        self._collect(node)
        self.kills[node] += 1
        for said in self._by(node):
            said.unsure = said.id is None

    def start(self, node):
        node.start()
        self._locks[node].release()

    def restored(self, node):
        """node's store is now an older one: it cannot know what it showed since."""
        self._restored.add(node)

    # Questions

    def shown(self, reader, author):
        """The author's messages in the order shown, over all runs of the reader."""
        return [e for run in reader.runs for e in list(run)
                if e["event"] == "message" and e["from"] == author.id]

    def count(self):
        return sum(map(len, self._said.values()))

    def latencies(self, author, reader, since_s=0):
        """Seconds from saying to showing, of the texts said since that were shown, in order."""
        self._collect(author)
        arrived = {e["id"]: e["arrived_s"] for e in reversed(self.shown(reader, author))}
        return [arrived[said.id] - said.at_s for said in list(self._said[author, reader])
                if said.id in arrived and said.at_s >= since_s]

    def _by(self, author):
        return [said for (who, _), all_ in self._said.items() if who is author
                for said in list(all_)]

    def _collect(self, author):
        """Takes over the answers that have come; how many are still out."""
        with self._locks[author]:
            return self._collect_locked(author)

    def _collect_locked(self, author):
        out = 0
        for said in self._by(author):
            if said.id is None and not said.unsure:
                answer = author.answered(said.ref)
                if answer is None:
                    out += 1
                    continue
                assert answer["event"] == "accepted", f"{author.name}: {said.text}: {answer}"
                said.id = answer["id"]
        return out

    # The end

    def settle_answers(self, author, timeout=PATIENCE_S):
        wait_until(lambda: self._collect(author) == 0, timeout, f"answers to {author.name}")

    def settle(self, timeout):
        """Waits until all that was accepted has arrived and is known to have; seconds taken."""
        start = time.monotonic()

        def left():
            return max(0, start + timeout - time.monotonic())
        for node in self.nodes:
            self.settle_answers(node, left())
        for author, reader in self._said:
            wait_until(lambda: not self._missing(author, reader), left(),
                       f"everything {author.name} said is shown at {reader.name}")
        for author in self.nodes:
            wait_until(lambda: author.do("status")["queued"] == 0, left(),
                       f"{author.name} knows that it was delivered")
            if not self.kills[author]:  # an event may be lost with the process that tells it
                wait_until(lambda: self._ids_by(author) <= delivered(author), left(),
                           f"{author.name} told that it was delivered")
        return time.monotonic() - start

    def _ids_by(self, author):
        return {said.id for said in self._by(author) if said.id}

    def _missing(self, author, reader):
        said = self._said[author, reader]
        if not said:
            return set()
        return ({one.id for one in said if one.id}
                - {e["id"] for e in self.shown(reader, author)})

    def check(self):
        for author, reader in self._said:
            self._check_shown(author, reader)
        for one, other in itertools.combinations(self.nodes, 2):
            if self._said[one, other] or self._said[other, one]:
                self._check_histories(one, other)
        for node in self.nodes:
            self._check_told_once(node)

    def _check_shown(self, author, reader):
        way = f"{author.name} to {reader.name}"
        got = [(e["id"], e["text"]) for e in self.shown(reader, author)]
        again = len(got) - len(set(got))
        if reader not in self._restored:
            allowed = self.kills[reader] * SHOWN_AGAIN_PER_KILL
            assert again <= allowed, f"{way}: {again} shown again"
        got = list(dict.fromkeys(got))
        by_text = {said.text: said for said in self._said[author, reader]}
        for id_, text in got:
            assert text in by_text, f"{way}: never said: {text[:100]!r}"
            said = by_text[text]
            said.id = said.id or id_  # unsure, and now known
            assert said.id == id_, f"{way}: {text[:100]!r} was accepted under another id"
        wanted = [(said.id, said.text) for said in self._said[author, reader] if said.id]
        assert got == wanted, f"{way}: {difference(got, wanted)}"

    def _check_histories(self, one, other):
        left, right = ([(m["id"], m["from"], m["text"]) for m in history(*pair)]
                       for pair in ((one, other), (other, one)))
        between = f"{one.name} and {other.name}"
        for author, reader in ((one, other), (other, one)):
            wanted = [(said.id, said.text) for said in self._said[author, reader] if said.id]
            for told, where in ((left, one), (right, other)):
                got = [(id_, text) for id_, from_, text in told if from_ == author.id]
                assert got == wanted, (f"{where.name}'s history of what {author.name} said: "
                                       f"{difference(got, wanted)}")
            unbacked = delivered(author, reader) - {id_ for id_, _ in wanted}
            assert not unbacked, f"delivered, but not in {reader.name}'s history: {unbacked}"
        assert left == right, f"the histories of {between}: {difference(left, right)}"

    def _check_told_once(self, node):
        for run in node.runs:
            told = [(e["event"], e["id"], e["peer"]) for e in run
                    if e["event"] in ("sent", "delivered")]
            twice = len(told) - len(set(told))
            assert not twice, f"{node.name}: {twice} times sent or delivered was told again"


def delivered(node, peer=None):
    return {e["id"] for run in node.runs for e in list(run) if e["event"] == "delivered"
            and (peer is None or e["peer"] == peer.id)}


def check_store(node):
    """A node that has ended starts once more and finds nothing wrong with its store."""
    node.start()
    told = [e for e in node.find("warning") if e["code"] != "discovery_lost"]
    assert not told, f"{node.name}: {told}"
    assert node.do("status")["store"]["writable"], f"{node.name}: not writable"
    node.stop()


def difference(got, wanted):
    """One line: how many, and where they part."""
    for index, (left, right) in enumerate(itertools.zip_longest(got, wanted)):
        if left != right:
            return (f"{len(got)} against {len(wanted)}; at {index}: {str(left)[:160]} against "
                    f"{str(right)[:160]}")
    return "none"


def warnings(node, code):
    """The warnings of that code, over all runs."""
    return [e for run in node.runs for e in list(run)
            if e["event"] == "warning" and e["code"] == code]


def figures(seconds):
    """median, 95th of a hundred and largest, for people."""
    ordered = sorted(seconds)
    if not ordered:
        return "none"
    return (f"median {1000 * ordered[len(ordered) // 2]:.0f} ms, 95 % under "
            f"{1000 * ordered[len(ordered) * 95 // 100]:.0f} ms, "
            f"largest {1000 * ordered[-1]:.0f} ms ({len(ordered)})")
