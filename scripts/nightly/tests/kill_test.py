#!/usr/bin/env python3
"""Killed at any moment: nothing that had finished is lost or run again, and no job is counted twice."""

import os
import random
import subprocess
import sys
import time
import unittest

from fixture import SECONDS, Project

CHECKS = 24
KILLS = 6


class Killed(Project):
    def setUp(self):
        super().setUp()
        self.seed = int.from_bytes(os.urandom(4), "big")
        self.random = random.Random(self.seed)

    def journal(self):
        path = self.root / "journal"
        return path.read_text().splitlines() if path.exists() else []

    def finished(self):
        """Jobs whose record is whole."""
        path = self.state / "history.jsonl"
        if not path.exists():
            return []
        whole = path.read_bytes().rpartition(b"\n")[0].decode()
        return [line.split('"job":"')[1].split('"')[0] for line in whole.splitlines()
                if '"type":"job"' in line]

    def kill_at(self, moment):
        """Starts a night and kills it when `moment` more jobs have begun, or a little later."""
        wanted = len(self.journal()) + moment
        with subprocess.Popen(self.command("--slots", "2"), env=self.environment,
                              stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as run:
            deadline = time.monotonic() + SECONDS
            while len(self.journal()) < wanted and run.poll() is None:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.002)
            time.sleep(self.random.random() * 0.03)
            run.kill()

    def test_at_random_moments(self):
        names = [f"n{number}_holds" for number in range(CHECKS)]
        self.environment["FAKE_CHECKS"] = " ".join(names)
        self.environment["FAKE_JOURNAL"] = str(self.root / "journal")
        with self.subTest(seed=self.seed):
            self.kill_all_along(names)

    def kill_all_along(self, names):
        begun_before_kill = {}
        for _ in range(KILLS):
            self.kill_at(self.random.randrange(0, 7))
            finished = self.finished()
            self.assertEqual(len(set(finished)), len(finished))
            begun_before_kill[len(self.journal())] = set(finished)
            # A torn write is what a machine that lost power may leave.
            if finished and self.random.random() < 0.4:
                with open(self.state / "history.jsonl", "ab") as file:
                    file.write(b'{"v":1,"type":"job","ni')
        status, text = self.call("--slots", "2")
        self.assertEqual(status, 0, text)
        jobs = [record["job"] for record in self.records()]
        self.assertEqual(sorted(jobs), sorted(f"deep:fake_checks/{name}" for name in names))
        self.assertEqual({record["night"] for record in self.records()},
                         {self.records("night")[0]["night"]})
        self.assertEqual([record["why"] for record in self.records("end")], ["complete"])
        # What was on the disk at a kill did not begin again after it.
        for begun, finished in begun_before_kill.items():
            again = {line.split()[0] for line in self.journal()[begun:]}
            self.assertFalse({job.split("/")[1] for job in finished} & again)
        # At most two jobs were under way at each kill.
        self.assertLessEqual(len(self.journal()), CHECKS + 2 * KILLS)

    def test_what_ran_when_it_was_killed_is_ended(self):
        self.environment["FAKE_CHECKS"] = "hangs"
        self.environment["FAKE_JOURNAL"] = str(self.root / "journal")
        self.jobs.write_text(self.jobs.read_text().replace("grace = 0.3", "grace = 30"))
        self.kill_at(1)
        self.jobs.write_text(self.jobs.read_text().replace("grace = 30", "grace = 0.1"))
        status, text = self.call("--new")
        self.assertEqual(status, 3, text)
        self.assertIn("is not gone on with", text)
        self.assertEqual([record["why"] for record in self.records("end")],
                         ["abandoned", "complete"])
        mark = f"HEDDLE_NIGHTLY_STATE={self.state}".encode()
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    self.assertNotIn(mark, file.read().split(b"\0"))
            except OSError:
                continue


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
