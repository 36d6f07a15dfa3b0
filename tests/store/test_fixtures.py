#!/usr/bin/python3 -B
"""What earlier versions wrote is opened: nothing of it is missing or altered, it goes on where it
ended, and it can be opened again."""

import os
import sys
import tempfile

import page
from fixture import (HERE, PASSPHRASE, Loopback, Node, check_same, contents, copy, everything,
                     versions)

TYPES = set(range(1, 11))  # OPENED, the eleventh, takes a race that cannot be had at will


def test_the_page_says_what_the_files_are(version):
    with open(os.path.join(HERE, version, "ada.key"), "rb") as file:
        key = file.read()
    records = page.Store(os.path.join(HERE, version, "ada"), key).records()
    missing = TYPES - {record[0] for record in records}
    assert not missing, f"{version}: no record of type {missing}"


def open_both(host):
    ada = Node(host, None, "ada")
    bea = Node(host, None, "bea", [ada], PASSPHRASE)
    return ada, bea


def say_something_new(ada, bea, group):
    ada.wait_peer(bea)
    for author, reader in ((ada, bea), (bea, ada)):
        for to in (reader.id, group):
            id_ = author.send(to, "said by the version after it")
            reader.wait("message", id=id_)
            author.wait("delivered", id=id_, peer=reader.id)


def test_a_store_of_an_earlier_version_goes_on(version):
    wanted = contents(version)
    with tempfile.TemporaryDirectory() as folder:
        copy(version, folder)
        host = Loopback(folder)
        for name, passphrase in (("ada", None), ("bea", PASSPHRASE)):
            one = Node(host, None, name, passphrase=passphrase)
            check_same(everything(one), wanted[name], f"{version}/{name}")
            assert not one.find("warning") and not one.find("message"), one.events
            one.stop()
        ada, bea = open_both(host)
        say_something_new(ada, bea, wanted["group"])
        after = {name: everything(one) for name, one in (("ada", ada), ("bea", bea))}
        for name in after:
            for who, before in wanted[name]["histories"].items():
                now = after[name]["histories"][who]
                check_same(now[:len(before)], before, f"{name}: history with {who}")
        for one in (bea, ada):
            one.stop()
        for name, passphrase in (("ada", None), ("bea", PASSPHRASE)):
            again = Node(host, None, name, passphrase=passphrase)
            wanted = {part: after[name][part] for part in ("name", "groups", "histories")}
            check_same(everything(again), wanted, f"{version}/{name}, again")
            again.stop()


def main():
    if not os.access(os.environ.get("LANTHORN", ""), os.X_OK):
        sys.exit("LANTHORN does not name the program to test")
    for version in versions():
        test_the_page_says_what_the_files_are(version)
        test_a_store_of_an_earlier_version_goes_on(version)
        print(version, "passed")


if __name__ == "__main__":
    main()
