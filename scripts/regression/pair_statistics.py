"""What pairs of times say about the ratio of two programs.

A pair is (time of base, time of head), measured one right after the other; what is looked at is the
logarithm of head / base. Two opinions that err differently:

- a bootstrap interval of the trimmed mean. Whole blocks of two neighbouring pairs are drawn, one in
  the order base, head and one in the order head, base: a drift of the machine cancels in each block,
  and what neighbours have in common stays together (circular block bootstrap; Politis and Romano
  1992). The mean is that of the middle third, so that disturbed pairs, up to a
  third on each side, move little.
- the sign test: in how many pairs was head slower? Exact, and blind to how much; the interval that
  belongs to it lies between two of the ordered ratios.

Pure: the same pairs and the same seed give the same numbers.
"""
import dataclasses
import math
import random
import statistics

CONFIDENCE = 0.95
RESAMPLES = 2000
BLOCK = 2  # pairs
TRIMMED = 1 / 3  # at each end
NORMAL_QUANTILE = 1.959964  # of CONFIDENCE, two-sided


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Ratios are head / base: above 1 is slower. Intervals are of 95 %."""
    pairs: int
    base_ns: float
    head_ns: float
    ratio: float
    low: float
    high: float
    slower: int
    faster: int
    sign_p: float
    sign_low: float
    sign_high: float

    def excludes_one(self):
        return self.low > 1 or self.high < 1


def trimmed_mean(values):
    """The mean of the middle third."""
    ordered = sorted(values)
    cut = int(len(ordered) * TRIMMED)
    kept = ordered[cut:len(ordered) - cut]
    return sum(kept) / len(kept)


def widening(blocks):
    """By how much a percentile interval from so few blocks is too narrow: the factor of the variance,
    and Student's t beside the normal distribution (first term of Cornish and Fisher)."""
    free = blocks - 1
    return math.sqrt(blocks / free) * (1 + (NORMAL_QUANTILE**2 + 1) / (4 * free))


def bootstrap_interval(values, seed=0, resamples=RESAMPLES):
    """(low, high) of the trimmed mean of values, at least four of them, in the order measured."""
    count = len(values)
    if count < 2 * BLOCK:
        raise ValueError(f"{count} pairs are too few for an interval")
    dice = random.Random(seed)
    ring = list(values) + list(values[:BLOCK - 1])
    blocks = [ring[start:start + BLOCK] for start in range(count)]
    drawn = count // BLOCK
    means = sorted(
        trimmed_mean([value for block in dice.choices(blocks, k=drawn) for value in block])
        for _ in range(resamples))
    left_out = int(resamples * (1 - CONFIDENCE) / 2)
    centre = trimmed_mean(values)
    wider = widening(drawn)
    return (centre + wider * (means[left_out] - centre),
            centre + wider * (means[-1 - left_out] - centre))


def sign_test(values):
    """(how many are above 0, how many below, two-sided p). Equal times say nothing."""
    above = sum(value > 0 for value in values)
    below = sum(value < 0 for value in values)
    return above, below, min(1.0, 2 * binomial_tail(above + below, min(above, below)))


def binomial_tail(count, most):
    """P(at most so many heads in count tosses)."""
    return sum(math.comb(count, heads) for heads in range(most + 1)) / 2**count


def sign_interval(values):
    """The narrowest interval between ordered values that holds the median in 95 % of cases, whatever
    their distribution; infinite where there are too few."""
    ordered = sorted(values)
    rank = 0
    while 2 * binomial_tail(len(ordered), rank) <= 1 - CONFIDENCE:
        rank += 1
    if rank == 0:
        return -math.inf, math.inf
    return ordered[rank - 1], ordered[-rank]


def compare(pairs, seed=0, resamples=RESAMPLES):
    """The Comparison of [(base_ns, head_ns), …], in the order measured."""
    logs = [math.log(head / base) for base, head in pairs]
    low, high = bootstrap_interval(logs, seed, resamples)
    slower, faster, p = sign_test(logs)
    sign_low, sign_high = sign_interval(logs)
    return Comparison(
        pairs=len(pairs),
        base_ns=statistics.median(base for base, _ in pairs),
        head_ns=statistics.median(head for _, head in pairs),
        ratio=math.exp(trimmed_mean(logs)), low=math.exp(low), high=math.exp(high),
        slower=slower, faster=faster, sign_p=p,
        sign_low=math.exp(sign_low), sign_high=math.exp(sign_high))
