"""The statistics on synthetic machines: what is the same is hardly ever called different, 5 % is
found, and the intervals hold what they promise."""
import math
import unittest

from regression import decision, pair_statistics
from regression.tests import synthetic

TRIALS = 60
RESAMPLES = 150
PAIRS = 24


def judged(ratio, dice, machine):
    """(Comparison of the first run, verdict of the whole procedure for one benchmark)"""
    first = pair_statistics.compare(synthetic.pairs(PAIRS, ratio, dice, **machine), 1, RESAMPLES)
    if not decision.is_candidate(first):
        return first, decision.UNRESOLVED
    again = pair_statistics.compare(synthetic.pairs(2 * PAIRS, ratio, dice, **machine), 2, RESAMPLES)
    return first, decision.verdicts({"one": (first, again)})["one"]


class Machines(unittest.TestCase):
    def test_identical_programs(self):
        for name, machine in synthetic.MACHINES.items():
            with self.subTest(name):
                dice = synthetic.random_of(name)
                seen = [judged(1.0, dice, machine) for _ in range(TRIALS)]
                self.assertLessEqual(sum(verdict != decision.UNRESOLVED for _, verdict in seen), 1)
                covered = sum(first.low <= 1 <= first.high for first, _ in seen)
                self.assertGreaterEqual(covered, 0.87 * TRIALS)
                covered = sum(first.sign_low <= 1 <= first.sign_high for first, _ in seen)
                self.assertGreaterEqual(covered, 0.87 * TRIALS)

    def test_five_percent_slower(self):
        for name in ("quiet", "drifting", "disturbed", "everything"):
            with self.subTest(name):
                dice = synthetic.random_of(name)
                verdicts = [judged(1.05, dice, synthetic.MACHINES[name])[1] for _ in range(20)]
                found = verdicts.count(decision.SLOWER)
                self.assertGreaterEqual(found, 18 if name in ("quiet", "drifting") else 10)
                self.assertNotIn(decision.FASTER, verdicts)

    def test_a_drift_is_no_difference(self):
        # 40 % over the run. Taken in the order base, head only, it would look like 0.4 % each time.
        dice = synthetic.random_of("drift")
        made = synthetic.pairs(PAIRS, 1.0, dice, noise=0.0001, drift=0.008)
        comparison = pair_statistics.compare(made, 1, RESAMPLES)
        self.assertLess(comparison.low, 1)
        self.assertGreater(comparison.high, 1)
        self.assertGreater(comparison.sign_p, 0.5)


class Numbers(unittest.TestCase):
    def test_trimmed_mean_does_not_see_a_third(self):
        self.assertEqual(pair_statistics.trimmed_mean([1, 2, 3, 2, 1, 3, 2, 1000, -1000]), 2)

    def test_interval_is_repeatable_and_around_the_estimate(self):
        values = [0.01 * (n % 7) for n in range(24)]
        low, high = pair_statistics.bootstrap_interval(values, 5, RESAMPLES)
        self.assertEqual((low, high), pair_statistics.bootstrap_interval(values, 5, RESAMPLES))
        self.assertTrue(low <= pair_statistics.trimmed_mean(values) <= high)

    def test_more_pairs_say_more(self):
        def width(pairs):
            dice = synthetic.random_of("width")
            made = pair_statistics.compare(synthetic.pairs(pairs, 1.0, dice), 1, RESAMPLES)
            return math.log(made.high / made.low)
        self.assertLess(width(96), 0.7 * width(16))

    def test_too_few(self):
        with self.assertRaises(ValueError):
            pair_statistics.bootstrap_interval([0.1, 0.2, 0.3])
        self.assertEqual(pair_statistics.sign_interval([1, 2, 3]), (-math.inf, math.inf))

    def test_sign_test(self):
        self.assertEqual(pair_statistics.sign_test([1] * 8), (8, 0, 2 / 2**8))
        self.assertEqual(pair_statistics.sign_test([1, -1, 0, 0]), (1, 1, 1.0))
        # 2 (1 + 10 + 45) / 1024
        self.assertEqual(pair_statistics.sign_test([1] * 8 + [-1] * 2), (8, 2, 112 / 1024))

    def test_sign_interval(self):
        # For 10 values the second and the ninth, coverage 97.9 % (tables of the binomial).
        self.assertEqual(pair_statistics.sign_interval(list(range(10))), (1, 8))

    def test_compare(self):
        made = pair_statistics.compare([(100, 110), (200, 220), (100, 110), (50, 55)])
        self.assertAlmostEqual(made.ratio, 1.1)
        self.assertAlmostEqual(made.low, 1.1)
        self.assertEqual((made.base_ns, made.head_ns, made.slower, made.faster), (100, 110, 4, 0))


if __name__ == "__main__":
    unittest.main()
