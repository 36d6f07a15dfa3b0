"""row_sender_keys.py - what a message of 100 bytes to a group costs in cryptography, on one core.

Ours is what a node does with each: message key, sealed entry, its hash, and a head - one
Ed25519 signature - for each message or for a burst; then the same way back. Beside it the floor,
which is libsodium alone, and the sender keys of libsignal and Megolm, which sign every message.
One program does all of it in turns, on one processor.
"""

import os
import subprocess

from rig import Missing, Result

ALONE, BURST = 1, 32
AIM_OF_FLOOR = 0.85
AIM_OF_PEERS = 5
AIM_BYTES = 96
PEERS = {"libsignal": ("libsignal", "libsignal-protocol-c-dev, libssl-dev"),
         "megolm": ("Megolm", "libolm-dev")}
SEALED, OPENED, BYTES = 0, 1, 2  # places in a line
DEEDS = {SEALED: "encrypted, signed", OPENED: "verified, decrypted"}


def run(rig):
    rounds = _on_one_processor(lambda: [_round(rig) for _ in range(rig.rounds)])

    def figures(name, burst, what):
        return [one[name, burst][what] for one in rounds]

    for what, deed in DEEDS.items():
        yield Result(f"group messages {deed}, one at a time / libsodium alone", "/s",
                     figures("floor", ALONE, what), figures("ours", ALONE, what), AIM_OF_FLOOR,
                     at_most=False)
    for name, (title, packages) in PEERS.items():
        for what, deed in DEEDS.items():
            title_of_row = f"group messages {deed}, bursts of {BURST} / {title}"
            if (name, BURST) in rounds[0]:
                yield Result(title_of_row, "/s", figures(name, BURST, what),
                             figures("ours", BURST, what), AIM_OF_PEERS, at_most=False)
            else:
                yield Missing(title_of_row, packages)
    yield from _without_aim(rounds, figures)
    yield from _bytes(rounds, figures)


def _without_aim(rounds, figures):
    for what, deed in DEEDS.items():
        yield Result(f"– for comparison: {deed}, bursts of {BURST} / libsodium alone, one "
                     "signature a burst", "/s", figures("floor", BURST, what),
                     figures("ours", BURST, what))
        for name, (title, _) in PEERS.items():
            if (name, ALONE) in rounds[0]:
                yield Result(f"– for comparison: {deed}, one at a time / {title}", "/s",
                             figures(name, ALONE, what), figures("ours", ALONE, what))


def _bytes(rounds, figures):
    """Entry or message and its signature, less the text."""
    yield Result("bytes beyond the text of a group message, alone", "B", [],
                 figures("ours", ALONE, BYTES), AIM_BYTES)
    yield Result(f"bytes beyond the text of a group message, one of {BURST}", "B", [],
                 figures("ours", BURST, BYTES), AIM_BYTES)
    for name, title in [("floor", "libsodium alone")] + [(n, t) for n, (t, _) in PEERS.items()]:
        if (name, ALONE) in rounds[0]:
            yield Result(f"– for comparison: {title}", "B", [], figures(name, ALONE, BYTES))


def _on_one_processor(work):
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(everywhere)})  # inherited by what is started
    try:
        return work()
    finally:
        os.sched_setaffinity(0, everywhere)


def _round(rig):
    """By name and burst: sealed a second, opened a second, bytes beyond the text."""
    lines = subprocess.check_output(rig.command("sender_keys"), text=True).splitlines()
    return {(name, int(burst)): [float(number) for number in numbers]
            for name, burst, *numbers in map(str.split, lines)}
