"""How numbers and verdicts are put into words, the same in every report."""
from regression import comparing, decision

ORDER = (comparing.FAILS_HEAD, decision.SLOWER, decision.FASTER, comparing.FAILS_BASE,
         comparing.FAILS_BOTH, comparing.ONLY_HEAD, comparing.ONLY_BASE, decision.UNRESOLVED)

METHOD = (
    "Both commits were run in turns on one machine (base, head, head, base, …), {pairs} pairs for each "
    "benchmark. Ratios are head / base. In brackets: 95 % bootstrap interval over pairs. Signs: in how "
    "many pairs head was slower, with the two-sided p of the sign test. What both called different was "
    "measured again with {more} fresh pairs; \"slower\" and \"faster\" passed the sign test there at "
    "{error:.0%} over all candidates together, with an interval that excludes 1 and at least "
    "{smallest:.0%} of difference. Instructions: callgrind, one iteration.")


def method(report):
    pairs, rule = report["settings"]["pairs"], report["rule"]
    return METHOD.format(pairs=pairs, more=2 * pairs, error=rule["family_error"],
                         smallest=rule["smallest"])


def counted(number, noun):
    return f"{number} {noun}" + ("" if number == 1 else "s")


def headline(report):
    """One sentence."""
    tally = {verdict: sum(each["verdict"] == verdict for each in report["benchmarks"])
             for verdict in ORDER}
    total = counted(len(report["benchmarks"]), "benchmark")
    said = ", ".join(f"{number} {verdict}" for verdict, number in tally.items() if number)
    return ("Regression" if report["regression"] else "No regression") + f": of {total}, {said}."


def changed(report):
    """What a reader has to look at, the worst first."""
    quiet = (decision.UNRESOLVED, comparing.ONLY_BASE, comparing.ONLY_HEAD)
    chosen = [each for each in report["benchmarks"] if each["verdict"] not in quiet]
    return sorted(chosen, key=lambda each: (ORDER.index(each["verdict"]), -(each["ratio"] or 0)))


def nanoseconds(value):
    if value is None:
        return ""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if value >= size:
            return f"{value / size:.3g} {unit}" if value < 1000 * size else f"{value / size:.0f} {unit}"
    return f"{value:.3g} ns"


def times(each):
    return "" if each["base_ns"] is None else (
        f"{nanoseconds(each['base_ns'])} → {nanoseconds(each['head_ns'])}")


def ratio(each):
    if each["ratio"] is None:
        return ""
    return f"{each['ratio']:.3f} [{each['low']:.3f}, {each['high']:.3f}]"


def signs(each):
    run = each["confirming"] or each["first"]
    if run is None:
        return ""
    sign = run["sign"]
    p = f"p = {sign['p']:.2g}" if sign["p"] >= 0.0001 else "p < 0.0001"
    return f"{sign['slower']} of {sign['slower'] + sign['faster']}, {p}"


def same_instructions(each):
    ratio_of_counts = each["instructions"] and each["instructions"]["ratio"]
    return ratio_of_counts is not None and abs(ratio_of_counts - 1) < 0.0005


def instructions(each):
    counts = each["instructions"]
    if counts is None:
        return ""
    if counts["ratio"] is None:
        return f"not counted: {counts['reason']}"
    if same_instructions(each):
        return f"{counts['head']:,.0f}, the same"
    return f"{counts['base']:,.0f} → {counts['head']:,.0f} ({counts['ratio'] - 1:+.1%})"


def remark(each):
    """What else has to be said of it."""
    if each["failures"]:
        return "; ".join(f"{side}: {reason}" for side, reason in each["failures"].items() if reason)
    if each["confirming"] and each["verdict"] == decision.UNRESOLVED:
        return f"the first run's {each['first']['ratio']:.3f} was not confirmed"
    if each["verdict"] in (decision.SLOWER, decision.FASTER) and same_instructions(each):
        return "the same instructions: did the code or its data only move in memory?"
    return ""
