"""fixture.py - stores that an earlier version wrote, and what each of them must say.

vN/ holds two data directories that the version with format N has written (store/FORMAT.md):
`ada`, which the key file `ada.key` opens, and `bea`, which the words in PASSPHRASE open.
vN/contents.json is what that version answered when asked for everything in them. Nothing in
vN/ is ever changed: a test works on a copy.
"""

import json
import os
import shutil
import subprocess
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "netns"))

import node  # noqa: E402  (beside the other tests of the real binary)

PASSPHRASE = "seven herons in the reeds"
FORGOTTEN = ("addresses", "online")  # of a peer: what is so now, and not what is kept


class Loopback:
    """The host of nodes that need no network of their own."""
    name = "loopback"

    def __init__(self, folder):
        self.folder = folder
        self.lan = types.SimpleNamespace(serial=0, ended_well=False)

    def popen(self, command, **options):
        return subprocess.Popen(command, close_fds=False, **options)  # the passphrase's


class Node(node.Node):
    """A node on 127.0.0.1 that looks for nobody by itself."""

    def __init__(self, host, name, store, peers=(), passphrase=None, start=True):
        self.passphrase = passphrase
        options = ["--discovery", "off", "--listen", "127.0.0.1:0"]
        for peer in peers:
            options += ["--peer", f"127.0.0.1:{peer.port}"]
        super().__init__(host, name, options, data=os.path.join(host.folder, store), start=start)

    def keep_port(self):
        """The next runs listen where this one does, so that others find them again."""
        self.options[self.options.index("127.0.0.1:0")] = f"127.0.0.1:{self.port}"

    def command(self, *more):
        command = super().command(*more)
        if self.name is None:
            at = command.index("--name")
            del command[at:at + 2]
        if self.passphrase:
            at = command.index("--key-file")
            command[at:at + 2] = ["--passphrase-fd", str(self.pipe)]
        return command

    def spawn(self):
        if not self.passphrase:
            super().spawn()
            return
        self.pipe, write = os.pipe()
        os.set_inheritable(self.pipe, True)
        os.write(write, self.passphrase.encode() + b"\n")
        os.close(write)
        super().spawn()
        os.close(self.pipe)


def everything(one):
    """What a node answers when asked for all that its store keeps."""
    peers = one.do("peers")["peers"]
    groups = one.do("groups")["groups"]
    histories = {who: node.history(one, types.SimpleNamespace(id=who))
                 for who in [p["id"] for p in peers] + [g["id"] for g in groups]}
    ours = [m["id"] for messages in histories.values() for m in messages if m["from"] == one.id]
    for peer in peers:
        for field in FORGOTTEN:
            del peer[field]
    for group in groups:
        for member in group["members"]:
            del member["online"]
        group["members"].sort(key=lambda member: member["id"])
    return {"id": one.id, "name": one.wait("ready")["name"],
            "peers": sorted(peers, key=lambda peer: peer["id"]),
            "groups": sorted(groups, key=lambda group: group["id"]),
            "histories": histories,
            "states": {id_: sorted(one.do("message", id=id_)["recipients"],
                                   key=lambda state: state["peer"]) for id_ in ours}}


def versions():
    """The folders of all formats that were ever in use, oldest first."""
    names = [name for name in os.listdir(HERE) if name[0] == "v" and name[1:].isdigit()]
    assert names, "there is no fixture"
    return sorted(names, key=lambda name: int(name[1:]))


def contents(version):
    with open(os.path.join(HERE, version, "contents.json"), encoding="utf-8") as file:
        return json.load(file)


def copy(version, folder):
    """The stores of a version into folder, with the modes that a checkout does not keep."""
    shutil.copytree(os.path.join(HERE, version), folder, dirs_exist_ok=True)
    for at, folders, files in os.walk(folder):
        for name in folders:
            os.chmod(os.path.join(at, name), 0o700)
        for name in files:
            os.chmod(os.path.join(at, name), 0o600)


def picture(folder):
    """All there is to see of a directory: names, bytes, modes, times."""
    seen = {}
    for at, _, files in os.walk(folder):
        for path in [at] + [os.path.join(at, name) for name in files]:
            about = os.lstat(path)
            content = None
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    content = file.read()
            seen[os.path.relpath(path, folder)] = (content, about.st_mode, about.st_mtime_ns,
                                                   about.st_ctime_ns)
    return seen


def check_same(got, wanted, row):
    """Later versions may say more, but nothing else."""
    if isinstance(wanted, dict):
        for part in wanted:
            check_same(got[part], wanted[part], f"{row}: {part}")
    elif isinstance(wanted, list):
        assert len(got) == len(wanted), f"{row}: {got!r} is not {wanted!r}"
        for at, part in enumerate(wanted):
            check_same(got[at], part, f"{row}: {at}")
    else:
        assert got == wanted, f"{row}: {got!r} is not {wanted!r}"
