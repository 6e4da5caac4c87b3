#!/usr/bin/env python3
"""Failures from night to night: new, ongoing, rare, not looked at, resolved, back again."""

import sys
import unittest

from fixture import Project
from nightly import failures
from nightly.nights import group


def job(name, verdict, kind=None, **more):
    """A job's record; night and the rest are filled in by `nights`."""
    family, _, check = name.partition(":")
    record = {"type": "job", "job": name, "family": family, "program": "p", "check": check,
              "verdict": verdict, **more}
    if kind:
        record["failure"] = {"kind": kind, "message": "words", "token": more.get("token")}
    return record


def nights(*all_jobs):
    records = []
    for number, jobs in enumerate(all_jobs, 1):
        base = {"night": str(number), "shard": "0/1"}
        records.append({"type": "night", "started": f"{number:04}", **base})
        records += [record | base for record in jobs]
        records.append({"type": "end", "why": "complete", **base})
    return group(records)


def state(*all_jobs):
    """(state of the one failure, marks) after the nights."""
    found = failures.follow(nights(*all_jobs))
    assert len(found) == 1, found
    return found[0].state, [mark for _, mark in found[0].marks]


SEEN = [job("deep:c", "violation", "data_race")]
PASSED = [job("deep:c", "pass")]
RANDOM_SEEN = [job("fresh-pct:c", "violation", "data_race", seed=1)]
RANDOM_MISSED = [job("fresh-pct:c", "inconclusive", seed=2)]
KILLED = [job("deep:c", "infrastructure")]


class States(unittest.TestCase):
    def test_new_and_ongoing(self):
        self.assertEqual(state(PASSED, SEEN), ("new", ["seen"]))
        self.assertEqual(state(SEEN, SEEN, SEEN), ("ongoing", ["seen"] * 3))

    def test_a_night_without_a_look_breaks_nothing(self):
        self.assertEqual(state(SEEN, KILLED), ("unseen", ["seen", "not looked at"]))
        self.assertEqual(state(SEEN, [], SEEN)[0], "ongoing")

    def test_what_nobody_looks_for_is_forgotten(self):
        self.assertEqual(state(SEEN, *[KILLED] * 59)[0], "unseen")
        self.assertEqual(state(SEEN, *[KILLED] * 60)[0], "forgotten")
        self.assertEqual(state(SEEN, *[KILLED] * 60, SEEN)[0], "new")

    def test_rare(self):
        self.assertEqual(state(RANDOM_SEEN, RANDOM_MISSED), ("rare", ["seen", "missed"]))
        self.assertEqual(state(RANDOM_SEEN, RANDOM_MISSED, RANDOM_SEEN)[0], "rare")

    def test_only_what_can_prove_it_resolves(self):
        self.assertEqual(state(SEEN, PASSED), ("resolved", ["seen", "passed"]))
        self.assertEqual(state(SEEN, KILLED + [job("fresh-pct:c", "inconclusive", seed=3)])[0],
                         "rare")
        self.assertEqual(state(RANDOM_SEEN, RANDOM_MISSED + PASSED)[0], "rare")
        replay = [job("again:c", "pass") | {"job": "again:p/c#data_race"}]
        self.assertEqual(state(RANDOM_SEEN, RANDOM_MISSED + replay)[0], "resolved")
        self.assertEqual(state(SEEN, PASSED, SEEN)[0], "new")
        self.assertEqual(state(SEEN, PASSED, [])[0], "resolved")

    def test_two_searches_find_one_failure(self):
        found = failures.follow(nights(SEEN + RANDOM_SEEN))
        self.assertEqual(len(found), 1)
        self.assertEqual(sorted(found[0].found_by), ["deep", "fresh-pct"])
        other = [job("deep:c", "violation", "deadlock")]
        self.assertEqual([one.kind for one in failures.follow(nights(SEEN, SEEN, other))],
                         ["data_race", "deadlock"])

    def test_findings_of_a_command(self):
        def batch(*found):
            record = job("mutants:mutants", "violation" if found else "pass", items=["a", "b"])
            return [record | {"program": None, "findings": [
                {"name": name, "kind": "survivor", "message": "nobody noticed"} for name in found]}]
        found = {one.name: one.state for one in failures.follow(nights(batch("a", "b"), batch("b")))}
        self.assertEqual(found, {"mutants/a": "resolved", "mutants/b": "ongoing"})


class Followed(Project):
    """One failure over five nights."""

    def night(self, name, *more):
        self.environment["FAKE_CHECKS"] = "flips holds"
        self.environment["FAKE_FLIP"] = str(self.root / "flip")
        status, text = self.call("--night", name, *more)
        return status, text, (self.state / "index.html").read_text()

    def test_new_ongoing_resolved_and_back(self):
        flip = self.root / "flip"
        self.assertIn("No failure", self.night("one")[2])
        flip.touch()
        status, _, page = self.night("two")
        self.assertEqual(status, 1)
        self.assertIn("New failures", page)
        status, text, page = self.night("three")
        self.assertIn("Ongoing failures", page)
        self.assertIn("again:fake_checks/flips#data_race", self.verdicts(), text)
        flip.unlink()
        status, _, page = self.night("four")
        self.assertEqual(status, 0)
        self.assertIn("<h2>Resolved", page)
        self.assertNotIn("Ongoing failures", page)
        flip.touch()
        self.assertIn("is back: it was resolved in night four", self.night("five")[2])
        before = self.records()
        status, text, _ = self.night("five")
        self.assertIn("over already", text)
        self.assertEqual(status, 1)
        self.assertEqual(self.records(), before)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
