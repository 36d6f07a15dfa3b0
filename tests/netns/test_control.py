#!/usr/bin/python3
"""The control socket of a running node: who reaches it, what they hear, and that nothing they do
or leave undone harms the node or the others."""

import os
import shutil
import signal
import socket
import stat
import subprocess

import lab
from control import Client
from lan import Lan, wait_until
from node import ANSWER_S, Node, environment
from terminal import Terminal

CLIENTS_MAX = 32
TEXT = "x" * (16 * 1024)


def path_of(node):
    return node.data + "/control.sock"


def meet(client, node):
    """The client may come too late for the event."""
    wait_until(lambda: any(peer["id"] == node.id and peer["online"]
                           for peer in client.do("peers")["peers"]), ANSWER_S, "they have met")


def check_two_clients(ada, bea):
    """Both hear what happens, each its own answers; the node's own user hears news, too."""
    with Client(path_of(ada)) as one, Client(path_of(ada)) as two:
        assert one.ready["id"] == ada.id and one.ready["port"] == ada.port, one.ready
        assert one.ready["data"] == ada.data, one.ready
        id_ = one.do("send", to="Bea", text="from a client")["id"]
        for who in (one, two):
            who.wait("delivered", id=id_)
        bea.wait("message", id=id_)
        back = bea.send("Ada", "to all who listen")
        for who in (one, two, ada):
            assert who.wait("message", id=back)["text"] == "to all who listen"
        mark = ada.mark()
        group = two.do("group.create", name="ops", members=["Bea"])["group"]
        assert one.wait("group")["group"]["id"] == group["id"]
        assert ada.wait("group", since=mark)["group"]["id"] == group["id"]
        ada.do("petname", peer=bea.id, petname="Beatrix")
        one.wait("peer", petname="Beatrix")
        two.do("petname", peer=bea.id, petname="")
        ada.wait("peer", since=mark, petname="")
        for who in (one, two):
            who.do("status")
        assert len(one.find("accepted")) == 1 and not two.find("accepted")
        assert not ada.find("accepted") and not ada.find("status")


def check_bad_lines(ada):
    with Client(path_of(ada)) as client:
        client.write(b"\xff\x00 garbage")
        client.write(b'{"do":"status","x":"' + b"x" * (64 * 1024) + b'"}')
        client.write(b'{"do":"fly","ref":"f"}')
        client.do("status")
        codes = [event["code"] for event in client.find("error")]
        assert codes == ["malformed", "malformed", "usage"], codes
        assert client.refused("send", to="Nobody", text="x") == "unknown_peer"


def check_half_close(ada):
    with Client(path_of(ada)) as client:
        client.post("peers")
        client._socket.sendall(b'{"do":"status","ref":"last"}')  # and no line feed
        client.half_close()
        events = client.wait_end()
        assert events[-1].get("ref") == "last", events
    with Client(path_of(ada)) as client:
        client.half_close()
        assert len(client.wait_end()) == 1


def check_leaving(ada):
    """Gone with a command under way, over and over: nothing of it is kept."""
    files = f"/proc/{ada.process.pid}/fd"
    before = len(os.listdir(files))
    for command in (["sync", {}], ["peers", {}], ["send", {"to": "Bea", "text": "gone"}]):
        for _ in range(50):
            client = Client(path_of(ada))
            client.post(command[0], **command[1])
            client.close()
    wait_until(lambda: len(os.listdir(files)) <= before, 60, "every descriptor is closed")
    assert ada.do("status")["id"] == ada.id


def check_limit(ada):
    clients = [Client(path_of(ada)) for _ in range(CLIENTS_MAX)]
    with Client(path_of(ada), greets=False) as one_more:
        events = one_more.wait_end()
        assert [(e["event"], e["code"]) for e in events] == [("error", "limit")], events
    for client in clients:
        client.do("status")
    clients[5].close()

    def is_let_in():
        with Client(path_of(ada), greets=False) as client:
            return client.next()["event"] == "ready"

    wait_until(is_let_in, 10, "there is room again")
    for client in clients:
        client.close()


