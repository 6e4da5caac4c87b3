"""The whole procedure for two builds: first run, confirming run, verdicts. See decision.py."""
import dataclasses
import zlib

from regression import decision, pair_statistics
from regression.measuring import SIDES

ONLY_BASE = "only in base"
ONLY_HEAD = "only in head"
FAILS_BASE = "fails in base"
FAILS_HEAD = "fails in head"
FAILS_BOTH = "not measured"
REGRESSIONS = (decision.SLOWER, FAILS_HEAD)


@dataclasses.dataclass
class Result:
    """What is told about one benchmark. `instructions` is a Counts of instructions.py, or None."""
    program: str
    benchmark: str
    verdict: str
    first: pair_statistics.Comparison | None = None
    confirming: pair_statistics.Comparison | None = None
    reasons: dict | None = None
    instructions: object = None

    @property
    def key(self):
        return self.program, self.benchmark

    @property
    def best(self):
        """The comparison to report."""
        return self.confirming or self.first


def seed_of(run, key):
    """The same for the same pairs, so that a report can be made twice."""
    return zlib.crc32("/".join((run, *key)).encode())


def compare(measuring, names, pairs):
    """`names`: {program: {"base": [benchmark, …], "head": […]}}. Returns a Result for each of them;
    `pairs` is how many the first run measures, the confirming run takes twice as many."""
    both, results = [], {}
    for program, listed in names.items():
        for name in dict.fromkeys(listed["base"] + listed["head"]):
            key = program, name
            if name in listed["base"] and name in listed["head"]:
                both.append(key)
                results[key] = None
            else:
                verdict = ONLY_BASE if name in listed["base"] else ONLY_HEAD
                results[key] = Result(program, name, verdict)

    first = _run(measuring, "first", both, pairs)
    chosen = [key for key, comparison in first.items() if decision.is_candidate(comparison)]
    confirming = _run(measuring, "confirming", chosen, 2 * pairs)
    resolved = decision.verdicts({key: (first[key], confirming[key]) for key in confirming})

    for key in both:
        failed = measuring.store.failures.get(key)
        verdict = failure_verdict(failed) if failed else resolved.get(key, decision.UNRESOLVED)
        results[key] = Result(*key, verdict, first.get(key), confirming.get(key), failed)
    return list(results.values())


def _run(measuring, run, keys, pairs):
    measuring.rounds(run, keys, pairs)
    return {key: pair_statistics.compare(measuring.store.of(run, key, pairs), seed_of(run, key))
            for key in keys if key not in measuring.store.failures}


def failure_verdict(reasons):
    base, head = (reasons[side] is not None for side in SIDES)
    if base and head:
        return FAILS_BOTH
    return FAILS_BASE if base else FAILS_HEAD
