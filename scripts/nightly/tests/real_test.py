#!/usr/bin/env python3
"""real_test.py PROGRAM: a night over a real check binary, tests/planted_checks.cpp."""

import subprocess
import sys
import unittest

from fixture import Project

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else None
JOBS = """
version = 1
gigabytes = 0.5
grace = 3
seconds = 30
[[search]]
name = "short"
only = ["*/hangs_*", "*/many_*"]
seconds = 0.5
[[search]]
name = "deep"
options = ["--max-steps", "1000000"]
skip = ["*/hangs_*", "*/many_*"]
seconds = 30
[[search]]
name = "fresh"
modes = "random"
only = ["*/races"]
seconds = 30
"""


class Real(Project):
    def test_what_is_planted(self):
        self.jobs.write_text(JOBS)
        status, text = self.call("--program", PROGRAM, "--slots", "2")
        self.assertEqual(status, 1, text)
        deep = {record["check"]: record for record in self.records()
                if record["family"] in ("short", "deep")}
        self.assertEqual({name: record["verdict"] for name, record in deep.items()}, {
            "holds": "pass", "races": "violation", "reads_through_null": "violation",
            "hangs_where_nobody_sees": "infrastructure", "asks_what_is_not_modelled": "inconclusive",
            "many_executions": "inconclusive"}, text)
        self.assertEqual(deep["races"]["failure"]["kind"], "data_race")
        self.assertEqual(deep["reads_through_null"]["failure"]["kind"], "memory")
        self.assertEqual(deep["hangs_where_nobody_sees"]["ending"], "timed_out")
        self.assertIn("--time", deep["many_executions"]["reason"])
        self.assertEqual(deep["holds"]["executions"], 2)

        fresh = [record for record in self.records() if record["family"].startswith("fresh-")]
        self.assertTrue(fresh)
        for record in fresh:
            self.assertEqual(record["verdict"], "violation")
            self.replays(record["replay"])

    def replays(self, line):
        """The line of the page does show the failure."""
        done = subprocess.run(line, shell=True, cwd=self.root, env=self.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual(done.returncode, 1, f"{line}\n{done.stdout.decode()}")
        self.assertIn("Data race", done.stdout.decode())

    def test_tokens_are_replayed_in_the_next_night(self):
        self.jobs.write_text(JOBS)
        words = ("--program", PROGRAM, "--only", "*/races*")
        self.call("--night", "one", *words)
        self.call("--night", "two", *words)
        again = [record for record in self.records() if record["family"] == "again"]
        self.assertEqual([(record["job"].split("/")[1], record["verdict"], record["mode"])
                          for record in again], [("races#data_race", "violation", "replay")])
        self.assertIn("Ongoing failures", (self.state / "index.html").read_text())


if __name__ == "__main__":
    if PROGRAM is None:
        sys.exit("usage: real_test.py PROGRAM")
    unittest.main(argv=sys.argv[:1])
