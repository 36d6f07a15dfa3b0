"""control.py - a program that talks to a running node through its control socket.

    client = Client(node.data + "/control.sock")
    client.do("status")["pid"]
    client.wait("message", text="hello")
"""

import itertools
import json
import os
import socket
import time

from node import ANSWER_S, Refused


class Closed(AssertionError):
    """The node has closed the connection, and all that it said before is read."""


class Client:
    """Reads only when asked to; checks that seq grows, and without a hole unless may_lose. The
    first line must be `ready`, unless greets is False."""

    def __init__(self, path, greets=True, may_lose=False):
        self.may_lose = may_lose
        self.events = []
        self._answers = {}
        self._refs = itertools.count(1)
        self._rest = b""
        self._socket = socket.socket(socket.AF_UNIX)
        directory = os.open(os.path.dirname(path), os.O_PATH)  # an address has 107 bytes
        self._socket.connect(f"/proc/self/fd/{directory}/{os.path.basename(path)}")
        os.close(directory)
        if greets:
            self.ready = self.next()
            assert self.ready["event"] == "ready" and self.ready["seq"] == 1, self.ready

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    def half_close(self):
        self._socket.shutdown(socket.SHUT_WR)

    def write(self, line):
        """One line as it is; bytes, without the line feed."""
        self._socket.sendall(line + b"\n")

    def post(self, command, **fields):
        ref = f"c{next(self._refs)}"
        self.write(json.dumps({"do": command, "ref": ref, **fields}).encode())
        return ref

    def next(self, timeout=ANSWER_S):
        """The next event; Closed when there will be none."""
        end = time.monotonic() + timeout
        while b"\n" not in self._rest:
            self._socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                part = self._socket.recv(1 << 16)
            except TimeoutError:
                raise AssertionError(f"no event within {timeout} s") from None
            except ConnectionResetError:
                part = b""
            if not part:
                raise Closed(f"{self._rest!r}")
            self._rest += part
        line, self._rest = self._rest.split(b"\n", 1)
        return self._take(json.loads(line))

    def _take(self, event):
        last = self.events[-1]["seq"] if self.events else 0
        assert event["seq"] == last + 1 or (self.may_lose and event["seq"] > last), (last, event)
        self.events.append(event)
        if event.get("ref") is not None:
            assert event["ref"] not in self._answers, event
            self._answers[event["ref"]] = event
        return event

    def answer(self, ref):
        while ref not in self._answers:
            self.next()
        if self._answers[ref]["event"] == "error":
            raise Refused(self._answers[ref])
        return self._answers[ref]

    def do(self, command, **fields):
        return self.answer(self.post(command, **fields))

    def refused(self, command, **fields):
        """The code of the error that a command must get."""
        try:
            answer = self.do(command, **fields)
        except Refused as error:
            return error.code
        raise AssertionError(f"{command} was not refused: {answer}")

    def find(self, event, **fields):
        return [e for e in self.events if e["event"] == event
                and all(e.get(name) == value for name, value in fields.items())]

    def wait(self, event, timeout=ANSWER_S, **fields):
        end = time.monotonic() + timeout
        while not self.find(event, **fields):
            assert time.monotonic() < end, f"not within {timeout} s: {event} {fields}"
            self.next(timeout)
        return self.find(event, **fields)[0]

    def wait_end(self):
        """Reads to the end of what the node says; all of it."""
        try:
            while True:
                self.next()
        except Closed:
            return self.events
