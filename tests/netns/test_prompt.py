#!/usr/bin/python3
"""A person at a terminal: commands, messages, mistakes, and a line being typed while others
speak. The terminal is given back as it was found."""

import signal

import lab
from lan import Lan, wait_until
from node import Node
from terminal import Terminal, squash

# 60 columns show it on three rows; the wide ones do not fit the columns evenly.
LONG = "a long line, still being typed: " + "日本語テキスト" * 8 + " and its end"


def prompt(host, name, ready):
    node = Node(host, name, start=False)
    words = [word for word in node.command() if word != "--json"]
    terminal = Terminal(host, words, columns=60, rows=24)
    terminal.wait_text(ready)
    return terminal


def clear(terminal):
    terminal.key("C-l")


def check_commands(t, bea):
    t.line("/help")
    for word in ("/who", "/to", "/msg", "/history", "/name", "/status", "/quit"):
        t.wait_text(word)
    clear(t)
    t.line("/who")
    t.wait_text("Bea")
    t.line("/msg Bea by name")
    bea.wait("message", text="by name")
    t.line("/to Bea")
    t.line("plain text")
    bea.wait("message", text="plain text")
    t.line("//slash first")
    bea.wait("message", text="/slash first")
    t.line("/msg Bea several  words, unquoted 'and' \"quoted\"")
    bea.wait("message", text="several  words, unquoted 'and' \"quoted\"")
    clear(t)
    t.line("/history Bea")
    t.wait_text("slash first")
    clear(t)
    t.line("/status")
    t.wait_text("7327")
    mark = bea.mark()
    t.line("/name Ada Lovelace")
    bea.wait("peer", since=mark, name="Ada Lovelace")


def check_mistakes(t, bea):
    """A mistyped command is an error and stays here."""
    count = len(bea.find("message"))
    for line in ("/frobnicate now", "/Who", "/ who", "/msg Nobody hello", "/msg", "/to Nobody"):
        t.line(line)
    t.line("   ")
    t.line("")
    t.line("after the mistakes")
    bea.wait("message", text="after the mistakes")
    assert len(bea.find("message")) == count + 1, bea.find("message")[count:]
    t.wait_text("frobnicate")


def check_typing(t, bea):
    """Lines of others come in above; what is being typed stays whole, and is sent whole."""
    clear(t)
    t.type(LONG)
    t.wait_text(LONG)
    for number in range(3):
        bea.send("Ada Lovelace", f"interruption {number}")
        t.wait_text(f"interruption {number}")
    wait_until(lambda: _is_intact(t), 5, "the line stands whole, once, below what came")
    t.key("Home")
    t.type(">")
    bea.send("Ada Lovelace", "once more")
    t.wait_text("once more")
    t.key("End")
    t.key("BSpace")
    t.key("Enter")
    bea.wait("message", text=">" + LONG[:-1])


def _is_intact(t):
    screen = squash(t.screen())
    return t.count(LONG) == 1 and screen.index("interruption2") < screen.index(squash(LONG))


def check_strangers_text(t, bea):
    """Escape sequences of others are shown, not obeyed."""
    clear(t)
    bea.send("Ada Lovelace", "bold \x1b[1m\x1b[2J\x1b]0;title\x07 end of it")
    t.wait_text("end of it")
    assert t.count("[2J") == 1, t.screen()


def check_paste(t, bea):
    t.paste("first line\nsecond line")
    t.key("Enter")
    bea.wait("message", text="first line\nsecond line")


def check_ctrl_c(t, bea):
    """Clears the line, and on an empty one quits."""
    count = len(bea.find("message"))
    t.type("never to be said")
    t.wait_text("never to be said")
    t.key("C-c")
    t.line("said instead")
    bea.wait("message", text="said instead")
    assert len(bea.find("message")) == count + 1, bea.find("message")[count:]
    t.key("C-c")
    assert t.wait_end() == 130
    t.assert_given_back()


def check_names(host, bea):
    """Somebody who is away is called by name from the start, and can be chosen."""
    bea.stop()
    with prompt(host, "Ada", "you are") as t:
        t.line("/to Bea")
        t.wait_text("talking to Bea,")
        t.wait_text("Bea>")
        t.line("/peer add 127.0.0.1:9")
        t.wait_text("also looking for people at 127.0.0.1:9")
        t.line("/peer remove 127.0.0.1:9")
        t.wait_text("no longer looking for people at 127.0.0.1:9")
        t.line("/quit")
        assert t.wait_end() == 0, t.screen()
    bea.start()


def check_ends(host, bea):
    """The other ways out, each status 0."""
    for way in (lambda t: t.key("C-d"), lambda t: t.line("/quit"),
                lambda t: t.send_signal(signal.SIGTERM)):
        mark = bea.mark()
        with prompt(host, "Ada", "Bea") as t:
            bea.wait("peer", since=mark, online=True)
            mark = bea.mark()
            way(t)
            assert t.wait_end() == 0, t.screen()
            t.assert_given_back()
            bea.wait("peer", since=mark, online=False, timeout=3)


def test():
    with Lan(2, avahi={0, 1}) as lan:
        bea = Node(lan.hosts[1], "Bea")
        with prompt(lan.hosts[0], "Ada", "Bea") as t:
            bea.wait("peer", name="Ada", online=True)
            lab.say("commands")
            check_commands(t, bea)
            lab.say("mistakes")
            check_mistakes(t, bea)
            lab.say("typing while others speak")
            check_typing(t, bea)
            check_strangers_text(t, bea)
            lab.say("pasting")
            check_paste(t, bea)
            lab.say("Ctrl-C")
            check_ctrl_c(t, bea)
        lab.say("names after a restart")
        check_names(lan.hosts[0], bea)
        lab.say("Ctrl-D, /quit, SIGTERM")
        check_ends(lan.hosts[0], bea)
        bea.stop()


lab.run_test(test, ("tmux",))
