#!/usr/bin/python3
"""What a node must refuse, from its commands, its command line and its disk: each with its
code or exit status and a sentence, none with a crash or a lost message."""

import os
import subprocess

import lab
from lan import Lan, wait_until
from node import Node, Refused, environment

TEXT_MAX = 16 * 1024

MALFORMED = (
    ("an array", b'[{"do":"status"}]'),
    ("a number", b"7"),
    ("a bare word", b"status"),
    ("unterminated", b'{"do":"status"'),
    ("something after the object", b'{"do":"status"} {"do":"status"}'),
    ("a key twice", b'{"do":"status","do":"peers"}'),
    ("bad UTF-8", b'{"do":"send","to":"Bea","text":"\xff"}'),
    ("bad UTF-8 alone", b"\xc0\x80\xfe"),
    ("a lone surrogate", b'{"do":"send","to":"Bea","text":"\\ud800"}'),
    ("a NUL byte", b'{"do":"sta\x00tus"}'),
    ("do is a number", b'{"do":1}'),
    ("text is a number", b'{"do":"send","to":"Bea","text":5}'),
    ("deep", b"[" * 50000),
    ("a line over 64 KiB", b'{"do":"status","x":"' + b"x" * (64 * 1024) + b'"}'),
    ("a line of 1 MiB", b"x" * (1 << 20)),
)


def refused(node, code, what, command, **fields):
    got = node.refused(command, **fields)
    assert got == code, f"{what}: {got}, not {code}"


