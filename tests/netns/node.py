"""node.py - a lanthorn under test, spoken to in JSON lines on a made host.

    ada = Node(host, "Ada")
    answer = ada.do("send", to="Bea", text="hello")      # waits for the answer
    ada.wait("delivered", id=answer["id"])               # or for an event

The binary is $LANTHORN. Every line it prints is kept; when a test fails, the last
ones of every node on that network are printed.
"""

import itertools
import json
import os
import subprocess
import threading
import time

import lab

ANSWER_S = 30  # patience with a sanitizer build on a busy machine
_nodes = []


def binary():
    path = os.environ.get("LANTHORN", "")
    if not os.access(path, os.X_OK):
        raise lab.Skip("LANTHORN does not name the program to test")
    return path


def environment(**more):
    """What a node gets to see of ours: little."""
    kept = {name: value for name, value in os.environ.items()
            if name == "PATH" or name.endswith("SAN_OPTIONS")}
    kept.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
    kept.setdefault("ASAN_OPTIONS", "quarantine_size_mb=8")  # rss_bytes is looked at
    return dict(kept, HOME=f"{lab.SCRATCH}/data", LC_ALL="C.UTF-8", **more)


class Refused(AssertionError):
    def __init__(self, event):
        super().__init__(f"refused: {event}")
        self.code, self.text = event["code"], event["text"]


