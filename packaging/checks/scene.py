"""scene.py NAME ARGUMENT… - the installed program at work, on a network made for it.

Called by the rows; ends with lab.run_test's status: 0 held, 1 did not, 77 cannot be played here.
The last line printed is what the row says of it.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import time

from machine import Account, Machine
import lab
from lan import Lan, wait_until
from node import Node

FOUND_S = 30


class Installed(Node):
    """A node run by somebody's hand: the program from the package, spoken to in JSON lines."""

    def __init__(self, account, options=(), folder="lanthorn"):
        super().__init__(account, account.name, options, data=f"/home/{account.name}/{folder}")

    def command(self, *more):
        return ["lanthorn", "--json", "--data", self.data, "--key-file", self.key,
                "--name", self.name, *self.options, *more]


def exchange(one, other):
    """Each says something to the other; it is shown there and comes back delivered."""
    for sender, receiver in ((one, other), (other, one)):
        text = f"{sender.name} to {receiver.name} — 你好"
        id_ = sender.send(receiver.id, text)
        shown = receiver.wait("message", id=id_)
        assert (shown["text"], shown["from"]) == (text, sender.id), shown
        sender.wait("delivered", id=id_, peer=receiver.id)


def meet(*nodes):
    for node in nodes:
        for other in nodes:
            if node is not other:
                node.wait_peer(other, timeout=FOUND_S)


def stop(*nodes):
    for node in nodes:
        node.stop()


# Talking

def talk(folder):
    """Two people on one machine, by a typed address over loopback."""
    with Lan(1) as lan:
        desk = Machine(lan.hosts[0], folder)
        ann = Installed(Account(desk, "ann"), ["--discovery", "off"])
        ben = Installed(Account(desk, "ben"),
                        ["--discovery", "off", "--peer", f"127.0.0.1:{ann.port}"])
        assert ann.port != ben.port, "the second node takes a free port"
        meet(ann, ben)
        exchange(ann, ben)
        stop(ann, ben)
        desk.close()
    print("two nodes on one machine, over loopback")


def find(*folders):
    """Two machines without an avahi-daemon and without settings."""
    with Lan(2) as lan:
        desks = [Machine(host, folder) for host, folder in zip(lan.hosts, folders)]
        ann, ben = (Installed(Account(desk, name)) for desk, name in zip(desks, ("ann", "ben")))
        meet(ann, ben)
        backends = {node.do("status")["discovery"]["backend"] for node in (ann, ben)}
        assert backends == {"embedded"}, backends
        exchange(ann, ben)
        stop(ann, ben)
        for desk in desks:
            desk.close()
    print("two machines found each other and talked, with no avahi-daemon")


# An upgrade: before() with the old program, after() with the new one in the same folder

def _two_on(desk):
    ann = Installed(Account(desk, "ann"), ["--discovery", "off"])
    ben = Installed(Account(desk, "ben"),
                    ["--discovery", "off", "--peer", f"127.0.0.1:{ann.port}"])
    meet(ann, ben)
    return ann, ben


def _kept(ann, ben):
    """What both have: the direct conversation and the group, as (id, text) each."""
    group = ann.do("groups")["groups"][0]["id"]
    return {f"{node.name} {what}": [(m["id"], m["text"]) for m in _page(node, what)]
            for node, other in ((ann, ben), (ben, ann)) for what in (other.id, group)}


def _page(node, what):
    return node.do("history", **{"with": what}, last=1000)["messages"]


def before(folder, notes):
    with Lan(1) as lan:
        desk = Machine(lan.hosts[0], folder)
        ann, ben = _two_on(desk)
        group = ann.do("group.create", name="lamps", members=[ben.id])["group"]["id"]
        ben.wait("group")
        for number in range(20):
            exchange(ann, ben)
            ben.wait("message", id=ann.send(group, f"to all, {number}"))
        pathlib.Path(notes).write_text(json.dumps(_kept(ann, ben)), encoding="utf-8")
        stop(ann, ben)
        desk.close()


def after(folder, notes):
    said = json.loads(pathlib.Path(notes).read_text(encoding="utf-8"))
    with Lan(1) as lan:
        desk = Machine(lan.hosts[0], folder)
        ann, ben = _two_on(desk)
        kept = {name: [list(pair) for pair in pairs] for name, pairs in _kept(ann, ben).items()}
        assert kept == said, "a conversation is not what it was"
        exchange(ann, ben)
        stop(ann, ben)
        desk.close()
    print(f"{sum(map(len, said.values()))} messages in {len(said)} conversations are all there")


# Starting

STARTS, READY_MS = 20, 50


def start(binary, folder):
    """How long until `ready`, with a key file: median of twenty, by store and discovery."""
    folder = pathlib.Path(folder)
    said, slow = [], []
    with Lan(1) as lan:
        lan.attend()
        for discovery in ("off", "embedded"):
            for store in ("fresh", "existing"):
                ms = statistics.median(_ready_ms(binary, folder, discovery, store, number)
                                       for number in range(STARTS))
                said.append(f"{store} store, {discovery} {ms:.0f} ms")
                slow += [said[-1]] if ms > READY_MS else []
    print("; ".join(said))
    assert not slow, f"over {READY_MS} ms: {slow}"