def check_sends(ada, bea, twin):
    refused(ada, "empty_text", "empty text", "send", to="Bea", text="")
    refused(ada, "too_long", "16 KiB and 1", "send", to="Bea", text="x" * (TEXT_MAX + 1))
    refused(ada, "too_long", "16 KiB and 1 in two-byte letters", "send", to="Bea",
            text="é" * (TEXT_MAX // 2) + "x")
    refused(ada, "unknown_peer", "nobody", "send", to="Nobody", text="x")
    refused(ada, "unknown_peer", "a prefix of 5", "send", to=bea.id[:5], text="x")
    refused(ada, "ambiguous", "a name of two", "send", to="Twin", text="x")
    refused(ada, "malformed", "a zero byte", "name", name="x\0y")
    refused(ada, "usage", "no text", "send", to="Bea")
    refused(ada, "usage", "no to", "send", text="x")
    for to, text in (("Bea", "x" * TEXT_MAX), (bea.id[:6], "é" * (TEXT_MAX // 2)),
                     (bea.id, "\x1b[2J\x07\u202e")):
        id_ = ada.send(to, text)
        assert bea.wait("message", id=id_)["text"] == text
    id_ = ada.send(twin.id, "to this Twin")
    ada.wait("delivered", id=id_, peer=twin.id)


def check_lines(node):
    for what, line in MALFORMED:
        mark = node.mark()
        node.write(line)
        node.do("status")  # answers come in order: the error, if any, is here now
        errors = node.find("error", since=mark)
        codes = [e["code"] for e in errors]
        assert codes == ["malformed"], f"{what}: {codes}"
        assert len(errors[0]["text"]) > 10, errors
    for command in ("fly", "", "Status"):
        assert node.refused(command) in ("usage", "unsupported"), command
    mark = node.mark()
    node.write(b'{"ref":"x"}')
    assert node.wait("error", since=mark)["code"] in ("usage", "malformed")


def attempt(node, *options):
    """Starts the program for a start that must fail: its status and what it said."""
    done = node.host.run(node.command(*options), check=False, env=environment(), timeout=30)
    said = (done.stdout + done.stderr).strip()
    assert "Sanitizer" not in said and "runtime error" not in said, said
    assert done.returncode > 0, f"status {done.returncode}: {said}"
    assert len(said) > 15, f"no sentence: {said!r}"
    return done.returncode, said


def expect(node, status, word, *options):
    got, said = attempt(node, *options)
    assert got == status and word in said, f"status {got}, not {status}, or no {word!r}: {said}"


def check_command_line(host):
    node = Node(host, "Cli", start=False)
    for options in (["--no-such-option"], ["--listen", "nonsense"], ["--discovery", "magic"],
                    ["--peer", "host:0"], ["--name", ""], ["--name", "x" * 65], ["fly"]):
        expect(node, 2, "", *options)
    assert not os.path.exists(node.data), "a usage error makes no store"


def check_interface(host):
    """An interface that does not exist is named; what main adds by itself is not answered."""
    node = Node(host, "Wired", options=["--interface", "nosuch0", "--peer", "127.0.0.1:9"])
    said = node.wait("warning", code="discovery_lost")["text"]
    assert "nosuch0" in said, said
    assert node.do("status")["discovery"]["state"] == "waiting"
    assert not node.find("address"), node.find("address")
    node.stop()


def check_store(node):
    """Held, wrong key, damaged, then as before."""
    expect(node, 5, str(node.process.pid))
    node.stop()

    key = node.key
    node.key = key + ".other"
    with open(node.key, "wb") as file:
        file.write(os.urandom(32))
    expect(node, 7, "key")
    with open(node.key, "wb") as file:
        file.write(b"short")
    attempt(node)
    node.key = key

    vault = node.data + "/vault"
    with open(vault, "rb") as file:
        good = file.read()
    for what, bad in (("empty", b""), ("cut", good[:len(good) // 2]), ("zeros", bytes(len(good))),
                      ("a flipped bit", good[:40] + bytes([good[40] ^ 1]) + good[41:])):
        with open(vault, "wb") as file:
            file.write(bad)
        status, said = attempt(node)
        lab.say(f"vault {what}: status {status}: {said.splitlines()[-1]}")
    with open(vault, "wb") as file:
        file.write(good)
    id_ = node.id
    node.start()
    assert node.id == id_, "the vault is good again, and the node the same"


def check_port_taken(host):
    """The usual port is taken: the node takes another one and says which."""
    taken = "import socket, time\ns = socket.create_server(('::', 7327), family=socket.AF_INET6, "\
            "dualstack_ipv6=True)\nprint('taken', flush=True)\ntime.sleep(600)"
    holder = host.popen(["/usr/bin/python3", "-c", taken], stdout=subprocess.PIPE)
    holder.stdout.readline()
    node = Node(host, "Elsewhere")
    assert node.port not in (0, 7327), node.port
    node.stop()
    holder.kill()


def check_read_only(host):
    host.run(["mkdir", "/run/ro"])
    host.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", "/run/ro"])
    node = Node(host, "Reader", data="/run/ro/data", key=f"{lab.SCRATCH}/data/reader.key",
                start=False)
    attempt(node)


def check_full_disk(host, bea):
    """A full disk refuses new messages and nothing else; with room again it goes on, and all
    that was accepted arrives in order."""
    host.run(["mkdir", "/run/small"])
    host.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", "/run/small"])
    node = Node(host, "Small", data="/run/small/data", key=f"{lab.SCRATCH}/data/small.key")
    node.wait_peer(bea)
    host.run(["dd", "if=/dev/zero", "of=/run/small/fill", "bs=64k"], check=False)
    accepted = []

    def send():
        text = f"{len(accepted)} ".ljust(TEXT_MAX, "x")
        accepted.append((node.send("Bea", text), text))

    code = None
    while code is None:
        assert len(accepted) < 3000, "the disk is full and takes 48 MiB"
        try:
            send()
        except Refused as error:
            code = error.code
    assert code == "disk_full", code
    assert node.do("status")["id"] == node.id
    lab.say(f"full after {len(accepted)} messages")
    os.unlink(host.path("/run/small/fill"))

    def resumed():
        try:
            send()
            return True
        except Refused as error:
            assert error.code == "disk_full", error.code
            return False

    wait_until(resumed, 15, "messages are accepted again")
    for id_, _ in accepted:
        node.wait("delivered", id=id_, timeout=60)
    got = [(e["id"], e["text"]) for e in bea.shown(id_ for id_, _ in accepted)
           if e["from"] == node.id]
    assert got == accepted, f"not complete and in order: {len(accepted)} accepted, came " \
                            f"{[text[:6] for _, text in got]}"
    node.stop()


def test():
    with Lan(4, avahi={0, 1}) as lan:
        hosts = lan.hosts
        ada, bea = Node(hosts[0], "Ada"), Node(hosts[1], "Bea")
        twin, other = Node(hosts[2], "Twin"), Node(hosts[3], "Twin")
        for node in (bea, twin, other):
            ada.wait_peer(node)
        lab.say("messages")
        check_sends(ada, bea, twin)
        lab.say("lines")
        check_lines(ada)
        check_sends(ada, bea, twin)
        other.stop()
        lab.say("command line")
        check_command_line(hosts[3])
        lab.say("interface")
        check_interface(hosts[3])
        lab.say("store")
        check_store(twin)
        lab.say("port taken")
        check_port_taken(hosts[3])
        lab.say("read-only disk")
        check_read_only(hosts[3])
        lab.say("full disk")
        check_full_disk(hosts[3], bea)
        for node in (ada, bea, twin):
            node.stop()


lab.run_test(test)