class Node:
    """Started at once, unless start=False. options: more command line words; env: more of the
    environment."""

    def __init__(self, host, name, options=(), data=None, key=None, start=True, env=None):
        self.host, self.name, self.options = host, name, list(options)
        self.env = env or {}
        self.data = data or f"{lab.SCRATCH}/data/{host.lan.serial}-{host.name}-{name}"
        self.key = key or self.data + ".key"
        self.runs = []         # the events of each start, oldest first
        self.stderr = []
        self.process = None
        self._refs = itertools.count(1)
        self._news = threading.Condition()
        _nodes.append(self)
        if start:
            self.start()

    @property
    def events(self):
        """Of the present run."""
        return self.runs[-1]

    def command(self, *more):
        return [binary(), "--json", "--data", self.data, "--key-file", self.key,
                "--name", self.name, *self.options, *more]

    def start(self):
        """Returns when the node is ready; id and port are known then."""
        self.spawn()
        ready = self.wait("ready")
        self.id, self.port = ready["id"], ready["port"]
        return self

    def spawn(self):
        """Starts the process and waits for nothing."""
        self.runs.append([])
        self._answers, self._faults = {}, []
        pipe = subprocess.PIPE
        self.process = self.host.popen(self.command(), stdin=pipe, stdout=pipe, stderr=pipe,
                                       env=environment(**self.env))
        self._readers = [self._reader(self._read_events, self.process.stdout, self.events),
                         self._reader(self._read_stderr, self.process.stderr)]

    @staticmethod
    def _reader(read, *arguments):
        thread = threading.Thread(target=read, args=arguments, daemon=True)
        thread.start()
        return thread

    def _read_events(self, pipe, events):
        for line in pipe:
            with self._news:
                self._take(line, events)
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def _take(self, line, events):
        try:
            event = json.loads(line)
        except ValueError:
            if line.endswith(b"\n"):  # kill -9 may cut the last line
                self._faults.append(f"not JSON: {line!r}")
            return
        if event.get("seq") != len(events) + 1:
            self._faults.append(f"seq is not {len(events) + 1}: {line!r}")
        event["arrived_s"] = time.monotonic()
        events.append(event)
        if event.get("ref") is not None:
            if event["ref"] in self._answers:
                self._faults.append(f"a second answer: {line!r}")
            self._answers[event["ref"]] = event

    def _read_stderr(self, pipe):
        for line in pipe:
            self.stderr.append(line.decode(errors="backslashreplace").rstrip("\n"))

    # Commands

    def write(self, line):
        """Sends one line as it is; bytes, without the line feed."""
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def post(self, command, **fields):
        """Sends a command and returns its ref; answer() waits for it."""
        ref = f"r{next(self._refs)}"
        self.write(json.dumps({"do": command, "ref": ref, **fields}).encode())
        return ref

    def answer(self, ref, timeout=ANSWER_S):
        self._await(lambda: ref in self._answers, timeout, f"answer to {ref}")
        event = self._answers[ref]
        if event["event"] == "error":
            raise Refused(event)
        return event

    def answered(self, ref):
        """The answer if it has come, an error as well; None if not. Of the last run, too."""
        with self._news:
            return self._answers.get(ref)

    def do(self, command, timeout=ANSWER_S, **fields):
        """The answer of a command; Refused when it is an error."""
        return self.answer(self.post(command, **fields), timeout)

    def refused(self, command, **fields):
        """The code of the error that a command must get."""
        try:
            answer = self.do(command, **fields)
        except Refused as error:
            return error.code
        raise AssertionError(f"{command} was not refused: {answer}")

    def send(self, to, text):
        """The id of a message, once it is durable here."""
        return self.do("send", to=to, text=text)["id"]

    # Events

    def mark(self):
        """Where the next event will be; for wait(since=…)."""
        with self._news:
            return len(self.events)

    def find(self, event, since=0, **fields):
        """Events so named whose fields have those values, oldest first."""
        with self._news:
            return [e for e in self.events[since:] if e["event"] == event
                    and all(e.get(name) == value for name, value in fields.items())]

    def wait(self, event, timeout=ANSWER_S, since=0, **fields):
        """The first such event, when it has come."""
        self._await(lambda: self.find(event, since, **fields), timeout, f"{event} {fields}")
        return self.find(event, since, **fields)[0]

    def shown(self, ids, timeout=ANSWER_S):
        """Waits until the messages with these ids have been shown; all so far, in that order."""
        wanted = set(ids)
        self._await(lambda: wanted <= {e["id"] for e in self.find("message")}, timeout,
                    f"{len(wanted)} messages shown")
        return self.find("message")

    def wait_peer(self, other, online=True, timeout=ANSWER_S, since=0):
        return self.wait("peer", timeout, since, id=other.id, online=online)

    def state(self, id_):
        """queued, sent or delivered: what the node says of a direct message."""
        recipients = self.do("message", id=id_)["recipients"]
        assert len(recipients) == 1, recipients
        return recipients[0]["state"]

    def wait_that(self, true, timeout, what):
        """Waits until true() holds; it is asked after every event."""
        self._await(true, timeout, what)

    def _await(self, true, timeout, what):
        end = time.monotonic() + timeout
        with self._news:
            while not true():
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"{self.name}: not within {timeout} s: {what}")
                if not self._readers[0].is_alive() and not true():
                    raise AssertionError(f"{self.name} ended (status {self.process.wait()}) "
                                         f"before: {what}")
                self._news.wait(min(left, 0.5))

    # The end

    def stop(self):
        """An orderly end by command: bye, status 0, nothing wrong said on the way."""
        answer = self.do("quit")
        assert answer["event"] == "bye", answer
        self.wait_exit(0)

    def wait_exit(self, status, timeout=ANSWER_S):
        try:
            got = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} does not end") from None
        self._join()
        assert got == status, f"{self.name} ended with status {got}, not {status}"
        assert not self._faults, self._faults

    def kill9(self):
        self.process.kill()
        self.process.wait()
        self._join()
        assert not self._faults, self._faults

    def _join(self):
        for reader in self._readers:
            reader.join(5)

    def report(self):
        print(f"--- {self.name} on {self.host.name}, last events:")
        for event in (self.events if self.runs else [])[-12:]:
            text = json.dumps(event, ensure_ascii=True)
            print("   ", text if len(text) < 400 else text[:400] + "…")
        for line in self.stderr[-40:]:
            print("    stderr:", line)


def history(node, other):
    """The whole conversation with other, oldest first."""
    messages, before = [], None
    while True:
        fields = {"before": before} if before else {}
        page = node.do("history", **{"with": other.id}, last=1000, **fields)
        messages = page["messages"] + messages
        if not page["more"]:
            return messages
        before = page["messages"][0]["id"]


def _report_all():
    for node in _nodes:
        if not node.host.lan.ended_well:
            node.report()


lab.on_failure(_report_all)
