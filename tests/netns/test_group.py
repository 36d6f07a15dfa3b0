#!/usr/bin/python3
"""Eight nodes and a group: it is made, all talk to all, people are away and come back, are
removed and added. Who is not in it reads nothing of it; all who are have one roster and one
history."""

import time

import lab
from groups import SPREAD_S, Group, check_calm, check_shown_once, meet
from lan import Lan, wait_until
from node import Node, history

NAMES = ("Ada", "Bea", "Cleo", "Dora", "Edith", "Fay", "Gwen", "Hedy")
QUIET_S = 2  # a second after a change, nodes tell each other what they know of the roster


def away(*nodes):
    for node in nodes:
        node.stop()


def check_talk(group, nodes):
    """All to all, at the same time: each is shown once, and delivered to each of the others."""
    said = group.talk(nodes, 3, "at once")
    for node in nodes:
        others = [other for other in nodes if other is not node]
        group.shown(others, said[node])
        for id_ in said[node]:
            group.delivered(node, others, id_)
            assert {e["peer"] for e in node.find("delivered", id=id_)} == {o.id for o in others}
    shown = nodes[1].find("message", id=said[nodes[0]][0])[0]
    assert (shown["kind"], shown["group"], shown["from"], shown["name"]) == (
        "group", group.id, nodes[0].id, nodes[0].name), shown
    group.same_history(nodes)


def check_history_from_a_third(group, author, reader, others):
    """The author is gone when the reader comes back; the others have it, and hand it on."""
    away(reader)
    ids = [group.say(author, f"{reader.name} is not here {n}") for n in range(3)]
    group.shown(others, ids)
    wanted = {other.id: "delivered" for other in others} | {reader.id: "queued"}
    wait_until(lambda: group.states(author, ids[-1]) == wanted, SPREAD_S,
               f"delivered to all but {reader.name}")
    away(author)
    reader.start()
    group.shown([reader], ids)
    assert not reader.find("peer", id=author.id, online=True), f"{author.name} is away"
    author.start()
    group.delivered(author, others + [reader], ids[-1])
    group.same_history([author, reader] + others)


def check_removal(group, admin, removed, offline, others):
    """Two are away when somebody is removed. They hear of it, and nobody says another word to
    the one who went."""
    away(*offline)
    admin.do("group.remove", group=group.id, member=removed.id)
    left = removed.wait("left")
    assert left["group"]["id"] == group.id and left["change"]["by"] == admin.id, left
    group.is_at(others, lambda told: removed.id not in {m["id"] for m in told["members"]},
                f"{removed.name} is not in it")
    said = [group.say(node, f"without {removed.name}, {node.name}") for node in [admin] + others]
    for node in offline:
        node.start()
    group.agree([admin] + others + offline)
    said += [group.say(node, f"back, without {removed.name}, {node.name}") for node in offline]
    present = [admin] + others + offline
    for node, id_ in zip(present, said):
        group.shown([other for other in present if other is not node], [id_])
        group.delivered(node, [other for other in present if other is not node], id_)
    assert removed.refused("send", to=group.id, text="may I?") == "not_a_member"
    return said


def check_reads_none(group, removed, others, ids):
    """Neither shown, nor in the history, nor known of and waited for; not after a restart
    either."""
    for _ in range(2):
        for other in others:  # behind it, all that was under way in their session is here
            removed.wait("message", id=other.send(removed.id, "we miss you"))
        time.sleep(QUIET_S)
        assert not [e for e in removed.find("message") if e["id"] in ids]
        assert not removed.find("waiting_for_key") and not removed.find("gap")
        told = history(removed, group)
        assert told and not [m for m in told if m["id"] in ids], told
        assert group.at(removed) is None, f"{removed.name} is in it"
        removed.stop()
        removed.start()


def check_joiners(group, admin, members, newcomer, reader_of_all):
    """history is `none` for one who joins, then `all` for another."""
    admin.do("group.add", group=group.id, member=newcomer.id)
    group.agree([admin, newcomer])
    first = group.say(admin, f"welcome {newcomer.name}")
    group.shown([newcomer], [first])
    second = group.say(newcomer, "thank you")
    group.shown([admin] + members, [second])
    admin.do("group.history", group=group.id, history="all")
    admin.do("group.add", group=group.id, member=reader_of_all.id)
    all_of_it = group.agree([admin, reader_of_all] + members + [newcomer])
    assert all_of_it["history"] == "all"
    told = group.same_history([admin, reader_of_all] + members)
    assert reader_of_all.find("message"), "what was said before is shown"
    ids = [line[0] for line in told]
    hers = [m["id"] for m in history(newcomer, group)]
    assert hers == ids[ids.index(first):], hers
    assert not newcomer.find("waiting_for_key"), "it is not hers to wait for"


def test():
    with Lan(len(NAMES), avahi={0, 1}) as lan:
        nodes = [Node(host, name) for host, name in zip(lan.hosts, NAMES)]
        ada, bea, cleo, dora, edith, fay, gwen, hedy = nodes
        meet(nodes)
        lab.say("a group of six")
        group = Group(ada, "rowers", nodes[1:6])
        six = group.agree(nodes[:6])
        assert (six["name"], six["epoch"], six["history"]) == ("rowers", 1, "none"), six
        assert group.members(ada) == {node.id for node in nodes[:6]}
        assert group.admins(bea) == {ada.id}
        check_talk(group, nodes[:6])
        lab.say("what somebody said who is away")
        check_history_from_a_third(group, cleo, dora, [ada, bea, edith, fay])
        lab.say("a removal, while two are away")
        ids = check_removal(group, ada, bea, [edith, fay], [cleo, dora])
        check_reads_none(group, bea, [ada, cleo, dora, edith, fay], ids)
        lab.say("two join")
        check_joiners(group, ada, [cleo, dora, edith, fay], gwen, hedy)
        check_reads_none(group, bea, nodes[2:], ids)
        lab.say("all talk again")
        present = [ada, cleo, dora, edith, fay, gwen, hedy]
        check_end(group, present, gwen)
        check_shown_once(nodes)
        check_calm(nodes)
        for node in nodes:
            node.stop()


def check_end(group, present, short):
    """One roster, and one history but for who joined under `none`: hers is the end of it."""
    said = group.talk(present, 2, "in the end")
    for node in present:
        group.shown([other for other in present if other is not node], said[node])
    group.agree(present)
    told = group.same_history([node for node in present if node is not short])
    theirs = [line[0] for line in told]
    hers = [m["id"] for m in history(short, group)]
    assert hers == theirs[len(theirs) - len(hers):], "the end of it"


lab.run_test(test)
