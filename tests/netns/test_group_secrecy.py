#!/usr/bin/python3
"""What an ex-member, and who joins late, can make of ciphertexts that are not for them, with all
that they ever got: nothing.

Rex speaks the protocol (hostile.py) and keeps every key. Mallory, who stays in the group, hands
him every sealed entry that is said after his removal, 1 000 of them, but no key. He tries every
key that he has, with every index, on each of them. Nina joins then, under history none, and
tries hers on all that was said before. That both open what was for them shows that the trying
is done right."""

import json
import os
import subprocess
import sys

import lab
from groups import SPREAD_S, Group, meet
from hostile import KEY, Session, have, key_wanted, roster, sealed_parts, want
from lan import Lan, wait_until
from node import Node
from stage import Actor

BEFORE, AFTER, LATER = 60, 500, 20  # said by each of the two
TRIES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "try_keys.py")


class Seals:
    """The sealed entries that somebody holds; no key is with them."""

    def __init__(self, ears, authors):
        self.parts = {}
        for author in authors:
            feed = ears.newest_of(author)
            for at in range(1, feed.count() + 1):
                if not feed.is_chain(at):
                    self.parts[feed.hashes[at]] = sealed_parts(feed, at)

    def without(self, others):
        rest = Seals.__new__(Seals)
        rest.parts = {hash_: parts for hash_, parts in self.parts.items()
                      if hash_ not in others.parts}
        return rest


def opened(seals, keys):
    """Tries all keys on all of them; how many open, each counted once."""
    parts, helpers = list(seals.parts.values()), []
    for share in range(os.cpu_count() or 1):
        work = {"chains": [key.hex() for key in keys],
                "seals": [[part.hex() for part in seal]
                          for seal in parts[share::os.cpu_count() or 1]]}
        helper = subprocess.Popen([sys.executable, "-B", TRIES], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        helper.stdin.write(json.dumps(work))
        helper.stdin.close()
        helpers.append(helper)
    found = [json.loads(helper.stdout.read()) for helper in helpers]
    assert all(helper.wait() == 0 for helper in helpers), "the tries were not finished"
    return sum(len({seal for seal, _, _ in share}) for share in found)


def say(group, authors, count, what):
    """All at once; the texts."""
    refs = [(author, author.post("send", to=group.id, text=f"{what} {author.name} {n}"))
            for n in range(count) for author in authors]
    for author, ref in refs:
        author.answer(ref)
    return [f"{what} {author.name} {n}" for author in authors for n in range(count)]


def learn(actor, group, texts):
    """Until all of them can be read."""
    actor.learn(group.raw, texts[-1])
    wait_until(lambda: set(texts) <= set(actor.learn(group.raw, texts[-1]).texts()), SPREAD_S,
               f"{actor.name} reads all of it")
    return actor.ears


def beg(rex, node, group, ears):
    """He asks for everything, by name: every new chain, every feed."""
    session = Session(rex, node.host.ipv4)
    chains = [feed.hashes[at] for feed in ears.feeds.values()
              for at in range(1, feed.count() + 1) if feed.is_chain(at)]
    session.send(roster(group.raw), have(group.raw, flags=3), key_wanted(group.raw, *chains),
                 want(group.raw, *[(feed.id[32:64], feed.incarnation, 0)
                                   for feed in ears.feeds.values()]))
    assert session.ping() and not session.find(KEY), f"{node.name} gives him a key"
    rex.ears.hear(session)


def check_wire(capture, texts, keys):
    """The whole wire, recorded: neither a word nor a key of the group is to be read there."""
    assert capture.lost == 0, f"{capture.lost} frames were not seen"
    carried = capture.streams()
    assert sum(map(len, carried)) > 100 * len(texts), "the conversation was not recorded"
    needles = [text.encode() for text in texts[::97]] + list(keys)
    assert not [n for n in needles if any(n in stream for stream in carried)], "in the clear"


def scene(lan):
    lan.attend()
    nodes = ada, bea = [Node(host, name) for host, name in zip(lan.hosts, ("Ada", "Bea"))]
    meet(nodes)
    rex, mallory, nina = (Actor(name, ada) for name in ("Rex", "Mallory", "Nina"))
    for actor in (rex, mallory, nina):
        actor.live()
        ada.wait("peer", id=actor.id, online=True)
    group = Group(ada, "lamp room", (bea, rex, mallory), (bea,))
    group.raw = bytes.fromhex(group.id)

    before = say(group, nodes, BEFORE, "before")
    his = Seals(learn(rex, group, before), nodes)
    lab.say(f"Rex holds {len(rex.ears.keys)} chain keys")
    assert len(his.parts) == 2 * BEFORE and len(rex.ears.keys) == 2
    assert opened(his, rex.ears.keys.values()) == 2 * BEFORE, "he can read what was for him"

    ada.do("group.remove", group=group.id, member=rex.id)
    group.is_at(nodes, lambda told: rex.id not in {m["id"] for m in told["members"]}, "Rex is out")
    after = say(group, nodes, AFTER, "after")
    new = Seals(learn(mallory, group, after), nodes).without(his)
    assert len(new.parts) == 2 * AFTER, len(new.parts)
    for node in nodes:
        beg(rex, node, group, mallory.ears)
    lab.say(f"{len(new.parts)} entries against {len(rex.ears.keys)} chains of 4 096 keys")
    assert opened(new, rex.ears.keys.values()) == 0, "he reads what was said after his removal"

    ada.do("group.add", group=group.id, member=nina.id)
    group.agree(nodes)
    later = say(group, nodes, LATER, "later")
    hers = Seals(learn(nina, group, later), nodes)
    old = Seals(mallory.ears, nodes)
    assert len(nina.ears.keys) == 2, "one of each author"
    assert opened(hers.without(old), nina.ears.keys.values()) == 2 * LATER, "what is for her"
    lab.say(f"{len(old.parts)} entries against Nina's {len(nina.ears.keys)} chains")
    assert opened(old, nina.ears.keys.values()) == 0, "she reads what was said before she came"
    for node in nodes:
        node.stop()
    return before + after + later, mallory.ears.keys.values()


def test():
    with Lan(2) as lan:
        with lan.capture() as capture:
            texts, keys = scene(lan)
        check_wire(capture, texts, keys)
    lab.say(f"{len(capture.frames)} recorded frames tell nothing")


lab.run_test(test)
