#!/usr/bin/env python3
"""The parts of a night, each by itself: shards, history, limits, the jobs file, the command line."""

import pathlib
import shutil
import sys
import tempfile
import unittest

import fixture  # noqa: F401  it makes the package known
from nightly import abilities, arguments, history, jobs_file, shard, subjects, watch
from nightly.problem import Problem


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="nightly-"))
        self.addCleanup(shutil.rmtree, self.folder)


class Shards(unittest.TestCase):
    NAMES = [f"program/check_{number}" for number in range(1000)]

    def test_every_check_is_in_exactly_one(self):
        for count in (1, 2, 3, 7, 64):
            for name in self.NAMES:
                owners = [index for index in range(count) if shard.belongs(name, index, count)]
                self.assertEqual(len(owners), 1)

    def test_the_same_everywhere_and_evenly(self):
        self.assertEqual([shard.shard_of(name, 10) for name in self.NAMES[:8]],
                         [1, 0, 4, 5, 9, 9, 1, 5])
        sizes = [sum(shard.belongs(name, index, 4) for name in self.NAMES) for index in range(4)]
        self.assertGreater(min(sizes), 200)

    def test_seeds_are_of_the_night_and_the_job(self):
        seeds = {shard.seed_for(night, job) for night in range(10) for job in self.NAMES[:10]}
        self.assertEqual(len(seeds), 100)
        self.assertEqual(shard.seed_for(1, "a"), shard.seed_for(1, "a"))
        self.assertLess(max(seeds), 2**63)


class Histories(Folder):
    def record(self, job):
        return {"type": "job", "night": "1", "job": job, "verdict": "pass"}

    def test_a_torn_line_is_cut_off(self):
        path = self.folder / "history.jsonl"
        store = history.History(path)
        store.append(self.record("a"))
        store.close()
        whole = path.read_bytes()
        for torn in (b"{", b'{"v":1,"type":"job"}', b"\0\0"):
            path.write_bytes(whole + torn)
            store = history.History(path)
            self.assertEqual([record["job"] for record in store.records], ["a"])
            store.append(self.record("b"))
            store.close()
            self.assertEqual([record["job"] for record in history.read(path)], ["a", "b"])

    def test_what_is_no_history_is_refused_by_line(self):
        path = self.folder / "history.jsonl"
        good = '{"v":1,"type":"job","night":"1","job":"a","verdict":"pass"}\n'
        for line, words in (("nonsense", "line 2 .* is no JSON"), ("[]", "line 2 .* no record"),
                            (good.replace('"v":1', '"v":2').strip(), "version 2")):
            path.write_text(good + line + "\n")
            with self.assertRaisesRegex(Problem, words):
                history.read(path)

    def test_once(self):
        records = [self.record("a"), self.record("b"), self.record("a")]
        self.assertEqual(len(history.once(records)), 2)


class Limits(Folder):
    def run_it(self, words, seconds=20.0, size=1 << 30):
        return watch.run(words, watch.Limits(seconds, size), self.folder / "log")

    def test_endings(self):
        for words, how, said in ((["true"], "exited", "status 0"),
                                 (["sh", "-c", "exit 7"], "exited", "status 7"),
                                 (["sh", "-c", "kill -ABRT $$"], "crashed", "SIGABRT"),
                                 (["sh", "-c", "kill -TERM $$"], "killed", "SIGTERM"),
                                 (["./no-such-program"], "not_started", "No such file")):
            ending = self.run_it(words)
            self.assertEqual(ending.how, how)
            self.assertIn(said, ending.words)

    def test_time(self):
        ending = self.run_it(["sh", "-c", "sleep 1000 & sleep 1000"], seconds=0.2)
        self.assertEqual(ending.how, "timed_out")
        self.assertLess(ending.seconds, 15)

    def test_memory_of_all_that_it_starts(self):
        ending = self.run_it(["sh", "-c", "tail /dev/zero; true"], size=100 << 20)
        self.assertEqual(ending.how, "out_of_memory")
        self.assertGreater(ending.peak_bytes, 100 << 20)

    def test_reserved_memory_does_not_count(self):
        reserve = "import mmap, time; held = mmap.mmap(-1, 1 << 36); time.sleep(0.1)"
        self.assertEqual(self.run_it([sys.executable, "-c", reserve], size=200 << 20).how, "exited")