def check_slow_reader(ada, bea):
    """Loses events and is told by the hole; is answered all the same. Nobody waits for it."""
    slow = Client(path_of(ada), may_lose=True)
    with Client(path_of(ada)) as other:
        for _ in range(300):
            last = bea.send("Ada", TEXT)
            other.wait("message", id=last)
    slow.do("status")
    texts = len(slow.find("message"))
    assert 0 < texts < 200, f"{texts} of 300 messages"
    assert slow.events[-1]["seq"] > len(slow.events), "the hole"
    lab.say(f"a slow reader got {texts} of 300 messages")
    slow.close()
    ada.wait("message", id=last)


def check_stuck_user(host, bea):
    """Who started the node does not read: clients reach it nevertheless, and may end it."""
    node = Node(host, "Stuck", start=False)
    process = host.popen(node.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, env=environment())
    wait_until(lambda: os.path.exists(path_of(node)), 30, "the socket")
    with Client(path_of(node), may_lose=True) as client:
        meet(client, bea)
        for _ in range(300):
            bea.send(client.ready["id"], TEXT)
        client.wait("message")
        client.do("send", to=bea.id, text="still here")
        bea.wait("message", text="still here", timeout=90)
        client.do("quit")
        process.wait(60)


def start_quiet(host, name, *options, env=None, data=True):
    """A node without --json, when its socket is there."""
    node = Node(host, name, options=options, start=False)
    words = [word for word in node.command() if word != "--json"]
    if not data:
        words = [word for word in words if word not in ("--data", node.data)]
    process = host.popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, env=environment(**(env or {})))
    return node, process


def check_headless(host, bea):
    node, process = start_quiet(host, "Quiet", "--headless")
    wait_until(lambda: os.path.exists(path_of(node)), 30, "the socket")
    with Client(path_of(node)) as client:
        meet(client, bea)
        id_ = client.do("send", to=bea.id, text="from a quiet node")["id"]
        bea.wait("message", id=id_)
        answer = client.do("quit")
        assert answer["event"] == "bye", answer
        client.wait_end()
    assert process.wait(30) == 0
    assert not os.path.exists(path_of(node)), "the socket is gone"


def check_lines(host, bea):
    node, process = start_quiet(host, "Lines", "--to", "Bea")
    process.stdin.write(b"one line\n")
    process.stdin.flush()
    bea.wait("message", text="one line")
    with Client(path_of(node)) as client:
        client.do("send", to=bea.id, text="another one")
        bea.wait("message", text="another one")
    process.stdin.close()
    assert process.wait(30) == 0


def check_prompt(host, bea):
    """What a client says is not announced at the prompt as if it had waited."""
    node = Node(host, "Prompt", start=False)
    words = [word for word in node.command() if word != "--json"]
    with Terminal(host, words) as terminal:
        wait_until(lambda: os.path.exists(path_of(node)), 30, "the socket")
        with Client(path_of(node)) as client:
            meet(client, bea)
            id_ = client.do("send", to=bea.id, text="not typed")["id"]
            client.wait("delivered", id=id_)
            client.do("group.create", name="news", members=["Bea"])
            terminal.wait_text("news")
            assert "had waited" not in terminal.screen(), terminal.screen()
            client.do("quit")


def check_the_end(node):
    """quit is answered to who asked; the others and the node's own user hear it."""
    with Client(path_of(node)) as one, Client(path_of(node)) as two:
        assert one.do("quit")["event"] == "bye"
        assert one.wait_end()[-1]["event"] == "bye"
        assert two.wait_end()[-1]["event"] == "bye" and "ref" not in two.events[-1]
    node.wait_exit(0)
    assert node.events[-1]["event"] == "bye", node.events[-1]
    assert not os.path.exists(path_of(node)), "the socket is gone"


def check_stale(host):
    node = Node(host, "Killed", options=["--discovery", "off"])
    client = Client(path_of(node))
    node.kill9()
    client.wait_end()
    assert os.path.exists(path_of(node)), "it had no time to clean up"
    node.start()
    assert not node.find("warning", code="control")
    with Client(path_of(node)) as client:
        assert client.do("status")["pid"] == node.process.pid
    node.process.send_signal(signal.SIGTERM)
    node.wait_exit(0)
    assert not os.path.exists(path_of(node)), "the socket is gone"


