"""row_members.py - what a message to a group costs its author's processor, as members grow.

The author has sessions with 127 nodes from the beginning; the groups differ in how many of them are
members. Counted are all threads of the author's process, from "send" until every receipt is
verified and stored: with one message under way at a time, and with many. The floor is what a
process spends that sends the message's frame over TCP to as many, and reads an answer from each.
"""

import contextlib
import json

import crowd
import usage
from lan import Lan
from node import Node
from rig import Result, figures

MEMBERS = (2, 8, 32, 128)
TEXT = "x" * 100
FRAME_LEN = 274  # a short frame is padded to that
ALONE, MANY = 100, 1000
FLOOR_COUNT = 1000
FIRST_PORT = 9000
PATIENCE_S = 120


def run(rig):
    floor, alone, many = ({count: [] for count in MEMBERS} for _ in range(3))
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(rig.scratch())
        lan = stack.enter_context(Lan(2, ipv6=False))
        ada = Node(lan.hosts[0], "Ada", data=f"{directory}/ada", options=["--discovery", "off"])
        crowd.add(ada, lan.hosts[1], directory, 0, max(MEMBERS) - 1)
        groups = {count: _group(ada, count) for count in MEMBERS}
        for _ in range(rig.rounds):
            for count, group in groups.items():
                floor[count].append(_floor(rig, lan, count - 1))
                alone[count].append(_cpu_us(ada, group, ALONE, _one_at_a_time))
                many[count].append(_cpu_us(ada, group, MANY, _at_once))
        ada.stop()
    for name, ours in (("one at a time", alone), (f"{MANY:,} at once", many)):
        for count in MEMBERS:
            yield Result(f"author's processor for a message to {count} members, {name} / TCP",
                         "µs", floor[count], ours[count])


def _group(ada, count):
    """The id of a group of ada and the first count - 1 peers, once all have what they need."""
    peers = sorted(ada.do("peers")["peers"], key=lambda peer: int(peer["name"].strip("peer")))
    members = [peer["id"] for peer in peers[:count - 1]]
    group = ada.do("group.create", name=f"of {count}", members=members)["group"]["id"]
    _one_at_a_time(ada, group, 1)
    return group


def _floor(rig, lan, count):
    """Microseconds of processor a message."""
    left, right = lan.hosts
    ports = range(FIRST_PORT, FIRST_PORT + count)
    sinks = [right.popen(rig.command("floor", "echo-server", right.ipv4, port, FRAME_LEN))
             for port in ports]
    done = left.run(rig.command("floor", "fan-out", FRAME_LEN, FLOOR_COUNT, "-",
                                *(word for port in ports for word in (right.ipv4, port))))
    for sink in sinks:
        sink.wait()
    return figures(done.stdout)[2]


def _cpu_us(ada, group, count, send):
    before = usage.cpu_s(ada.process.pid)
    send(ada, group, count)
    return (usage.cpu_s(ada.process.pid) - before) * 1e6 / count


def _one_at_a_time(ada, group, count):
    for _ in range(count):
        ada.send(group, TEXT)
        _await_receipts(ada)


def _at_once(ada, group, count):
    command = json.dumps({"do": "send", "to": group, "text": TEXT}).encode()
    ada.write(b"\n".join([command] * count))
    _await_receipts(ada)


def _await_receipts(ada):
    left = ada.do("sync", timeout_s=PATIENCE_S, timeout=PATIENCE_S)["queued"]
    assert left == 0, f"{left} are not delivered"
