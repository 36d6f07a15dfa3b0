"""stage.py - two honest nodes, a group of theirs, and people who do what no honest node does.

What is tried is a row: a title, what the documents say becomes of it, and who tries it in which
group. After each the node lives, nothing false was shown, the rosters are what they were, what
the documents say has happened, and honest words still arrive.

    sends("a name of 65 bytes", MALFORMED, lambda s: s.veras.try_(RENAME, name(b"x" * 65)), VERA)

    @row("an operation on an unknown parent", PASSED_OVER, VERA)
    def _(s, session): ...

    lab.run_test(run_rows)        # LANTHORN_ROW=words runs only those with these words
"""

import os
import time

import lab
from groups import SPREAD_S, Group, check_shown_once, meet
from hostile import (CREATE, HAVE, OPERATION, ZEROS, Ears, Person, Session, Voice,
                     create_body, have, number, operation, operation_hash, persons_of, roster,
                     want)
from lan import Lan, wait_until
from ledger import check_store, difference
from node import Node, history

END_S = 5  # an ended session is seen to be

# What is told all the time. Bea hears ours only through Ada, and so, at times, of a gap first.
USUAL = {"Ada": ("message", "peer", "sent", "delivered"),
         "Bea": ("message", "peer", "sent", "delivered", "gap", "gap_filled")}

# Who tries it, and in which group: `quay` is Ada's, `veras` is hers.
MALLORY = ("mallory", "quay")  # a member
REX = ("rex", "quay")          # was one
XENIA = ("xenia", "quay")      # was even an admin
NINA = ("nina", "quay")        # joined late, with history none
OLGA = ("olga", "quay")        # never was in it
VERA = ("vera", "veras")       # its only admin


class Then:
    """What becomes of it. ends: the session does, with that cause; counts: how much more status
    tells as dropped, free: of what any number; tells: events that must come at Ada's; may:
    others that may come; changes: rosters do."""

    def __init__(self, ends=None, tells=(), may=(), changes=False, free=(), **counts):
        self.ends, self.counts, self.changes, self.free = ends, counts, changes, free
        self.tells, self.may = set(tells), set(may) | set(tells)


MALFORMED, FORGED = Then(ends="malformed"), Then(ends="forged")
PASSED_OVER = Then()
NOT_VALID = Then(not_in_the_roster=1)  # held against the roster
NOT_THEIRS = Then(not_the_author=1)    # or none of their conversations
NOT_SHOWN = Then(does_not_open=1)      # kept, for it is part of its feed
DECIDED = Then(tells=["group"], changes=True)

_rows = []


def row(title, then, who=MALLORY):
    """The function below it, called with the stage and the session, is that row."""
    def keep(attack):
        _rows.append((title, then, who, attack))
        return attack
    return keep


def sends(title, then, messages, who=MALLORY):
    """A row that sends what messages(stage) gives: one message, or a list of them."""
    def attack(stage, session):
        made = messages(stage)
        session.send(*(made if isinstance(made, list) else [made]))
    row(title, then, who)(attack)


def pieces(bytes_, size):
    return [bytes_[at:at + size] for at in range(0, len(bytes_), size)]


class Actor(Person):
    """One of ours. There is a session with Ada whenever one is asked for."""

    def __init__(self, name, ada):
        super().__init__(name)
        self.ada, self.session, self.voice, self.head, self.ears = ada, None, None, None, None

    def live(self):
        if self.session is None or self.session.ended:
            self.session = Session(self, self.ada.host.ipv4)
        return self.session

    def say(self, group, head, text):
        """Something honest, in the feed of this process."""
        voice = self.voice = self.voice or Voice(self, group, self.incarnation)
        messages = [] if self.head == head else voice.opened(head)
        self.head = head
        self.live().send(*messages, *voice.said(text))

    def learn(self, group, text):
        """Asks for all there is of the group, until that text can be read; what has come."""
        session = self.live()
        self.ears = self.ears or Ears(group)
        session.send(roster(group, flags=1))
        session.wait(OPERATION)
        wait_until(lambda: text in self._ask(session), SPREAD_S, f"{self.name} reads: {text}")
        return self.ears

    def _ask(self, session):
        """What no head covers yet is not handed on, so that one may have to ask again."""
        mark, group = session.mark(), self.ears.group
        session.send(have(group, flags=3))
        account = session.wait(HAVE, mark, group)
        feeds = [(item[:32], number(item[32:40]), self.ears.feed(group + item[:40]).count())
                 for item in pieces(account[33:], 56) if item[:32] != self.raw_id]
        session.send(want(group, *feeds))
        time.sleep(0.05)
        session.ping()
        return self.ears.hear(session).texts()


