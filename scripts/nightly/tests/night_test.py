#!/usr/bin/env python3
"""Whole nights: what is planted is reported as what it is, and followed from night to night."""

import subprocess
import sys
import time
import unittest
import xml.etree.ElementTree as tree

from fixture import Project


class Planted(Project):
    def test_each_is_reported_as_what_it_is(self):
        status, text = self.call("--slots", "11")
        self.assertEqual(status, 1, text)
        found = {record["check"]: record for record in self.records()}
        self.assertEqual({name: record["verdict"] for name, record in found.items()}, {
            "holds": "pass", "flips": "pass", "races": "violation", "hangs": "infrastructure",
            "crashes": "infrastructure", "is_killed": "infrastructure",
            "eats_memory": "infrastructure", "says_nothing": "infrastructure",
            "lies": "infrastructure", "is_bounded": "inconclusive",
            "is_not_judged": "inconclusive"})
        self.assertEqual(
            {name: found[name]["ending"] for name in
             ("holds", "hangs", "crashes", "is_killed", "eats_memory")},
            {"holds": "exited", "hangs": "timed_out", "crashes": "crashed", "is_killed": "killed",
             "eats_memory": "out_of_memory"})
        self.assertEqual(found["races"]["failure"]["kind"], "data_race")
        self.assertEqual(found["races"]["replay"],
                         "./fake_checks --filter races --replay h1-token")
        self.assertIn("SIGSEGV", found["crashes"]["reason"])
        self.assertIn("no such option", found["says_nothing"]["reason"])
        self.assertIn("the report says failed, but it ended with status 0", found["lies"]["reason"])
        self.assertIn("not deterministic", found["is_not_judged"]["reason"])
        self.page()
        self.junit()

    def page(self):
        text = (self.state / "index.html").read_text()
        self.assertIn("./fake_checks --filter races --replay h1-token", text)
        self.assertIn("&lt;b&gt;x&lt;/b&gt;", text)
        self.assertNotIn("<b>x</b>", text)
        for outside in ("http:", "https:", "<script", "url(", "@import", "src="):
            self.assertNotIn(outside, text)

    def junit(self):
        cases = {case.get("name"): [child.tag for child in case]
                 for case in tree.parse(self.state / "junit.xml").iter("testcase")}
        self.assertEqual(cases["fake_checks/holds"], [])
        self.assertEqual(cases["fake_checks/races"], ["failure"])
        self.assertEqual(cases["fake_checks/is_killed"], ["error"])
        self.assertEqual(cases["fake_checks/is_bounded"], ["skipped"])

    def test_without_a_violation_what_is_unknown_decides(self):
        self.assertEqual(self.call("--only", "deep:*/is_killed", "--only", "deep:*/holds")[0], 3)
        self.assertEqual(self.call("--only", "deep:*/holds")[0], 0)
        self.assertEqual(self.call("--only", "deep:*/is_bounded")[0], 0)


