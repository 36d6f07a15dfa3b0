"""command.py - `lanthorn COMMAND …` on a store, as a person or a script gives it.

    ended = run("check", "--data", folder, keys=["seven herons"])
    ended.returncode, ended.stdout, ended.stderr
"""

import os
import pty
import select
import subprocess
import time

PATIENCE_S = 60


def binary():
    return os.environ["LANTHORN"]


def surroundings(folder):
    """Nothing of the machine: neither its settings nor a node that runs on it."""
    kept = {name: value for name, value in os.environ.items()
            if name == "PATH" or name.endswith("SAN_OPTIONS")}
    return dict(kept, HOME=folder, XDG_RUNTIME_DIR=folder, LC_ALL="C.UTF-8")


def run(*words, keys=(), folder="/nonexistent"):
    """keys: the lines that descriptor 0 gives."""
    given = "".join(key + "\n" for key in keys)
    return subprocess.run([binary(), *words], input=given, env=surroundings(folder),
                          timeout=PATIENCE_S, capture_output=True, text=True, check=False)


def run_on_terminal(words, answers):
    """(exit status, what was on the screen); answers: [(question, line to type)] in order."""
    child, screen = pty.fork()
    if child == 0:
        os.execve(binary(), [binary(), *words], surroundings("/nonexistent"))
    seen, at = "", 0
    for question, answer in answers:
        seen = _read_until(screen, seen, lambda text: question in text[at:])
        at = seen.index(question, at) + len(question)
        os.write(screen, answer.encode() + b"\n")
    seen = _read_until(screen, seen, lambda text: False)
    _, status = os.waitpid(child, 0)
    os.close(screen)
    return os.waitstatus_to_exitcode(status), seen


def _read_until(screen, seen, is_enough):
    end = time.monotonic() + PATIENCE_S
    while not is_enough(seen):
        left = end - time.monotonic()
        assert left > 0, f"the terminal waits, behind: {seen!r}"
        if not select.select([screen], [], [], left)[0]:
            continue
        try:
            piece = os.read(screen, 4096)
        except OSError:  # how a terminal says that its last program has ended
            break
        if not piece:
            break
        seen += piece.decode(errors="replace")
    return seen
