"""When is a difference called one?

Two runs with different tasks. The first run is a sieve: whatever may differ is a candidate, and of a
hundred benchmarks that do not differ a few always are. The confirming run measures the candidates
again, with fresh pairs that know nothing of why they were chosen; there, the error is bounded over
all candidates together (Holm 1979), so the whole report is wrong with probability FAMILY_ERROR at
most, however many benchmarks there are. What is reported is the ratio of the confirming run: that of
the first is too large, because it was chosen for being large.
"""
import math

CANDIDATE_P = 0.05
FAMILY_ERROR = 0.01
# Two equal programs lie in different pages of memory, which makes a difference of this size that is
# real, resolved, and nobody's fault.
SMALLEST = 0.01

SLOWER = "slower"
FASTER = "faster"
UNRESOLVED = "no difference resolved"


def is_candidate(first):
    """Both opinions of the first run see a difference."""
    return first.excludes_one() and first.sign_p <= CANDIDATE_P


def verdicts(candidates):
    """candidates: {key: (Comparison of the first run, Comparison of the confirming one)}. Returns
    {key: SLOWER, FASTER or UNRESOLVED}. Resolved is what passes Holm's sequence of sign tests, lies
    outside of its bootstrap interval, and has the direction of the first run."""
    result = {key: UNRESOLVED for key in candidates}
    ordered = sorted(candidates, key=lambda key: candidates[key][1].sign_p)
    for place, key in enumerate(ordered):
        first, confirming = candidates[key]
        if confirming.sign_p > FAMILY_ERROR / (len(ordered) - place):
            break
        same_side = (first.ratio > 1) == (confirming.ratio > 1)
        large = abs(math.log(confirming.ratio)) >= math.log1p(SMALLEST)
        if same_side and large and confirming.excludes_one():
            result[key] = SLOWER if confirming.ratio > 1 else FASTER
    return result