class Made(Group):
    """A group that one of ours makes, with Ada and Bea in it."""

    def __init__(self, creator, name, nodes, persons):
        made = operation(creator, ZEROS, ZEROS, CREATE,
                         create_body(name, creator.person(), persons))
        self.creator, self.raw, self.head = creator, operation_hash(made), operation_hash(made)
        self.id, self.create = self.raw.hex(), made
        creator.live().send((OPERATION, made))
        self.is_at(nodes, lambda told: told is not None, "it was made")

    def try_(self, kind, body, author=None, parent=None, **how):
        """An operation on the head that is not to become it."""
        return OPERATION, operation(author or self.creator, self.raw, parent or self.head, kind,
                                    body, **how)

    def decide(self, kind, body, **how):
        """One that is."""
        made = self.try_(kind, body, **how)
        self.head = operation_hash(made[1])
        return made


class Stage:
    def __init__(self, lan):
        lan.attend()
        self.nodes = self.ada, self.bea = [Node(host, name)
                                           for host, name in zip(lan.hosts, ("Ada", "Bea"))]
        meet(self.nodes)
        self.honest = set()  # texts that may be shown
        self.apart = set()   # of them, those that not both are told
        for name in ("mallory", "rex", "xenia", "nina", "olga", "vera"):
            actor = Actor(name.title(), self.ada)
            setattr(self, name, actor)
            actor.live()
            self.ada.wait("peer", id=actor.id, online=True)
        self.names = {node.id: node.name for node in self.nodes} | {
            actor.id: actor.name for actor in vars(self).values() if isinstance(actor, Actor)}
        self._make_quay()
        create = self.known.operations[self.quay.raw]
        self.persons = persons_of(create)
        self.veras = Made(self.vera, b"veras", self.nodes,
                          [self.persons["Ada"], self.persons["Bea"]])
        self._settle()
        self.marks = {node: node.mark() for node in self.nodes}

    def _make_quay(self):
        """Ada's group. Rex, and Xenia who was an admin, are removed; Nina joins after that."""
        ada, bea = self.nodes
        quay = self.quay = Group(ada, "quay", (bea, self.mallory, self.rex, self.xenia), (bea,))
        quay.raw = bytes.fromhex(quay.id)
        ada.do("group.promote", group=quay.id, member=self.xenia.id)
        self.say(ada, "before anybody went")
        quay.head = quay.raw
        for actor in (self.rex, self.mallory, self.xenia):
            actor.say(quay.raw, quay.raw, self.may_say(f"I am {actor.name}"))
            self.is_shown(f"I am {actor.name}", self.nodes)
        self.once_head = self.head(self.rex.learn(quay.raw, "before anybody went"))
        ada.do("group.remove", group=quay.id, member=self.rex.id)
        ada.do("group.remove", group=quay.id, member=self.xenia.id)
        self.say(ada, "behind their backs")
        ada.do("group.add", group=quay.id, member=self.nina.id)
        self.say(ada, "welcome, Nina")
        self.say(bea, "welcome from me")
        self.known = self.mallory.learn(quay.raw, "welcome from me")
        self.nina.learn(quay.raw, "welcome from me")
        quay.head = self.head(self.known)

    @staticmethod
    def head(ears):
        """Of what has come, the operation that none names as its parent; there is one."""
        parents = {made[32:64] for made in ears.operations.values()}
        return next(hash_ for hash_ in ears.operations if hash_ not in parents)

    # Honest words

    def may_say(self, text):
        self.honest.add(text)
        return text

    def say(self, author, text, group=None):
        (group or self.quay).say(author, self.may_say(text))
        self.is_shown(text, [node for node in self.nodes if node is not author])

    def is_shown(self, text, nodes=None):
        for node in nodes or [self.ada]:
            node.wait("message", SPREAD_S, text=text)

    def is_not_shown(self, text):
        assert text not in self.honest and not self.ada.find("message", text=text), text

    # Rows

    def run(self, title, then, who, attack):
        actor, group = (getattr(self, name) for name in who)
        session = actor.live()
        before = self._dropped(), self._faces()
        attack(self, session)
        if then.ends:
            wait_until(lambda: session.ended, END_S, "the session is ended")
        else:
            assert session.ping(), "the session lives"
        self.say(self.bea, f"Bea, after {title}", group)
        self.mallory.say(self.quay.raw, self.quay.head, self.may_say(f"Mallory, after {title}"))
        self.is_shown(f"Mallory, after {title}")
        for event in then.tells:
            self.ada.wait(event, SPREAD_S, self.marks[self.ada])
        self._check_dropped(then, before[0])
        if then.changes:
            self._settle()
        else:
            assert before[1] == self._faces(), f"changed: {before[1]} {self._faces()}"
        self._check_told(then)

    def _settle(self):
        """One roster, and both have been told so."""
        wait_until(lambda: len(set(map(str, self._faces()))) == 1, SPREAD_S, "one roster")
        for node, faces in zip(self.nodes, self._faces()):
            wait_until(lambda node=node, faces=faces: {face[0::2][:2] for face in faces} <=
                       {(e["group"]["id"], e["group"]["epoch"]) for e in node.find("group")},
                       SPREAD_S, f"{node.name} is told")

    def _dropped(self):
        return self.ada.do("status")["dropped"]

    def _faces(self):
        return [sorted((g["id"], g["name"], g["epoch"], g["history"],
                        [(m["id"], m["name"], m["admin"]) for m in g["members"]])
                       for g in node.do("groups")["groups"]) for node in self.nodes]

    def _check_dropped(self, then, before):
        grown = {cause: count - before.get(cause, 0) for cause, count in self._dropped().items()
                 if count != before.get(cause, 0) and cause not in then.free}
        if then.ends:
            grown.pop("not_in_the_roster", None)  # tells why it was malformed
        wanted = {then.ends: 1} if then.ends else then.counts
        assert grown == wanted, f"dropped: {grown}, not {wanted}"

    def _check_told(self, then):
        for node in self.nodes:
            for event in node.events[self.marks[node]:]:
                kind = event["event"]
                assert kind != "message" or event["text"] in self.honest, event
                assert event.get("ref") or kind in then.may or kind in USUAL[node.name], (
                    f"{node.name}, of {self.names.get(event.get('from'))}: {event}")
            self.marks[node] = node.mark()


    def _lines(self, node):
        """What was said in Ada's group, but what was said to each of them alone."""
        return [(m["id"], m["from"], m["text"]) for m in history(node, self.quay)
                if m["text"] not in self.apart]

    def check_kept(self):
        """Both start again from what all this has left on their disks: as they were, and of one
        mind about what was said, though Bea heard some of it through Ada only."""
        told = self._faces(), self._lines(self.ada)
        for node in self.nodes:
            node.stop()
            node.start()
        meet(self.nodes)
        assert told == (self._faces(), self._lines(self.ada)), "after a restart"
        wait_until(lambda: len(self._lines(self.bea)) >= len(told[1]), SPREAD_S, "Bea has it all")
        assert self._lines(self.bea) == told[1], difference(self._lines(self.bea), told[1])
        for node in self.nodes:
            node.stop()
            check_store(node)


def run_rows():
    words = os.environ.get("LANTHORN_ROW", "")
    with Lan(2) as lan:
        stage = Stage(lan)
        for title, then, who, attack in _rows:
            if words not in title:
                continue
            try:
                stage.run(title, then, who, attack)
            except BaseException:
                lab.say(f"FAILED: {who[0]}: {title}")
                raise
            lab.say(f"{who[0]}: {title}")
        check_shown_once(stage.nodes)
        stage.check_kept()
        lab.say(f"{len(_rows)} rows")
