#!/usr/bin/env python3
"""The runner of the expectations must itself be able to fail: each rule of expect.py with a program
that keeps it and one that breaks it."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


class Expectations(unittest.TestCase):
    def setUp(self):
        # pylint: disable-next=consider-using-with
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def status(self, program, *arguments, others=(), **case):
        """The exit status of expect.py for `case`, beside `others`, and the part `program`."""
        table = os.path.join(self.folder.name, "table.json")
        with open(table, "w", encoding="utf-8") as file:
            json.dump({"target": [case, *others]}, file)
        path = os.path.join(self.folder.name, program)
        if not os.path.exists(path):
            os.symlink(os.path.join(HERE, "fake_check.py"), path)
        command = [sys.executable, os.path.join(HERE, "expect.py"), "--table", table,
                   "--target", "target", "--program", path]
        command += arguments or ("--case", case.get("case", case.get("check", "")))
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=60, check=False).returncode

    def test_verdict(self):
        self.assertEqual(self.status("verified-none-0", check="one", verdict="verified"), 0)
        self.assertEqual(self.status("verified-none-0", check="one", verdict="failed"), 1)
        self.assertEqual(self.status("error-none-2", check="one", verdict=["failed", "error"]), 0)
        self.assertEqual(self.status("bounded-none-77", check="one", verdict="verified"), 1)

    def test_exit_status_goes_with_the_verdict(self):
        self.assertEqual(self.status("verified-none-1", check="one", verdict="verified"), 1)
        self.assertEqual(self.status("bounded-none-77", check="one", verdict="bounded"), 0)
        self.assertEqual(self.status("bounded-none-0", check="one", verdict="bounded"), 1)
        self.assertEqual(self.status("failed-abort-0", check="one", verdict="failed"), 1)

    def test_kind_and_message(self):
        case = {"check": "one", "verdict": "failed", "kind": "abort"}
        self.assertEqual(self.status("failed-abort-1", **case, message="words of"), 0)
        self.assertEqual(self.status("failed-deadlock-1", **case), 1)
        self.assertEqual(self.status("failed-abort-1", **case, message="other words"), 1)

    def test_message_of_an_error_is_its_reason(self):
        case = {"check": "one", "verdict": "error"}
        self.assertEqual(self.status("error-none-2", **case, message="explained"), 0)
        self.assertEqual(self.status("error-none-2", **case, message="one"), 1)
        self.assertEqual(self.status("error-silent-2", **case), 1)

    def test_executions(self):
        case = {"check": "one", "verdict": "verified"}
        self.assertEqual(self.status("verified-none-0", **case, executions=3), 0)
        self.assertEqual(self.status("verified-none-0", **case, executions=4), 1)
        self.assertEqual(self.status("verified-none-0", **case, executions_max=3), 0)
        self.assertEqual(self.status("verified-none-0", **case, executions_max=2), 1)
        self.assertEqual(self.status("verified-none-0", **case, events=7), 0)
        self.assertEqual(self.status("verified-none-0", **case, events=8), 1)

    def test_replay(self):
        case = {"check": "one", "verdict": "failed"}
        self.assertEqual(self.status("failed-abort-1", **case), 0)
        self.assertEqual(self.status("failed-forgets-1", **case), 1)
        self.assertEqual(self.status("failed-forgets-1", **case, replay=False), 0)

    def test_weak_memory(self):
        case = {"check": "one", "verdict": "failed"}
        self.assertEqual(self.status("failed-abort-1", **case, weak_memory=True), 0)
        self.assertEqual(self.status("failed-abort-1", **case, weak_memory=False), 1)

    def test_a_program_that_hangs(self):
        self.assertEqual(
            self.status("verified-hangs-0", check="one", verdict="verified", seconds_max=1), 1)

    def test_whole_program(self):
        self.assertEqual(self.status("failed-abort-1", case="any", verdict="failed"), 0)
        self.assertEqual(self.status("failed-abort-1", case="any", verdict="verified"), 1)

    def test_complete(self):
        two = ({"check": "two"},)
        self.assertEqual(self.status("verified-none-0", "--complete", check="one", others=two), 0)
        self.assertEqual(self.status("verified-none-0", "--complete", check="one"), 1)
        self.assertEqual(self.status("verified-none-0", "--complete", check="three", others=two), 1)

    def test_called_wrongly(self):
        self.assertEqual(self.status("verified-none-0", "--case", "two", check="one"), 2)


if __name__ == "__main__":
    unittest.main()
