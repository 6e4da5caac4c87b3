"""How many instructions one iteration takes: the second opinion, which no other program disturbs.

callgrind counts from the beginning of the measured loop (State::StartKeepRunning) to its end
(State::FinishKeepRunning), and Google Benchmark says how many iterations that were. Fewer
instructions are not always less time; but where the time says "slower" and the instructions are the
same, think of memory and of the machine.

Not for benchmarks of several threads: who spins how often is chance. Not for programs that want
addresses valgrind has taken; those are named.
"""
import dataclasses
import os
import pathlib
import shutil
import subprocess

from regression import benchmark_program

MIN_TIME_S = 0.02  # of valgrind's time: enough that the two functions' own cost vanishes
LIMIT_S = 60


@dataclasses.dataclass(frozen=True)
class Counts:
    """Instructions of one iteration, or why they were not counted."""
    base: float | None = None
    head: float | None = None
    reason: str | None = None

    @property
    def ratio(self):
        return self.head / self.base if self.base and self.head else None


def available():
    return shutil.which("valgrind") is not None


def count_both(sides, name, scratch):
    """Counts for one benchmark of two programs, {"base": path, "head": path}."""
    if not available():
        return Counts(reason="valgrind is not installed")
    if benchmark_program.takes_real_time(name) or "/threads:" in name:
        return Counts(reason="real time, or several threads")
    counted = {}
    for side, program in sides.items():
        try:
            counted[side] = count(program, name, pathlib.Path(scratch))
        except benchmark_program.Failure as error:
            return Counts(reason=str(error))
    return Counts(counted["base"], counted["head"])


def count(program, name, scratch):
    """Instructions of one iteration; raises Failure."""
    folder = scratch / "callgrind"
    for times in benchmark_program.LONGER:
        wanted_s = times * MIN_TIME_S
        _run(program, name, folder, wanted_s)
        least_ns, iterations = benchmark_program.least(folder / "answer.json", name)
        # Too few iterations, and the two functions' own instructions count; see benchmark_program.
        if "/iterations:" in name or (
                least_ns * iterations >= benchmark_program.ENOUGH * wanted_s * 1e9):
            break
    totals = loops(folder)
    if not totals:
        raise benchmark_program.Failure("valgrind saw no measured loop")
    return totals[-1] / iterations


def _run(program, name, folder, wanted_s):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder / 'counts'}",
               "--zero-before=benchmark::State::StartKeepRunning()",
               "--dump-after=benchmark::State::FinishKeepRunning()",
               program, f"--benchmark_filter={benchmark_program.filter_of(name)}",
               f"--benchmark_min_time={wanted_s:g}",
               f"--benchmark_out={folder / 'answer.json'}", "--benchmark_out_format=json"]
    try:
        # Functions of libraries are looked up at the start, not within the loop.
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False,
                              errors="replace", env={**os.environ, "LD_BIND_NOW": "1"})
    except subprocess.TimeoutExpired as error:
        raise benchmark_program.Failure(f"more than {LIMIT_S} s under valgrind") from error
    if done.returncode != 0:
        raise benchmark_program.Failure(
            f"does not run under valgrind ({benchmark_program.ending(done.returncode)})")


def loops(folder):
    """What each dump counted, in their order; the last loop is the one that was reported."""
    totals = []
    for dump in sorted(folder.glob("counts.*"), key=lambda path: int(path.suffix[1:])):
        for line in dump.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("summary:"):
                totals.append(int(line.split()[1]))
    return totals
