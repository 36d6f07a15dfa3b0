#!/usr/bin/python3 -B
"""A prompt to a node that runs already: it shows what was told to nobody, what it shows counts,
and the node outlives it."""

import os
import re
import signal
import subprocess

import lab
from control import Client
from lan import Lan, wait_until
from node import ANSWER_S, Node, binary, environment
from terminal import Terminal

DONE, FAILED, USAGE, NO_NODE, INTERRUPTED = 0, 1, 2, 5, 130


class Service:
    """A node without a user, as a service has it."""

    def __init__(self, host, name):
        node = Node(host, name, start=False)
        self.host, self.data = host, node.data
        self.words = [word for word in node.command() if word != "--json"]
        self.start()

    def start(self):
        self.process = self.host.popen([*self.words, "--headless"], stdin=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE, env=environment(), text=True)
        while "you are" not in self.process.stderr.readline():
            assert self.process.poll() is None

    def stop(self):
        self.process.terminate()
        assert self.process.wait(ANSWER_S) == DONE, self.process.stderr.read()

    def prompt(self, *words, columns=100, rows=40):
        """One that runs the node, when nobody else does."""
        return Terminal(self.host, [*self.words, *words], columns, rows)

    def attach(self, *words, rows=40):
        return Terminal(self.host, [binary(), "--data", self.data, *words], 100, rows)

    def ask(self, *words):
        return self.host.run([binary(), words[0], "--data", self.data, *words[1:]],
                             env=environment()).stdout


def attach(service, *texts):
    """A prompt that is there, and shows these before anything else happens."""
    terminal = service.attach()
    terminal.wait_text("your node runs already")
    terminal.wait_text("you are Ada")
    for text in texts:
        terminal.wait_text(text)
    return terminal


def leave(terminal, status=DONE, key=None):
    if key:
        terminal.key(key)
    else:
        terminal.line("/quit")
    assert terminal.wait_end() == status
    terminal.wait_text("the node goes on running")
    terminal.assert_given_back()


def deliver(service, bea, *texts):
    """Said, and told by Ada's node to those who listen."""
    with Client(service.data + "/control.sock") as listener:
        for text in texts:
            listener.wait("message", id=bea.send("Ada", text))


def check_talk(service, bea):
    deliver(service, bea, "while nobody looked", "and another one")
    with attach(service, "while nobody looked", "and another one") as terminal:
        assert terminal.count("while nobody looked") == 1, terminal.screen()
        deliver(service, bea, "seen as it comes")
        terminal.wait_text("Bea: seen as it comes")
        terminal.line("an answer from here")  # Bea was the first who wrote
        bea.wait("message", text="an answer from here")
        terminal.line("/who")
        terminal.wait_text(f"here{12 * ' '}Bea  id")
        terminal.line("/help")
        terminal.wait_text("leave; a node that ran before runs on")
        terminal.line("/nonsense")
        terminal.wait_text("is not a command")
        leave(terminal)


def check_sent_elsewhere(service, bea):
    """What another shell sends has not waited for anybody."""
    with attach(service) as terminal:
        for number in range(3):
            assert service.ask("send", "Bea", f"from a shell {number}", "--wait", "30")
        deliver(service, bea, "after all that")
        terminal.wait_text("after all that")
        assert terminal.count("had waited") == 0, terminal.screen()
        leave(terminal)


def check_shown_once(service, bea):
    """Neither the next prompt here nor one that runs the node shows it again."""
    with attach(service) as terminal:
        deliver(service, bea, "the second time")
        terminal.wait_text("the second time")
        assert terminal.count("while nobody looked") == 0, terminal.screen()
        leave(terminal, key="C-d")
    deliver(service, bea, "for the node's own prompt")
    service.stop()
    with service.prompt() as terminal:
        terminal.wait_text("for the node's own prompt")
        for text in ("while nobody looked", "seen as it comes", "the second time", "already"):
            assert terminal.count(text) == 0, terminal.screen()
        terminal.line("/quit")
        assert terminal.wait_end() == DONE
    service.start()
    wait_until(lambda: "\there\t" in service.ask("peers"), 30, "Bea is met again")


