#!/usr/bin/python3 -B
"""`lanthorn COMMAND …` to running nodes: every command, every exit status, in the forms for
people, for rows and for JSON."""

import json
import os
import signal
import subprocess

import lab
from lan import Lan, wait_until
from node import ANSWER_S, Node, binary, environment
from terminal import Terminal

DONE, FAILED, USAGE, UNKNOWN, NOT_DELIVERED, NO_NODE, KEY_CHANGED, INTERRUPTED = (
    0, 1, 2, 3, 4, 5, 6, 130)
TEXT_MAX = 16 * 1024


class Shell:
    """A shell on a node's host: ask() a command, its rows; refused() with a status and words."""

    def __init__(self, node):
        self.node = node

    def words(self, *words):
        return [binary(), words[0], "--data", self.node.data, *words[1:]]

    def run(self, *words, stdin=None):
        done = subprocess.run(self.node.host.enter(self.words(*words)), input=stdin, timeout=60,
                              stdin=subprocess.DEVNULL if stdin is None else None,
                              capture_output=True, check=False, env=environment())
        out, err = done.stdout.decode(), done.stderr.decode()
        assert "\x1b" not in out + err and "Sanitizer" not in err, out + err
        assert not out or out.endswith("\n"), out
        return done.returncode, out, err

    def ask(self, *words, stdin=None):
        """The rows of the answer, each a list of its columns."""
        status, out, err = self.run(*words, stdin=stdin)
        assert status == DONE and not err, f"{words}: {status} {err}"
        return [line.split("\t") for line in out.splitlines()]

    def json(self, *words, stdin=None):
        """The one event that answers."""
        status, out, err = self.run(*words, "--json", stdin=stdin)
        assert status == DONE and not err and out.count("\n") == 1, f"{words}: {status} {out}{err}"
        return json.loads(out)

    def refused(self, status, said, *words, stdin=None):
        got, out, err = self.run(*words, stdin=stdin)
        assert got == status, f"{words}: status {got}, not {status}: {out}{err}"
        assert not out and said in err and err.startswith("lanthorn: "), f"{words}: {out}{err}"
        return err

    def start(self, *words, **options):
        """Left running: a process with pipes."""
        pipe = subprocess.PIPE
        return self.node.host.popen(self.words(*words), stdin=subprocess.DEVNULL, stdout=pipe,
                                    stderr=pipe, env=environment(), text=True, **options)


def ended(process):
    """(status, stdout, stderr) of a process that is about to end."""
    out, err = process.communicate(timeout=ANSWER_S)
    return process.returncode, out, err


def check_people(ada, bea, shell):
    shell.ask("name", "Ada L")
    bea.wait("peer", name="Ada L")
    shell.ask("name", "Ada")
    name, state, verified, blocked, id_, addresses = shell.ask("peers")[0]
    assert [name, state, verified, blocked, id_] == ["Bea", "here", "-", "-", bea.id]
    assert str(bea.port) in addresses, addresses
    assert shell.json("peers")["peers"][0]["id"] == bea.id
    assert shell.ask("petname", "Bea", "Beatrix B")[0][0] == "Beatrix B"
    assert shell.ask("petname", "Beatrix B")[0][0] == "Bea"
    assert shell.ask("block", bea.id[:8])[0][3] == "blocked"
    shell.refused(FAILED, "is blocked", "send", "Bea", "hi")
    assert shell.ask("unblock", "Bea")[0][3] == "-"
    assert shell.ask("peer", "add", "192.0.2.1:7327") == [["192.0.2.1:7327"]]
    assert shell.ask("peer", "remove", "192.0.2.1:7327") == [["192.0.2.1:7327"]]
    shell.refused(USAGE, "never added", "peer", "remove", "192.0.2.1:7327")
    status = dict(shell.ask("status"))
    assert status["id"] == ada.id and status["port"] == str(ada.port), status
    assert shell.json("status")["pid"] == ada.process.pid


def check_numbers(bea, shell):
    number, state = shell.ask("verify", "Bea")[0]
    assert len(number) == 60 and state == "-", number
    other = str((int(number[0]) + 1) % 10) + number[1:]
    shell.refused(KEY_CHANGED, "Nothing was marked", "verify", "Bea", other)
    shell.refused(USAGE, "60 digits", "verify", "Bea", number[:-1])
    assert shell.ask("verify", "Bea")[0][1] == "-"
    groups = [number[at:at + 5] for at in range(0, 60, 5)]
    assert shell.ask("verify", "Bea", *groups) == [[number, "verified"]]
    assert shell.ask("peers")[0][2] == "verified"
    assert shell.json("verify", bea.id)["verified"] is True


