"""Numbers in words, and what is remarked."""
import unittest

from regression import decision, wording


def result(verdict=decision.SLOWER, instructions=None, **changes):
    run = {"ratio": 1.1, "sign": {"slower": 20, "faster": 4, "p": 0.0015}}
    return {"verdict": verdict, "base_ns": 1.0, "head_ns": 1.1, "ratio": 1.1, "low": 1.0, "high": 1.2,
            "failures": None, "first": run, "confirming": run, "instructions": instructions,
            **changes}


class Words(unittest.TestCase):
    def test_nanoseconds(self):
        for value, text in ((0.391, "0.391 ns"), (999, "999 ns"), (1234, "1.23 µs"),
                            (2.5e6, "2.5 ms"), (4.2e12, "4200 s")):
            self.assertEqual(wording.nanoseconds(value), text)

    def test_instructions(self):
        def counts(base, head, reason=None):
            return {"base": base, "head": head, "reason": reason,
                    "ratio": head / base if base else None}
        same, more = counts(10.0, 10.001), counts(1000.0, 1050.0)
        self.assertEqual(wording.instructions(result(instructions=same)), "10, the same")
        self.assertEqual(wording.instructions(result(instructions=more)), "1,000 → 1,050 (+5.0%)")
        self.assertEqual(wording.instructions(result(instructions=counts(None, None, "why"))),
                         "not counted: why")
        self.assertIn("only move in memory", wording.remark(result(instructions=same)))
        self.assertEqual(wording.remark(result(instructions=more)), "")
        self.assertEqual(wording.remark(result(instructions=None)), "")

    def test_not_confirmed(self):
        self.assertEqual(wording.remark(result(decision.UNRESOLVED)),
                         "the first run's 1.100 was not confirmed")

    def test_signs(self):
        self.assertEqual(wording.signs(result()), "20 of 24, p = 0.0015")


if __name__ == "__main__":
    unittest.main()
