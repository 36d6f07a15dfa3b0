#!/usr/bin/python3
"""Lines on standard input are messages; the exit status tells what became of them."""

import subprocess

import lab
from lan import Lan
from node import ANSWER_S, Node, environment

DELIVERED, STOPPED, USAGE, UNKNOWN, STILL_QUEUED, NO_DISCOVERY = 0, 1, 2, 3, 4, 8


def words(node, to, timeout_s):
    whom = [to] if to.lower().startswith("lanthorn:") else ["--to", to]
    return [word for word in node.command(*whom, "--timeout", str(timeout_s)) if word != "--json"]


def pipe(node, text, to, timeout_s):
    """Runs the node once with text on its stdin; (status, stdout, stderr)."""
    done = node.host.run(words(node, to, timeout_s), check=False, stdin=text, env=environment(),
                         timeout=timeout_s + ANSWER_S)
    assert "\x1b" not in done.stdout + done.stderr, "no escape sequences into a pipe"
    return done.returncode, done.stdout, done.stderr


def expect(node, status, text, to, timeout_s):
    got, out, err = pipe(node, text, to, timeout_s)
    assert got == status, f"status {got}, not {status}: {out}{err}"
    return out + err


def expect_stopped(node, status, text, to):
    """Ended by SIGTERM once it has told of its discovery, long after it has read text."""
    pipes = {name: subprocess.PIPE for name in ("stdin", "stdout", "stderr")}
    process = node.host.popen(words(node, to, 600), env=environment(), text=True, **pipes)
    process.stdin.write(text)
    process.stdin.close()
    assert "iscovery" in process.stderr.readline()
    process.terminate()
    got, said = process.wait(ANSWER_S), process.stderr.read()
    assert got == status and "stopped before" in said, f"status {got}, not {status}: {said}"


def expect_shown(node, texts):
    """These, in this order, and nothing else since the node's start."""
    node.wait_that(lambda: len(node.find("message")) >= len(texts), ANSWER_S, f"{len(texts)} lines")
    shown = [e["text"] for e in node.find("message")]
    assert shown == texts, shown


def test():
    with Lan(2, avahi={0}) as lan:
        bea = Node(lan.hosts[1], "Bea")
        ada = Node(lan.hosts[0], "Ada", start=False)
        lab.say("three lines, the last without its end")
        expect(ada, DELIVERED, "one\ntwo — 二\nthree", "Bea", 20)
        expect_shown(bea, ["one", "two — 二", "three"])
        lab.say("to nobody")
        said = expect(ada, UNKNOWN, "hello\n", "Nobody", 3)
        assert "Nobody" in said, said
        lab.say("to somebody away")
        bea.stop()
        expect(ada, STILL_QUEUED, "later\n", "Bea", 2)
        expect(ada, STILL_QUEUED, "left at once\n", "Bea", 0)
        lab.say("stopped")
        expect_stopped(ada, STILL_QUEUED, "stopped\n", "Bea")
        expect_stopped(ada, STOPPED, "never\n", "Nobody")
        lab.say("without a network")
        ada.host.unplug()
        expect(ada, NO_DISCOVERY, "hello\n", "Nobody", 4)
        ada.host.heal()
        lab.say("what was queued goes out with the next run")
        bea.start()
        expect(ada, DELIVERED, "and now\n", "Bea", 20)
        kept = ["later", "left at once", "stopped", "and now"]
        expect_shown(bea, kept)
        lab.say("many lines")
        many = [f"line {number}" for number in range(500)]
        expect(ada, DELIVERED, "\n".join(many) + "\n", bea.id, 30)
        expect_shown(bea, kept + many)
        lab.say("by a link, whatever that calls her")
        expect(ada, DELIVERED, "by link\n", f"LANTHORN:{bea.id.upper()}?n=Nobody", 20)
        expect_shown(bea, kept + many + ["by link"])
        said = expect(ada, USAGE, "hello\n", "lanthorn:Bea", 20)
        assert "This link does not lead to anybody" in said, said
        bea.stop()


lab.run_test(test)
