#!/usr/bin/python3 -B
"""test_words.py TREE - the manual explains each warning that is given, each exit status and each
field of what `check` finds, and no other: as the sources have them."""

import pathlib
import re
import sys

CALL = re.compile(r"\b(?:say_warning|run_warn|warn)\(([^,;]+),([^,;]+),")


def warnings_given(tree):
    """The words in the second argument of each call; a definition has none there."""
    return {word for path in (tree / "src").rglob("*.c")
            for call in CALL.finditer(path.read_text(encoding="utf-8"))
            for word in re.findall(r'"(\w+)"', call[2])}


def statuses(tree):
    header = (tree / "src/ui/exit_status.h").read_text(encoding="utf-8")
    return set(re.findall(r"EXIT_\w+ = (\d+)", header))


def store_fields(tree):
    """What commands that work on the store itself write in JSON."""
    fields = {"checked", "vault"}
    for name in ("store_check.c", "new_key.c"):
        source = (tree / "src" / name).read_text(encoding="utf-8")
        fields |= set(re.findall(r'json_put_\w+\(&w, "(\w+)"', source))
    return fields - {"event", "seq"}


def explained(tree, page, section):
    """The words of the terms of a section: lines in bold, explained in those below, indented."""
    text = (tree / "packaging/man" / page).read_text(encoding="utf-8")
    found = re.search(rf"^# {section}\n(.*?)^# ", text, re.MULTILINE | re.DOTALL)
    terms = re.findall(r"^(\*.*)\n\t", found[1], re.MULTILINE) if found else []
    return {word for term in terms for word in re.findall(r"\*(\w+)\*", term)}


def main(tree):
    tree = pathlib.Path(tree)
    failed = False
    for want, page, section in (
            (warnings_given(tree), "lanthorn-interface.7.scd", "WARNINGS"),
            (store_fields(tree), "lanthorn-interface.7.scd", "THE STORE"),
            (statuses(tree), "lanthorn-interface.7.scd", "EXIT STATUS"),
            (statuses(tree), "lanthorn.1.scd", "EXIT STATUS")):
        got = explained(tree, page, section)
        if got != want or len(want) < 5:
            print(f"{page}, {section}: missing {sorted(want - got)}, too much {sorted(got - want)}")
            failed = True
    return 1 if failed else 0


sys.exit(main(*sys.argv[1:]))
