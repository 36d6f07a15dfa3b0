#!/usr/bin/python3
"""A group on a network that falls in two, with an admin on each side. Both decide, and both
sides live by it; when they meet there is one roster, and who lost says again what still makes
sense. Then the one who made the group is gone for good, and the others go on."""

import lab
from groups import SPREAD_S, Group, check_calm, check_shown_once, meet
from lan import Lan, wait_until
from node import Node, history

NAMES = ("Ada", "Bea", "Cleo", "Dora", "Edith", "Fay", "Gwen", "Hedy")


def part(lan, left, right):
    for one in left:
        for other in right:
            lan.block(one.host, other.host)


def join(lan, left, right):
    for one in left:
        for other in right:
            lan.unblock(one.host, other.host)


def all_say(group, nodes, what):
    """Each says something, and on this side everybody hears it; the ids."""
    said = {node: group.say(node, f"{what}, {node.name}") for node in nodes}
    for node in nodes:
        group.shown([other for other in nodes if other is not node], [said[node]])
    return list(said.values())


def decide_apart(group, left, right):
    """Ada on the left, Bea on the right, at the same moment; what was said on either side."""
    ada, bea, hedy = left[0], right[0], right[-1]
    dora = left[2]
    decisions = [(ada, "group.rename", {"name": "harbour"}),
                 (bea, "group.rename", {"name": "boathouse"}),
                 (ada, "group.promote", {"member": left[1].id}),
                 (bea, "group.remove", {"member": dora.id}),
                 (bea, "group.add", {"member": hedy.id})]
    refs = [(node, node.post(do, group=group.id, **fields)) for node, do, fields in decisions]
    for node, ref in refs:
        node.answer(ref)
    here, there = group.agree(left), group.agree(right)
    assert here["name"] == "harbour" and there["name"] == "boathouse", (here, there)
    assert (here["epoch"], there["epoch"]) == (4, 5), (here["epoch"], there["epoch"])
    assert group.members(ada) == {node.id for node in left + right[:-1]}
    assert group.members(bea) == {node.id for node in [ada, left[1], left[3]] + right}
    return all_say(group, left, "on the left"), all_say(group, right, "on the right")


def check_met(group, left, right, said):
    """Ada is the more senior: her decisions stand. Bea says again that Dora goes and Hedy comes,
    but not what the group is called: that has been decided."""
    ada, cleo, dora, gwen = left
    bea, hedy = right[0], right[-1]
    present = [ada, cleo, gwen] + right
    group.is_at(present, lambda told: told and dora.id not in {m["id"] for m in told["members"]},
                "Dora is removed again")
    met = group.agree(present)
    assert met["name"] == "harbour", met
    assert group.members(ada) == {node.id for node in present}
    assert group.admins(ada) == {ada.id, bea.id, cleo.id}
    dora.wait("left", SPREAD_S)
    for node in right[:-1]:
        told = [e for e in node.find("group") if e["change"] and e["change"]["do"] == "overturn"]
        assert told, f"{node.name} is told that Bea's decisions were overturned"
    for node in left:
        assert not [e for e in node.find("group") if e["change"]["do"] == "overturn"], node.name
    on_the_left, on_the_right = said
    for node in [ada, cleo, gwen]:
        node.shown(on_the_right, SPREAD_S)
    for node in right[:-1]:
        node.shown(on_the_left, SPREAD_S)
    told = group.same_history([node for node in present if node is not hedy])
    check_part_of(told, hedy, group, on_the_right, on_the_left)
    check_part_of(told, dora, group, on_the_left, on_the_right)
    return present


def check_part_of(told, node, group, has, has_not):
    """The same lines in the same order, but for some of them."""
    ids = [m["id"] for m in history(node, group)]
    assert ids == [line[0] for line in told if line[0] in set(ids)], node.name
    assert set(has) <= set(ids), f"{node.name} lacks something"
    assert not set(has_not) & set(ids), f"{node.name} reads what is not for them"


def go_on_without(group, creator, admin, others, returns):
    """The creator's machine is lost. Another admin decides; what waits for them, waits no more
    when they are removed."""
    creator.kill9()
    present = [admin] + others
    id_ = group.say(admin, "where is Ada?")
    group.shown(others, [id_])
    wanted = {node.id: "delivered" for node in others} | {creator.id: "queued"}
    wait_until(lambda: group.states(admin, id_) == wanted, SPREAD_S, "queued for who is gone")
    admin.do("group.promote", group=group.id, member=others[1].id)
    admin.do("group.add", group=group.id, member=returns.id)
    admin.do("group.remove", group=group.id, member=creator.id)
    present.append(returns)
    group.is_at(present, lambda told: told and {m["id"] for m in told["members"]} ==
                {node.id for node in present}, "Ada is out, Dora is in")
    all_say(group, present, "without her")
    group.delivered(admin, [node for node in others], id_)
    group.agree(present)
    return present


def test():
    with Lan(len(NAMES), avahi={0, 1}) as lan:
        nodes = ada, bea, cleo, dora, edith, fay, gwen, hedy = [
            Node(host, name) for host, name in zip(lan.hosts, NAMES)]
        meet(nodes)
        group = Group(ada, "quay", nodes[1:7])
        ada.do("group.promote", group=group.id, member=bea.id)
        group.agree(nodes[:7])
        all_say(group, nodes[:7], "together")
        left, right = [ada, cleo, dora, gwen], [bea, edith, fay, hedy]
        lab.say("apart: two admins decide")
        part(lan, left, right)
        said = decide_apart(group, left, right)
        lab.say("together again")
        join(lan, left, right)
        present = check_met(group, left, right, said)
        all_say(group, present, "one group")
        lab.say("without the one who made it")
        present = go_on_without(group, ada, bea, [cleo, edith, fay, gwen, hedy], dora)
        lab.say("and without the next")
        bea.stop()
        edith.do("group.rename", group=group.id, name="pier")
        present.remove(bea)
        assert group.agree(present)["name"] == "pier"
        all_say(group, present, "the rest")
        bea.start()
        group.agree(present + [bea])
        group.same_history([bea, cleo, edith, fay, gwen])
        check_shown_once(nodes)
        check_calm(nodes)
        for node in nodes[1:]:
            node.stop()


lab.run_test(test)
