"""groups.py - a group of nodes, and what must be true of it at each of them.

    group = Group(ada, "rowers", (bea, cleo))   # when it returns, all three have it
    id_ = group.say(ada, "to the boats")
    group.shown((bea, cleo), [id_])
    group.agree((ada, bea, cleo))               # one roster
    group.same_history((ada, bea, cleo))        # one history

A Group stands for it where a node would stand: history(node, group) of node.py reads it.
"""

import time

from lan import wait_until
from ledger import difference
from node import history

SPREAD_S = 30  # a change, or what was said, has come to everybody


def meet(nodes):
    for node in nodes:
        for other in nodes:
            if other is not node:
                node.wait_peer(other)


class Group:
    def __init__(self, founder, name, others, nodes=None):
        """nodes: those of the others that are nodes, when not all are."""
        made = founder.do("group.create", name=name, members=[other.id for other in others])
        self.id = made["group"]["id"]
        self.is_at(others if nodes is None else nodes, lambda told: told is not None,
                   "it was made")

    # What a node says of it

    def at(self, node):
        """The group as node has it now; None when it is in none of this id."""
        found = [g for g in node.do("groups")["groups"] if g["id"] == self.id]
        return found[0] if found else None

    def members(self, node):
        return {member["id"] for member in self.at(node)["members"]}

    def admins(self, node):
        return {member["id"] for member in self.at(node)["members"] if member["admin"]}

    def is_at(self, nodes, true, what, timeout=SPREAD_S):
        """Waits until the group, as each of these nodes tells it, is so."""
        for node in nodes:
            wait_until(lambda node=node: true(self.at(node)), timeout, f"{node.name}: {what}")

    def agree(self, nodes, timeout=SPREAD_S):
        """Waits until the group is the same at all of them; that is returned."""
        first = nodes[0]
        for node in nodes[1:]:
            wait_until(lambda node=node: _face(self.at(node)) == _face(self.at(first)), timeout,
                       f"{node.name}'s group is as {first.name}'s")
        return self.at(first)

    # What is said in it

    def say(self, node, text):
        return node.send(self.id, text)

    def talk(self, nodes, count, what):
        """Each says so many lines, all at once; the ids, by who said them."""
        refs = {node: [node.post("send", to=self.id, text=f"{what} {node.name} {n + 1}")
                       for n in range(count)] for node in nodes}
        return {node: [node.answer(ref)["id"] for ref in refs[node]] for node in nodes}

    def shown(self, nodes, ids, timeout=SPREAD_S):
        for node in nodes:
            node.shown(ids, timeout)

    def texts(self, node):
        return [message["text"] for message in history(node, self)]

    def states(self, node, id_):
        """queued, sent or delivered, by who is to read it."""
        return {to["peer"]: to["state"] for to in node.do("message", id=id_)["recipients"]}

    def delivered(self, author, readers, id_, timeout=SPREAD_S):
        """Waits until the author says so of each of them, and that there is nobody else."""
        wanted = {reader.id: "delivered" for reader in readers}
        wait_until(lambda: self.states(author, id_) == wanted, timeout,
                   f"{author.name}: delivered to {', '.join(node.name for node in readers)}")

    def same_history(self, nodes, timeout=SPREAD_S):
        """Waits until all of them tell the same, in the same order; that is returned."""
        end = time.monotonic() + timeout
        while True:
            wanted, *others = [self._history(node) for node in nodes]
            parts = [(node.name, difference(got, wanted)) for node, got in zip(nodes[1:], others)
                     if got != wanted]
            if not parts:
                return wanted
            assert time.monotonic() < end, f"not the history of {nodes[0].name}: {parts}"
            time.sleep(0.1)

    def _history(self, node):
        return [(m["id"], m["from"], m["text"]) for m in history(node, self)]


def _face(group):
    """What must be equal at all: not who is online, nor how one came to know somebody."""
    return group and (group["id"], group["name"], group["epoch"], group["history"],
                      [(member["id"], member["admin"]) for member in group["members"]])


def check_shown_once(nodes):
    """Nothing was shown twice by one process."""
    for node in nodes:
        for run in node.runs:
            ids = [event["id"] for event in run if event["event"] == "message"]
            assert len(ids) == len(set(ids)), f"{node.name}: shown twice"


def check_calm(nodes, but=()):
    """Nobody was told of anything that does not happen among honest nodes."""
    for node in nodes:
        told = [e for run in node.runs for e in run
                if e["event"] in ("fork", "key_change") or
                (e["event"] == "error" and not e["ref"]) or
                (e["event"] == "warning"
                 and e["code"] not in ("discovery", "discovery_lost", *but))]
        assert not told, f"{node.name}: {told}"
