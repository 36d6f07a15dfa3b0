"""row_fanout.py - a message to a group of 32 until it is shown at the other 31.

Every member is a real node on a host of its own, and each has a session with each, as on a
network where all find all. The floor is one process that sends as many bytes as the message's
frame has over TCP to 31 hosts, one after the other, until every one has answered with as many; once
as it is, and once durable on each side before anything leaves it. The last line is the time
until 31 receipts have come back. All nodes share this machine's processors and its disk.
"""

import contextlib
import json
import select
import subprocess

from lan import Lan
from node import Node, environment
from rig import Result, figures

MEMBERS = 32
TEXT_LEN, FRAME_LEN = 100, 274  # a short frame is padded to that
COUNT = 300
PORT = 7400
PATIENCE_S = 120
POINTS = ("p50", "p99")


def run(rig):
    tcp, durable, shown, delivered = [], [], [], []
    with contextlib.ExitStack() as stack:
        lan = stack.enter_context(Lan(MEMBERS))
        directory = stack.enter_context(rig.scratch())
        members, group = _group(stack, lan, directory)
        for _ in range(rig.rounds):
            tcp.append(_floor(rig, lan))
            durable.append(_floor(rig, lan, directory))
            times = _send(rig, members, group)
            shown.append(times[:2])
            delivered.append(times[2:])
        for member in members:
            member.kill()
    others = MEMBERS - 1
    for name, floor in (("TCP", tcp), ("TCP + fdatasync", durable)):
        for index, point in enumerate(POINTS):
            yield Result(f"message shown at {others} others, {point} / {name}", "µs",
                         _column(floor, index), _column(shown, index))
    yield Result(f"– for comparison: receipts of {others} others, p50 / TCP + fdatasync", "µs",
                 _column(durable, 0), _column(delivered, 0))


def _column(rows, index):
    return [row[index] for row in rows]


def _floor(rig, lan, directory=None):
    """p50, p99. With directory: durable on each side."""
    author, *others = lan.hosts
    files = [[f"{directory}/floor-{host.name}"] if directory else [] for host in others]
    sinks = [host.popen(rig.command("floor", "echo-server", host.ipv4, PORT, FRAME_LEN, *file))
             for host, file in zip(others, files)]
    targets = [word for host in others for word in (host.ipv4, PORT)]
    done = author.run(rig.command("floor", "fan-out", FRAME_LEN, COUNT,
                                  f"{directory}/floor-{author.name}" if directory else "-",
                                  *targets))
    for sink in sinks:
        sink.wait()
    return figures(done.stdout)[:2]


def _send(rig, members, group):
    """p50, p99 until shown; the same until receipted."""
    author, *others = members
    pipes = [author.stdin.fileno(), *(member.stdout.fileno() for member in (author, *others))]
    return figures(subprocess.check_output(
        rig.command("fanout", group, TEXT_LEN, COUNT, *pipes), pass_fds=pipes,
        timeout=PATIENCE_S))


# The group. A node's pipes have no reader thread, for the program that measures reads them.

def _group(stack, lan, directory):
    """The members' processes, the author first, when each knows of the group; and its id."""
    members, ids = [], []
    for host in lan.hosts:
        member = stack.enter_context(_start(host, lan.hosts[:host.index], directory))
        ids.append(_await(member, event="ready")["id"])
        members.append(member)
    for member in members:
        online = set()
        while len(online) < len(members) - 1:
            online.add(_await(member, event="peer", online=True)["id"])
    command = {"do": "group.create", "name": "all", "members": ids[1:], "ref": "create"}
    members[0].stdin.write(json.dumps(command).encode() + b"\n")
    group = _await(members[0], ref="create")["group"]["id"]
    for member in members[1:]:
        while _await(member, event="group")["group"]["id"] != group:
            pass
    return members, group


def _start(host, others, directory):
    """A process that dials the others; its pipes are unbuffered."""
    peers = [word for other in others for word in ("--peer", f"{other.ipv4}:7327")]
    node = Node(host, host.name, data=f"{directory}/{host.name}", start=False,
                options=["--discovery", "off", *peers])
    return host.popen(node.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                      env=environment())


def _await(process, **fields):
    """The next event with those fields."""
    while select.select([process.stdout], [], [], PATIENCE_S)[0]:
        line = process.stdout.readline()
        assert line, f"the node ended before {fields}"
        event = json.loads(line)
        assert event["event"] != "error", event
        if all(event.get(name) == value for name, value in fields.items()):
            return event
    raise AssertionError(f"not within {PATIENCE_S} s: {fields}")
