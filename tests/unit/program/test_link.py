#!/usr/bin/python3 -B
"""The real program with a link to a person: a bad one, and one while a node runs already."""

import json
import os
import subprocess
import tempfile
import unittest

LANTHORN = os.environ["LANTHORN"]
PATIENCE_S = 60
NOBODY = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrsq"


class Link(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="lanthorn-link-")
        self.addCleanup(directory.cleanup)
        self.home = directory.name
        self.env = {"HOME": self.home, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        self.env.update((k, v) for k, v in os.environ.items() if k.endswith("SAN_OPTIONS"))

    def words(self, *more):
        return [LANTHORN, "--data", f"{self.home}/data", "--key-file", f"{self.home}/key",
                "--discovery", "off", "--listen", "127.0.0.1:0", *more]

    def refused(self, status, says, *more):
        done = subprocess.run(self.words(*more), input="hello\n", env=self.env, text=True,
                              capture_output=True, timeout=PATIENCE_S, check=False)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        self.assertIn(says, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_a_bad_link_changes_nothing(self):
        self.refused(2, "does not lead to anybody", "lanthorn:bob")
        self.assertEqual(os.listdir(self.home), [])

    def test_where_a_node_runs_it_says_how_to_write_through_that(self):
        node = subprocess.Popen(self.words("--json"), env=self.env, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE)
        with node:
            try:
                self.assertEqual(json.loads(node.stdout.readline())["event"], "ready")
                self.refused(5, f"lanthorn send {NOBODY} TEXT", f"lanthorn:{NOBODY}?n=Bob")
            finally:
                node.terminate()


if __name__ == "__main__":
    unittest.main()