def check_sending(bea, shell):
    for words, stdin, text in (
            (["several", "words"], None, "several words"),
            (["--", "--dashes first"], None, "--dashes first"),
            (["-"], "two\nlines\n".encode(), "two\nlines"),
            (["-"], "日本\n\n".encode(), "日本\n"),
            (["-"], b"x" * TEXT_MAX, "x" * TEXT_MAX),
            (["-"], b"x" * TEXT_MAX + b"\n", "x" * TEXT_MAX)):
        id_, = shell.ask("send", "Bea", "--wait", "20", *words, stdin=stdin)[0]
        assert bea.wait("message", id=id_)["text"] == text
    answer = shell.json("send", "Bea", "as JSON")
    assert answer["event"] == "accepted" and bea.wait("message", id=answer["id"])
    for said, words, stdin in (
            ("empty", ["send", "Bea", ""], None),
            ("empty", ["send", "Bea", "-"], b""),
            ("empty", ["send", "Bea", "-"], b"\n"),
            ("16384", ["send", "Bea", "-"], b"x" * (TEXT_MAX + 1)),
            ("16384", ["send", "Bea", "-"], b"x" * (4 * 1024 * 1024)),
            ("16384", ["send", "Bea", "x" * (TEXT_MAX + 1)], None),
            ("UTF-8", ["send", "Bea", "-"], b"a\xffb"),
            ("UTF-8", ["send", "Bea", b"a\xffb"], None),
            ("control characters", ["send", "Bea", "-"], b"\x01" * (12 * 1024))):
        shell.refused(FAILED, said, *words, stdin=stdin)
    shell.refused(UNKNOWN, "Nobody", "send", "Nobody", "hello")
    shell.refused(UNKNOWN, "#nowhere", "send", "#nowhere", "hello")


def check_lines(bea, shell):
    text = b"one\n\n" + "zwei — 二\n".encode() + b"bad \xff\n" + b"x" * (TEXT_MAX + 1) + b"\nlast"
    status, out, err = shell.run("send", "Bea", "--lines", "--wait", "20", stdin=text)
    assert status == FAILED, f"{status}: {err}"
    for number, said in ((2, "empty"), (4, "UTF-8"), (5, "16384")):
        assert f"lanthorn: line {number}: " in err and said in err, err
    ids = out.split()
    assert [bea.wait("message", id=id_)["text"] for id_ in ids] == ["one", "zwei — 二", "last"]
    many = [f"line {number}" for number in range(500)]
    rows = shell.ask("send", "Bea", "--lines", "--wait", "30", stdin="\n".join(many).encode())
    assert len(rows) == len(many)
    bea.shown([row[0] for row in rows])
    last = [event["text"] for event in bea.find("message")][-len(many):]
    assert last == many, "in their order"
    assert shell.ask("send", "Bea", "--lines", stdin=b"") == []


def check_history(bea, shell):
    bea.send("Ada", "an\nanswer\twith\x1b[2J")
    wait_until(lambda: [row for row in shell.ask("history", "Bea", "--last", "5")
                        if row[2] == "Bea"], 20, "Bea's answer")
    rows = shell.ask("history", "Bea", "--last", "3")
    assert len(rows) == 3 and all(len(row) == 4 for row in rows), rows
    assert rows[-1][1:] == ["Bea", "Bea", "an\\x0aanswer\\x09with\\x1b[2J"], rows
    assert rows[0][2] == "(you)" and rows[0][0].endswith("Z"), rows
    answer = shell.json("history", "Bea", "--last", "2")
    assert len(answer["messages"]) == 2 and answer["more"], answer
    shell.refused(UNKNOWN, "Nobody", "history", "Nobody")
    exported = shell.ask("export", "Bea")
    assert exported[-3:] == rows and len(exported) > 500, exported[-3:]
    assert shell.ask("export") == exported, "nobody else has said anything"


