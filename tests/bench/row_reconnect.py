"""row_reconnect.py - from the moment a cable works again until the first message is shown.

A message is sent while the other host cannot be reached, so it waits; the clock starts when
the host can be reached again and stops when the message is shown there. Two faults: the
sender's cable is pulled, so its interface loses its carrier; and frames vanish between the
two, which neither host can see. Each for a moment; for so long that TCP has just tried and
would not again for 12 s; and until both sides have given the session up. Nothing to compare
with: each time is held against the aim. All run at the same time, each on a network of its own.
"""

import concurrent.futures
import contextlib
import itertools
import time

from lan import Lan
from node import Node
from rig import Result

OUTAGES_S = (5, 14, 40)
SETTLE_S = 3  # the network is quiet again, TCP as well
PATIENCE_S = 120
AIM_S = 5


def _unplug(lan):
    lan.hosts[0].unplug()


def _plug(lan):
    lan.hosts[0].heal()


def _drop(lan):
    lan.block(*lan.hosts)


def _forward(lan):
    lan.unblock(*lan.hosts)


FAULTS = {"cable pulled": (_unplug, _plug), "frames dropped": (_drop, _forward)}


def run(rig):
    cases = list(itertools.product(FAULTS, OUTAGES_S))
    times = {case: [] for case in cases}
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(rig.scratch())
        pairs = [_pair(stack, f"{directory}/{number}") for number in range(len(cases))]
        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            for number in range(rig.rounds):
                for case, seconds in zip(cases, pool.map(_outage, cases, pairs)):
                    times[case].append(seconds)
                rig.note(f"round {number + 1}")
        for _, nodes in pairs:
            for node in nodes:
                node.stop()
    for (fault, outage_s), seconds in times.items():
        yield Result(f"cable healed to message shown, {fault} for {outage_s} s", "s", [], seconds,
                     AIM_S, each=True)


def _pair(stack, data):
    """A network and two nodes on it that have found each other."""
    lan = stack.enter_context(Lan(2))
    ada, bea = (Node(host, name, data=f"{data}-{name}", options=["--discovery", "embedded"])
                for host, name in zip(lan.hosts, ("Ada", "Bea")))
    ada.wait_peer(bea)
    return lan, (ada, bea)


def _outage(case, pair):
    """Seconds from the end of the fault."""
    fault, outage_s = case
    lan, (ada, bea) = pair
    begin, end = FAULTS[fault]
    time.sleep(SETTLE_S)
    begin(lan)
    message = ada.send(bea.id, "are you there?")
    time.sleep(outage_s)
    end(lan)
    healed = time.monotonic()
    bea.shown([message], PATIENCE_S)
    return time.monotonic() - healed
