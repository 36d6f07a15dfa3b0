#!/usr/bin/python3 -B
"""test_md2scd.py MD2SCD - what the converter knows comes out whole, and it stops at the rest."""

import pathlib
import subprocess
import sys
import tempfile

KNOWN = {
    "a title": ("# The page\n\nText.\n", "# NAME\n\npage - the page\n"),
    "a heading": ("# P\n\n## 3 Keys\n\nText.\n", "# 3 KEYS\n\nText.\n"),
    "a heading below": ("# P\n\n### How\n\nText.\n", "## How\n"),
    "a paragraph of two lines": ("# P\n\none\ntwo\n", "\none two\n"),
    "bold": ("# P\n\nsay **no** to\n", "say *no* to"),
    "stress": ("# P\n\nthe *roster* is\n", "the _roster_ is"),
    "code": ("# P\n\nas `a_b || *c`.\n", "as *a\\_b || \\*c*."),
    "a link": ("# P\n\nsee [it](https://a.example/b).\n", "see it (https://a.example/b)."),
    "an underscore": ("# P\n\nKEY_WANTED\n", "KEY\\_WANTED"),
    "a long number": ("# P\n\nat 65 535 or 2 7\n", "at 65\u00a0535 or 2 7"),
    "a list": ("# P\n\n- one\n  more\n- two\n", "\n- one more\n- two\n"),
    "a numbered list": ("# P\n\n1. one\n   more\n2. two\n", "\n. one more\n. two\n"),
    "code lines": ("# P\n\n```\n a \\ *b*\n```\n", "```\n a \\\\ *b*\n```\n"),
    "a vector": ("# P\n\n```vector\nkey = 00ff\n      1234\n```\n",
                 "```\nkey =\n  00ff\n  1234\n```\n"),
    "a table": ("# P\n\n| a | b |\n| --- | --- |\n| 1 | |\n", "\n|[ *a*\n:[ *b*\n|[ 1\n:[\n"),
    "a table that is framed": (f"# P\n\n| a | b |\n| --- | --- |\n| 1 | {'w ' * 40}|\n",
                               "\n[[ *a*\n:< *b*\n|[ 1\n:< w w"),
}

UNKNOWN = {  # the line it stops at, and a word of why
    "no title": ("Text.\n", 1, "title"),
    "an empty page": ("", 1, "title"),
    "a second title": ("# P\n\n# Q\n", 3, "two or three"),
    "a heading too deep": ("# P\n\n#### Q\n", 3, "two or three"),
    "a heading on a text": ("# P\n\n## Q\nText.\n", 4, "empty line"),
    "a quote": ("# P\n\n> Text.\n", 3, "not known"),
    "a rule": ("# P\n\n---\n", 3, "not known"),
    "an underlined heading": ("# P\n\nText\n====\n", 4, "not known"),
    "an indented block": ("# P\n\n    code\n", 3, "not known"),
    "a starred list": ("# P\n\n* one\n", 3, "not known"),
    "a list in a text": ("# P\n\nText\n- one\n", 4, "not known"),
    "a list in a list": ("# P\n\n- one\n  - two\n", 4, "not known"),
    "a list numbered wrongly": ("# P\n\n1. one\n3. two\n", 4, "goes on"),
    "a list with a lazy line": ("# P\n\n- one\ntwo\n", 4, "in a list"),
    "an image": ("# P\n\n![a](b.png)\n", 3, "not Markdown"),
    "a link by name": ("# P\n\n[a][b]\n", 3, "not Markdown"),
    "a tag": ("# P\n\na <b>c</b>\n", 3, "not Markdown"),
    "an entity": ("# P\n\na &amp; b\n", 3, "not Markdown"),
    "a backslash": ("# P\n\na \\* b\n", 3, "not Markdown"),
    "a star alone": ("# P\n\na * b\n", 3, "not Markdown"),
    "a tick alone": ("# P\n\na ` b\n", 3, "not Markdown"),
    "stress by underscores": ("# P\n\na _b_ c\n", 3, "not Markdown"),
    "code without an end": ("# P\n\n```\na\n", 3, "no end"),
    "code of another kind": ("# P\n\n```c\na\n```\n", 3, "kind"),
    "wide code": (f"# P\n\n```\n{'a' * 70}\n```\n", 4, "columns"),
    "a vector of words": ("# P\n\n```vector\nkey = abc x\n```\n", 4, "digits"),
    "a table without a rule": ("# P\n\n| a |\n| b |\n", 4, "head"),
    "a cell too many": ("# P\n\n| a |\n| --- |\n| 1 | 2 |\n", 5, "2 cells"),
    "a row without an end": ("# P\n\n| a |\n| --- |\n| 1\n", 5, "begins and ends"),
}


def convert(program, folder, text):
    """The exit status, what was made, and the complaint."""
    source, target = folder / "page.md", folder / "page.7.scd"
    source.write_text(text, encoding="utf-8")
    target.unlink(missing_ok=True)
    done = subprocess.run([program, source, target], capture_output=True, text=True, check=False)
    made = target.read_text(encoding="utf-8") if target.exists() else None
    return done.returncode, made, done.stderr


def check_known(program, folder):
    for name, (text, want) in KNOWN.items():
        status, made, complaint = convert(program, folder, text)
        if status != 0 or want not in made:
            yield f"{name}: status {status}, {complaint or made!r}"


def check_unknown(program, folder):
    for name, (text, line, why) in UNKNOWN.items():
        status, made, complaint = convert(program, folder, text)
        if status != 1 or made is not None or f"page.md:{line}: " not in complaint \
                or why not in complaint:
            yield f"{name}: status {status}, {complaint or made!r}"


def main(program):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        found = [*check_known(program, folder), *check_unknown(program, folder)]
    print(*found, sep="\n")
    return 1 if found else 0


sys.exit(main(*sys.argv[1:]))
