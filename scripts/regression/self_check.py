"""Does the procedure hold on this machine, as it is right now?

`identical N`: N comparisons of a program with itself, each a whole report over its benchmarks with its
confirming run; every benchmark called slower or faster is a false alarm. `planted N`: the other side
does 5 % more work in each benchmark; what is not called slower was missed. Compiles
self_check_bench.cpp, unless another program is given (identical only).
"""
import pathlib
import subprocess
import time

from regression import benchmark_program, comparing, decision
from regression.bad_input import BadInput
from regression.measuring import Measuring
from regression.pairs_file import PairsFile

SOURCE = pathlib.Path(__file__).resolve().parent / "self_check_bench.cpp"
FALSE_ALARMS_MOST = 3 / 60
FOUND_LEAST = 9 / 10
PLANTED_PERCENT = 5


def build(folder, percent):
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "self_check_bench"
    command = ["g++", "-std=c++20", "-O2", "-g", f"-DPLANTED_PERCENT={percent}", SOURCE,
               "-o", program, "-lbenchmark", "-pthread"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BadInput(f"{SOURCE.name} does not compile: {benchmark_program.last_line(done.stderr)}")
    return program


def compare_once(sides, wanted, folder, settings, pairs, say):
    (folder / "pairs.jsonl").unlink(missing_ok=True)
    store = PairsFile(folder / "pairs.jsonl", {"self check": True})
    name = sides["base"].name
    listed = [each for each in benchmark_program.names(sides["base"]) if wanted(each)]
    measuring = Measuring({name: sides}, store, settings, folder / "run", say)
    results = comparing.compare(measuring, {name: {"base": listed, "head": listed}}, pairs)
    store.close()
    return results


def check(kind, count, folder, settings, pairs, say, program=None, wanted=lambda name: True):
    """Returns (did it hold, what to tell)."""
    if kind not in ("identical", "planted"):
        raise BadInput(f"--self-check {kind}: identical or planted")
    if program:
        if kind == "planted":
            raise BadInput("--self-check planted compiles its own program")
        sides = {"base": pathlib.Path(program), "head": pathlib.Path(program)}
    else:
        percent = PLANTED_PERCENT if kind == "planted" else 0
        sides = {"base": build(folder / "base", 0), "head": build(folder / "head", percent)}

    started = time.monotonic()
    alarmed, compared, confirmed, found = 0, 0, 0, {}
    for number in range(count):
        results = compare_once(sides, wanted, folder, settings, pairs, lambda text: None)
        failed = [result for result in results if result.first is None]
        if failed:
            raise BadInput(f"{failed[0].benchmark} {failed[0].reasons}")
        compared += len(results)
        confirmed += sum(result.confirming is not None for result in results)
        alarms = [result for result in results if result.verdict != decision.UNRESOLVED]
        alarmed += bool(alarms)
        for result in results:
            found[result.benchmark] = (found.get(result.benchmark, 0)
                                       + (result.verdict == decision.SLOWER))
        say(f"{number + 1} of {count}: "
            + (", ".join(f"{result.benchmark} {result.verdict} {result.best.ratio:.3f}"
                         for result in alarms) or "no difference resolved"))
    spent = (f"{count} comparisons of {len(found)} benchmarks with {pairs} pairs, "
             f"{confirmed} of {compared} measured again, {time.monotonic() - started:.0f} s")
    if kind == "identical":
        return (alarmed <= count * FALSE_ALARMS_MOST,
                f"identical builds: {alarmed} of {count} comparisons with a false alarm "
                f"(allowed: {int(count * FALSE_ALARMS_MOST)}); {spent}")
    each = ", ".join(f"{name} {times}" for name, times in found.items())
    return (min(found.values()) >= count * FOUND_LEAST,
            f"{PLANTED_PERCENT} % planted: found, of {count}: {each} "
            f"(wanted: {count * FOUND_LEAST:g} each); {spent}")