def check_many(service, bea):
    """More than a page, with more coming in while they are shown."""
    many = [f"({number})" for number in range(700)]
    refs = [bea.post("send", to="Ada", text=text) for text in many[:600]]
    last = [bea.answer(ref)["id"] for ref in refs][-1]
    bea.wait("delivered", id=last)
    terminal = service.attach(rows=60)
    refs = [bea.post("send", to="Ada", text=text) for text in many[600:]]
    with terminal:
        terminal.wait_text(f"Bea: {many[-1]}")
        shown = [line.split("Bea: ")[1].strip() for line in terminal.screen().splitlines()
                 if "Bea: " in line]
        assert len(shown) > 20 and shown == many[-len(shown):], shown
        leave(terminal)
    with Client(service.data + "/control.sock") as client:
        assert client.do("unseen")["messages"] == []


def check_standstill(service, bea):
    """A prompt that was stopped for long shows all that came meanwhile, once and in order."""
    path = f"{lab.SCRATCH}/data/standstill"
    many = [f"<{number}>" for number in range(500)]
    with attach(service) as terminal:
        terminal.record(path)
        terminal.send_signal(signal.SIGSTOP)
        refs = [bea.post("send", to="Ada", text=text + 6000 * "x") for text in many]
        last = [bea.answer(ref)["id"] for ref in refs][-1]
        bea.wait("delivered", id=last)
        terminal.send_signal(signal.SIGCONT)
        deliver(service, bea, "<live>")
        terminal.wait_text("<live>", 60)
        with open(path, encoding="utf-8") as file:
            assert re.findall("<[0-9a-z]+>", file.read()) == [*many, "<live>"]
        leave(terminal)
    with Client(service.data + "/control.sock") as client:
        assert client.do("unseen")["messages"] == []


def check_refusals(service, _):
    with service.attach("--network", "closed", "--name", "zorro") as terminal:
        assert terminal.wait_end() == USAGE
        terminal.wait_text("Your node runs already, and --network is said when it starts")
    clients = [Client(service.data + "/control.sock") for _ in range(32)]
    with service.attach() as terminal:
        assert terminal.wait_end() == FAILED
        terminal.wait_text("The node talks to 32 programs already")
    for client in clients:
        client.close()


def start_at_home(host, home):
    """The words of somebody who gives no --data, whose node runs."""
    words = ["env", f"HOME={home}", f"XDG_RUNTIME_DIR={lab.SCRATCH}/data/run", binary()]
    process = host.popen([*words, "--key-file", f"{home}/key", "--name", os.path.basename(home),
                          "--discovery", "off", "--headless"], stdin=subprocess.DEVNULL,
                         stderr=subprocess.PIPE, env=environment(XDG_DATA_HOME=""), text=True)
    while "you are" not in process.stderr.readline():
        assert process.poll() is None
    return words, process


def check_at_home(service, _):
    """Of several nodes one's own is found, and whatever way leads to the home directory."""
    homes = [f"{lab.SCRATCH}/data/{name}" for name in ("Cem", "Dora")]
    for directory in (f"{lab.SCRATCH}/data/run", *homes):
        os.mkdir(directory, 0o700)
    os.symlink(homes[0], f"{lab.SCRATCH}/data/link")
    nodes = []
    for home in homes:
        nodes.append(start_at_home(service.host, home))
        for words, _ in nodes:
            for at in (words[1], f"HOME={lab.SCRATCH}/data/link"):
                name = "Cem" if at.endswith("link") else os.path.basename(words[1])
                with Terminal(service.host, [words[0], at, *words[2:]], 100) as terminal:
                    terminal.wait_text(f"you are {name}")
                    leave(terminal)
    for _, process in nodes:
        process.terminate()
        assert process.wait(ANSWER_S) == DONE, process.stderr.read()


def check_ends(service, bea):
    with attach(service) as terminal:
        leave(terminal, INTERRUPTED, key="C-c")
    with attach(service) as terminal:
        terminal.send_signal(signal.SIGTERM)
        assert terminal.wait_end() == DONE
        terminal.assert_given_back()
    with attach(service) as terminal, attach(service) as other:
        deliver(service, bea, "to both")
        for one in (terminal, other):
            one.wait_text("to both")
        leave(other)
        service.stop()
        assert terminal.wait_end() == NO_NODE
        terminal.wait_text("The node has ended")
        terminal.assert_given_back()


def test():
    with Lan(2) as lan:
        service, bea = Service(lan.hosts[0], "Ada"), Node(lan.hosts[1], "Bea")
        bea.wait("peer", name="Ada", online=True)
        for check in (check_talk, check_sent_elsewhere, check_shown_once, check_many, check_standstill, check_refusals, check_at_home,
                      check_ends):
            lab.say(check.__name__.replace("check_", "").replace("_", " "))
            check(service, bea)
        bea.stop()


lab.run_test(test, ("tmux",))
