"""The report as data: what the Markdown and the HTML are made from, and what other programs read."""
import json
import math

from regression import comparing, decision

SCHEMA = 1


def make(results, base, head, machine, time, settings):
    """`base`, `head`: {"commit": hash, "subject": text}; `settings`: what was measured how."""
    return {"schema": SCHEMA, "time": time, "machine": machine, "base": base, "head": head,
            "settings": settings,
            "rule": {"candidate_p": decision.CANDIDATE_P, "family_error": decision.FAMILY_ERROR,
                     "smallest": decision.SMALLEST},
            "regression": any(result.verdict in comparing.REGRESSIONS for result in results),
            "benchmarks": [of_result(result) for result in results]}


def of_result(result):
    best = result.best
    return {"program": result.program, "benchmark": result.benchmark, "verdict": result.verdict,
            "base_ns": best and best.base_ns, "head_ns": best and best.head_ns,
            "ratio": best and best.ratio, "low": best and best.low, "high": best and best.high,
            "first": of_comparison(result.first), "confirming": of_comparison(result.confirming),
            "failures": result.reasons, "instructions": of_counts(result.instructions)}


def of_comparison(comparison):
    if comparison is None:
        return None

    def finite(value):
        return value if math.isfinite(value) and value > 0 else None
    return {"pairs": comparison.pairs, "ratio": comparison.ratio,
            "bootstrap": [comparison.low, comparison.high],
            "sign": {"slower": comparison.slower, "faster": comparison.faster,
                     "p": comparison.sign_p,
                     "interval": [finite(comparison.sign_low), finite(comparison.sign_high)]}}


def of_counts(counts):
    if counts is None:
        return None
    return {"base": counts.base, "head": counts.head, "ratio": counts.ratio,
            "reason": counts.reason}


def text(report):
    return json.dumps(report, indent=1, ensure_ascii=False) + "\n"
