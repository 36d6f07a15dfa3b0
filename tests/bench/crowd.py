"""crowd.py - many real nodes on one host, each on a port of its own, that know only one node.

They run headless: what they print would be nobody's.
"""

import subprocess
import time

from lan import wait_until
from node import Node, environment

FIRST_PORT = 8000
PATIENCE_S = 60


def add(node, host, directory, first, end, pause_s=0):
    """Starts numbers first to end, with a pause before each; returns when node, which had no other
    session, has end of them."""
    for number in range(first, end):
        time.sleep(pause_s)
        _start(node, host, directory, number)
        wait_until(lambda count=number + 1: node.do("status")["sessions"] == count, PATIENCE_S,
                   f"{number + 1} sessions")


def _start(node, host, directory, number):
    peer = Node(host, f"peer{number}", data=f"{directory}/peer{number}", start=False,
                options=["--discovery", "off", "--peer", f"{node.host.ipv4}:{node.port}",
                         "--listen", f"{host.ipv4}:{FIRST_PORT + number}"])
    command = [word if word != "--json" else "--headless" for word in peer.command()]
    host.popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
               stderr=subprocess.DEVNULL, env=environment())
