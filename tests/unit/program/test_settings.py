#!/usr/bin/python3 -B
"""The real program: where it looks for lanthorn.conf, and that the command line wins over it."""

import json
import os
import subprocess
import tempfile
import unittest

LANTHORN = os.environ["LANTHORN"]
PATIENCE_S = 60


class Settings(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="lanthorn-settings-")
        self.addCleanup(directory.cleanup)
        self.home = directory.name
        self.data = f"{self.home}/data"
        self.key = f"{self.home}/key"

    def write(self, path, text):
        path = os.path.join(self.home, path)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o600)

    def run_node(self, *options, config=None, stdin=b'{"do":"quit"}\n', pass_fds=()):
        env = {"HOME": self.home, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        env.update((k, v) for k, v in os.environ.items() if k.endswith("SAN_OPTIONS"))
        if config is not None:
            env["XDG_CONFIG_HOME"] = config
        return subprocess.run([LANTHORN, *options], input=stdin, env=env, cwd=self.home,
                              capture_output=True, timeout=PATIENCE_S, check=False,
                              pass_fds=pass_fds)

    def name_of(self, *options, **more):
        done = self.run_node("--json", "--discovery", "off", "--listen", "127.0.0.1:0",
                             *options, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout.splitlines()[0])["name"]

    def refused(self, says, *options, status=2, **more):
        done = self.run_node("--json", *options, **more)
        said = done.stderr.decode()
        self.assertEqual((done.returncode, done.stdout), (status, b""), said)
        self.assertIn(says, said)
        self.assertEqual(said.count("\n"), 1, said)

    def test_the_file_is_found_as_the_xdg_specification_says(self):
        self.write(".config/lanthorn/lanthorn.conf", "name = home\nkey-file = ~/key\n")
        self.write("xdg/lanthorn/lanthorn.conf", "name = xdg\nkey-file = ~/key\n")
        self.assertEqual(self.name_of(), "home")
        self.assertEqual(self.name_of(config=""), "home")
        self.assertEqual(self.name_of(config="xdg"), "home")  # relative: does not count
        self.assertEqual(self.name_of(config=f"{self.home}/xdg"), "xdg")

    def test_with_data_everything_is_under_it(self):
        self.write(".config/lanthorn/lanthorn.conf", "name = home\n")
        key = ("--data", self.data, "--key-file", self.key)
        self.assertNotEqual(self.name_of(*key), "home")
        self.write("data/lanthorn.conf", "name = data\n")
        self.assertEqual(self.name_of(*key), "data")

    def test_the_command_line_wins(self):
        self.write("data/lanthorn.conf", "name = file\ndiscovery = avahi\nkey-file = ~/key\n")
        self.assertEqual(self.name_of("--data", self.data, "--name", "line"), "line")

    def test_peers_are_added_and_interfaces_replaced(self):
        peers = "".join(f"peer = 192.0.2.1:{port}\n" for port in range(1, 65))
        self.write("data/lanthorn.conf", peers)
        self.refused("64 addresses are the most", "--data", self.data, "--peer", "192.0.2.1:65")
        interfaces = "".join(f"interface = none{i}\n" for i in range(32))
        self.write("data/lanthorn.conf", interfaces + "name = ann\nkey-file = ~/key\n")
        self.assertEqual(self.name_of("--data", self.data, "--interface", "lo"), "ann")

    def test_a_passphrase_on_the_command_line_replaces_the_key_file(self):
        self.write("data/lanthorn.conf", "key-file = ~/key\n")
        self.name_of("--data", self.data)
        read, write = os.pipe()
        os.write(write, b"not the key\n")
        os.close(write)
        self.addCleanup(os.close, read)
        self.refused("passphrase", "--data", self.data, "--passphrase-fd", str(read), status=7,
                     pass_fds=[read])

    def test_a_mistake_in_the_file_stops_everything(self):
        self.write("conf/lanthorn/lanthorn.conf", f"key-file = {self.key}\nname = a\nfoo = 1\n")
        config = f"{self.home}/conf"
        self.refused(f"(line 3 of {config}/lanthorn/lanthorn.conf)", config=config)
        self.assertEqual(os.listdir(self.home), ["conf"])  # neither key nor data was made

    def test_help_and_version_come_whatever_the_file_says(self):
        self.write("data/lanthorn.conf", "foo = 1\n")
        for option in ("--help", "--version"):
            done = self.run_node("--data", self.data, option)
            self.assertEqual((done.returncode, done.stderr), (0, b""), option)


if __name__ == "__main__":
    unittest.main()
