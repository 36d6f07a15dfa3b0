"""row_start.py - from the start of a node to its first authenticated session.

Warm: the other node (and, for avahi, the daemons) has been running; cold: everything
starts at the same moment. Ends when both nodes have said that the other is online. The
floor is Avahi's own tools in the same place: avahi-publish on one host until avahi-browse
on the other has resolved what it published.
"""

import subprocess
import threading
import time

from lan import Lan
from node import Node
from rig import Result

SETTLE_S = 6  # after its announcements, which keep a responder from answering for a second
BOOT_S = 0.5  # IPv6 addresses become usable
PATIENCE_S = 30
AIM = 1.3
SERVICE = "_lthbench._tcp"


def run(rig):
    times = {(what, warm): [] for what in (_tools, _avahi, _embedded) for warm in (True, False)}
    with rig.scratch() as directory:
        for number in range(rig.rounds):
            for (what, warm), seconds in times.items():
                seconds.append(1000 * _in_new_lan(what, warm, f"{directory}/{number}"))
    for what, name in ((_avahi, "avahi-daemon"), (_embedded, "embedded")):
        for warm, state in ((True, "warm"), (False, "cold")):
            yield Result(f"start to session, {name}, {state} / avahi-publish to resolved", "ms",
                         times[_tools, warm], times[what, warm], AIM)


def _in_new_lan(what, warm, data):
    with Lan(2) as lan:
        time.sleep(BOOT_S)
        return what(lan, warm, f"{data}-{what.__name__}-{'warm' if warm else 'cold'}")


def _on_both(lan, begin):
    """Runs begin(host) for both hosts at once, and returns what they gave."""
    results = [None, None]

    def call(host):
        results[host.index] = begin(host)
    threads = [threading.Thread(target=call, args=(host,)) for host in lan.hosts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _time_both(lan, warm, before, begin, end):
    """Seconds from begin on the hosts - on the first alone, if warm - until end(what began).
    before: the daemons of a host."""
    if not warm:
        start = time.monotonic()
        begun = _on_both(lan, lambda host: (before(host), begin(host))[1])
    else:
        _on_both(lan, before)
        other = begin(lan.hosts[1])
        time.sleep(SETTLE_S)
        start = time.monotonic()
        begun = [begin(lan.hosts[0]), other]
    end(begun)
    return time.monotonic() - start


def _tool(host):
    command = (["avahi-publish", "-f", "-s", "bench", SERVICE, "4000"] if host.index == 0 else
               ["avahi-browse", "-f", "-r", "-p", SERVICE])
    return host.popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def _await_resolved(begun):
    for line in begun[1].stdout:
        if line.startswith(b"="):
            return
    raise AssertionError("avahi-browse ended")


def _tools(lan, warm, _data):
    return _time_both(lan, warm, lambda host: host.start_daemons(), _tool, _await_resolved)


def _nodes(lan, warm, data, backend, daemons):
    def spawn(host):
        node = Node(host, f"n{host.index}", data=f"{data}-{host.index}", start=False,
                    options=["--discovery", backend])
        node.spawn()
        return node

    def await_online(nodes):
        for node in nodes:
            node.wait("peer", PATIENCE_S, online=True)
    return _time_both(lan, warm, daemons, spawn, await_online)


def _avahi(lan, warm, data):
    return _nodes(lan, warm, data, "avahi", lambda host: host.start_daemons())


def _embedded(lan, warm, data):
    return _nodes(lan, warm, data, "embedded", lambda host: None)
