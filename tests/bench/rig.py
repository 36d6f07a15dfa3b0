"""rig.py - what the rows stand on: the programs, scratch directories, results as a table.

A row is a function run(rig) that yields Result objects, and Missing for a comparison whose
library is not here. It measures the floor and the program in the same round, because the
machine's own speed changes from round to round: what counts is the median of the ratios, not
of the figures.
"""

import contextlib
import dataclasses
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]

STEADY = 2  # the largest floor of a row over the smallest; beyond, its ratios mean nothing


@dataclasses.dataclass
class Result:
    """One line of the table. floor and ours: one figure a round; floor empty: ours alone
    is held against the aim. at_most: whether a small or a large one is good. each: every
    round is held against the aim, not their median."""
    what: str
    unit: str
    floor: list
    ours: list
    aim: float | None = None
    at_most: bool = True
    each: bool = False

    def ratios(self):
        return [ours / floor for ours, floor in zip(self.ours, self.floor)]

    def is_met(self):
        values = self.ratios() or self.ours
        if not self.each:
            values = [statistics.median(values)]
        return all(value <= self.aim if self.at_most else value >= self.aim for value in values)

    def is_steady(self):
        """False when the machine was too busy to tell: the floor itself moved that much."""
        return not self.floor or max(self.floor) <= STEADY * min(self.floor)

    def verdict(self):
        if not self.is_steady():
            return "floor moved"
        return "yes" if self.is_met() else "**no**"

    def line(self):
        """what | floor | ours | ratio | min..max | aim | met?"""
        cells = [self.what, _figure(self.floor, self.unit), _figure(self.ours, self.unit)]
        ratios = self.ratios()
        spread = ratios or self.ours
        cells += [f"{statistics.median(ratios):.2f}" if ratios else "–",
                  f"{_short(min(spread))}..{_short(max(spread))}"]
        if self.aim is None:
            cells += ["–", "–"]
        else:
            cells += [("≤ " if self.at_most else "≥ ") + _short(self.aim),
                      self.verdict()]
        return "| " + " | ".join(cells) + " |"


@dataclasses.dataclass
class Missing:
    """A line of the table that cannot be measured here."""
    what: str
    packages: str

    def line(self):
        return f"| {self.what} | not installed: {self.packages} | – | – | – | – | – |"


def _short(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _figure(values, unit):
    return f"{_short(statistics.median(values))} {unit}" if values else "–"


HEADING = ("| what | floor | ours | ratio | min..max | aim | met? |\n"
           "| --- | --- | --- | --- | --- | --- | --- |")


def build(directory, targets):
    """A release build of the targets; quick when nothing changed."""
    configure = ["cmake", "-G", "Ninja", "-S", ROOT, "-B", directory,
                 "-DCMAKE_BUILD_TYPE=Release", "-DLANTHORN_TESTS=OFF",
                 f"-DCMAKE_PROJECT_lanthorn_INCLUDE={HERE}/project.cmake"]
    for command in (configure, ["cmake", "--build", directory, "--target", *targets]):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False)
        if done.returncode:
            sys.exit(done.stdout.decode(errors="replace"))


class Rig:
    def __init__(self, directory, disk, rounds):
        """directory: of the build. disk: for the stores; a real disk, not a tmpfs."""
        self.programs = pathlib.Path(directory) / "bench"
        self.rounds = rounds
        self._disk = pathlib.Path(disk)
        self._disk.mkdir(parents=True, exist_ok=True)
        for left in self._disk.glob("lthb-*"):  # by a run that was killed
            shutil.rmtree(left)

    def has(self, name):
        return os.access(self.programs / f"bench_{name}", os.X_OK)

    def command(self, name, *words):
        """The command line of a program of this folder."""
        return [str(self.programs / f"bench_{name}"), *map(str, words)]

    @contextlib.contextmanager
    def scratch(self):
        """A new directory on the disk, removed afterwards."""
        path = tempfile.mkdtemp(prefix="lthb-", dir=self._disk)
        try:
            yield path
        finally:
            shutil.rmtree(path)

    def note(self, text):
        print(f"# {text}", file=sys.stderr, flush=True)


def figures(output):
    """The numbers that a program printed."""
    return [float(word) for word in output.split()]


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return (f"{len(names)} × {names[0] if names else os.uname().machine}, Linux "
            f"{os.uname().release}, load {os.getloadavg()[0]:.1f}")