def check_groups(bea, shell):
    shell.ask("group", "new", "two words", "Bea")
    shell.ask("group", "rename", "two words", "ops")
    name, role, members, id_ = shell.ask("groups")[0]
    assert [name, role, members] == ["#ops", "admin", "2"], name
    bea.wait("group")
    sent, = shell.ask("send", "#ops", "to all", "--wait", "20")[0]
    assert bea.wait("message", id=sent)["group"] == id_
    assert shell.ask("history", "#ops")[-1][1:] == ["#ops", "(you)", "to all"]
    assert shell.ask("group", "history", "ops", "all")
    assert shell.ask("group", "promote", "ops", "Bea")
    assert shell.ask("group", "demote", "ops", "Bea")
    assert shell.ask("group", "rekey", id_)
    members = shell.ask("group", "info", "ops")
    assert sorted(row[0] for row in members) == ["(you)", "Bea"], members
    assert shell.json("group", "info", "ops")["group"]["history"] == "all"
    assert shell.ask("group", "remove", "ops", "Bea")[0][2] == "1"
    assert shell.ask("group", "add", "#ops", "Bea")[0][2] == "2"
    shell.refused(UNKNOWN, "no such group", "group", "info", "quay")
    shell.refused(UNKNOWN, "quay", "group", "add", "quay", "Bea")
    shell.refused(USAGE, "lanthorn group add", "group", "add", "ops")
    shell.refused(USAGE, "nobody could decide", "group", "leave", "ops")
    assert shell.ask("group", "promote", "ops", "Bea")
    assert shell.ask("group", "leave", "ops")[0][1] == "left"
    shell.refused(FAILED, "not in #ops", "send", "#ops", "gone")


def check_watching(bea, shell):
    """What happens while it looks, until so many events, so much time, or Ctrl-C."""
    watch = shell.start("watch", "--json", "-C", "1")
    assert json.loads(watch.stdout.readline())["event"] == "ready"
    bea.send("Ada", "watched")
    status, out, err = ended(watch)
    assert status == DONE and not err, f"{status}: {err}"
    assert out.count("\n") == 1, out  # whichever: a receipt may have come late
    assert shell.run("watch", "-W", "0")[0] == DONE
    assert shell.run("watch", "-W", "0", "-C", "1000")[0] == FAILED
    watch = shell.start("watch", "--json")
    assert "ready" in watch.stdout.readline()
    bea.send("Ada", "by row")
    while json.loads(watch.stdout.readline()).get("text") != "by row":
        pass
    watch.send_signal(signal.SIGINT)
    assert ended(watch)[0] == INTERRUPTED
    slow = shell.start("send", "Bea", "--lines", "--wait", "100")
    assert ended(slow)[0] == DONE  # nothing to send, nothing to wait for


def rename(bea, shell, name, shown):
    """Another name is taken once a second, so that it may have to be said again."""
    def is_shown():
        bea.do("name", name=name)
        return shell.ask("peers")[0][0] == shown
    wait_until(is_shown, 20, f"her name is {shown}")


def check_terminal(bea, shell):
    """For people: lines without an escape of a stranger's, and nothing to type that is not there."""
    rename(bea, shell, "Bea\x1b[2J#1", "Bea\\x1b[2J\\x231")
    for words, wanted in ((["peers"], "here"), (["history", bea.id], "(you)"),
                          (["status"], "running"), (["verify", bea.id], "verified"),
                          (["send", bea.id, "hello", "--wait", "20"], "-- delivered")):
        with Terminal(shell.node.host, shell.words(*words), columns=120) as terminal:
            assert terminal.wait_end() == DONE
            terminal.wait_text(wanted)
            assert " /" not in terminal.screen().replace(shell.node.data, ""), terminal.screen()
            terminal.assert_given_back()
    with Terminal(shell.node.host, shell.words("watch"), columns=120) as terminal:
        terminal.wait_text("you are Ada")
        bea.send("Ada", "seen\x1b[2J")
        terminal.wait_text("seen\\x1b[2J")
        terminal.key("C-c")
        assert terminal.wait_end() == INTERRUPTED
        terminal.assert_given_back()
    rename(bea, shell, "Bea", "Bea")


def check_mistakes(shell):
    shell.refused(USAGE, "lanthorn send WHO TEXT", "send")
    shell.refused(USAGE, "no TEXT", "send", "Bea")
    shell.refused(USAGE, "--last is not for", "send", "Bea", "x", "--last", "3")
    shell.refused(USAGE, "add, remove", "peer")
    shell.refused(USAGE, "1 to 1000", "history", "Bea", "--last", "0")
    done = shell.node.host.run([binary(), "--help"], env=environment())
    assert "send WHO TEXT" in done.stdout and "--headless" in done.stdout
    assert "--wait SECONDS" in shell.run("send", "--help")[1]
    assert "group rekey" in shell.run("help", "group")[1]
    done = shell.node.host.run([binary(), "frobnicate"], check=False, env=environment())
    assert done.returncode == USAGE and "frobnicate" in done.stderr