def _ready_ms(binary, folder, discovery, store, number):
    data = folder / (discovery + (f"-{number}" if store == "fresh" else "-0"))
    command = [binary, "--json", "--data", data, "--key-file", f"{data}.key", "--name", "x",
               "--discovery", discovery]
    began = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        line = process.stdout.readline()
        took = (time.monotonic() - began) * 1000
        assert b'"ready"' in line, line
        process.communicate(b'{"do": "quit"}\n', timeout=30)
    assert process.returncode == 0, process.returncode
    return took


# An office

UNIT = "lanthorn.service"


class Person(Account):
    """Somebody who lets a node run and talks to it with the shell's commands."""

    def __init__(self, machine, name, lingers):
        super().__init__(machine, name, lingers)
        self.lingers = lingers

    def start(self):
        """By the unit; where no service manager is, by the unit's own line."""
        if self.lingers:
            state = self.run(["systemctl", "--user", "is-enabled", UNIT], check=False).stdout
            assert state.strip() == "disabled", f"a node must be asked for, not {state}"
            self.run(["systemctl", "--user", "enable", "--now", UNIT], timeout=90)
        else:
            self.run(["mkdir", "-p", f"/home/{self.name}/.config/lanthorn"])
            self._process = self.popen(self._line_of_unit(), stdin=subprocess.DEVNULL)

    def _line_of_unit(self):
        unit = (self.machine.folder / "usr/lib/systemd/user" / UNIT).read_text(encoding="utf-8")
        line = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
        home = f"/home/{self.name}"
        words = line.removeprefix("ExecStart=").split()
        return [word.replace("%E", f"{home}/.config").replace("%h", home) for word in words]

    def ask(self, *words):
        """The answer of a shell's command."""
        said = self.run(["lanthorn", *words, "--json"]).stdout
        return json.loads(said.splitlines()[-1])

    def knows(self, other):
        ran = self.run(["lanthorn", "peers", "--json"], check=False)
        peers = json.loads(ran.stdout.splitlines()[-1])["peers"] if ran.returncode == 0 else []
        return any(peer["name"] == other.name and peer["online"] for peer in peers)

    def say(self, other):
        text = f"{self.name} to {other.name}, {time.monotonic_ns()}"
        self.run(["lanthorn", "send", other.name, text, "--wait", "20"])
        texts = [message["text"] for message in other.ask("history", self.name)["messages"]]
        assert texts.count(text) == 1, f"{other.name} has {texts}"

    def journal(self):
        """What went wrong in the unit."""
        if self.lingers:
            print(self.run(["systemctl", "--user", "status", "-l", "--no-pager", "-n", "40", UNIT],
                           check=False).stdout)


def all_talk(people):
    pairs = [(one, other) for one in people for other in people if one is not other]
    for one, other in pairs:
        wait_until(lambda: one.knows(other), FOUND_S, f"{one.name} sees {other.name}")
    for one, other in pairs:
        one.say(other)
    return len(pairs)


def users(office, third, discovery, cgroup):
    """ann and ben at one desk, each with a unit of their own; cleo elsewhere, without systemd."""
    with Lan(2) as lan:
        desk = Machine(lan.hosts[0], office, cgroup)
        if discovery == "embedded":
            desk.run(["systemctl", "disable", "--now", "avahi-daemon.socket",
                      "avahi-daemon.service"])
        people = [Person(desk, "ann", True), Person(desk, "ben", True),
                  Person(Machine(lan.hosts[1], third), "cleo", False)]
        lab.on_failure(lambda: [person.journal() for person in people])
        for person in people:
            person.start()
        said = all_talk(people)
        ann, ben, cleo = people
        states = [person.ask("status") for person in people]
        backends = [state["discovery"]["backend"] for state in states]
        assert backends == [discovery, discovery, "embedded"], backends
        assert states[0]["port"] != states[1]["port"], states
        check_unit_recovers(ann)
        all_talk([ann, ben])
        check_unit_ends(ann)
        desk.close()
        cleo.machine.close()
    print(f"{said} ways between three people, found by {' and '.join(sorted(set(backends)))}; "
          "killed, the unit starts again; stopped, it ends well")


def _shows(person, name):
    return person.run(["systemctl", "--user", "show", "--value", "-p", name, UNIT]).stdout.strip()


def check_unit_recovers(person):
    first = _shows(person, "MainPID")
    person.run(["systemctl", "--user", "kill", "-s", "KILL", "--kill-who=main", UNIT])
    wait_until(lambda: _shows(person, "MainPID") not in (first, "0")
               and _shows(person, "ActiveState") == "active", 30, "the unit starts again")


def check_unit_ends(person):
    person.run(["systemctl", "--user", "stop", UNIT])
    state = (_shows(person, "ActiveState"), _shows(person, "Result"))
    assert state == ("inactive", "success"), state


SCENES = {scene.__name__: scene for scene in (talk, find, before, after, start, users)}
lab.run_test(lambda: SCENES[sys.argv[1]](*sys.argv[2:]))
