"""Pairs of times of two programs on machines that behave badly, in known ways."""
import math
import random


def pairs(count, ratio, dice, noise=0.02, drift=0.0, outliers=0.0, correlation=0.0):
    """[(base_ns, head_ns)] as measuring.py measures them: base, head, head, base, …

    noise: standard deviation of the logarithm of one time; drift: growth of the logarithm from one
    run to the next; outliers: share of runs that something else makes up to five times as slow;
    correlation: of the machine's state with that of the run before (autoregressive, first order).
    """
    made, state = [], 0.0
    for number in range(count):
        times = {}
        for side in ("base", "head") if number % 2 == 0 else ("head", "base"):
            state = correlation * state + math.sqrt(1 - correlation**2) * dice.gauss(0, noise)
            elapsed = 2 * number + len(times)
            log = state + drift * elapsed + (math.log(ratio) if side == "head" else 0)
            if dice.random() < outliers:
                log += math.log(1 + 4 * dice.random())
            times[side] = 100 * math.exp(log)
        made.append((times["base"], times["head"]))
    return made


MACHINES = {
    "quiet": {},
    "noisy": {"noise": 0.04},
    "drifting": {"drift": 0.004},
    "disturbed": {"outliers": 0.15},
    "slow waves": {"correlation": 0.95, "noise": 0.1},
    "everything": {"drift": 0.002, "outliers": 0.1, "correlation": 0.8, "noise": 0.03},
}


def random_of(name):
    return random.Random("synthetic " + name)
