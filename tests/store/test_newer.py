#!/usr/bin/python3 -B
"""A store that a newer version has written is refused in a sentence that says what to do, and
every byte and every time stamp of its directory stays as it was."""

import os
import subprocess
import sys
import tempfile

import page
from fixture import contents, copy, picture, versions

NEW_RECORD = 200  # a type that nobody has thought of yet

ROWS = {
    "vault": lambda store: store.newer_vault(),
    "first segment": lambda store: store.newer_segment(min(store.keys)),
    "last segment": lambda store: store.newer_segment(max(store.keys)),
    "type of a frame": lambda store: store.append(b"\1\4Anna", kind=2),
    "head": lambda store: store.newer_head(),
    "shown": lambda store: store.newer_shown(),
    "type of a record": lambda store: store.append(bytes([NEW_RECORD, 1, 2, 3])),
    "flag of a contact": lambda store: store.append(
        b"\2" + bytes(range(64)) + b"\x80" + bytes(8) + b"\3new" + b"\0"),
    "record, and a torn tail": lambda store: (store.append(bytes([NEW_RECORD])), tear(store)),
}
COMMANDS = (["--json"], ["--headless"], ["--to", "Bea"])


def tear(store):
    """The first bytes of a frame that was being written."""
    name = store.segment(max(store.keys))
    store.append(b"\1\4Anna")
    store.write(name, store.read(name)[:-3])


def run(folder, options, key="ada.key"):
    command = [os.environ["LANTHORN"], "--data", os.path.join(folder, "ada"), "--key-file",
               os.path.join(folder, key), "--discovery", "off", "--listen", "127.0.0.1:0"]
    return subprocess.run(command + options, stdin=subprocess.DEVNULL, timeout=120,
                          capture_output=True, text=True, check=False)


def check_row(row, renew, with_lock):
    with tempfile.TemporaryDirectory() as folder:
        copy(versions()[-1], folder)
        data = os.path.join(folder, "ada")
        if with_lock:
            with open(os.path.join(data, "lock"), "w", encoding="ascii") as file:
                file.write("4194000   \n")
        with open(os.path.join(folder, "ada.key"), "rb") as file:
            renew(page.Store(data, file.read()))
        before = picture(data)
        for options in COMMANDS:
            ended = run(folder, options)
            assert ended.returncode == 1, f"{row}, {options}: {ended}"
            assert "newer version" in ended.stderr and "install" in ended.stderr, ended.stderr
            assert data in ended.stderr and ended.stderr.count("\n") == 1, ended.stderr
            assert picture(data) == before, f"{row}, {options}: the directory was changed"


def test_the_rows_fail_for_their_reason():
    """What the page can append is read, so a refusal is of what is new in it."""
    with tempfile.TemporaryDirectory() as folder:
        version = versions()[-1]
        copy(version, folder)
        with open(os.path.join(folder, "ada.key"), "rb") as file:
            page.Store(os.path.join(folder, "ada"), file.read()).append(b"\1\4Anna")
        ended = run(folder, ["--json"])
        assert ended.returncode == 0 and '"name":"Anna"' in ended.stdout, ended
        assert contents(version)["ada"]["id"] in ended.stdout


def main():
    if not os.access(os.environ.get("LANTHORN", ""), os.X_OK):
        sys.exit("LANTHORN does not name the program to test")
    test_the_rows_fail_for_their_reason()
    for row, renew in ROWS.items():
        for with_lock in (True, False):
            check_row(row, renew, with_lock)
    print(2 * len(ROWS), "rows passed")


if __name__ == "__main__":
    main()