class Planned(Project):
    def test_random_modes_of_the_help_with_fresh_seeds(self):
        self.jobs.write_text(self.jobs.read_text() + '[[search]]\nname = "fresh"\nmodes = "random"\n'
                             'seconds = 1\nunless_verified = "deep"\n')
        self.environment["FAKE_CHECKS"] = "races holds"
        self.call("--night", "one")
        seeds = {record["job"]: record["seed"] for record in self.records() if "seed" in record}
        self.assertEqual(set(seeds), {f"fresh-{mode}:fake_checks/{check}"
                                      for mode in ("random", "pct") for check in ("races", "holds")})
        self.assertEqual(len(set(seeds.values())), 4)
        self.assertEqual(self.verdicts()["fresh-pct:fake_checks/holds"], "inconclusive")
        self.call("--night", "two")
        later = {record["job"]: record["seed"] for record in self.records()
                 if "seed" in record and record["night"] == "two"}
        # What deep verified last night is not looked at again.
        self.assertEqual(set(later), {"fresh-random:fake_checks/races", "fresh-pct:fake_checks/races"})
        self.assertNotEqual(later["fresh-pct:fake_checks/races"], seeds["fresh-pct:fake_checks/races"])

    def test_commands(self):
        self.jobs.write_text("""
version = 1
[[command]]
name = "slow"
command = ["sh", "-c", "echo 'parse  slower by 5 %'; exit 1"]
kind = "slowdown"
finding = '^(?P<name>\\w+)  (?P<message>slower .*)$'
[[command]]
name = "breaks"
command = ["sh", "-c", "echo no compiler; exit 1"]
finding = '^(?P<name>\\w+)  slower'
[[command]]
name = "absent"
needs = "make no-such-target"
command = ["make", "no-such-target"]
[[command]]
name = "only-a-folder"
needs = "make folder"
command = ["make", "folder"]
[[command]]
name = "has-a-recipe"
needs = "make recipe"
command = ["make", "recipe"]
[[command]]
name = "dies"
command = ["sh", "-c", "kill -SEGV $$"]
crash = "violation"
[[command]]
name = "strange"
command = ["sh", "-c", "exit 9"]
[[command]]
name = "unstartable"
command = ["./no-such-program"]
[[command]]
name = "compares"
command = ["echo", "{previous_commit}"]
[[command]]
name = "works"
command = ["true"]
""")
        (self.root / "folder").mkdir()
        (self.root / "Makefile").write_text(".PHONY: recipe\nrecipe:\n\ttrue\n")
        status, text = self.call()
        self.assertEqual(status, 1, text)
        self.assertEqual(self.verdicts(), {
            "only-a-folder": "not_run", "has-a-recipe": "pass", "slow": "violation",
            "breaks": "infrastructure", "absent": "not_run", "dies": "violation",
            "strange": "infrastructure", "unstartable": "infrastructure",
            "compares": "not_run", "works": "pass"})
        found = {record["job"]: record for record in self.records()}
        self.assertEqual(found["slow"]["findings"],
                         [{"name": "parse", "kind": "slowdown", "message": "slower by 5 %"}])
        self.assertIn("not available: there is no make no-such-target", found["absent"]["reason"])
        self.assertEqual(found["unstartable"]["ending"], "not_started")

    def test_corpus(self):
        self.jobs.write_text(self.jobs.read_text().replace(
            "gigabytes", 'corpus = "corpus"\ngigabytes', 1))
        self.environment["FAKE_CHECKS"] = "races flips"
        for check, name, text in (("races", "one", '{"token": "h1-abc"}'), ("flips", "two", "{}"),
                                  ("flips", "three", '{"version": 1, "replay": "h1-abc"}')):
            folder = self.root / "corpus" / check
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.json").write_text(text)
        self.call()
        found = self.verdicts()
        self.assertEqual(found["corpus:fake_checks/races#one"], "violation")
        self.assertEqual(found["corpus:fake_checks/flips#three"], "pass")
        self.assertEqual(found["corpus:flips#two"], "infrastructure")

    def test_the_time_of_a_night(self):
        self.environment["FAKE_CHECKS"] = "hangs a_holds b_holds"
        self.assertEqual(self.call("--slots", "1", "--total-time", "0.3", "--night", "one")[0], 3)
        self.assertEqual(self.records("end")[0]["why"], "budget")
        self.assertEqual(self.records("end")[0]["left"], 2)
        # What was left comes first.
        listed = self.call(action="list")[1].splitlines()
        self.assertEqual(listed[:2], ["deep:fake_checks/a_holds", "deep:fake_checks/b_holds"])


class Together(Project):
    def test_two_nights_do_not_collide(self):
        self.environment["FAKE_CHECKS"] = "hangs"
        self.jobs.write_text(self.jobs.read_text().replace("grace = 0.3", "grace = 30"))
        with subprocess.Popen(self.command(), env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as first:
            while not (self.state / "plan.json").exists():
                self.assertIsNone(first.poll())
                time.sleep(0.01)
            status, text = self.call()
            self.assertEqual(status, 2)
            self.assertIn("another night is running", text)
            self.assertIn(str(first.pid), text)
            first.terminate()
            said = first.communicate(timeout=20)[0].decode()
        self.assertEqual(first.returncode, 4, said)
        self.assertIn("the next call goes on", said)

    def test_shards_together_are_the_whole_night(self):
        self.environment["FAKE_CHECKS"] = " ".join(f"n{number}_holds" for number in range(12)) + " races"
        parts = []
        for index in range(3):
            self.state = self.root / f"shard{index}"
            self.call("--night", "7", "--shard-index", str(index), "--shard-count", "3")
            parts.append({record["job"] for record in self.records()})
        self.assertEqual(sum(map(len, parts)), 13)
        self.assertEqual(len(set.union(*parts)), 13)
        inputs = [str(self.root / f"shard{index}") for index in range(3)]
        self.state = self.root / "all"
        for _ in range(2):  # merging again changes nothing
            status, text = self.call(str(self.state), *inputs, action="merge")
            self.assertEqual(status, 1, text)
            self.assertIn("1 violation, 12 pass", text)
            self.assertEqual(len(self.records()), 13)
        self.assertIn("3 shards", (self.state / "index.html").read_text())
        self.assertTrue(list((self.state / "logs").glob("*/*.txt")))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
