"""The procedure on programs that say what the test wants: order of runs, resuming, failures, verdicts."""
import pathlib
import tempfile
import unittest

from regression import benchmark_program, comparing, decision
from regression.benchmark_program import Settings
from regression.measuring import Measuring
from regression.pairs_file import PairsFile
from regression.tests import fakes

SETTINGS = Settings(min_time_s=0.0001, repetitions=1, limit_s=20)
PAIRS = 8


class Procedure(unittest.TestCase):
    def setUp(self):
        # pylint: disable-next=consider-using-with
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def programs(self, base="time=100", head="time=100", names=("one",), head_names=None):
        return {"base": fakes.program(self.folder, "base", names, base),
                "head": fakes.program(self.folder, "head", head_names or names, head)}

    def compare(self, sides, settings=SETTINGS, circumstances=None, pairs=PAIRS):
        store = PairsFile(self.folder / "pairs.jsonl", circumstances or {})
        self.addCleanup(store.close)
        measuring = Measuring({"fake_bench": sides}, store, settings, self.folder / "run",
                              lambda text: None)
        names = {side: benchmark_program.names(path) for side, path in sides.items()}
        results = comparing.compare(measuring, {"fake_bench": names}, pairs)
        return {result.benchmark: result for result in results}

    def test_identical(self):
        result = self.compare(self.programs())["one"]
        self.assertEqual(result.verdict, decision.UNRESOLVED)
        self.assertIsNone(result.confirming)

    def test_order_of_runs(self):
        self.compare(self.programs(), pairs=4)
        order = "".join(side[0] for side, _ in fakes.journal(self.folder))
        self.assertEqual(order, "bhhb" * 2)

    def test_slower_is_measured_again_and_named(self):
        sides = self.programs(head="time=$((105 + $(wc -l <../journal) % 3))".replace(
            "../journal", str(self.folder / "journal")), names=("one", "two<int>/8"))
        result = self.compare(sides)["two<int>/8"]
        self.assertEqual(result.verdict, decision.SLOWER)
        self.assertEqual((result.first.pairs, result.confirming.pairs), (PAIRS, 2 * PAIRS))
        self.assertAlmostEqual(result.best.ratio, 1.06, delta=0.011)

    def test_faster(self):
        self.assertEqual(self.compare(self.programs(head="time=90"))["one"].verdict,
                         decision.FASTER)

    def test_what_the_first_run_imagined_is_not_reported(self):
        # Slower as long as the first run lasts.
        runs = 2 * PAIRS
        head = f"time=100; [ $(wc -l <{self.folder}/journal) -gt {runs} ] || time=110"
        result = self.compare(self.programs(head=head))["one"]
        self.assertGreater(result.first.low, 1.05)
        self.assertEqual((result.verdict, result.best.ratio), (decision.UNRESOLVED, 1.0))

    def test_only_on_one_side(self):
        results = self.compare(self.programs(names=("one", "old"), head_names=("one", "new")))
        self.assertEqual({name: result.verdict for name, result in results.items()},
                         {"one": decision.UNRESOLVED, "old": comparing.ONLY_BASE,
                          "new": comparing.ONLY_HEAD})

    def test_a_crash_in_head(self):
        head = 'time=100; case $filter in *one*) kill -SEGV $$ ;; esac'
        results = self.compare(self.programs(head=head, names=("one", "two")))
        self.assertEqual(results["one"].verdict, comparing.FAILS_HEAD)
        self.assertIn("SIGSEGV", results["one"].reasons["head"])
        self.assertIn(results["one"].verdict, comparing.REGRESSIONS)
        self.assertEqual(results["two"].verdict, decision.UNRESOLVED)

    def test_a_crash_that_happens_once_is_none(self):
        head = (f"time=100; [ -e {self.folder}/once ] || "
                f"{{ touch {self.folder}/once; kill -KILL $$; }}")
        self.assertEqual(self.compare(self.programs(head=head))["one"].verdict,
                         decision.UNRESOLVED)

    def test_a_failing_status_in_base_and_in_both(self):
        fails = "echo broken >&2; exit 3"
        result = self.compare(self.programs(base=fails))["one"]
        self.assertEqual(result.verdict, comparing.FAILS_BASE)
        self.assertEqual(result.reasons["base"], "ended with status 3 broken")
        (self.folder / "pairs.jsonl").unlink()
        result = self.compare(self.programs(base=fails, head=fails))["one"]
        self.assertEqual(result.verdict, comparing.FAILS_BOTH)
        self.assertNotIn(result.verdict, comparing.REGRESSIONS)

    def test_too_slow_is_left_out(self):
        brief = Settings(min_time_s=0.0001, repetitions=1, limit_s=0.2)
        result = self.compare(self.programs(base="exec sleep 30"), brief)["one"]
        self.assertEqual(result.verdict, comparing.FAILS_BOTH)
        self.assertIn("0.2 s", result.reasons["base"])

    def test_goes_on_where_it_stopped(self):
        sides = self.programs()
        self.compare(sides, pairs=4)
        text = (self.folder / "pairs.jsonl").read_text(encoding="utf-8")
        self.assertEqual(len(text.splitlines()), 5)
        (self.folder / "pairs.jsonl").write_text(text[:-9], encoding="utf-8")  # killed while writing
        (self.folder / "journal").unlink()
        self.compare(sides, pairs=4)
        self.assertEqual([side for side, _ in fakes.journal(self.folder)], ["head", "base"])
        (self.folder / "journal").unlink()
        self.compare(sides, circumstances={"other": "commit"}, pairs=4)
        self.assertEqual(len(fakes.journal(self.folder)), 8)

    def test_too_few_iterations_are_not_believed(self):
        body = 'time=100; case "$*" in *min_time=0.02*) time=0.001 ;; esac'
        path = fakes.program(self.folder, "base", ("one",), body)
        # A million iterations of a thousandth of a nanosecond do not fill 0.02 s: once more, longer.
        got = benchmark_program.run(path, "one", Settings(0.02, 1), self.folder)
        self.assertEqual(got, 100)
        self.assertEqual(len(fakes.journal(self.folder)), 2)


class Names(unittest.TestCase):
    def test_filter_matches_the_name_alone(self):
        self.assertEqual(benchmark_program.filter_of("contended<a::b>/real_time/threads:2"),
                         "^contended<a::b>/real_time/threads:2$")
        self.assertEqual(benchmark_program.filter_of("f(x)+[1].*"), r"^f\(x\)\+\[1\]\.\*$")

    def test_which_time(self):
        self.assertTrue(benchmark_program.takes_real_time("x/real_time/threads:2"))
        self.assertTrue(benchmark_program.takes_real_time("x/iterations:100/manual_time"))
        self.assertFalse(benchmark_program.takes_real_time("x/8"))


if __name__ == "__main__":
    unittest.main()
