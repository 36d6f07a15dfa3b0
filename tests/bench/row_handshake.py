"""row_handshake.py - the Noise XX handshake, both sides in memory, beside its X25519 alone."""

import subprocess

from rig import Result, figures

AIM = 0.85


def run(rig):
    floor, ours = [], []
    for _ in range(rig.rounds):
        rates = figures(subprocess.check_output(rig.command("handshake")))
        floor.append(rates[0])
        ours.append(rates[1])
    yield Result("handshake XX, both sides / its X25519", "/s", floor, ours, AIM, at_most=False)
