#!/usr/bin/python3 -B
"""What can be asked of a store with no node running: is it whole; another key for it; what was said
who is known; all of it, to keep elsewhere."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

import page
from command import binary, run, run_on_terminal, surroundings
from fixture import (PASSPHRASE, Loopback, Node, check_same, contents, copy, picture, versions)


class Copies:
    """The stores of the present version's fixture, for as long as one test takes."""

    def __init__(self):
        self.folder = tempfile.mkdtemp()
        copy(versions()[-1], self.folder)
        self.ada, self.bea = self.path("ada"), self.path("bea")
        self.ada_words = ["--data", self.ada, "--key-file", self.path("ada.key")]
        self.bea_words = ["--data", self.bea, "--passphrase-fd", "0"]

    def path(self, name):
        return os.path.join(self.folder, name)

    def page(self):
        with open(self.path("ada.key"), "rb") as file:
            return page.Store(self.ada, file.read())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)


def ended_with(ended, status, words):
    assert ended.returncode == status and words in ended.stdout + ended.stderr, ended
    return ended


# check

def spoil(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


def cut(path, count):
    os.truncate(path, os.path.getsize(path) - count)


def lose(path):
    os.unlink(path)


SEGMENT_1, SEGMENT_3 = "log/00000001.seg", "log/00000003.seg"
ROWS = (
    # name, what happens, status, a word of the line
    ("whole", lambda at: None, 0, "nothing damaged"),
    ("a flipped bit", lambda at: spoil(at(SEGMENT_1), 5000), 1, "lost from number"),
    ("a segment's header", lambda at: spoil(at(SEGMENT_1), 20), 1, "damaged, no record lost"),
    ("a missing segment", lambda at: lose(at(SEGMENT_1)), 1, "resting on lost ones"),
    ("put back", lambda at: cut(at(SEGMENT_3), 10), 1, "ends earlier than it once did"),
    ("a torn tail", lambda at: (lose(at("head")), cut(at(SEGMENT_3), 10)), 0, "cut off"),
    ("no mark of what was shown", lambda at: lose(at("shown")), 0, "nothing damaged"),
    ("the vault", lambda at: spoil(at("vault"), 100), 1, "put it back from a backup"),
)


def test_check_says_what_is_damaged_and_changes_nothing():
    for row, happen, status, words in ROWS:
        with Copies() as copies:
            happen(lambda name: os.path.join(copies.ada, name))
            before = picture(copies.ada)
            ended = run("check", *copies.ada_words)
            assert ended.returncode == status and words in ended.stdout + ended.stderr, (row, ended)
            assert (ended.stdout + ended.stderr).count("\n") == 1, (row, ended)
            assert picture(copies.ada) == before, row


def test_check_counts_what_the_page_counts():
    with Copies() as copies:
        count = len(copies.page().records())
        ended = ended_with(run("check", "--json", *copies.ada_words), 0, "checked")
        told = json.loads(ended.stdout)
        assert (told["records"], told["segments"], told["whole"]) == (count, 3, True), told
        size = sum(os.path.getsize(os.path.join(copies.ada, "log", name))
                   for name in os.listdir(os.path.join(copies.ada, "log")))
        assert told["bytes"] == size, told
        spoil(os.path.join(copies.ada, SEGMENT_1), 5000)
        told = json.loads(run("check", "--json", *copies.ada_words).stdout)
        assert not told["whole"] and told["damaged"], told
        assert told["lost"] > 0 and told["records"] + told["lost"] == count, told


def test_who_cannot_open_it_learns_why():
    with Copies() as copies:
        before = picture(copies.folder)
        ended_with(run("check", *copies.bea_words, keys=["wrong"]), 7, "This passphrase")
        ended_with(run("check", *copies.bea_words), 7, "passphrase is empty")
        ended_with(run("check", "--data", copies.ada, "--key-file", copies.path("none")), 7,
                   "There is no key file")
        ended_with(run("check", "--data", copies.path("none/at/all")), 1, "There is no store in")
        ended_with(run("passphrase", "--data", copies.path("none/at/all")), 1, "There is no store")
        assert picture(copies.folder) == before
        node = Node(Loopback(copies.folder), None, "ada")
        for command in ("check", "passphrase"):
            ended_with(run(command, *copies.ada_words), 5, f"process {node.process.pid}")
        node.stop()


# passphrase

def check_opens_with(copies, words, keys=()):
    ended_with(run("check", "--data", copies.bea, *words, keys=keys), 0, "nothing damaged")


def test_a_passphrase_is_changed_and_nothing_but_the_vault():
    with Copies() as copies:
        before = picture(copies.bea)
        ended_with(run("passphrase", *copies.bea_words, "--new-passphrase-fd", "0",
                       keys=[PASSPHRASE, "a new one"]), 0, "now opens with the new passphrase")
        after = picture(copies.bea)
        changed = {name for name in set(before) | set(after)
                   if before.get(name, [None])[0] != after.get(name, [None])[0]}
        assert changed <= {"vault", "lock"}, changed
        ended_with(run("check", *copies.bea_words, keys=[PASSPHRASE]), 7, "This passphrase")
        check_opens_with(copies, ["--passphrase-fd", "0"], ["a new one"])


def test_a_key_file_takes_the_place_of_a_passphrase_and_back():
    with Copies() as copies:
        new = copies.path("new.key")
        ended_with(run("passphrase", *copies.bea_words, "--new-key-file", new, keys=[PASSPHRASE]),
                   0, new)
        assert os.stat(new).st_mode & 0o777 == 0o600 and os.path.getsize(new) == 32
        check_opens_with(copies, ["--key-file", new])
        ended_with(run("passphrase", "--data", copies.bea, "--key-file", new,
                       "--new-passphrase-fd", "0", keys=["words again"]), 0, "new passphrase")
        ended_with(run("check", "--data", copies.bea, "--key-file", new), 7, "This key file")
        check_opens_with(copies, ["--passphrase-fd", "0"], ["words again"])


def test_a_refused_change_leaves_the_store_as_it_was():
    with Copies() as copies:
        before = picture(copies.bea)
        change = ["passphrase", *copies.bea_words, "--new-passphrase-fd", "0"]
        ended_with(run(*change, keys=["wrong", "new"]), 7, "This passphrase does not open")
        ended_with(run(*change, keys=[PASSPHRASE, ""]), 1, "passphrase is empty")
        ended_with(run(*change, "--new-key-file", "x", keys=[PASSPHRASE, "new"]), 2, "one key")
        open_to_all = copies.path("open.key")
        with open(open_to_all, "wb") as file:
            file.write(bytes(32))
        os.chmod(open_to_all, 0o644)
        ended_with(run("passphrase", *copies.bea_words, "--new-key-file", open_to_all,
                       keys=[PASSPHRASE]), 1, "chmod 600")
        assert picture(copies.bea) == before


def test_a_person_is_asked_for_the_old_and_twice_for_the_new():
    with Copies() as copies:
        words = ["passphrase", "--data", copies.bea]
        slips = [("New passphrase", "one"), ("once more: ", "another")] * 3
        status, seen = run_on_terminal(words, [("Passphrase: ", PASSPHRASE)] + slips)
        assert status == 1 and "never were the same" in seen, (status, seen)
        status, seen = run_on_terminal(words, [
            ("Passphrase: ", PASSPHRASE), ("New passphrase", "typed by hand"),
            ("once more: ", "typed by hand")])
        assert status == 0 and "now opens with the new passphrase" in seen, seen
        assert "typed by hand" not in seen and PASSPHRASE not in seen, "it stands on the screen"
        check_opens_with(copies, ["--passphrase-fd", "0"], ["typed by hand"])


# history, peers, groups

def told(*words, **more):
    ended = run("--json", *words, **more)
    assert ended.returncode == 0 and ended.stderr.count("\n") <= 1, ended
    assert not ended.stderr or "No node runs: this is what the store" in ended.stderr, ended
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(lines) == 1, lines
    return lines[0]


def test_a_store_is_asked_where_no_node_runs_and_stays_as_it_is():
    with Copies() as copies:
        for name, words, keys in (("ada", copies.ada_words, []),
                                  ("bea", copies.bea_words, [PASSPHRASE])):
            before = picture(copies.path(name))
            wanted = contents(versions()[-1])[name]
            peers = told("peers", *words, keys=keys)["peers"]
            check_same(sorted(peers, key=lambda peer: peer["id"]), wanted["peers"], name)
            assert not any(peer["online"] for peer in peers), peers
            groups = told("groups", *words, keys=keys)["groups"]
            assert {g["id"] for g in groups} == {g["id"] for g in wanted["groups"]}, groups
            for who, messages in wanted["histories"].items():
                got = told("history", who, "--last", "1000", *words, keys=keys)
                check_same(got["messages"], messages, f"{name}: {who}")
            assert picture(copies.path(name)) == before, name


def test_with_and_without_a_node_the_answer_is_one():
    with Copies() as copies:
        group = contents(versions()[-1])["group"]
        questions = (["history", "Bea", "--last", "3"], ["history", group], ["groups"])
        node = Node(Loopback(copies.folder), None, "ada")
        asked = [told(*words, "--data", copies.ada) for words in questions]
        node.stop()
        kept = [told(*words, *copies.ada_words) for words in questions]
        assert asked == kept, (asked, kept)


def test_whoever_cannot_be_answered_learns_why():
    with Copies() as copies:
        before = picture(copies.ada)
        ended_with(run("history", "Nobody", *copies.ada_words), 3, "Nobody")
        ended_with(run("group", "info", "nothing", *copies.ada_words), 3, "no such group")
        ended_with(run("peers", "--data", copies.ada), 5, "No node runs")
        ended_with(run("send", "Bea", "hello", *copies.ada_words), 5, "No node runs")
        ended_with(run("status", *copies.ada_words), 5, "No node runs")
        ended_with(run("peers", *copies.bea_words, keys=["wrong"]), 7, "This passphrase")
        ended_with(run("peers", "--data", copies.path("none"), "--key-file", "x"), 5, "No node")
        assert picture(copies.ada) == before
        spoil(os.path.join(copies.ada, SEGMENT_1), 13000)
        ended = ended_with(run("history", "Bea", *copies.ada_words), 0, "is damaged")
        assert ended.stdout.count("\n") >= 1, ended


def test_the_key_may_stand_in_the_settings():
    with Copies() as copies:
        settings = os.path.join(copies.ada, "lanthorn.conf")
        with open(settings, "w", encoding="utf-8") as file:
            file.write(f"key-file = {copies.path('ada.key')}\n")
        for command in ("peers", "check", "export"):
            ended_with(run(command, "--data", copies.ada), 0, "")
        ended_with(run("peers", *copies.ada_words[:2], "--key-file", copies.path("no")), 7, "no")
        with open(settings, "a", encoding="utf-8") as file:
            file.write("colour = never\n")
        ended_with(run("check", "--data", copies.ada), 2, "colour")


def test_a_person_is_asked_for_the_passphrase_and_told_where_the_answer_is_from():
    with Copies() as copies:
        status, seen = run_on_terminal(["history", "Cleo", "--data", copies.bea], [
            ("Passphrase: ", PASSPHRASE)])
        assert status == 0 and "No node runs" in seen and "no messages yet" in seen, seen


# export

def exported(*words, **more):
    ended = run("export", "--json", *words, **more)
    assert ended.returncode == 0 and ended.stderr == "", ended
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert all(event["event"] == "message" for event in events)
    return events


def test_everything_that_was_said_is_exported_once():
    with Copies() as copies:
        before = picture(copies.ada)
        wanted = contents(versions()[-1])
        left = [g["id"] for g in wanted["bea"]["groups"] if g["name"] == "Cake"]
        histories = dict(wanted["ada"]["histories"])
        histories[left[0]] = wanted["bea"]["histories"][left[0]]
        events = exported(*copies.ada_words)
        assert len(events) == sum(len(messages) for messages in histories.values()), events
        for messages in histories.values():
            ids = {message["id"] for message in messages}
            check_same([{"id": e["id"], "text": e["text"]} for e in events if e["id"] in ids],
                       [{"id": m["id"], "text": m["text"]} for m in messages], "in order")
        rows = ended_with(run("export", *copies.ada_words), 0, "").stdout.splitlines()
        assert len(rows) == len(events) and all(row.count("\t") == 3 for row in rows), rows
        assert picture(copies.ada) == before


def test_a_long_conversation_is_exported_from_its_beginning():
    texts = [f"number {i}" for i in range(2100)]
    with Copies() as copies:
        node = Node(Loopback(copies.folder), None, "ada")
        for ref in [node.post("send", to="Bea", text=text) for text in texts]:
            node.answer(ref)
        ended_with(run("export", *copies.ada_words), 0, texts[-1])  # by the node
        node.stop()
        got = [event["text"] for event in exported("Bea", *copies.ada_words)]
        assert got[-len(texts):] == texts and len(got) == len(texts) + 5, len(got)


def test_an_export_that_cannot_be_had_says_why():
    with Copies() as copies:
        ended_with(run("export", "Nobody", *copies.ada_words), 3, "Nobody")
        with open("/dev/full", "w", encoding="ascii") as full:
            ended = subprocess.run([binary(), "export", *copies.ada_words], stdout=full,
                                   stderr=subprocess.PIPE, text=True, check=False,
                                   env=surroundings("/nonexistent"))
        ended.stdout = ""
        ended_with(ended, 1, "takes nothing any more")


def main():
    if not os.access(os.environ.get("LANTHORN", ""), os.X_OK):
        sys.exit("LANTHORN does not name the program to test")
    tests = [test for name, test in globals().items() if name.startswith("test_")]
    for test in tests:
        test()
        print(test.__name__, "passed", flush=True)


if __name__ == "__main__":
    main()
