#!/usr/bin/python3
"""A third machine on the network sees that two nodes are there and that they talk: no
name, no text, no id, neither in the adverts nor on the wire."""

import base64

import lab
from lan import Lan, wait_until
from node import Node

ADA, BEA = "Wilhelmina Augusta", "Übermüller-Öztürk"
TEXTS = ("the meeting is moved to the old boathouse", "bring the third notebook — 第三冊")


def browse(host):
    """What anybody may ask: the instances, resolved."""
    return host.run(["avahi-browse", "-rpt", "_lanthorn._tcp"]).stdout


def resolved(text):
    """Fields of avahi-browse's resolved lines: name, address, port, TXT … (its -p form)."""
    return [line.split(";") for line in text.splitlines() if line.startswith("=")]


def secrets(ada, bea):
    """What must not be seen: words, with some of their parts, and ids in both forms."""
    words = [ADA, BEA, "Wilhelmina", "Öztürk", *TEXTS, "boathouse", "第三冊"]
    needles = {word: word.encode() for word in words}
    for node in (ada, bea):
        needles[f"{node.name}'s id"] = node.id.encode()
        needles[f"{node.name}'s id prefix"] = node.id[:8].encode()
        needles[f"{node.name}'s id, raw"] = base64.b32decode(node.id.upper() + "====")
    return needles


def check_row(avahi):
    with Lan(3, avahi=avahi | {2}) as lan, lan.capture() as capture:
        spy = lan.hosts[2]
        ada, bea = Node(lan.hosts[0], ADA), Node(lan.hosts[1], BEA)
        ada.wait_peer(bea)
        bea.wait_peer(ada)
        wait_until(lambda: len({fields[3] for fields in resolved(browse(spy))}) == 2, 15,
                   "the third host sees two instances")
        seen = browse(spy)
        for speaker, listener, text in ((ada, bea, TEXTS[0]), (bea, ada, TEXTS[1])):
            id_ = speaker.send(listener.name, text)
            speaker.wait("delivered", id=id_)
        ada.stop()
        bea.stop()
    needles = secrets(ada, bea)
    check_adverts(seen, needles)
    check_wire(capture, resolved(seen), needles)


def check_adverts(seen, needles):
    for what, needle in needles.items():
        assert needle not in seen.encode(), f"the adverts tell {what}:\n{seen}"
    for fields in resolved(seen):
        assert fields[9] == '"v=1"', f"TXT tells more than the version: {fields[9]}"


def check_wire(capture, adverts, needles):
    assert capture.lost == 0, f"{capture.lost} frames were not seen"
    carried = capture.streams()
    assert sum(map(len, carried)) > 500, "the conversation was not captured"
    assert capture.where(adverts[0][3].encode()), "the search finds what is there"
    for what, needle in needles.items():
        assert not capture.where(needle), f"on the wire: {what}"
        assert not any(needle in stream for stream in carried), f"on the wire: {what}"
    lab.say(f"{len(capture.frames)} frames tell nothing")


def test():
    lab.say("with avahi-daemon")
    check_row({0, 1})
    lab.say("with Avahi inside the process")
    check_row(set())


lab.run_test(test, ("avahi-browse",))