class JobsFiles(Folder):
    def load(self, text):
        path = self.folder / "jobs.toml"
        path.write_text(text)
        return jobs_file.load(path)

    def test_the_own_one(self):
        jobs = jobs_file.load(pathlib.Path(jobs_file.__file__).with_name("heddle.toml"))
        self.assertIn("deep", [search.name for search in jobs.search])
        self.assertEqual(next(one for one in jobs.search if one.name == "fresh").modes, ["random"])

    def test_sentences(self):
        one = 'version = 1\n[[search]]\nname = "a"\n'
        for text, words in (
                ("", "version must be 1, not None"), ("version = ", "is no TOML"),
                ("version = 1\nprogram = []", "program is not known; there is version, programs"),
                (one + "second = 3", "search a: second is not known"),
                (one + 'seconds = "3"', "search a: seconds must be a number, not '3'"),
                (one + "seconds = 0", "seconds must be more than 0"),
                (one + "options = [1]", "options must be a list of strings, and 1 is none"),
                ("version = 1\n[[search]]", "name is missing"),
                (one + '[[search]]\nname = "a"', "the name a is taken"),
                ('version = 1\n[search]\nname = "a"', r"write \[\[search\]\]"),
                (one + '[[expected]]\nsearch = "b"\nchecks = []\nverdict = "failed"\nwhy = ""',
                 "names b, and there is no such search"),
                ('version = 1\n[[command]]\nname = "c"\ncommand = ["x"]\nfinding = "("',
                 "finding is no regular expression"),
                ('version = 1\n[[command]]\nname = "c"\ncommand = ["x"]\nfinding = "x"',
                 r"needs a group \(\?P<name>")):
            with self.assertRaisesRegex(Problem, words):
                self.load(text)


class Words(unittest.TestCase):
    def test_times(self):
        for text, seconds in (("90", 90), ("90s", 90), ("15m", 900), ("7.5h", 27000)):
            self.assertEqual(arguments.duration(text), seconds)
        for text in ("", "0", "-1", "5x", "h", "1e9", "nan"):
            with self.assertRaises(arguments.argparse.ArgumentTypeError):
                arguments.duration(text)

    def test_shards(self):
        for words, said in ((["--shard-index", "1"], "need each other"),
                            (["--shard-index", "3", "--shard-count", "3"], "the last one is 2")):
            with self.assertRaisesRegex(Problem, said):
                arguments.parse(["run", *words])

    def test_help_of_a_check_binary(self):
        options, modes = abilities.read_help("  --mode exhaustive|random|pct|pos\n  --alloc-failures N")
        self.assertEqual(modes, ["exhaustive", "random", "pct", "pos"])
        self.assertEqual(options, {"--mode", "--alloc-failures"})

    def test_random_modes(self):
        for modes, random in (([], []), (["exhaustive"], []),
                              (["exhaustive", "pct", "pos"], ["pct", "pos"]),
                              (["exhaustive", "pct", "portfolio"], ["portfolio"])):
            self.assertEqual(abilities.Abilities([], set(), modes).random_modes(), random)


class Expectations(unittest.TestCase):
    def subject(self, *cases):
        able = abilities.Abilities(["c"], set(), ["exhaustive"])
        return subjects.Subject("p", "/p", "c", list(cases), able)

    def test_of_no_table(self):
        self.assertEqual(self.subject().expectation(["--spurious"]), (["verified"], None))

    def test_options_that_change_what_is_right(self):
        one = self.subject({"check": "c", "verdict": "verified"},
                           {"check": "c", "verdict": "failed", "kind": "memory",
                            "options": ["--alloc-failures", "1"]})
        self.assertEqual(one.expectation(["--max-steps", "9"]), (["verified"], None))
        self.assertEqual(one.expectation(["--alloc-failures", "2"]), (["failed"], ["memory"]))
        self.assertEqual(one.expectation(["--spurious"]), (["verified"], None))
        self.assertEqual(one.options(), [])

    def test_what_was_only_looked_at_at_random(self):
        one = self.subject({"check": "c", "verdict": "bounded", "options": ["--mode", "pos"]},
                           {"check": "c", "verdict": "failed", "options": ["--mode", "pct"]})
        self.assertEqual(one.expectation([]), (["failed"], None))

    def test_bounds_of_a_table_are_no_bounds_of_a_night(self):
        one = self.subject({"check": "c", "verdict": "bounded",
                            "options": ["--max-steps", "60", "--memory-model", "sc"]})
        self.assertEqual(one.expectation([]), (["bounded", "verified"], None))
        self.assertEqual(one.options(), ["--memory-model", "sc"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
