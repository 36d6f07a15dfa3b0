"""row_wire.py - bytes on the wire for a message of 100 bytes, alone and among many.

Counted on the sender's host, both directions together: IPv4 packets of TCP by nftables
(their IP and TCP headers, acknowledgements, receipts and signed heads included, Ethernet's
not), and the bytes within the connection by ss. Segments are not joined in the sender's
interface, else several would be counted with one header. The floor is TCP alone: each
message alone answered by as many bytes, as a receipt would; many as one stream.
"""

import json
import re
import time

from lan import Lan
from node import Node
from rig import Result

LENGTH = 100
ALONE, MANY = 50, 20_000
PAUSE_S = 0.15  # longer than a burst: each message gets a signed head of its own
PORT = 7400
PATIENCE_S = 60

TABLE = """table inet bench {
    counter segments {}
    chain in { type filter hook input priority 0; meta l4proto tcp counter name segments; }
    chain out { type filter hook output priority 0; meta l4proto tcp counter name segments; }
}
"""


def run(rig):
    floor = {"alone": [], "many": []}
    packets, inside = ({"alone": [], "many": []} for _ in range(2))
    with Lan(2, ipv6=False) as lan:
        for host in lan.hosts:
            host.run(["ip", "link", "set", "eth0", "gso_max_segs", "1"])
        lan.hosts[0].run(["nft", "-f", "-"], stdin=TABLE)
        for _ in range(rig.rounds):
            floor["alone"].append(_floor(rig, lan, "echo-server", "echo", LENGTH, ALONE))
            floor["many"].append(_floor(rig, lan, "sink", "stream", MANY))
            with rig.scratch() as directory:
                for name, (on_wire, in_stream) in _nodes(lan, directory).items():
                    packets[name].append(on_wire)
                    inside[name].append(in_stream)
    for name, what in (("alone", "alone"), ("many", f"one of {MANY:,}")):
        yield Result(f"bytes of IPv4 packets for 100 B, {what} / TCP", "B", floor[name],
                     packets[name])
        yield Result(f"bytes inside TCP for 100 B, {what} / the text", "B",
                     [LENGTH] * rig.rounds, inside[name])


def _packet_bytes(host):
    listed = host.run(["nft", "list", "counter", "inet", "bench", "segments"]).stdout
    return int(re.search(r"bytes (\d+)", listed).group(1))


def _stream_bytes(host):
    """Sent and acknowledged, and received, on the session's connection."""
    listed = host.run(["ss", "-tinOH", "( sport = :7327 or dport = :7327 )"]).stdout
    return sum(map(int, re.findall(r"bytes_(?:acked|received):(\d+)", listed)))


def _floor(rig, lan, serve, send, *words):
    """words: the last is the count."""
    left, right = lan.hosts
    before = _packet_bytes(left)
    server = right.popen(rig.command("floor", serve, right.ipv4, PORT, *words[:-1]))
    left.run(rig.command("floor", send, right.ipv4, PORT, *words))
    server.wait()
    return (_packet_bytes(left) - before) / words[-1]


def _nodes(lan, directory):
    left, right = lan.hosts
    bea = Node(right, "Bea", data=f"{directory}/bea", options=["--discovery", "off"])
    ada = Node(left, "Ada", data=f"{directory}/ada",
               options=["--discovery", "off", "--peer", f"{right.ipv4}:7327"])
    ada.wait_peer(bea)
    _send_many(ada, bea, 1)  # what a first message needs, once
    time.sleep(PAUSE_S)
    result = {"alone": _counted(left, ALONE, lambda: _send_alone(ada, bea)),
              "many": _counted(left, MANY, lambda: _send_many(ada, bea, MANY))}
    for node in (ada, bea):
        node.stop()
    return result


def _counted(host, count, send):
    """Bytes of packets and of the stream, for each of the count messages that send sends."""
    packets, stream = _packet_bytes(host), _stream_bytes(host)
    send()
    time.sleep(PAUSE_S)
    return (_packet_bytes(host) - packets) / count, (_stream_bytes(host) - stream) / count


def _send_alone(ada, bea):
    for _ in range(ALONE):
        mark = ada.mark()
        ada.wait("delivered", since=mark, id=ada.send(bea.id, "x" * LENGTH))
        time.sleep(PAUSE_S)


def _send_many(ada, bea, count):
    """Written at once, as fast as the node reads."""
    command = json.dumps({"do": "send", "to": bea.id, "text": "x" * LENGTH}).encode()
    ada.write(b"\n".join([command] * count))
    left = ada.do("sync", timeout_s=PATIENCE_S)["queued"]
    assert left == 0, f"{left} of {count} are not delivered"
