"""row_idle.py - what a node with one session costs while nothing is said.

Resident memory, wake-ups (voluntary context switches of all threads) and processor time
over IDLE_S seconds, for --json and --headless with each kind of discovery. All of them
idle at the same time, each pair on a network of its own.
"""

import contextlib
import os
import subprocess
import time
from statistics import median

import usage
from lan import Lan
from node import Node, environment
from rig import Result

IDLE_S = int(os.environ.get("IDLE_S", "30"))
SETTLE_S = 15  # discovery repeats its announcements and questions before it is quiet
AIM_RSS_MIB = 6
AIM_WAKEUPS_PER_S = 1
BACKENDS = ("off", "embedded", "avahi")
TONGUES = ("json", "headless")


def run(rig):
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(rig.scratch())
        pids = {(tongue, backend): _pair(stack, directory, tongue, backend)
                for tongue in TONGUES for backend in BACKENDS}
        time.sleep(SETTLE_S)
        rounds = [_round(pids.values()) for _ in range(rig.rounds)]
    for (tongue, backend), pid in pids.items():
        rss, pss, wakeups, cpu = zip(*(one[pid] for one in rounds))
        name = f"idle, --{tongue}, discovery {backend}"
        yield Result(f"{name}: resident (Pss {median(pss):.2f} MiB)", "MiB", [], rss, AIM_RSS_MIB)
        yield Result(f"{name}: wake-ups ({median(cpu):.2f} % processor)", "/s", [], wakeups,
                     AIM_WAKEUPS_PER_S)


def _pair(stack, directory, tongue, backend):
    """Two nodes with a session between them; the process id of the one that is measured."""
    lan = stack.enter_context(Lan(2, avahi=(0, 1) if backend == "avahi" else ()))
    options = ["--discovery", backend]
    if backend == "off":
        options += ["--peer", f"{lan.hosts[0].ipv4}:7327"]
    measured = Node(lan.hosts[0], "Ada", data=f"{directory}/{tongue}-{backend}-ada", start=False,
                    options=["--discovery", backend])
    other = Node(lan.hosts[1], "Bea", data=f"{directory}/{tongue}-{backend}-bea", start=False,
                 options=options)
    process = _start(measured, tongue)
    other.start()
    other.wait("peer", 30, online=True)
    return process.pid


def _start(node, tongue):
    command = [word if word != "--json" else f"--{tongue}" for word in node.command()]
    return node.host.popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, env=environment())


def _round(pids):
    """By process id: MiB resident, MiB proportional, wake-ups/s, % of a processor."""
    before = {pid: (usage.wakeups(pid), usage.cpu_s(pid)) for pid in pids}
    time.sleep(IDLE_S)
    return {pid: (usage.resident_mib(pid), usage.proportional_mib(pid),
                  (usage.wakeups(pid) - before[pid][0]) / IDLE_S,
                  100 * (usage.cpu_s(pid) - before[pid][1]) / IDLE_S)
            for pid in pids}
