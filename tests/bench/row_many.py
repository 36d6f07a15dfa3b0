"""row_many.py - what a node with many sessions costs while nothing is said.

Its peers are real nodes, all on the other host, each on a port of its own; they know only
the measured one. A quiet session is kept alive with one ping in PING_S, so that many
wake-ups a session are expected and taken off; what is beyond is held against the aim. The
peers' own cost is not looked at. They start one after the other, spread over PING_S, so that
their pings do not fall together by themselves.
"""

import contextlib
import os
import time

import crowd
import usage
from lan import Lan
from node import Node
from rig import Result

IDLE_S = int(os.environ.get("IDLE_S", "30"))
SESSIONS, MORE_SESSIONS = 50, 100
PING_S = 15
AIM_WAKEUPS_PER_S = 2
AIM_CPU_PERCENT = 0.2
AIM_RSS_MIB = 24


def run(rig):
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(rig.scratch())
        lan = stack.enter_context(Lan(2))
        node = Node(lan.hosts[0], "Ada", data=f"{directory}/ada", options=["--discovery", "off"])
        pid = node.process.pid
        alone = usage.resident_mib(pid)
        crowd.add(node, lan.hosts[1], directory, 0, SESSIONS, PING_S / SESSIONS)
        time.sleep(PING_S)
        wakeups, cpu = zip(*(_round(pid) for _ in range(rig.rounds)))
        crowd.add(node, lan.hosts[1], directory, SESSIONS, MORE_SESSIONS, PING_S / SESSIONS)
        time.sleep(PING_S)
        rss = usage.resident_mib(pid)
        node.stop()
    pings = SESSIONS / PING_S
    yield Result(f"idle, {SESSIONS} sessions: wake-ups beyond {pings:.1f} pings a second", "/s",
                 [], [rate - pings for rate in wakeups], AIM_WAKEUPS_PER_S)
    yield Result(f"idle, {SESSIONS} sessions: processor", "%", [], cpu, AIM_CPU_PERCENT)
    yield Result(f"idle, {MORE_SESSIONS} sessions: resident ({alone:.1f} MiB with none)", "MiB",
                 [], [rss], AIM_RSS_MIB)


def _round(pid):
    """Wake-ups a second and per cent of a processor."""
    wakeups, cpu_s = usage.wakeups(pid), usage.cpu_s(pid)
    time.sleep(IDLE_S)
    return (usage.wakeups(pid) - wakeups) / IDLE_S, 100 * (usage.cpu_s(pid) - cpu_s) / IDLE_S
