"""When a difference is called one."""
import dataclasses
import unittest

from regression import decision, pair_statistics

CLEAR = pair_statistics.Comparison(
    pairs=24, base_ns=100, head_ns=105, ratio=1.05, low=1.04, high=1.06, slower=24, faster=0,
    sign_p=1e-7, sign_low=1.04, sign_high=1.06)


def but(**changes):
    return dataclasses.replace(CLEAR, **changes)


class Decision(unittest.TestCase):
    def test_both_opinions_make_a_candidate(self):
        self.assertTrue(decision.is_candidate(CLEAR))
        self.assertFalse(decision.is_candidate(but(low=0.99)))
        self.assertFalse(decision.is_candidate(but(sign_p=0.06)))

    def verdict(self, confirming, first=CLEAR):
        return decision.verdicts({"it": (first, confirming)})["it"]

    def test_confirmed(self):
        self.assertEqual(self.verdict(CLEAR), decision.SLOWER)
        faster = but(ratio=0.95, low=0.94, high=0.96)
        self.assertEqual(self.verdict(faster, first=faster), decision.FASTER)

    def test_not_confirmed(self):
        for name, confirming in {
                "interval": but(low=0.999), "signs": but(sign_p=0.02),
                "direction": but(ratio=0.95, low=0.94, high=0.96),
                "size": but(ratio=1.009, low=1.008, high=1.01)}.items():
            with self.subTest(name):
                self.assertEqual(self.verdict(confirming), decision.UNRESOLVED)

    def test_many_candidates_need_more(self):
        # 0.004 is enough alone, and not beside four that say nothing.
        weak = but(sign_p=0.004)
        self.assertEqual(self.verdict(weak), decision.SLOWER)
        crowd = {name: (CLEAR, but(sign_p=0.5)) for name in "abcd"}
        self.assertEqual(decision.verdicts({**crowd, "it": (CLEAR, weak)})["it"],
                         decision.UNRESOLVED)
        # Holm's sequence: beside four that are clear it is the last, and alone again.
        clear = {name: (CLEAR, CLEAR) for name in "abcd"}
        self.assertEqual(decision.verdicts({**clear, "it": (CLEAR, weak)})["it"], decision.SLOWER)

    def test_nothing_to_decide(self):
        self.assertEqual(decision.verdicts({}), {})


if __name__ == "__main__":
    unittest.main()
