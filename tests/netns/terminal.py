"""terminal.py - a program in a terminal on a made host: keys in, screen out.

The terminal is tmux, so that wrapping, wide characters and redrawing are those of a
real one. The program runs under a shell that notes what it was given back: the exit
status, the terminal's modes before and after, and whether its stdin still blocks.
"""

import itertools
import os
import subprocess

import lab
from lan import wait_until
from node import ANSWER_S, environment

_serial = itertools.count(1)

# A caught signal is reset in the child; Ctrl-C is for the program, not for this shell.
_SHELL = r"""
trap : INT
stty -g >"$NOTES.before"
sh -c 'echo $$ >"$NOTES.pid"; exec "$@"' sh "$@"
echo $? >"$NOTES.status"
stty -g >"$NOTES.after"
/usr/bin/python3 -c 'import os; print(*map(os.get_blocking, (0, 1, 2)))' >"$NOTES.blocking"
exec sleep infinity
"""


def squash(text):
    return "".join(text.split())


class Terminal:
    """with Terminal(host, [...], columns=60) as t: t.type("hello"); t.key("Enter")"""

    def __init__(self, host, command, columns=80, rows=24):
        self.host = host
        self.notes = f"{lab.SCRATCH}/data/terminal{next(_serial)}"
        env = environment(TERM="screen", NOTES=self.notes)
        self._server = host.popen(["tmux", "-u", "-S", self.notes, "-f", "/dev/null", "-D"],
                                  env=env, stdin=subprocess.DEVNULL)
        wait_until(lambda: os.path.exists(self.notes), 10, "tmux listens")
        self._tmux("new-session", "-d", "-x", str(columns), "-y", str(rows),
                   "sh", "-c", _SHELL, "sh", *command)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            print(f"--- the terminal on {self.host.name} shows:\n{self.screen()}\n---")
        self.close()

    def close(self):
        self._tmux("kill-server")
        self._server.wait(10)

    def _tmux(self, *words):
        return self.host.run(["tmux", "-u", "-S", self.notes, *words], env=environment()).stdout

    def type(self, text):
        """The text as keys, no Enter."""
        self._tmux("send-keys", "-l", "--", text)

    def key(self, *names):
        """Named keys: Enter, C-c, Left, BSpace …"""
        self._tmux("send-keys", *names)

    def send_signal(self, number):
        """To the program itself, as kill(1) sends it."""
        os.kill(int(self._note("pid")), number)

    def line(self, text):
        self.type(text)
        self.key("Enter")

    def paste(self, text):
        """As a terminal pastes: bracketed, when the program asked for that."""
        self._tmux("set-buffer", "--", text)
        self._tmux("paste-buffer", "-p")

    def screen(self):
        """What is to be seen, line by line."""
        return self._tmux("capture-pane", "-p").rstrip()

    def record(self, path):
        """All that the program writes from here on goes to this file, too."""
        self._tmux("pipe-pane", f"exec cat >'{path}'")

    def count(self, text):
        """How often the text stands on the screen. Blanks do not count: a line that is
        wrapped gets some where a wide character did not fit."""
        return squash(self.screen()).count(squash(text))

    def wait_text(self, text, timeout=ANSWER_S):
        wait_until(lambda: self.count(text) > 0, timeout, f"{text!r} on the screen")

    def wait_end(self, timeout=ANSWER_S):
        """The program's exit status."""
        wait_until(lambda: os.path.exists(self.notes + ".blocking") and self._note("blocking"),
                   timeout, "the program ends")
        return int(self._note("status"))

    def _note(self, name):
        with open(f"{self.notes}.{name}", encoding="ascii") as file:
            return file.read().strip()

    def assert_given_back(self):
        """After wait_end: the terminal is as the program found it."""
        before, after = self._note("before"), self._note("after")
        assert before == after, f"terminal modes were {before}, are {after}"
        blocking = self._note("blocking")
        assert blocking == "True True True", f"the shell's stdin, stdout, stderr block: {blocking}"
