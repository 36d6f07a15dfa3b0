#!/usr/bin/python3 -B
"""`lanthorn COMMAND` as it is started, beside a running node and without one."""

import json
import os
import pty
import subprocess
import tempfile
import time
import unittest

LANTHORN = os.environ["LANTHORN"]
PATIENCE_S = 60


class Commands(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="lanthorn-commands-")
        self.addCleanup(directory.cleanup)
        self.home = directory.name
        self.data = f"{self.home}/data"
        self.env = {"HOME": self.home, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        self.env.update((k, v) for k, v in os.environ.items() if k.endswith("SAN_OPTIONS"))

    def configure(self, text):
        os.makedirs(self.data, mode=0o700, exist_ok=True)
        with open(f"{self.data}/lanthorn.conf", "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(f"{self.data}/lanthorn.conf", 0o600)

    def start_node(self):
        """A node, and the id it says it has."""
        node = subprocess.Popen(
            [LANTHORN, "--data", self.data, "--key-file", f"{self.home}/key", "--discovery", "off",
             "--listen", "127.0.0.1:0", "--json"], env=self.env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.end_node, node)
        self.id = json.loads(node.stdout.readline())["id"]
        return node

    def end_node(self, node):
        if node.returncode is None:
            node.terminate()
            node.communicate(timeout=PATIENCE_S)

    def make_store(self):
        self.end_node(self.start_node())

    def run_it(self, *words, **more):
        """In a session of its own: there is no terminal to ask for anything."""
        more = {"input": "", "stdout": subprocess.PIPE, **more}
        return subprocess.run([LANTHORN, *words], env=self.env, text=True, check=False,
                              stderr=subprocess.PIPE, timeout=PATIENCE_S, start_new_session=True,
                              **more)

    def command(self, *words, **more):
        return self.run_it(words[0], "--data", self.data, *words[1:], **more)

    def on_terminal(self, *words, env=None):
        """What a terminal gets to see of a command."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        done = subprocess.run([LANTHORN, words[0], "--data", self.data, *words[1:]],
                              env={**self.env, "TERM": "xterm", **(env or {})}, stdout=theirs,
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
                              timeout=PATIENCE_S)
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:
            pass  # Linux says so where another would say "end"
        return done, shown.decode()

    def test_a_store_in_use_is_told_before_a_key_is_asked_for(self):
        node = self.start_node()
        rows = (
            ("end it with lanthorn quit", ("check", "--data", self.data)),
            ("end it with lanthorn quit", ("passphrase", "--data", self.data)),
            ("lanthorn send WHO --lines", ("--data", self.data, "--to", "ben")),
            ("lanthorn COMMAND", ("--data", self.data, "--json")),
            ("lanthorn COMMAND", ("--data", self.data, "--headless")),
        )
        for says, words in rows:
            with self.subTest(words=words):
                done = self.run_it(*words)
                self.assertEqual((done.returncode, done.stdout), (5, ""), done.stderr)
                self.assertIn(f"in use by process {node.pid}: ", done.stderr)
                self.assertIn(says, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_the_setting_color_is_heeded_with_a_node_and_without(self):
        self.make_store()
        for has_node in (False, True):
            if has_node:
                self.start_node()
            for setting, env, wanted in (("", {}, True), ("color = never\n", {}, False),
                                         ("color = always\n", {"NO_COLOR": "1"}, True)):
                with self.subTest(has_node=has_node, setting=setting):
                    self.configure(f"key-file = {self.home}/key\n{setting}")
                    done, shown = self.on_terminal("peers", env=env)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual("\x1b[" in shown, wanted, repr(shown))

    def test_what_a_program_asks_for_is_answered_in_json(self):
        self.make_store()
        with open(f"{self.home}/new", "w", encoding="utf-8") as file:
            file.write("a much longer passphrase\n")
        with open(f"{self.home}/new", encoding="utf-8") as file:
            done = self.command("passphrase", "--key-file", f"{self.home}/key", "--json",
                                "--new-passphrase-fd", "0", input=None, stdin=file)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(json.loads(done.stdout), {
            "event": "vault", "seq": 1, "data": self.data, "opens_with": "passphrase"})

    def test_a_short_passphrase_is_taken_with_a_word_about_it(self):
        self.make_store()
        for new, says in (("12345678", "very short"), ("several words in a row", "")):
            with self.subTest(new=new):
                read, write = os.pipe()
                os.write(write, new.encode() + b"\n")
                os.close(write)
                done = self.command("passphrase", "--key-file", f"{self.home}/key",
                                    "--new-passphrase-fd", str(read), pass_fds=[read])
                os.close(read)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(bool(done.stderr), bool(says))
                self.assertIn(says, done.stderr)
                done = self.run_it("passphrase", "--data", self.data, "--passphrase-fd", "0",
                                   "--new-key-file", f"{self.home}/key", input=new + "\n")
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_output_that_is_lost_is_a_failure(self):
        self.make_store()
        for words in (["help"], ["--help"], ["--version"], ["check", "--data", self.data,
                      "--key-file", f"{self.home}/key"]):
            with self.subTest(words=words), open("/dev/full", "wb") as full:
                done = self.run_it(*words, stdout=full)
                self.assertEqual(done.returncode, 1)
                self.assertIn("Standard output", done.stderr)

    def test_a_reader_of_watch_that_goes_ends_it(self):
        self.start_node()
        watch = subprocess.Popen([LANTHORN, "watch", "--data", self.data], env=self.env, text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        with watch:
            try:
                self.assertTrue(watch.stdout.readline().startswith("ready"))
                watch.stdout.close()
                self.assertIn("Standard output", watch.stderr.read())
                self.assertEqual(watch.wait(PATIENCE_S), 1)
            finally:
                watch.kill()

    def test_words_that_no_node_takes_are_explained(self):
        for says, words in (
                ("status is a command and takes no --name: see lanthorn help status.",
                 ("--name", "x", "status")),
                ("peers is a command and takes no --to:", ("--to", "ben", "peers")),
                ("peers is a command, whose options are written in full", ("--dat=x", "peers")),
                ('"stat" is neither a command', ("--name", "x", "stat")),
                ("cannot search yet", ("search", "--last", "3", "tea")),
                ("no doctor yet", ("--json", "doctor"))):
            with self.subTest(words=words):
                done = self.run_it(*words)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(says, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_export_is_the_same_from_a_node_and_from_its_store(self):
        node = self.start_node()
        def ask(*words, **more):
            done = self.command(*words, **more)
            self.assertEqual((done.returncode, done.stderr), (0, ""), words)
            return done.stdout
        ask("group", "new", "ops")
        ask("group", "new", "quay")
        ask("send", "#ops", "--lines", input="".join(f"line {n}\n" for n in range(1203)))
        ask("send", "#quay", "last of all")
        key = ("--key-file", f"{self.home}/key")
        forms = ((), ("--json",), ("#quay",))
        running = [ask("export", *form) for form in forms]
        texts = [line.split("\t")[3] for line in running[0].splitlines()]
        self.assertEqual(texts, [f"line {n}" for n in range(1203)] + ["last of all"])
        self.assertEqual(running[2].count("\n"), 1)
        done = self.command("export", "#nowhere")
        self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
        self.end_node(node)
        self.assertEqual([ask("export", *form, *key) for form in forms], running)

    def test_where_no_node_runs_it_is_said_that_the_store_answers(self):
        self.make_store()
        done = self.command("groups", "--key-file", f"{self.home}/key")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertEqual(done.stderr, "lanthorn: No node runs: this is what the store in "
                         f"{self.data} says.\n")


if __name__ == "__main__":
    unittest.main()