def check_somebody_away(bea, shell):
    bea.stop()
    wait_until(lambda: shell.ask("peers")[0][1] == "away", 20, "Bea is seen to be away")
    status, out, err = shell.run("send", "Bea", "later", "--wait", "1")
    assert status == NOT_DELIVERED and len(out) == 65 and "it is kept" in err, f"{status}: {err}"
    waiting = shell.start("send", "Bea", "interrupted", "--wait", "100")
    assert len(waiting.stdout.readline()) == 65
    waiting.send_signal(signal.SIGINT)
    status, _, err = ended(waiting)
    assert status == INTERRUPTED and "sent all the same" in err, f"{status}: {err}"
    waiting = shell.start("send", "Bea", "back again", "--wait", "60")
    id_ = waiting.stdout.readline().strip()
    bea.start()
    assert ended(waiting)[0] == DONE
    bea.wait("message", id=id_)
    bea.wait("message", text="interrupted")


def check_end(ada, shell):
    """The node ends while one looks and one waits; then there is none."""
    watch = shell.start("watch")
    assert watch.stdout.readline() == f"ready\tAda\t{ada.id}\n"
    waiting = shell.start("watch", "--json", "-W", "100")
    assert "ready" in waiting.stdout.readline()
    assert shell.run("quit") == (DONE, "", "")
    ada.wait_exit(DONE)
    for process in (watch, waiting):
        status, _, err = ended(process)
        assert status == NO_NODE, f"{status}: {err}"
    said = shell.refused(NO_NODE, "No node runs", "status")
    assert "start one with" in said and ada.data in said, said
    shell.refused(NO_NODE, "No node runs", "send", "Bea", "x")


def check_without_data(ada):
    """Without --data: the one that runs; of several, none is guessed."""
    runtime = f"{lab.SCRATCH}/data/runtime"
    os.makedirs(runtime, mode=0o700)
    nodes = []

    def start(name):
        home = f"{lab.SCRATCH}/data/home-{name}"
        os.makedirs(home)
        env = environment(XDG_RUNTIME_DIR=runtime, XDG_DATA_HOME=home)
        process = ada.host.popen([binary(), "--headless", "--discovery", "off", "--name", name,
                                  "--key-file", home + "/key", "--listen", "127.0.0.1:0"],
                                 env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                 text=True)
        while "you are " + name not in process.stderr.readline():
            assert process.poll() is None, name
        nodes.append(process)

    def ask(status):
        done = ada.host.run([binary(), "status"], check=False,
                            env=environment(XDG_RUNTIME_DIR=runtime, XDG_DATA_HOME=runtime))
        assert done.returncode == status, f"{done.returncode}: {done.stderr}"
        return done.stdout + done.stderr

    assert "No node runs" in ask(NO_NODE)
    start("Cat")
    assert "name\tCat\n" in ask(DONE)
    start("Dan")
    assert "--data" in ask(USAGE)
    for process in nodes:
        process.terminate()
        assert ended(process)[0] == DONE


def test():
    with Lan(2) as lan:
        ada, bea = Node(lan.hosts[0], "Ada"), Node(lan.hosts[1], "Bea")
        ada.wait_peer(bea)
        bea.wait_peer(ada)
        shell = Shell(ada)
        for check, arguments in ((check_mistakes, [shell]),
                                 (check_people, [ada, bea, shell]),
                                 (check_numbers, [bea, shell]),
                                 (check_sending, [bea, shell]),
                                 (check_lines, [bea, shell]),
                                 (check_history, [bea, shell]),
                                 (check_groups, [bea, shell]),
                                 (check_watching, [bea, shell]),
                                 (check_terminal, [bea, shell]),
                                 (check_somebody_away, [bea, shell]),
                                 (check_without_data, [ada]),
                                 (check_end, [ada, shell])):
            lab.say(check.__name__.replace("check_", "").replace("_", " "))
            check(*arguments)
        bea.stop()


lab.run_test(test, needs=["tmux"])
