"""row_round_trip.py - a message from "send" to "delivered" between two nodes.

It is durable on both sides before anything is said about it, so the floor is one exchange
over TCP in which each side makes as many bytes durable before they leave it. Measured twice:
all processes on one processor, which shows the code; and as the kernel places them, where
waking a sleeping processor adds its share to every change of thread.
"""

import contextlib
import os
import subprocess

from lan import Lan
from node import Node, environment
from rig import Result, figures

COUNT = 2000
LENGTHS = (64, 1024)
PORT = 7400
AIM_P50, AIM_P99 = 1.3, 2


def run(rig):
    everywhere = os.sched_getaffinity(0)
    for processors, name in (({max(everywhere)}, "one processor"), (everywhere, "any processor")):
        os.sched_setaffinity(0, processors)  # inherited by what is started
        with Lan(2) as lan:
            yield from _measure(rig, lan, name)


def _measure(rig, lan, name):
    parts = {"TCP": [], "fdatasync": [], "Ed25519 sign, verify": []}
    floor, ours = ({length: [] for length in LENGTHS} for _ in range(2))
    for _ in range(rig.rounds):
        for length in LENGTHS:
            with rig.scratch() as directory:
                floor[length].append(_echo(rig, lan, length, directory))
                ours[length].append(_nodes(rig, lan, length, directory))
        with rig.scratch() as directory:
            parts["TCP"].append(_echo(rig, lan, LENGTHS[0]))
            parts["fdatasync"].append(_alone(rig, "sync", f"{directory}/sync", LENGTHS[0], COUNT))
            parts["Ed25519 sign, verify"].append(_alone(rig, "sign", COUNT))
    for length in LENGTHS:
        for index, point, aim in ((0, "p50", AIM_P50), (1, "p99", AIM_P99)):
            yield Result(f"round trip {length} B, {name}, {point} / TCP + 2 fdatasync", "µs",
                         [pair[index] for pair in floor[length]],
                         [pair[index] for pair in ours[length]], aim)
    for part, pairs in parts.items():
        yield Result(f"– for comparison: {part}, p50", "µs", [], [pair[0] for pair in pairs])


def _alone(rig, *words):
    return figures(subprocess.check_output(rig.command("floor", *words)))


def _echo(rig, lan, length, directory=None):
    """With directory: durable on both sides."""
    left, right = lan.hosts
    files = [[f"{directory}/{name}"] if directory else [] for name in ("left", "right")]
    server = right.popen(rig.command("floor", "echo-server", right.ipv4, PORT, length, *files[1]))
    done = left.run(rig.command("floor", "echo", right.ipv4, PORT, length, COUNT, *files[0]))
    server.wait()
    return figures(done.stdout)


def _spawn(host, command):
    """The process with unbuffered pipes, which the driver inherits."""
    return host.popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                      env=environment())


def _nodes(rig, lan, length, directory):
    left, right = lan.hosts
    ada = Node(left, "Ada", data=f"{directory}/ada", start=False,
               options=["--discovery", "off", "--peer", f"{right.ipv4}:7327"])
    bea = Node(right, "Bea", data=f"{directory}/bea", start=False,
               options=["--discovery", "off"])
    with contextlib.ExitStack() as stack:
        theirs, ours = (stack.enter_context(_spawn(node.host, node.command()))
                        for node in (bea, ada))
        pipes = [ours.stdin.fileno(), ours.stdout.fileno(), theirs.stdout.fileno()]
        done = subprocess.check_output(rig.command("round_trip", "Bea", length, COUNT, *pipes),
                                       pass_fds=pipes)
        for process in (ours, theirs):
            process.kill()
    return figures(done)
