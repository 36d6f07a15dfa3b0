"""row_rate.py - messages of 100 bytes a second, durable on both sides and receipted.

The sender is `lanthorn --to Bea` with one message a line on standard input; it ends with
status 0 when every receipt has come. Measured twice, with few and with many messages: the
difference is free of start, dial and handshake. Beside it, on the same link: TCP alone (64
messages a write); CurveZMQ, which acknowledges every message and stores none; mosquitto with
QoS 1 and persistence, the broker on the receiver's host, until the subscriber has all and the
publisher all acknowledgements. (The broker saves its database every thousand changes.)
"""

import shutil
import subprocess
import time

from lan import Lan, wait_until
from node import Node, environment
from rig import Result, figures

FEW, MANY = 100_000, 500_000
TCP_COUNT, CURVE_COUNT, MQTT_COUNT = 4_000_000, 400_000, 50_000
MESSAGE_LEN = 100
PORT = 7400
PATIENCE_S = 300
AIM_OF_CURVE = 0.5
AIM_OF_MQTT = 4
AIM_PER_S = 200_000

BROKER = """user root
listener {port} {address}
allow_anonymous true
persistence true
persistence_location {directory}/
autosave_on_changes true
autosave_interval 1000
max_inflight_messages 1000
max_queued_messages 1000000
"""


def run(rig):
    tcp, curve, mqtt, whole, slope = [], [], [], [], []
    with Lan(2) as lan:
        for _ in range(rig.rounds):
            tcp.append(TCP_COUNT / _pair(rig, lan, "floor", ["sink"], ["stream"], TCP_COUNT))
            if rig.has("curve"):
                curve.append(CURVE_COUNT / _pair(rig, lan, "curve", ["serve"], ["send"],
                                                 CURVE_COUNT))
            if rig.has("mqtt") and shutil.which("mosquitto"):
                mqtt.append(MQTT_COUNT / _through_broker(rig, lan))
            few, many = _lines(rig, lan, FEW), _lines(rig, lan, MANY)
            whole.append(MANY / many)
            slope.append((MANY - FEW) / (many - few))
    yield Result("messages of 100 B, from input to exit / TCP, 64 a write", "/s", tcp, whole)
    if curve:
        yield Result("messages of 100 B, from input to exit / CurveZMQ acked", "/s", curve, whole,
                     AIM_OF_CURVE, at_most=False)
        yield Result("messages of 100 B, start subtracted / CurveZMQ acked", "/s", curve, slope,
                     AIM_OF_CURVE, at_most=False)
    if mqtt:
        yield Result("messages of 100 B, from input to exit / mosquitto QoS 1", "/s", mqtt, whole,
                     AIM_OF_MQTT, at_most=False)
    yield Result("messages of 100 B, start subtracted", "/s", [], slope, AIM_PER_S, at_most=False)


def _pair(rig, lan, program, serve, send, count):
    """Seconds that the client says it took."""
    left, right = lan.hosts
    last = [count] if program == "curve" else []
    server = right.popen(rig.command(program, *serve, right.ipv4, PORT, *last))
    done = left.run(rig.command(program, *send, right.ipv4, PORT, count), timeout=PATIENCE_S)
    server.wait()
    return figures(done.stdout)[0]


def _through_broker(rig, lan):
    """Seconds until all have arrived and all are acknowledged."""
    left, right = lan.hosts
    words = [right.ipv4, PORT, MQTT_COUNT]
    with rig.scratch() as directory:
        with open(f"{directory}/broker.conf", "w", encoding="ascii") as file:
            file.write(BROKER.format(port=PORT, address=right.ipv4, directory=directory))
        broker = right.popen(["mosquitto", "-c", file.name], stderr=subprocess.DEVNULL)
        with right.popen(rig.command("mqtt", "subscribe", *words),
                         stdout=subprocess.PIPE, text=True) as subscriber:
            assert subscriber.stdout.readline() == "ready\n"
            done = left.run(rig.command("mqtt", "publish", *words), timeout=PATIENCE_S)
            begin, acknowledged = figures(done.stdout)
            arrived, = figures(subscriber.stdout.readline())
        broker.kill()
        broker.wait()
    return (max(acknowledged, arrived) - begin) / 1e9


def _write_lines(path, count):
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"{number:0{MESSAGE_LEN}}\n" for number in range(count))


def _listens(pid):
    """On port 7327, in its own network namespace."""
    with open(f"/proc/{pid}/net/tcp6", encoding="ascii") as file:
        return any(f":{7327:04X} " in line for line in file)


def _talk(host, name, to, directory, more=(), **streams):
    """A node that sends the lines it reads and prints those it gets."""
    node = Node(host, name, data=f"{directory}/{name}", start=False,
                options=["--discovery", "off", "--to", to, "--timeout", str(PATIENCE_S), *more])
    command = [word for word in node.command() if word != "--json"]
    return host.popen(command, env=environment(), **streams)


def _receiver(lan, directory):
    with open(f"{directory}/received", "wb") as out:
        return _talk(lan.hosts[1], "Bea", "Ada", directory, stdin=subprocess.PIPE, stdout=out)


def _sender(lan, directory):
    with open(f"{directory}/lines", "rb") as lines:
        return _talk(lan.hosts[0], "Ada", "Bea", directory,
                     ["--peer", f"{lan.hosts[1].ipv4}:7327"], stdin=lines,
                     stdout=subprocess.DEVNULL)


def _shown(directory):
    with open(f"{directory}/received", "rb") as received:
        return sum(1 for _ in received)


def _lines(rig, lan, count):
    """Seconds from the sender's start until it ends."""
    with rig.scratch() as directory:
        _write_lines(f"{directory}/lines", count)
        receiver = _receiver(lan, directory)
        wait_until(lambda: _listens(receiver.pid), 30, "Bea listens")
        begin = time.monotonic()
        status = _sender(lan, directory).wait(PATIENCE_S)
        seconds = time.monotonic() - begin
        assert status == 0, f"the sender ended with {status}"
        wait_until(lambda: _shown(directory) == count, PATIENCE_S, "all lines shown")
        receiver.kill()
        receiver.wait()
        receiver.stdin.close()
    return seconds