def check_long_path(host):
    far = f"{lab.SCRATCH}/data/" + "/".join(["far" * 20] * 5)
    os.makedirs(far)
    node = Node(host, "Far", data=far + "/data", key=f"{lab.SCRATCH}/data/far.key",
                options=["--discovery", "off"])
    assert len(path_of(node)) > 300
    with Client(path_of(node)) as client:
        assert client.ready["id"] == node.id
    node.stop()
    assert not os.path.exists(path_of(node)), "the socket is gone"


_STRANGER = """
import socket, sys
s = socket.socket(socket.AF_UNIX)
try:
    s.connect(sys.argv[1])
    print("got", s.recv(1000))
except OSError as error:
    print(type(error).__name__)
"""


def check_other_user(host):
    """The file's mode keeps other users out; and were it open, who they are does."""
    node = Node(host, "Private", options=["--discovery", "off"])
    mode = os.stat(path_of(node)).st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600, oct(mode)

    def ask_as_another():
        return host.run(["setpriv", "--reuid=1", "--regid=1", "--clear-groups", "/usr/bin/python3",
                         "-c", _STRANGER, path_of(node)]).stdout.strip()

    assert ask_as_another() == "PermissionError"
    os.chmod(node.data, 0o755)
    assert ask_as_another() == "PermissionError"
    os.chmod(path_of(node), 0o666)
    assert ask_as_another() == "got b''", ask_as_another()
    with Client(path_of(node)) as client:
        client.do("status")
    node.stop()


def runtime_node(host, name, runtime, key=None):
    """Without --data: its socket is in the runtime directory."""
    home = f"{lab.SCRATCH}/data/home-{name}"
    os.makedirs(home, exist_ok=True)
    node = Node(host, name, start=False, key=key, options=["--discovery", "off"],
                env={"XDG_RUNTIME_DIR": runtime, "XDG_DATA_HOME": home})
    words = node.command()
    words[words.index("--data"):words.index("--data") + 2] = []
    node.command = lambda *more: words + list(more)
    node.data = home + "/lanthorn"
    return node


def check_runtime_dir(host):
    runtime = f"{lab.SCRATCH}/data/runtime"
    os.mkdir(runtime, 0o700)
    first = runtime_node(host, "Main", runtime).start()
    path = f"{runtime}/lanthorn/{first.id[:16]}.sock"
    assert stat.S_IMODE(os.stat(runtime + "/lanthorn").st_mode) == 0o700
    assert not os.path.exists(path_of(first))
    with Client(path) as client:
        assert client.do("status")["pid"] == first.process.pid

    # The same identity again, from a copy of its store: it leaves the living one its socket.
    copy = runtime_node(host, "Copy", runtime, key=first.key)
    shutil.copytree(first.data, copy.data)
    copy.start()
    assert copy.id == first.id
    assert path in copy.wait("warning", code="control")["text"]
    copy.stop()
    with Client(path) as client:
        assert client.do("status")["pid"] == first.process.pid
    first.stop()
    assert not os.path.exists(path)

    # A directory that others could enter is not used; the node runs.
    os.chmod(runtime + "/lanthorn", 0o755)
    first.start()
    assert "lanthorn" in first.wait("warning", code="control")["text"]
    first.do("status")
    first.stop()


def test():
    with Lan(3) as lan:
        hosts = lan.hosts
        ada, bea = Node(hosts[0], "Ada"), Node(hosts[1], "Bea")
        ada.wait_peer(bea)
        for check in (check_two_clients, check_slow_reader):
            lab.say(check.__name__)
            check(ada, bea)
        for check in (check_bad_lines, check_half_close, check_leaving, check_limit):
            lab.say(check.__name__)
            check(ada)
        for check in (check_stuck_user, check_headless, check_lines, check_prompt):
            lab.say(check.__name__)
            check(hosts[2], bea)
        for check in (check_stale, check_long_path, check_other_user, check_runtime_dir):
            lab.say(check.__name__)
            check(hosts[2])
        lab.say("check_the_end")
        check_the_end(ada)
        bea.stop()


lab.run_test(test, needs=("setpriv", "tmux"))
